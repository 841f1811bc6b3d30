"""One identity task, compared request by request with what the Raito CLI sent in the golden wire record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import requests.adapters

from raito_aws_pipeline.local.raito.server import LocalRaito
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.tags import AWS_TAG_SOURCE, Tag
from raito_aws_pipeline.raito.import_files import write_import_file
from raito_aws_pipeline.raito.imports import import_identities
from raito_aws_pipeline.raito.jobs import end_of_targets_sync, open_job
from raito_aws_pipeline.raito.metadata import set_identity_store_metadata
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.raito.version_gate import check_version
from tests.golden import golden_json
from tests.raito.wire_record import WireRecorder, recorded, with_one_poll

OTHER_TASKS = (range(6, 20), range(36, 81))
"""Requests of the tasks DS, DA and DU in the record."""

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


@pytest.fixture
def cli_requests() -> list[dict[str, Any]]:
    """What the Raito CLI sent for a job with an identity task."""
    entries = golden_json("wire", "sequence.json")["requests"]
    poll = next(entry["selected"] for entry in entries if entry.get("operation") == "jobSubtask")
    kept = [entry for entry in entries if not any(entry["n"] in numbers for numbers in OTHER_TASKS)]
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
        uploads=["users", "groups", "log-IS"],
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
    store = local_raito.identity_store_id
    users = write_import_file(User, [to_batch(User, USERS)], tmp_path / "users.json")
    groups = write_import_file(Group, [to_batch(Group, GROUPS)], tmp_path / "groups.json")
    check_version(session)
    with open_job(session, local_raito.data_source_id, store) as job, job.task(JobType.IS) as task:
        set_identity_store_metadata(session, store)
        import_identities(task, store, users.path, groups.path)
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
    expected = []
    for entry in cli_requests:
        if entry.get("operation") == "setIdentityStoreMetaData":
            # The Raito CLI does not notice that Raito answers with an error instead of the store; by the name of the
            # answer's type we do (protocol 5.3).
            entry["selected"] = sorted([*entry["selected"], "__typename"])
        expected.append(entry)

    for ours, theirs in zip(our_requests, expected, strict=True):
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

    assert ours == stray & {"setIdentityStoreMetaData", "importIdentityRequest"}
