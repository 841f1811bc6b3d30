"""What imports of data objects and a data source's metadata make of the answers that Raito may give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from raito_aws_pipeline.errors import NotFoundError, PermissionMissingError, PipelineError, RaitoRejectedError
from raito_aws_pipeline.local.raito.server import LocalRaito
from raito_aws_pipeline.raito.imports import import_data_objects
from raito_aws_pipeline.raito.jobs import open_job
from raito_aws_pipeline.raito.metadata import set_data_source_metadata
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.subtasks import DataSourceImportResult
from raito_aws_pipeline.raito.tasks import JobType
from tests.raito.scripted_raito import ScriptedRaito, scripted_raito

RESULT = {
    "__typename": "DataSourceImportResult",
    "dataObjectsAdded": 1,
    "dataObjectsUpdated": 2,
    "dataObjectsRemoved": 3,
    "warnings": ["bucket b has no parent", "bucket c has no parent"],
}

METADATA: dict[str, Any] = {
    "dataObjectTypes": [{"name": "bucket"}, {"name": "file"}],
    "usageMetaInfo": {"defaultLevel": "FILE", "levels": [{"name": "file", "dataObjectTypes": ["file"]}]},
    "supportsApInheritance": True,
}


@pytest.fixture
def both() -> Iterator[tuple[ScriptedRaito, RaitoSession]]:
    with scripted_raito() as both:
        yield both


@pytest.fixture
def scripted(both: tuple[ScriptedRaito, RaitoSession]) -> ScriptedRaito:
    raito = both[0]
    raito.answers = {
        "setDataSourceMetaData": {"__typename": "DataSource", "id": "ds"},
        "importDataSourceRequest": {"subtask": {"status": "QUEUED", "subtaskId": "ImportSync"}},
        "jobSubtask": {"status": "COMPLETED", "result": RESULT},
    }
    return raito


@pytest.fixture
def scripted_session(both: tuple[ScriptedRaito, RaitoSession]) -> RaitoSession:
    return both[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "data-objects.json"
    file.write_text("[\n]")
    return file


def _import(session: RaitoSession, file: Path, **options: Any) -> DataSourceImportResult:
    with open_job(session, "ds", "is", upload_logs=()) as job, job.task(JobType.DS) as task:
        return import_data_objects(task, "ds", file, **{"delete_untouched": True, **options})


def _events(raito: ScriptedRaito) -> list[dict[str, Any]]:
    return [arguments["input"] for operation, arguments in raito.asked if operation == "addTaskEvent"]


def test_counts_become_the_tasks_result_with_as_many_failed_as_there_are_warnings(
    scripted_session: RaitoSession, scripted: ScriptedRaito, file: Path
) -> None:
    result = _import(scripted_session, file)

    assert (result.data_objects_added, result.data_objects_removed) == (1, 3)
    completed = _events(scripted)[-1]
    assert completed["result"] == [
        {"objectType": "data objects", "added": 1, "updated": 2, "removed": 3, "failed": 2},
    ]
    assert completed["warnings"] == RESULT["warnings"]


def test_the_request_says_what_to_do_with_what_the_file_does_not_hold(
    scripted_session: RaitoSession, scripted: ScriptedRaito, file: Path
) -> None:
    _import(scripted_session, file, delete_untouched=False, tag_sources_scope=("aws-s3",))

    asked = dict(scripted.asked)
    assert asked["importDataSourceRequest"] == {
        "input": {
            "jobId": "job-1",
            "importSettings": {
                "dataSource": "ds",
                "deleteUntouched": False,
                "fileKey": "key",
                "tagSourcesScope": ["aws-s3"],
            },
        }
    }


def test_an_import_that_raito_refuses_is_requested_once_and_fails_the_task(
    scripted_session: RaitoSession, scripted: ScriptedRaito, file: Path
) -> None:
    scripted.refused = {"importDataSourceRequest"}

    with pytest.raises(RaitoRejectedError, match="no importDataSourceRequest today"):
        _import(scripted_session, file)

    assert scripted.operations.count("importDataSourceRequest") == 1
    assert _events(scripted)[-1]["status"] == "FAILED"


def test_metadata_is_sent_as_it_is(scripted_session: RaitoSession, scripted: ScriptedRaito) -> None:
    set_data_source_metadata(scripted_session, "ds", METADATA)

    assert scripted.asked == [("setDataSourceMetaData", {"id": "ds", "input": METADATA})]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"__typename": "NotFoundError", "message": "gone"}, NotFoundError),
        ({"__typename": "PermissionDeniedError", "message": "no"}, PermissionMissingError),
        ({"__typename": "InvalidInputError", "message": "no"}, RaitoRejectedError),
        ({"__typename": "DataSource", "id": "ds", "message": "no"}, RaitoRejectedError),
        ({"message": "no"}, RaitoRejectedError),
        ({}, RaitoRejectedError),
        (None, RaitoRejectedError),
    ],
)
def test_a_data_source_that_did_not_take_the_metadata_is_an_error_with_its_id(
    answer: Any, kind: type[PipelineError], scripted_session: RaitoSession, scripted: ScriptedRaito
) -> None:
    scripted.answers = {"setDataSourceMetaData": answer}

    with pytest.raises(kind, match="'ds'") as caught:
        set_data_source_metadata(scripted_session, "ds", METADATA)

    assert type(caught.value) is kind


def test_raitos_message_is_told(scripted_session: RaitoSession, scripted: ScriptedRaito) -> None:
    scripted.answers = {"setDataSourceMetaData": {"__typename": "InvalidInputError", "message": "type 'x' is odd."}}

    with pytest.raises(RaitoRejectedError, match=r"of data source 'ds' \(type 'x' is odd\)\."):
        set_data_source_metadata(scripted_session, "ds", METADATA)


@pytest.mark.parametrize(
    ("usage", "complaint"),
    [
        ({"levels": [{"name": "file"}]}, "the default usage level '' is none"),
        ({"defaultLevel": "table", "levels": [{"name": "file"}]}, "the default usage level 'table' is none"),
        (
            {"defaultLevel": "file", "levels": [{"name": "file", "dataObjectTypes": ["file", "folder"]}]},
            "usage level 'file' names the data object type 'folder', which is none",
        ),
    ],
)
def test_metadata_whose_usage_levels_do_not_fit_is_not_sent(
    usage: dict[str, Any], complaint: str, scripted_session: RaitoSession, scripted: ScriptedRaito
) -> None:
    with pytest.raises(ValueError, match=complaint):
        set_data_source_metadata(scripted_session, "ds", {**METADATA, "usageMetaInfo": usage})

    assert scripted.asked == []


@pytest.mark.parametrize("usage", [None, {}, {"defaultLevel": "any", "levels": []}])
def test_without_usage_levels_there_is_nothing_to_check(
    usage: dict[str, Any] | None, scripted_session: RaitoSession, scripted: ScriptedRaito
) -> None:
    set_data_source_metadata(scripted_session, "ds", {**METADATA, "usageMetaInfo": usage})

    assert scripted.operations == ["setDataSourceMetaData"]


def test_a_data_source_that_raito_does_not_know_is_not_found(session: RaitoSession) -> None:
    with pytest.raises(NotFoundError, match=r"Raito knows no data source 'other'\..*'data-source-id'"):
        set_data_source_metadata(session, "other", METADATA)


def test_the_embedded_raito_takes_the_metadata(session: RaitoSession, local_raito: LocalRaito) -> None:
    set_data_source_metadata(session, local_raito.data_source_id, METADATA)

    assert local_raito.state.data_source_metadata(local_raito.data_source_id) == METADATA
