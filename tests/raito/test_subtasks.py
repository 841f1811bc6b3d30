"""Waiting for a subtask: how often Raito is asked, when waiting ends, and with what (protocol 2.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import graphql
import pytest
from graphql.language import ast

from raito_aws_pipeline.errors import (
    CredentialsError,
    PermissionMissingError,
    RaitoRejectedError,
    RaitoTimeoutError,
    UnavailableError,
)
from raito_aws_pipeline.raito.connection import RaitoConnection
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.statuses import Status
from raito_aws_pipeline.raito.subtasks import (
    AccessProviderExportResult,
    AccessProviderImportResult,
    AccessProviderSyncFeedbackResult,
    DataSourceImportResult,
    DataUsageImportResult,
    IdentityStoreImportResult,
    Subtask,
    SubtaskResult,
    wait_for_subtask,
)
from tests.raito.scripted_server import Answer, ConnectionLostError, ScriptedServer, in_turn, scripted_server

DONE = {"__typename": "IdentityStoreImportResult", "usersAdded": 2, "usersUpdated": 1, "warnings": ["w"]}


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)


def _poll(status: str, **members: Any) -> Answer:
    subtask = {"jobId": "j", "jobType": "IS", "subtaskId": 's"1', "status": status, "result": None, "errors": None}
    return Answer({"data": {"jobSubtask": subtask | members}})


def _wait(
    *answers: Answer | type[ConnectionLostError],
    first: Status = Status.QUEUED,
    result_type: type[SubtaskResult] = IdentityStoreImportResult,
    timeout: float = 600,
    time: Time | None = None,
    look: Callable[[ScriptedServer], None] = lambda _: None,
) -> SubtaskResult:
    time = time or Time()
    with scripted_server(in_turn(*answers)) as server:
        connection = RaitoConnection(
            url=server.url, domain="acme", user="u", secret=lambda: "s", skip_authentication=True
        )
        subtask = Subtask(job_id="j", job_type="IS", subtask_id='s"1', status=first)
        try:
            with RaitoSession(connection, back_off=0) as session:
                return wait_for_subtask(
                    session, subtask, result_type, timeout=timeout, clock=time.clock, sleep=time.sleep
                )
        finally:
            look(server)


def test_it_is_asked_for_by_job_type_and_id_until_it_has_ended() -> None:
    def look(server: ScriptedServer) -> None:
        assert len(server.requests) == 3
        for request in server.requests:
            assert set(request.json) == {"query"}
            [operation] = graphql.parse(request.json["query"]).definitions
            assert isinstance(operation, ast.OperationDefinitionNode)
            [field] = operation.selection_set.selections
            assert isinstance(field, ast.FieldNode)
            arguments = {a.name.value: graphql.value_from_ast_untyped(a.value) for a in field.arguments}
            assert arguments == {"jobId": "j", "jobType": "IS", "subtaskId": 's"1'}

    result = _wait(_poll("QUEUED"), _poll("DATA_PROCESSING"), _poll("COMPLETED", result=DONE), look=look)

    assert result == IdentityStoreImportResult(users_added=2, users_updated=1, warnings=("w",))


def test_the_first_question_comes_soon_and_later_ones_ever_less_often_up_to_every_five_seconds() -> None:
    time = Time()

    _wait(*[_poll("IN_PROGRESS")] * 12, _poll("COMPLETED", result=DONE), time=time)

    assert time.pauses[0] == 0.2
    assert time.pauses == sorted(time.pauses)
    assert time.pauses[-3:] == [5.0, 5.0, 5.0]


def test_a_subtask_that_was_over_at_once_is_asked_for_its_result_without_a_pause() -> None:
    time = Time()

    _wait(_poll("COMPLETED", result=DONE), first=Status.COMPLETED, time=time)

    assert time.pauses == []


@pytest.mark.parametrize(
    ("result_type", "result", "expected"),
    [
        (
            DataSourceImportResult,
            {"dataObjectsAdded": 1, "dataObjectsRemoved": 2, "dataObjectsUpdated": 3, "warnings": []},
            DataSourceImportResult(data_objects_added=1, data_objects_removed=2, data_objects_updated=3, warnings=()),
        ),
        (
            AccessProviderImportResult,
            {"accessAdded": 1, "accessRemoved": 2, "accessUpdated": 3},
            AccessProviderImportResult(access_added=1, access_removed=2, access_updated=3),
        ),
        (
            DataUsageImportResult,
            {"edgesCreatedOrUpdated": 1, "edgesRemoved": 2, "statementsAdded": 3, "statementsSkipped": 5},
            DataUsageImportResult(
                edges_created_or_updated=1, edges_removed=2, statements_added=3, statements_skipped=5
            ),
        ),
        (
            AccessProviderExportResult,
            {"fileKey": "k", "fileLocation": "http://f", "warnings": None},
            AccessProviderExportResult(file_key="k", file_location="http://f"),
        ),
        (
            AccessProviderSyncFeedbackResult,
            {"accessNamesAdded": 4},
            AccessProviderSyncFeedbackResult(access_names_added=4),
        ),
    ],
)
def test_every_kind_of_result_has_its_type(
    result_type: type[SubtaskResult], result: dict[str, Any], expected: SubtaskResult
) -> None:
    answer = _poll("COMPLETED", result={"__typename": result_type.__name__, "anotherMember": 1} | result)

    assert _wait(answer, result_type=result_type) == expected


@pytest.mark.parametrize("status", ["COMPLETED", "SKIPPED"])
def test_a_subtask_that_reports_nothing_has_counts_of_zero(status: str) -> None:
    assert _wait(_poll(status)) == IdentityStoreImportResult()


def test_a_failed_subtask_is_told_with_raitos_errors() -> None:
    with pytest.raises(RaitoRejectedError) as caught:
        _wait(_poll("FAILED", errors=["no such group", "e-mail twice"]))

    for part in ("jobSubtask: ", 's"1 of task IS, job j', "failed", "no such group; e-mail twice", "What to do:"):
        assert part in str(caught.value)


def test_a_subtask_that_timed_out_at_raitos_is_an_error_too() -> None:
    with pytest.raises(RaitoRejectedError, match="timed out at Raito's: Raito gives no reason"):
        _wait(_poll("TIMED_OUT"))


def test_an_unknown_status_ends_the_waiting() -> None:
    with pytest.raises(RaitoRejectedError, match="status 'PONDERING', which this version does not know"):
        _wait(_poll("PONDERING"))


@pytest.mark.parametrize(
    "result",
    [{"__typename": "DataSourceImportResult"}, {"__typename": "TagImportResult"}, dict(DONE, usersAdded="two"), "x"],
)
def test_a_result_of_another_kind_is_an_error(result: Any) -> None:
    with pytest.raises(RaitoRejectedError, match="its result is no IdentityStoreImportResult"):
        _wait(_poll("COMPLETED", result=result))


def test_failing_polls_are_forgiven_as_long_as_one_in_between_succeeds() -> None:
    failures = [Answer({"errors": [{"message": "busy"}]})] * 5

    result = _wait(
        *failures, _poll("IN_PROGRESS"), *failures, _poll("COMPLETED", result=DONE), first=Status.IN_PROGRESS
    )

    assert isinstance(result, IdentityStoreImportResult)


@pytest.mark.parametrize("first", [Status.QUEUED, Status.COMPLETED])
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer({"errors": [{"message": "busy"}]}), "Raito refused: busy."),
        (Answer({"data": {"jobSubtask": None}}), "Raito does not know it"),
        (Answer(status=501), "HTTP 501"),
    ],
)
def test_the_sixth_failing_poll_in_a_row_ends_the_waiting(first: Status, answer: Answer, message: str) -> None:
    time = Time()

    def look(server: ScriptedServer) -> None:
        assert len(server.requests) == 6

    with pytest.raises((RaitoRejectedError, UnavailableError), match=message):
        _wait(answer, first=first, time=time, look=look)

    assert len(time.pauses) == 5 + (first is Status.QUEUED)


@pytest.mark.parametrize(("status", "kind"), [(401, CredentialsError), (403, PermissionMissingError)])
def test_what_no_second_poll_could_mend_ends_the_waiting_at_once(status: int, kind: type[Exception]) -> None:
    def look(server: ScriptedServer) -> None:
        assert len(server.requests) == 1

    with pytest.raises(kind):
        _wait(Answer(status=status), look=look)


def test_a_raito_that_never_ends_is_left_when_the_time_is_over() -> None:
    time = Time()

    with pytest.raises(RaitoTimeoutError) as caught:
        _wait(_poll("DATA_PROCESSING"), timeout=60, time=time)

    assert time.now == 1060
    assert "not ended it within 60 s; its last status was DATA_PROCESSING" in str(caught.value)
    assert "What to do:" in str(caught.value)


def test_the_time_also_bounds_polls_that_fail() -> None:
    with pytest.raises(RaitoTimeoutError):
        _wait(Answer({"data": {"jobSubtask": None}}), timeout=1)


def test_an_interrupt_while_waiting_goes_through() -> None:
    class Interrupted(Time):
        def sleep(self, _seconds: float) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _wait(_poll("QUEUED"), time=Interrupted())
