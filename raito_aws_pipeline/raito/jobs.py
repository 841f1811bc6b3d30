"""A job: one run of one target on Raito's screen, from its opening to its end (protocol 2.1 - 2.4).

Here: opening, closing, closing what a killed run left open, and the end of a run of targets. Not here: the tasks within
(`raito.tasks`), and where open jobs are remembered: the caller does that through the two hooks.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import Self

from raito_aws_pipeline.errors import PermissionMissingError, PipelineError, RaitoRejectedError
from raito_aws_pipeline.raito.documents import CREATE_JOB, END_OF_TARGETS_SYNC, UPDATE_JOB
from raito_aws_pipeline.raito.failure_texts import failure_text
from raito_aws_pipeline.raito.graphql import send_typed
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.statuses import Status
from raito_aws_pipeline.raito.tasks import JobType, Task, TaskAddress

logger = logging.getLogger(__name__)


class Job:
    """One job; a context manager around the tasks of a run. Make it with `open_job`."""

    def __init__(
        self,
        session: RaitoSession,
        *,
        data_source_id: str | None,
        identity_store_id: str | None,
        on_opened: Callable[[str], None] | None,
        on_closed: Callable[[str], None] | None,
        upload_logs: Collection[JobType],
    ) -> None:
        self.session = session
        self.data_source_id = data_source_id or None
        self.identity_store_id = identity_store_id or None
        self.job_id = ""
        self._on_opened = on_opened
        self._on_closed = on_closed
        self._upload_logs = upload_logs

    def __enter__(self) -> Self:
        self.job_id = _create_job(self.session, self.data_source_id, self.identity_store_id)
        try:
            if self._on_opened:
                self._on_opened(self.job_id)
            logger.info("Raito job %s is open", self.job_id)
            self._try_update(Status.IN_PROGRESS, None)
        except BaseException as failure:
            self._close(failure)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close(failure)

    def task(self, job_type: JobType) -> Task:
        """A task of this job, to be used as a context manager around its work."""
        return Task(self.session, self._address(job_type), upload_log=job_type in self._upload_logs)

    def skip_task(self, job_type: JobType) -> None:
        """Tell Raito that a task is left out; it has no other event and no log (protocol 2.7)."""
        Task(self.session, self._address(job_type), upload_log=False).event(Status.SKIPPED)

    def _address(self, job_type: JobType) -> TaskAddress:
        return TaskAddress(
            job_id=self.job_id,
            data_source_id=self.data_source_id,
            identity_store_id=self.identity_store_id,
            job_type=job_type,
        )

    def _close(self, failure: BaseException | None) -> None:
        if failure is None:
            closed = self._try_update(Status.COMPLETED, None)
        else:
            closed = self._try_update(Status.FAILED, failure_text(failure))
        if closed and self._on_closed:
            self._on_closed(self.job_id)

    def _try_update(self, status: Status, error: str | None) -> bool:
        try:
            _update_job(
                self.session,
                job_id=self.job_id,
                data_source_id=self.data_source_id,
                identity_store_id=self.identity_store_id,
                status=status,
                error=error,
            )
        except PipelineError as failure:
            logger.warning("Raito was not told that job %s is %s: %s", self.job_id, status, failure)
            return False
        return True


def open_job(
    session: RaitoSession,
    data_source_id: str | None,
    identity_store_id: str | None,
    *,
    on_opened: Callable[[str], None] | None = None,
    on_closed: Callable[[str], None] | None = None,
    upload_logs: Collection[JobType] = frozenset(JobType),
) -> Job:
    """A job for one target; entering it opens it at Raito, leaving it closes it there.

    It ends COMPLETED, or FAILED with the reason when anything was raised inside, a keyboard interrupt and a cancelled
    Dagster run included; what was raised goes on. That Raito could not be told of a state is logged, and fails nothing.

    Args:
        session: The session.
        data_source_id: Id of the target's data source, if it has one.
        identity_store_id: Id of the target's identity store, if it has one.
        on_opened: Called with the job's id before anything else happens in the job: remember it durably, so that a
            killed run's job can be closed later (`close_abandoned_job`).
        on_closed: Called with the job's id once Raito knows that it has ended, and only then: forget it.
        upload_logs: The kinds of task that give their log to Raito.

    Raises:
        PipelineError: On entering, when the job cannot be opened.
    """
    return Job(
        session,
        data_source_id=data_source_id,
        identity_store_id=identity_store_id,
        on_opened=on_opened,
        on_closed=on_closed,
        upload_logs=upload_logs,
    )


def close_abandoned_job(
    session: RaitoSession, job_id: str, data_source_id: str | None, identity_store_id: str | None, reason: str
) -> None:
    """End a job as FAILED that a killed run has left open.

    Args:
        session: The session.
        job_id: The job.
        data_source_id: As it was opened with.
        identity_store_id: As it was opened with.
        reason: Shown as the job's error.

    Raises:
        RaitoRejectedError: Raito does not take this job any more; trying again is of no use.
        PipelineError: Raito was not told; the job is as open as before.
    """
    _update_job(
        session,
        job_id=job_id,
        data_source_id=data_source_id or None,
        identity_store_id=identity_store_id or None,
        status=Status.FAILED,
        error=reason,
    )


def end_of_targets_sync(session: RaitoSession, job_ids: Sequence[str]) -> None:
    """Tell Raito that a run over all targets has ended; failed targets' jobs are named too (protocol 2.5).

    Raises:
        PermissionMissingError: The API user may not say so.
        PipelineError: Raito was not told.
    """
    call = END_OF_TARGETS_SYNC.operation
    answer = send_typed(session, END_OF_TARGETS_SYNC, {"input": {"jobIds": list(job_ids)}})
    if not isinstance(answer, dict):
        raise RaitoRejectedError("The answer is empty.", call=call, remedy="Run again; if it stays so, report a bug.")
    if "message" in answer:
        raise PermissionMissingError(
            f"Raito refused: {answer['message']}.",
            call=call,
            remedy="Give the API user the role 'Integrator' in Raito, or use one that has it.",
        )
    if not answer.get("success"):
        logger.warning("Raito could not finish the run of the jobs %s", ", ".join(job_ids))


def _create_job(session: RaitoSession, data_source_id: str | None, identity_store_id: str | None) -> str:
    job = {
        "dataSourceId": data_source_id,
        "identityStoreId": identity_store_id,
        "eventTime": datetime.datetime.now(datetime.UTC),
    }
    answer = send_typed(session, CREATE_JOB, {"input": job})
    job_id = answer.get("jobId") if isinstance(answer, dict) else None
    if not isinstance(job_id, str) or not job_id:
        raise RaitoRejectedError(
            "Raito opened no job.",
            call=CREATE_JOB.operation,
            remedy="Check 'data-source-id' and 'identity-store-id' of the target in raito.yml.",
        )
    return job_id


def _update_job(
    session: RaitoSession,
    *,
    job_id: str,
    data_source_id: str | None,
    identity_store_id: str | None,
    status: Status,
    error: str | None,
) -> None:
    state = {
        "dataSourceId": data_source_id,
        "identityStoreId": identity_store_id,
        "status": status,
        "eventTime": datetime.datetime.now(datetime.UTC),
        "errors": [error] if error else None,
    }
    send_typed(session, UPDATE_JOB, {"id": job_id, "input": state})
