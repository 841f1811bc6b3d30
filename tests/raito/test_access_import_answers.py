"""What an import of access controls makes of the answers that Raito may give, and how the records of its file look."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.errors import RaitoRejectedError
from raito_aws_pipeline.local.raito.server import LocalRaito
from raito_aws_pipeline.model.access_controls import AccessControl, DataObjectReference, WhatItem, Who
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.records import batch_records, record_type, to_records
from raito_aws_pipeline.model.tags import Tag
from raito_aws_pipeline.raito.import_files import write_import_file
from raito_aws_pipeline.raito.imports import import_access_controls
from raito_aws_pipeline.raito.jobs import open_job
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.subtasks import AccessProviderImportResult
from raito_aws_pipeline.raito.tasks import JobType
from tests.golden import golden_json
from tests.raito.scripted_raito import ScriptedRaito, scripted_raito

RESULT = {
    "__typename": "AccessProviderImportResult",
    "accessAdded": 1,
    "accessUpdated": 2,
    "accessRemoved": 3,
    "warnings": ["role r is odd", "role s is odd"],
}


@pytest.fixture
def both() -> Iterator[tuple[ScriptedRaito, RaitoSession]]:
    with scripted_raito() as (raito, session):
        raito.answers = {
            "importAccessProvidersRequest": {"subtask": {"status": "QUEUED", "subtaskId": "ImportSync"}},
            "jobSubtask": {"status": "COMPLETED", "result": RESULT},
        }
        yield raito, session


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "access.json"
    file.write_text("[\n]")
    return file


def _import(session: RaitoSession, file: Path, data_source: str = "ds", **options: Any) -> AccessProviderImportResult:
    with open_job(session, data_source, None, upload_logs=()) as job, job.task(JobType.DA) as task:
        return import_access_controls(task, data_source, file, **{"delete_untouched": True, **options})


def _events(raito: ScriptedRaito) -> list[dict[str, Any]]:
    return [arguments["input"] for operation, arguments in raito.asked if operation == "addTaskEvent"]


def test_counts_become_the_tasks_result_with_as_many_failed_as_there_are_warnings(
    both: tuple[ScriptedRaito, RaitoSession], file: Path
) -> None:
    raito, session = both
    result = _import(session, file)

    assert (result.access_added, result.access_updated, result.access_removed) == (1, 2, 3)
    assert [event["status"] for event in _events(raito)] == ["STARTED", "DATA_UPLOAD", "QUEUED", "COMPLETED"]
    completed = _events(raito)[-1]
    assert completed["result"] == [
        {"objectType": "imported access providers", "added": 1, "updated": 2, "removed": 3, "failed": 2},
    ]
    assert completed["warnings"] == RESULT["warnings"]


@pytest.mark.parametrize("delete_untouched", [True, False])
def test_the_request_says_what_to_do_with_what_the_file_does_not_hold(
    both: tuple[ScriptedRaito, RaitoSession], file: Path, delete_untouched: bool
) -> None:
    raito, session = both
    _import(session, file, delete_untouched=delete_untouched)

    settings = {"dataSource": "ds", "deleteUntouched": delete_untouched, "fileKey": "key"}
    asked = {"input": {"jobId": "job-1", "importSettings": settings}}
    assert dict(raito.asked)["importAccessProvidersRequest"] == asked


def test_an_import_that_raito_refuses_is_requested_once_and_fails_the_task(
    both: tuple[ScriptedRaito, RaitoSession], file: Path
) -> None:
    raito, session = both
    raito.refused = {"importAccessProvidersRequest"}

    with pytest.raises(RaitoRejectedError, match="no importAccessProvidersRequest today"):
        _import(session, file)

    assert raito.operations.count("importAccessProvidersRequest") == 1
    assert _events(raito)[-1]["status"] == "FAILED"


def test_an_import_that_fails_on_raitos_side_fails_the_task_with_raitos_words(
    both: tuple[ScriptedRaito, RaitoSession], file: Path
) -> None:
    raito, session = both
    raito.answers["jobSubtask"] = {"status": "FAILED", "errors": ["access control 7 is odd"], "result": None}

    with pytest.raises(RaitoRejectedError, match="access control 7 is odd"):
        _import(session, file)

    assert "access control 7 is odd" in _events(raito)[-1]["errors"][0]


def test_what_lies_in_the_lake_arrives_in_raito(session: RaitoSession, local_raito: LocalRaito, tmp_path: Path) -> None:
    control = AccessControl(
        external_id="role:R",
        name="R",
        naming_hint="R",
        type="aws_role",
        action="grant",
        policy="{}\n",
        who=Who(users=("ann",), groups=()),
        who_locked=True,
        name_locked=False,
        actual_name="R",
        what=(WhatItem(DataObjectReference("1:eu-west-1:b", ""), ("s3:GetObject",)),),
        incomplete=False,
    )
    file = write_import_file(AccessControl, [to_batch(AccessControl, [control])], tmp_path / "access.json")

    result = _import(session, file.path, local_raito.data_source_id)

    assert (result.access_added, result.access_updated, result.access_removed) == (1, 0, 0)
    assert local_raito.state.access_controls(local_raito.data_source_id) == [control]


def _texts_of(rows: list[AccessControl]) -> list[bytes]:
    """The records of rows, which must be the same whether they come from objects or from the lake."""
    encode = msgspec.json.Encoder().encode
    texts = [encode(record) for record in to_records(AccessControl, rows)]
    assert [encode(record) for record in batch_records(AccessControl, to_batch(AccessControl, rows))] == texts
    return texts


@pytest.mark.parametrize("case", ["e-access-import", "g-permission-sets"])
def test_the_golden_records_are_written_as_the_reference_writes_them(case: str) -> None:
    records = golden_json(case, "reference", "access-providers.json")
    typed = msgspec.convert(records, list[record_type(AccessControl)])  # type: ignore[misc]
    rows = [msgspec.convert(record, AccessControl, from_attributes=True) for record in typed]

    assert [json.loads(text) for text in _texts_of(rows)] == records


_names = st.sampled_from(["a", "b"])
_lists = st.none() | st.lists(_names, max_size=2).map(tuple)
_flags = st.none() | st.booleans()
_what = st.builds(
    WhatItem,
    st.none() | st.builds(DataObjectReference, _names, st.sampled_from(["", "datasource"])),
    _lists,
)
_LOCKS = ("who", "inheritance", "what", "name", "delete", "owners")


@given(
    st.lists(
        st.builds(
            AccessControl,
            external_id=_names,
            name=_names,
            type=st.none() | _names,
            action=st.just("grant"),
            actual_name=_names,
            who=st.none() | st.builds(Who, _lists, _lists, _lists),
            what=st.none() | st.lists(_what, max_size=2).map(tuple),
            incomplete=_flags,
            tags=st.none() | st.lists(st.builds(Tag, _names, _names, _names), max_size=1).map(tuple),
            **{f"{part}_locked": _flags for part in _LOCKS},
            **{f"{part}_locked_reason": st.none() | st.sampled_from(["", "why"]) for part in _LOCKS},
        ),
        min_size=1,
        max_size=3,
    )
)
def test_a_member_is_left_out_only_where_it_is_unset_and_may_be(rows: list[AccessControl]) -> None:
    """The law: null and false differ, `who` has its four members or is null, and only optional ones are left out."""
    always = {
        "externalId", "name", "namingHint", "type", "access", "action", "policy", "who", "notInternalizable",
        "actualName", "what", "tags",
    }  # fmt: skip
    for row, text in zip(rows, _texts_of(rows), strict=True):
        record = json.loads(text)
        given = {"incomplete": row.incomplete}
        for part in _LOCKS:
            given[f"{part}Locked"] = getattr(row, f"{part}_locked")
            given[f"{part}LockedReason"] = getattr(row, f"{part}_locked_reason")
        present = {name: value for name, value in given.items() if value is not None}
        assert record.keys() == always | present.keys()
        assert {name: record[name] for name in present} == present
        assert record["who"] is None or list(record["who"]) == ["users", "groups", "accessProviders", "recipients"]
