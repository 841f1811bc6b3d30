"""A task: one kind of sync within a job, and the events by which Raito's screen follows it (protocol 2.5, 2.7).

Here: the events of a task from STARTED to COMPLETED, FAILED or SKIPPED, its warnings, results and log. Not here: the
job around it (`raito.jobs`) and what is done between the events (`raito.imports`).
"""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from raito_aws_pipeline.errors import PipelineError
from raito_aws_pipeline.raito.documents import ADD_TASK_EVENT
from raito_aws_pipeline.raito.failure_texts import failure_text
from raito_aws_pipeline.raito.graphql import send_typed
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.statuses import Status
from raito_aws_pipeline.raito.task_logs import TaskLog

logger = logging.getLogger(__name__)


class JobType(StrEnum):
    """The kinds of task, as Raito spells them (protocol 2.1)."""

    DS = "DS"
    """data source"""
    IS = "IS"
    """identity store"""
    DA = "DA"
    """data access"""
    DU = "DU"
    """data usage"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """What Raito's screen shows of a completed task: counts of one kind of object."""

    object_type: str
    added: int = 0
    updated: int = 0
    removed: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAddress:
    """What each call about a task names: the job, its target's ids (or None), and the kind of task."""

    job_id: str
    data_source_id: str | None
    identity_store_id: str | None
    job_type: JobType


class Task:
    """One task; a context manager around the work.

    Sends STARTED, then COMPLETED with the results, or FAILED with the error when the work raises, whatever it raises
    (a keyboard interrupt and a cancelled Dagster run too); the error goes on. Events are fire-and-forget: one that
    Raito does not take is logged and the work goes on.

    Args:
        session: The session.
        address: Which task it is.
        upload_log: Whether its log is given to Raito at the end.
    """

    def __init__(self, session: RaitoSession, address: TaskAddress, *, upload_log: bool) -> None:
        self.session = session
        self.address = address
        self.results: list[TaskResult] = []
        self._warnings: list[str] = []
        self._log = TaskLog(session, address.job_id, address.job_type) if upload_log else None

    def __enter__(self) -> Self:
        if self._log:
            self._log.start()
        try:
            logger.info("Synchronizing %s", self.address.job_type)
            self.event(Status.STARTED)
        except BaseException as failure:
            self._failed(failure)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        if failure is not None:
            self._failed(failure)
            return
        told = False
        try:
            self.event(Status.COMPLETED)
            told = True
        finally:
            if self._log:
                self._log.finish(upload=told)

    def event(self, status: Status, *, error: str | None = None) -> None:
        """Tell Raito the task's state, with the warnings since the last event that it took.

        Args:
            status: The state; with COMPLETED go the results.
            error: Why it failed, with FAILED.
        """
        results = None
        if status is Status.COMPLETED:
            results = [
                {
                    "objectType": r.object_type,
                    "added": r.added,
                    "updated": r.updated,
                    "removed": r.removed,
                    "failed": r.failed,
                }
                for r in self.results
            ]
        event = {
            "jobId": self.address.job_id,
            "jobType": self.address.job_type,
            "dataSourceId": self.address.data_source_id,
            "identityStoreId": self.address.identity_store_id,
            "status": status,
            "eventTime": datetime.datetime.now(datetime.UTC),
            "errors": [error] if error else None,
            "warnings": self._warnings or None,
            "result": results,
        }
        try:
            send_typed(self.session, ADD_TASK_EVENT, {"input": event})
        except PipelineError as failure:
            logger.warning("Raito was not told that task %s is %s: %s", self.address.job_type, status, failure)
        else:
            self._warnings = []

    def warn(self, text: str) -> None:
        """Say something that Raito's screen shows as a warning of the task; it travels with the next event."""
        logger.warning("%s", text)
        self._warnings.append(text)

    def _failed(self, failure: BaseException) -> None:
        text = failure_text(failure)
        logger.error("Task %s failed: %s", self.address.job_type, text)
        try:
            # An interrupted run is given little time: its FAILED must not wait for the upload of a log.
            if self._log:
                self._log.finish(upload=isinstance(failure, Exception))
        finally:
            self.event(Status.FAILED, error=text)
