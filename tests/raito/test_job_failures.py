"""How jobs and tasks end when Raito or the work inside fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from raito_aws_pipeline.errors import IncompleteDataError, PermissionMissingError, RaitoRejectedError
from raito_aws_pipeline.raito.jobs import close_abandoned_job, end_of_targets_sync, open_job
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.statuses import Status
from raito_aws_pipeline.raito.tasks import JobType
from tests.raito.scripted_raito import JOB, ScriptedRaito, scripted_raito

INCOMPLETE = IncompleteDataError("two pages are missing.", call="iam:ListUsers", remedy="Run again.")
INCOMPLETE_TEXT = "iam:ListUsers: two pages are missing. What to do: Run again."


class Cancelled(BaseException):
    """As Dagster's interruption is: no `Exception`."""


class Memory:
    """Remembers the open jobs, as the caller of `open_job` should."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.calls: list[str] = []

    def opened(self, job_id: str) -> None:
        self.open.append(job_id)
        self.calls.append("opened")

    def closed(self, job_id: str) -> None:
        self.open.remove(job_id)
        self.calls.append("closed")


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def both() -> Iterator[tuple[ScriptedRaito, RaitoSession]]:
    with scripted_raito() as both:
        yield both


@pytest.fixture
def raito(both: tuple[ScriptedRaito, RaitoSession]) -> ScriptedRaito:
    return both[0]


@pytest.fixture
def session(both: tuple[ScriptedRaito, RaitoSession]) -> RaitoSession:
    return both[1]


def _run(session: RaitoSession, memory: Memory, failure: BaseException | None = None) -> None:
    hooks: dict[str, Any] = {"on_opened": memory.opened, "on_closed": memory.closed}
    with open_job(session, "ds", "is", **hooks) as job, job.task(JobType.IS):
        if failure:
            raise failure


def test_a_failing_task_ends_task_and_job_as_failed_with_the_reason_and_the_failure_goes_on(
    session: RaitoSession, raito: ScriptedRaito, memory: Memory
) -> None:
    with pytest.raises(IncompleteDataError) as caught:
        _run(session, memory, INCOMPLETE)

    assert caught.value is INCOMPLETE
    assert raito.statuses == [
        ("updateJob", "IN_PROGRESS", None),
        ("addTaskEvent", "STARTED", None),
        ("addTaskEvent", "FAILED", [INCOMPLETE_TEXT]),
        ("updateJob", "FAILED", [INCOMPLETE_TEXT]),
    ]
    assert memory.open == []


def test_the_log_of_a_failed_task_is_there_before_raito_hears_of_the_failure(
    session: RaitoSession, raito: ScriptedRaito, memory: Memory
) -> None:
    with pytest.raises(IncompleteDataError):
        _run(session, memory, INCOMPLETE)

    assert raito.operations[3:] == [
        "GET /file/upload/logs/signed-url",
        "PUT /storage",
        "addLogFileToTask",
        "addTaskEvent",
        "updateJob",
    ]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, Cancelled, GeneratorExit])
def test_an_interrupted_task_is_told_as_failed_without_the_delay_of_a_log(
    interruption: type[BaseException], session: RaitoSession, raito: ScriptedRaito, memory: Memory
) -> None:
    with pytest.raises(interruption):
        _run(session, memory, interruption())

    reason = [f"The run was cancelled ({interruption.__name__})."]
    assert raito.statuses[-2:] == [("addTaskEvent", "FAILED", reason), ("updateJob", "FAILED", reason)]
    assert "addLogFileToTask" not in raito.operations
    assert memory.open == []


def test_of_an_unexpected_error_only_the_kind_leaves_this_machine(
    session: RaitoSession, raito: ScriptedRaito, memory: Memory
) -> None:
    with pytest.raises(KeyError):
        _run(session, memory, KeyError("something-private"))

    [error] = raito.statuses[-1][2] or []
    assert "KeyError" in error
    assert "something-private" not in error


def test_a_job_that_raito_does_not_open_is_an_error_and_nothing_follows(
    session: RaitoSession, raito: ScriptedRaito, memory: Memory
) -> None:
    raito.refused = {"createJob"}

    with pytest.raises(RaitoRejectedError, match=r"^createJob: Raito refused: no createJob today\. What to do: "):
        _run(session, memory)

    assert raito.operations == ["createJob"]
    assert memory.calls == []


@pytest.mark.parametrize("answer", [None, {"jobId": ""}, {"jobId": 7}, {}])
def test_an_answer_without_a_job_is_an_error(
    answer: Any, session: RaitoSession, raito: ScriptedRaito, memory: Memory
) -> None:
    raito.answers = {"createJob": answer}

    with pytest.raises(RaitoRejectedError, match="opened no job"):
        _run(session, memory)


def test_events_that_raito_does_not_take_fail_nothing_and_are_logged(
    session: RaitoSession, raito: ScriptedRaito, memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    raito.refused = {"addTaskEvent", "addLogFileToTask"}

    _run(session, memory)

    assert "Raito was not told that task IS is STARTED" in caplog.text
    assert "Raito was not told that task IS is COMPLETED" in caplog.text
    assert "Raito was not given the log of task IS" in caplog.text
    assert memory.open == []


@pytest.mark.parametrize("failure", [None, INCOMPLETE])
def test_a_job_whose_end_raito_does_not_take_stays_remembered_as_open(
    failure: Exception | None,
    session: RaitoSession,
    raito: ScriptedRaito,
    memory: Memory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    raito.refused = {"updateJob"}

    try:
        _run(session, memory, failure)
    except IncompleteDataError as caught:
        assert caught is failure

    assert memory.open == [JOB]
    assert f"Raito was not told that job {JOB} is {'FAILED' if failure else 'COMPLETED'}" in caplog.text


def test_a_job_is_remembered_before_anything_else_happens_in_it(session: RaitoSession, raito: ScriptedRaito) -> None:
    with open_job(session, "ds", "is", on_opened=lambda _: raito.asked.append(("remembered", {}))):
        pass

    assert raito.operations == ["createJob", "remembered", "updateJob", "updateJob"]


def test_a_job_that_cannot_be_remembered_is_closed_as_failed(session: RaitoSession, raito: ScriptedRaito) -> None:
    def broken(job_id: str) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), open_job(session, "ds", "is", on_opened=broken):
        raise AssertionError("the work must not begin")

    assert [status for _, status, _ in raito.statuses] == ["FAILED"]


def test_warnings_travel_with_the_next_event_that_raito_takes_and_only_once(
    session: RaitoSession, raito: ScriptedRaito
) -> None:
    with open_job(session, "ds", "is", upload_logs=()) as job, job.task(JobType.IS) as task:
        task.warn("one")
        raito.refused = {"addTaskEvent"}
        task.event(Status.DATA_UPLOAD)
        raito.refused = set()
        task.warn("two")
        task.event(Status.QUEUED)

    warnings = [
        (arguments["input"]["status"], arguments["input"]["warnings"])
        for operation, arguments in raito.asked
        if operation == "addTaskEvent"
    ]
    assert warnings == [
        ("STARTED", None),
        ("DATA_UPLOAD", ["one"]),
        ("QUEUED", ["one", "two"]),
        ("COMPLETED", None),
    ]


def test_a_skipped_task_has_one_event_and_no_log(session: RaitoSession, raito: ScriptedRaito) -> None:
    with open_job(session, "ds", None) as job:
        job.skip_task(JobType.DU)

    assert raito.operations == ["createJob", "updateJob", "addTaskEvent", "updateJob"]
    event = raito.asked[2][1]["input"]
    assert (event["jobType"], event["status"], event["identityStoreId"]) == ("DU", "SKIPPED", None)


def test_empty_ids_are_sent_as_none(session: RaitoSession, raito: ScriptedRaito) -> None:
    with open_job(session, "", ""):
        pass

    for _, arguments in raito.asked:
        assert (arguments["input"]["dataSourceId"], arguments["input"]["identityStoreId"]) == (None, None)


def test_the_job_of_a_killed_run_is_closed_as_failed_with_the_reason(
    session: RaitoSession, raito: ScriptedRaito
) -> None:
    close_abandoned_job(session, "job-9", "ds", "is", "The run was killed.")

    [(operation, arguments)] = raito.asked
    assert (operation, arguments["id"]) == ("updateJob", "job-9")
    assert (arguments["input"]["status"], arguments["input"]["errors"]) == ("FAILED", ["The run was killed."])


def test_that_the_job_of_a_killed_run_could_not_be_closed_is_an_error(
    session: RaitoSession, raito: ScriptedRaito
) -> None:
    raito.refused = {"updateJob"}

    with pytest.raises(RaitoRejectedError):
        close_abandoned_job(session, "job-9", "ds", "is", "The run was killed.")


def test_the_end_of_a_run_names_all_its_jobs(session: RaitoSession, raito: ScriptedRaito) -> None:
    raito.answers = {"endOfTargetsSync": {"success": True}}

    end_of_targets_sync(session, ["job-1", "job-2"])

    assert raito.asked == [("endOfTargetsSync", {"input": {"jobIds": ["job-1", "job-2"]}})]


def test_an_end_that_the_user_may_not_tell_is_a_permission_that_is_missing(
    session: RaitoSession, raito: ScriptedRaito
) -> None:
    raito.answers = {"endOfTargetsSync": {"message": "not yours"}}

    with pytest.raises(PermissionMissingError, match="not yours"):
        end_of_targets_sync(session, ["job-1"])


def test_an_end_without_success_is_a_warning(
    session: RaitoSession, raito: ScriptedRaito, caplog: pytest.LogCaptureFixture
) -> None:
    raito.answers = {"endOfTargetsSync": {"success": False}}

    with caplog.at_level(logging.WARNING):
        end_of_targets_sync(session, ["job-1"])

    assert "could not finish the run of the jobs job-1" in caplog.text
