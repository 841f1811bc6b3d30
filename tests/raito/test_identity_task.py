"""A whole identity task against the embedded Raito: what it holds and was told afterwards, also when things fail."""

from __future__ import annotations

import datetime
import json
import logging
import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from raito_aws_pipeline.errors import (
    CredentialsError,
    NotFoundError,
    RaitoRejectedError,
    RaitoTimeoutError,
    UnavailableError,
)
from raito_aws_pipeline.local.raito.server import LocalRaito
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.tags import AWS_TAG_SOURCE, Tag
from raito_aws_pipeline.raito.connection import RaitoConnection
from raito_aws_pipeline.raito.import_files import write_import_file
from raito_aws_pipeline.raito.imports import import_identities
from raito_aws_pipeline.raito.jobs import close_abandoned_job, end_of_targets_sync, open_job
from raito_aws_pipeline.raito.metadata import set_identity_store_metadata
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.subtasks import IdentityStoreImportResult
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.raito.version_gate import check_version
from tests.raito.conftest import connection_to

ANN = User(
    external_id="AIDA1",
    name="ann",
    user_name="ann",
    email="ann@example.com",
    group_external_ids=("AGPA1",),
    tags=(Tag("team", "data", AWS_TAG_SOURCE),),
)
BEN = User(
    external_id="AIDA2", name="ben <b&b>", user_name="ben", email="ben@example.com", group_external_ids=(), tags=()
)
ANALYSTS = Group(external_id="AGPA1", name="analysts", display_name="Analysts", parent_group_external_ids=(), tags=())


class Cancelled(BaseException):
    """As Dagster's interruption is: no `Exception`."""


def _push(
    session: RaitoSession,
    raito: LocalRaito,
    folder: Path,
    users: list[User],
    *,
    groups: tuple[Group, ...] = (ANALYSTS,),
    identity_store_id: str | None = None,
    **options: Any,
) -> IdentityStoreImportResult:
    store = identity_store_id or raito.identity_store_id
    users_file = write_import_file(User, [to_batch(User, users)], folder / "users.json")
    groups_file = write_import_file(Group, [to_batch(Group, groups)], folder / "groups.json")
    with open_job(session, raito.data_source_id, store) as job, job.task(JobType.IS) as task:
        set_identity_store_metadata(session, store)
        return import_identities(task, store, users_file.path, groups_file.path, **options)


def _statuses(raito: LocalRaito) -> list[str | None]:
    [job] = raito.state.jobs()
    return [event.status for event in raito.state.task_events(job.id)]


def test_raito_holds_what_was_pushed_and_counts_it(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    result = _push(session, local_raito, tmp_path, [ANN, BEN])

    assert (result.users_added, result.groups_added) == (2, 1)
    assert local_raito.state.users(local_raito.identity_store_id) == [ANN, BEN]
    assert local_raito.state.groups(local_raito.identity_store_id) == [ANALYSTS]
    metadata = local_raito.state.identity_store_metadata(local_raito.identity_store_id)
    assert metadata is not None
    assert metadata["type"] == "aws-account"


def test_raito_was_told_of_job_and_task_from_beginning_to_end(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    _push(session, local_raito, tmp_path, [ANN])

    [job] = local_raito.state.jobs()
    assert (job.status, job.errors) == ("COMPLETED", ())
    assert (job.data_source_id, job.identity_store_id) == (local_raito.data_source_id, local_raito.identity_store_id)
    assert _statuses(local_raito) == ["STARTED", "DATA_UPLOAD", "QUEUED", "COMPLETED"]
    completed = local_raito.state.task_events(job.id)[-1].content
    assert completed["result"] == [
        {"objectType": "users", "added": 1, "updated": 0, "removed": 0, "failed": 0},
        {"objectType": "groups", "added": 1, "updated": 0, "removed": 0, "failed": 0},
    ]
    told = datetime.datetime.fromisoformat(completed["eventTime"])
    assert abs(datetime.datetime.now(datetime.UTC) - told) < datetime.timedelta(minutes=5)


def test_raito_keeps_the_files_and_the_log_of_the_task(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    _push(session, local_raito, tmp_path, [ANN, BEN])

    users, groups, log = local_raito.state.received_files()
    assert users.path.read_bytes() == (tmp_path / "users.json").read_bytes()
    assert groups.path.read_bytes() == (tmp_path / "groups.json").read_bytes()
    assert "[info] raito_aws_pipeline.raito.tasks: Synchronizing IS" in log.path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("delete_untouched", "left"), [(True, ["AIDA2"]), (False, ["AIDA1", "AIDA2"])])
def test_what_is_not_in_the_files_goes_only_where_that_is_wanted(
    delete_untouched: bool, left: list[str], session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    _push(session, local_raito, tmp_path, [ANN, BEN])

    result = _push(session, local_raito, tmp_path, [BEN], delete_untouched=delete_untouched)

    assert local_raito.state.external_ids("users") == left
    assert result.users_removed == 2 - len(left)


def test_the_end_of_a_run_and_the_version_gate_pass(session: RaitoSession, local_raito: LocalRaito) -> None:
    assert check_version(session) is None
    with open_job(session, local_raito.data_source_id, local_raito.identity_store_id) as job:
        pass

    end_of_targets_sync(session, [job.job_id])

    assert local_raito.state.events()[-1].content == {"jobIds": [job.job_id]}


def test_warnings_of_the_import_become_warnings_of_the_task(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    result = _push(session, local_raito, tmp_path, [ANN, ANN])

    [job] = local_raito.state.jobs()
    assert result.warnings
    assert local_raito.state.task_events(job.id)[-1].content["warnings"] == list(result.warnings)


@pytest.mark.parametrize("cancellation", [KeyboardInterrupt, Cancelled])
def test_a_push_that_is_cancelled_while_raito_works_ends_task_and_job_as_failed(
    cancellation: type[BaseException], session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    def cancel(_signal: int, _frame: FrameType | None) -> None:
        raise cancellation

    def cancel_when_queued() -> None:
        while "QUEUED" not in [event.status for event in local_raito.state.events()]:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, cancel)
    thread = threading.Thread(target=cancel_when_queued)
    try:
        with local_raito.faults.held_subtasks(), pytest.raises(cancellation):
            thread.start()
            _push(session, local_raito, tmp_path, [ANN])
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, before)

    [job] = local_raito.state.jobs()
    assert (job.status, job.errors) == ("FAILED", (f"The run was cancelled ({cancellation.__name__}).",))
    assert _statuses(local_raito)[-1] == "FAILED"


def test_an_import_that_fails_at_raito_fails_the_push_with_raitos_reason(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    local_raito.faults.fail_imports(1, "the disk of Raito is full")

    with pytest.raises(RaitoRejectedError, match="the disk of Raito is full"):
        _push(session, local_raito, tmp_path, [ANN])

    [job] = local_raito.state.jobs()
    assert job.status == "FAILED"
    assert "the disk of Raito is full" in job.errors[0]
    assert _statuses(local_raito) == ["STARTED", "DATA_UPLOAD", "QUEUED", "FAILED"]
    assert local_raito.state.users() == []


def test_an_import_that_raito_does_not_end_in_time_fails_the_push(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    with local_raito.faults.held_subtasks(), pytest.raises(RaitoTimeoutError):
        _push(session, local_raito, tmp_path, [ANN], timeout=0.5)

    [job] = local_raito.state.jobs()
    assert job.status == "FAILED"
    assert "Raito has not ended it within 0.5 s" in job.errors[0]


def test_uploads_that_fail_for_a_while_are_sent_again_as_a_whole(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    local_raito.faults.fail_puts(3)

    _push(session, local_raito, tmp_path, [ANN, BEN])

    assert local_raito.state.users() == [ANN, BEN]


def test_polls_that_fail_for_a_while_change_nothing(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    local_raito.faults.fail_queries(12, field="jobSubtask")

    result = _push(session, local_raito, tmp_path, [ANN])

    assert result.users_added == 1


def test_an_import_whose_request_raito_cannot_take_is_not_requested_twice(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    local_raito.faults.fail_queries(1, field="importIdentityRequest")

    with pytest.raises(UnavailableError, match=r"^importIdentityRequest: .*HTTP 500"):
        _push(session, local_raito, tmp_path, [ANN])

    [job] = local_raito.state.jobs()
    assert job.status == "FAILED"
    assert local_raito.state.subtasks(job.id) == []


def test_the_end_of_a_job_is_told_also_when_raito_is_unwell_for_a_moment(
    session: RaitoSession, local_raito: LocalRaito
) -> None:
    closed: list[str] = []
    with open_job(session, local_raito.data_source_id, None, on_closed=closed.append) as job:
        local_raito.faults.fail_queries(2, 503, field="updateJob")

    assert local_raito.state.jobs()[0].status == "COMPLETED"
    assert closed == [job.job_id]


def test_the_job_of_a_killed_run_can_be_closed_by_a_later_one(
    connection: RaitoConnection, local_raito: LocalRaito
) -> None:
    with RaitoSession(connection) as killed:
        job_id = open_job(killed, local_raito.data_source_id, None).__enter__().job_id

    with RaitoSession(connection) as session:
        close_abandoned_job(session, job_id, local_raito.data_source_id, None, "The run was killed.")

    [job] = local_raito.state.jobs()
    assert (job.status, job.errors) == ("FAILED", ("The run was killed.",))


def test_an_identity_store_that_raito_does_not_know_is_named(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path
) -> None:
    with pytest.raises((NotFoundError, RaitoRejectedError), match="no-such-store"):
        _push(session, local_raito, tmp_path, [ANN], identity_store_id="no-such-store")


def test_a_wrong_secret_is_told_with_user_and_domain_and_begins_nothing(local_raito: LocalRaito) -> None:
    with RaitoSession(connection_to(local_raito, "wrong")) as session, pytest.raises(CredentialsError) as caught:
        check_version(session)

    for part in (local_raito.user, f"'{local_raito.domain}'", "api-secret"):
        assert part in str(caught.value)
    assert "wrong" not in str(caught.value)
    assert local_raito.state.jobs() == []


def test_a_raito_that_is_not_there_is_named_by_its_address(local_raito: LocalRaito) -> None:
    connection = connection_to(local_raito)
    local_raito.__exit__(None, None, None)

    with RaitoSession(connection, back_off=0) as session, pytest.raises(UnavailableError, match=connection.url):
        check_version(session)


def test_tokens_that_run_out_are_replaced_in_the_middle_of_a_push(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    with LocalRaito(tmp_path_factory.mktemp("raito"), token_seconds=9) as raito:
        with RaitoSession(connection_to(raito)) as session:
            _push(session, raito, tmp_path, [ANN])

        assert raito.state.users() == [ANN]


def test_a_raito_that_forgets_its_tokens_is_logged_in_to_again(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    folder = tmp_path_factory.mktemp("raito")
    with LocalRaito(folder) as before:
        connection, port = connection_to(before), int(before.url.rpartition(":")[2])
        session = RaitoSession(connection, back_off=0.2)
        check_version(session)
    _forget_signing_key(folder)

    with LocalRaito(folder, port=port) as raito, session:
        _push(session, raito, tmp_path, [ANN])

        assert raito.state.users() == [ANN]


def test_neither_secret_nor_token_reaches_the_log_that_raito_gets(
    session: RaitoSession, local_raito: LocalRaito, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _push(session, local_raito, tmp_path, [ANN])

    log = local_raito.state.received_files()[-1].path.read_text(encoding="utf-8")
    assert session._login is not None
    for text in (log, caplog.text):
        assert local_raito.secret not in text
        assert session._login.token() not in text


def test_pushes_of_several_threads_share_a_session(
    session: RaitoSession, local_raito: LocalRaito, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folders = [tmp_path_factory.mktemp("push") for _ in range(4)]
    threads = [threading.Thread(target=_push, args=(session, local_raito, folder, [ANN])) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [job.status for job in local_raito.state.jobs()] == ["COMPLETED"] * 4


def _forget_signing_key(folder: Path) -> None:
    file = folder / "credentials.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"signing_key": "another-key-of-this-raito"}))
