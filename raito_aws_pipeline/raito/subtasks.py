"""Subtasks: what Raito does with a request after it has taken it, and waiting for the end of that (protocol 2.6).

Here: polling, its patience, and the results as types. Not here: the requests that begin subtasks (`raito.imports`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from raito_aws_pipeline.errors import (
    ConfigurationError,
    CredentialsError,
    PermissionMissingError,
    PipelineError,
    RaitoRejectedError,
    RaitoTimeoutError,
)
from raito_aws_pipeline.raito.documents import JOB_SUBTASK
from raito_aws_pipeline.raito.graphql import send_raw
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.statuses import Status, parse_status

logger = logging.getLogger(__name__)

SHORTEST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
_PAUSE_GROWTH = 1.6
FAILED_POLLS_ALLOWED = 5
"""Polls in a row that may fail; the next one ends the waiting."""


class SubtaskResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="__typename"):
    """What a subtask reports when it has ended; a count that Raito leaves out is 0."""

    warnings: tuple[str, ...] | None = None


class DataSourceImportResult(SubtaskResult, frozen=True, kw_only=True, tag=True):
    """Counts of an import of data objects."""

    data_objects_added: int = 0
    data_objects_updated: int = 0
    data_objects_removed: int = 0


class IdentityStoreImportResult(SubtaskResult, frozen=True, kw_only=True, tag=True):
    """Counts of an import of users and groups."""

    users_added: int = 0
    users_updated: int = 0
    users_removed: int = 0
    groups_added: int = 0
    groups_updated: int = 0
    groups_removed: int = 0


class AccessProviderImportResult(SubtaskResult, frozen=True, kw_only=True, tag=True):
    """Counts of an import of access controls."""

    access_added: int = 0
    access_updated: int = 0
    access_removed: int = 0


class DataUsageImportResult(SubtaskResult, frozen=True, kw_only=True, tag=True):
    """Counts of an import of usage statements."""

    statements_added: int = 0
    statements_failed: int = 0
    statements_skipped: int = 0
    edges_created_or_updated: int = 0
    edges_removed: int = 0


class AccessProviderExportResult(SubtaskResult, frozen=True, kw_only=True, tag=True):
    """Where an export of access controls lies."""

    file_key: str = ""
    file_location: str = ""


class AccessProviderSyncFeedbackResult(SubtaskResult, frozen=True, kw_only=True, tag=True):
    """Counts of an import of feedback."""

    access_names_added: int = 0


ResultT = TypeVar("ResultT", bound=SubtaskResult)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtask:
    """A subtask as the request that began it has answered."""

    job_id: str
    job_type: str
    subtask_id: str
    status: Status


def wait_for_subtask(
    session: RaitoSession,
    subtask: Subtask,
    result_type: type[ResultT],
    *,
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> ResultT:
    """Wait until a subtask has ended; returns its result.

    The first poll comes soon, the later ones less and less often, at least every 5 s. A failing poll, also one that
    finds no subtask, is tried again; six in a row end the waiting. A subtask that was over at once is polled once, for
    its result. One that Raito skipped, or that reports nothing, has a result of zeros.

    Args:
        session: The session.
        subtask: The subtask.
        result_type: What it must report.
        timeout: Seconds in all.
        clock: Gives seconds.
        sleep: Pauses for seconds; what it raises goes through.

    Raises:
        RaitoRejectedError: The subtask failed or timed out at Raito's, or its status or result is not known.
        RaitoTimeoutError: It has not ended in time. What it does may still happen.
        PipelineError: Polling fails.
    """
    end = clock() + timeout
    status, pause, failures = subtask.status, SHORTEST_PAUSE_SECONDS, 0
    while True:
        if not status.terminal or failures:
            left = end - clock()
            if left <= 0:
                raise _timed_out(subtask, status, timeout)
            sleep(min(pause, left))
            pause = min(pause * _PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
        try:
            answer = _poll(session, subtask)
        except (ConfigurationError, CredentialsError, PermissionMissingError):
            raise
        except PipelineError as failure:
            failures += 1
            if failures > FAILED_POLLS_ALLOWED:
                raise
            logger.info("Asking Raito for subtask %s failed, asking again: %s", subtask.subtask_id, failure.what)
            continue
        failures = 0
        status = parse_status(answer.get("status"), JOB_SUBTASK.operation)
        if status.terminal:
            return _result(subtask, status, answer, result_type)


def _poll(session: RaitoSession, subtask: Subtask) -> dict[str, Any]:
    answer = send_raw(
        session,
        JOB_SUBTASK,
        {"jobId": subtask.job_id, "jobType": subtask.job_type, "subtaskId": subtask.subtask_id},
    )
    if not isinstance(answer, dict):
        raise _rejected(subtask, "Raito does not know it", remedy="Run again; if it stays so, tell Raito's support.")
    return answer


def _result(subtask: Subtask, status: Status, answer: dict[str, Any], result_type: type[ResultT]) -> ResultT:
    if status in (Status.FAILED, Status.TIMED_OUT):
        reasons = "; ".join(str(reason) for reason in answer.get("errors") or []) or "Raito gives no reason"
        verb = "failed" if status is Status.FAILED else "timed out"
        raise _rejected(subtask, f"it {verb} at Raito's: {reasons}", remedy="Correct what Raito names, then run again.")
    result = answer.get("result")
    if result is None:
        return result_type()
    try:
        return msgspec.convert(result, result_type)
    except msgspec.ValidationError as failure:
        raise _rejected(
            subtask,
            f"its result is no {result_type.__name__} ({failure})",
            remedy="Update raito-aws-pipeline; if there is no newer version, report a bug.",
        ) from None


def _rejected(subtask: Subtask, what: str, *, remedy: str) -> RaitoRejectedError:
    return RaitoRejectedError(f"{_named(subtask)}: {what}.", call=JOB_SUBTASK.operation, remedy=remedy)


def _timed_out(subtask: Subtask, status: Status, timeout: float) -> RaitoTimeoutError:
    return RaitoTimeoutError(
        f"{_named(subtask)}: Raito has not ended it within {timeout:g} s; its last status was {status.value}.",
        call=JOB_SUBTASK.operation,
        remedy="Look at the job in Raito: it may still end there. Give more time, or run again later.",
    )


def _named(subtask: Subtask) -> str:
    return f"Subtask {subtask.subtask_id} of task {subtask.job_type}, job {subtask.job_id}"
