"""What identity imports and metadata make of the answers that Raito may give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from raito_aws_pipeline.errors import NotFoundError, PermissionMissingError, PipelineError, RaitoRejectedError
from raito_aws_pipeline.raito.imports import import_identities
from raito_aws_pipeline.raito.jobs import open_job
from raito_aws_pipeline.raito.metadata import set_identity_store_metadata
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.subtasks import IdentityStoreImportResult
from raito_aws_pipeline.raito.tasks import JobType
from tests.raito.scripted_raito import ScriptedRaito, scripted_raito

RESULT = {
    "__typename": "IdentityStoreImportResult",
    "usersAdded": 1,
    "usersUpdated": 2,
    "usersRemoved": 3,
    "groupsAdded": 4,
    "groupsUpdated": 5,
    "groupsRemoved": 6,
    "warnings": ["user u has no e-mail"],
}


@pytest.fixture
def both() -> Iterator[tuple[ScriptedRaito, RaitoSession]]:
    with scripted_raito() as both:
        yield both


@pytest.fixture
def raito(both: tuple[ScriptedRaito, RaitoSession]) -> ScriptedRaito:
    raito = both[0]
    raito.answers = {
        "importIdentityRequest": {"subtask": {"status": "QUEUED", "subtaskId": "ImportSync"}},
        "jobSubtask": {"status": "COMPLETED", "result": RESULT},
    }
    return raito


@pytest.fixture
def session(both: tuple[ScriptedRaito, RaitoSession]) -> RaitoSession:
    return both[1]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    users, groups = tmp_path / "users.json", tmp_path / "groups.json"
    users.write_text("[\n]")
    groups.write_text("[\n]")
    return users, groups


def _import(session: RaitoSession, files: tuple[Path, Path]) -> IdentityStoreImportResult:
    with open_job(session, "ds", "is", upload_logs=()) as job, job.task(JobType.IS) as task:
        return import_identities(task, "is", *files)


def _events(raito: ScriptedRaito) -> list[dict[str, Any]]:
    return [arguments["input"] for operation, arguments in raito.asked if operation == "addTaskEvent"]


def test_counts_become_results_and_warnings_of_the_task(
    session: RaitoSession, raito: ScriptedRaito, files: tuple[Path, Path]
) -> None:
    result = _import(session, files)

    assert (result.users_added, result.groups_removed) == (1, 6)
    completed = _events(raito)[-1]
    assert completed["result"] == [
        {"objectType": "users", "added": 1, "updated": 2, "removed": 3, "failed": 0},
        {"objectType": "groups", "added": 4, "updated": 5, "removed": 6, "failed": 0},
    ]
    assert completed["warnings"] == ["user u has no e-mail"]


def test_an_import_that_is_over_at_once_was_never_queued(
    session: RaitoSession, raito: ScriptedRaito, files: tuple[Path, Path]
) -> None:
    raito.answers["importIdentityRequest"] = {"subtask": {"status": "COMPLETED", "subtaskId": "ImportSync"}}

    _import(session, files)

    assert [event["status"] for event in _events(raito)] == ["STARTED", "DATA_UPLOAD", "COMPLETED"]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {"subtask": None},
        {"subtask": {"status": "QUEUED"}},
        {"subtask": {"status": "QUEUED", "subtaskId": 1}},
        {"subtask": {"status": "LURKING", "subtaskId": "s"}},
    ],
)
def test_an_answer_that_begins_nothing_known_fails_the_task(
    answer: Any, session: RaitoSession, raito: ScriptedRaito, files: tuple[Path, Path]
) -> None:
    raito.answers["importIdentityRequest"] = answer

    with pytest.raises(RaitoRejectedError, match=r"^importIdentityRequest: "):
        _import(session, files)

    assert _events(raito)[-1]["status"] == "FAILED"
    assert "jobSubtask" not in raito.operations


def test_an_import_that_raito_refuses_is_requested_once(
    session: RaitoSession, raito: ScriptedRaito, files: tuple[Path, Path]
) -> None:
    raito.refused = {"importIdentityRequest"}

    with pytest.raises(RaitoRejectedError, match="no importIdentityRequest today"):
        _import(session, files)

    assert raito.operations.count("importIdentityRequest") == 1


def test_a_store_that_took_the_metadata_answers_its_id(session: RaitoSession, raito: ScriptedRaito) -> None:
    raito.answers = {"setIdentityStoreMetaData": {"__typename": "IdentityStore", "id": "is"}}

    set_identity_store_metadata(session, "is")

    expected = {"type": "aws-account", "icon": "", "canBeLinked": False, "canBeMaster": False}
    assert raito.asked == [("setIdentityStoreMetaData", {"id": "is", "input": expected})]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"__typename": "NotFoundError"}, NotFoundError),
        ({"__typename": "PermissionDeniedError"}, PermissionMissingError),
        ({"__typename": "InvalidInputError"}, RaitoRejectedError),
        ({}, RaitoRejectedError),
        (None, RaitoRejectedError),
    ],
)
def test_a_store_that_did_not_take_the_metadata_is_an_error_with_its_id(
    answer: Any, kind: type[PipelineError], session: RaitoSession, raito: ScriptedRaito
) -> None:
    raito.answers = {"setIdentityStoreMetaData": answer}

    with pytest.raises(kind, match="'is'") as caught:
        set_identity_store_metadata(session, "is")

    assert type(caught.value) is kind
