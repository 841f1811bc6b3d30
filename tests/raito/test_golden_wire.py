"""A job with the tasks DS, IS and DA, compared request by request with what the Raito CLI sent in the golden record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import requests.adapters

from raito_aws_pipeline.data_objects.metadata import data_source_metadata
from raito_aws_pipeline.local.raito.server import LocalRaito
from raito_aws_pipeline.model.access_controls import AccessControl, DataObjectReference, WhatItem, Who
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.s3_actions import s3_actions
from raito_aws_pipeline.model.tags import AWS_TAG_SOURCE, Tag
from raito_aws_pipeline.raito.import_files import write_import_file
from raito_aws_pipeline.raito.imports import import_access_controls, import_data_objects, import_identities
from raito_aws_pipeline.raito.jobs import end_of_targets_sync, open_job
from raito_aws_pipeline.raito.metadata import set_data_source_metadata, set_identity_store_metadata
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.raito.version_gate import check_version
from tests.golden import golden_json
from tests.raito.wire_record import WireRecorder, recorded, with_one_poll

NOT_OURS = {*range(37, 55), *range(67, 81)}
"""Requests of the record that we do not make yet: the export of access controls, and the task DU."""


def _access_control(
    external_id: str, type_: str, who: Who, what: tuple[WhatItem, ...], *, incomplete: bool = False, **locks: Any
) -> AccessControl:
    name = external_id.partition(":")[2]
    return AccessControl(
        external_id=external_id,
        name=name,
        naming_hint=name,
        type=type_,
        action="grant",
        policy="{}",
        who=who,
        actual_name=name,
        what=what,
        incomplete=incomplete,
        **locks,
    )


DATA_OBJECTS = [
    DataObject(
        external_id=f"123456789012{path}",
        name=path[1:] or "123456789012",
        full_name=f"123456789012{path}",
        type="bucket" if path else "datasource",
        parent_external_id="123456789012" if path else "",
    )
    for path in ("", *(f":eu-west-1:bucket-{n}" for n in range(21)))
]

USERS = [
    User(
        external_id=f"AIDA{n}",
        name=f"user-{n}",
        user_name=f"user-{n}",
        email=f"user-{n}@example.com",
        group_external_ids=("AGPA1",) if n else None,
        tags=(Tag("team", "data", AWS_TAG_SOURCE),) if n else None,
    )
    for n in range(4)
]
"""As many users as the record has, with values and without, so that the files' members have the same types."""

GROUPS = [Group(external_id="AGPA1", name="analysts", display_name="analysts")]


WHAT = (
    WhatItem(DataObjectReference("123456789012:eu-west-1:bucket-0", ""), ("s3:GetObject", "s3:ListBucket")),
    WhatItem(DataObjectReference("123456789012", "datasource"), ("s3:ListAllMyBuckets",)),
)

ACCESS_CONTROLS = [
    *(_access_control(f"role:r{n}", "aws_role", Who(users=("user-0",) * n, groups=()), WHAT * n) for n in range(2)),
    *(_access_control(f"policy:p{n}", "aws_policy", Who(users=("user-1",)), WHAT) for n in range(4)),
    _access_control("policy:of-roles", "aws_policy", Who(access_providers=("role:r1",)), WHAT),
    _access_control("policy:of-groups", "aws_policy", Who(groups=("analysts",)), WHAT, incomplete=True),
    _access_control(
        "policy:AmazonS3FullAccess",
        "aws_policy",
        Who(users=("user-2",)),
        WHAT,
        what_locked=True,
        what_locked_reason="kept by AWS",
        name_locked=True,
        name_locked_reason="kept by AWS",
        delete_locked=True,
        delete_locked_reason="kept by AWS",
    ),
]
"""As many access controls as the record has, with the same members."""


@pytest.fixture
def cli_requests() -> list[dict[str, Any]]:
    """What the Raito CLI sent for a job with the three tasks."""
    entries = golden_json("wire", "sequence.json")["requests"]
    poll = next(entry["selected"] for entry in entries if entry.get("operation") == "jobSubtask")
    kept = [entry for entry in entries if entry["n"] not in NOT_OURS]
    return with_one_poll([recorded(entry, poll) for entry in kept])


@pytest.fixture
def our_requests(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, Any]]:
    """What our client sends for the same, recorded on its way to the embedded Raito."""
    recorder = WireRecorder(
        {
            local_raito.user: "<user>",
            local_raito.secret: "<password>",
            local_raito.data_source_id: "<data source>",
            local_raito.identity_store_id: "<identity store>",
        },
        uploads=["dataObjects", "log-DS", "users", "groups", "log-IS", "access", "log-DA"],
    )
    send = requests.adapters.HTTPAdapter.send

    def send_and_record(
        adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        body: Any = request.body or b""
        if hasattr(body, "read"):
            content = body.read()
            body.seek(0)
        else:
            content = body
        response = send(adapter, request, **options)
        recorder.add(request, content, response)
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send_and_record)
    source, store = local_raito.data_source_id, local_raito.identity_store_id
    objects = write_import_file(DataObject, [to_batch(DataObject, DATA_OBJECTS)], tmp_path / "data-objects.json")
    users = write_import_file(User, [to_batch(User, USERS)], tmp_path / "users.json")
    groups = write_import_file(Group, [to_batch(Group, GROUPS)], tmp_path / "groups.json")
    access = write_import_file(AccessControl, [to_batch(AccessControl, ACCESS_CONTROLS)], tmp_path / "access.json")
    check_version(session)
    with open_job(session, source, store) as job:
        with job.task(JobType.DS) as task:
            set_data_source_metadata(session, source, data_source_metadata(glue=False, organization=True))
            import_data_objects(task, source, objects.path, delete_untouched=True)
        with job.task(JobType.IS) as task:
            set_identity_store_metadata(session, store)
            import_identities(task, store, users.path, groups.path)
        with job.task(JobType.DA) as task:
            import_access_controls(task, source, access.path, delete_untouched=True)
    end_of_targets_sync(session, [job.job_id])
    return with_one_poll(recorder.requests)


def test_the_same_requests_come_in_the_same_order(
    our_requests: list[dict[str, Any]], cli_requests: list[dict[str, Any]]
) -> None:
    def names(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
        return [(entry["method"], entry.get("operation") or entry["path"]) for entry in entries]

    assert names(our_requests) == names(cli_requests)


def test_each_request_is_the_same_but_for_what_is_deliberate(
    our_requests: list[dict[str, Any]], cli_requests: list[dict[str, Any]]
) -> None:
    lists = [sum(action.in_object_list for action in s3_actions().values()), len(s3_actions())]
    for entry in our_requests:
        if entry.get("operation") == "setDataSourceMetaData":
            _summarize_permissions(entry)
    for entry in cli_requests:
        if entry.get("operation") in ("setDataSourceMetaData", "setIdentityStoreMetaData"):
            # By the name of the answer's type we tell one error from another, and notice that Raito answers with an
            # error instead of an identity store, which the Raito CLI does not (protocol 5.3).
            entry["selected"] = sorted([*entry["selected"], "__typename"])
        if entry.get("operation") == "addTaskEvent" and entry["variables"]["input"]["result"]:
            results = entry["variables"]["input"]["result"]
            entry["variables"]["input"]["result"] = [r for r in results if not r["objectType"].startswith("exported")]
        if entry.get("operation") == "setDataSourceMetaData":
            for permissions in _permissions(entry):
                # We tell Raito of all S3 actions of IAM, in an order that stays the same.
                permissions["<count>"] = {42: lists[0], 128: lists[1]}[permissions["<count>"]]
                permissions["<first>"]["globalPermissions"].sort(reverse=True)

    for ours, theirs in zip(our_requests, cli_requests, strict=True):
        assert ours == theirs


def test_our_bodies_are_clean_json_where_the_raito_clis_have_stray_bytes(
    our_requests: list[dict[str, Any]],
) -> None:
    # The recorder parses whole bodies strictly, so that each raw request which came through is clean (protocol 13.1).
    stray = {
        entry["operation"]
        for entry in golden_json("wire", "sequence.json")["requests"]
        if "strayBytesAfterJson" in entry
    }
    ours = {entry.get("operation") for entry in our_requests if entry.get("dialect") == "raw"}

    assert ours == stray & {
        "importDataSourceRequest",
        "setIdentityStoreMetaData",
        "importIdentityRequest",
        "importAccessProvidersRequest",
    }


def _permissions(entry: dict[str, Any]) -> list[Any]:
    types = entry["variables"]["input"]["dataObjectTypes"]
    return [data_object_type["permissions"] for data_object_type in types]


def _summarize_permissions(entry: dict[str, Any]) -> None:
    """As the record has them: their number, and the first without its description."""
    for data_object_type in entry["variables"]["input"]["dataObjectTypes"]:
        [first, *others] = data_object_type["permissions"]
        data_object_type["permissions"] = {"<count>": len(others) + 1, "<first>": {**first, "description": "<text>"}}
