"""A whole run over targets, as the command line makes it: one Raito job a target, its tasks in the reference's order.

House, "How a run goes"; protocol 2.7, 2.8. In Dagster each push has a job of its own instead (`assets/`).
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from raito_aws_pipeline.configuration.targets import BrokenTarget, Target
from raito_aws_pipeline.errors import CredentialsError, PipelineError, UnexpectedError
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.sync.connections import aws_clients, raito_session
from raito_aws_pipeline.sync.raito_jobs import end_run, target_job
from raito_aws_pipeline.sync.run_options import RunOptions
from raito_aws_pipeline.sync.task_reports import TaskReport
from raito_aws_pipeline.sync.task_table import TASKS, TaskRow
from raito_aws_pipeline.sync.written import TableWritten

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TargetReport:
    """What became of one target.

    Args:
        target: Its name.
        seconds: Wall time.
        tasks: What became of its tasks, in their order; empty where no job could be opened.
        error: Why it failed.
    """

    target: str
    seconds: float
    tasks: tuple[TaskReport, ...] = ()
    error: PipelineError | None = None


class Sessions:
    """The Raito sessions of a run: one for each Raito and user, with the version gate passed; closed together."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._stack = ExitStack()
        self._sessions: dict[Hashable, RaitoSession] = {}
        self._refused: dict[Hashable, CredentialsError] = {}
        self._jobs: dict[Hashable, list[str]] = {}

    def __enter__(self) -> Sessions:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, target: Target) -> RaitoSession:
        """The session of a target.

        Raises:
            PipelineError: The login fails, or Raito does not support this version.
        """
        key = self._key(target)
        if key in self._refused:
            # Another attempt with the same password would only bring the user nearer to being locked out.
            raise copy.copy(self._refused[key])
        if key not in self._sessions:
            try:
                self._sessions[key] = self._stack.enter_context(raito_session(target, self._environment))
            except CredentialsError as error:
                self._refused[key] = copy.copy(error)
                raise
        return self._sessions[key]

    def job_opened(self, target: Target, job_id: str) -> None:
        """Note a job for `endOfTargetsSync`."""
        self._jobs.setdefault(self._key(target), []).append(job_id)

    def end(self) -> None:
        """Tell each Raito that the run over its targets has ended; failed jobs are named too (protocol 2.5)."""
        for key, jobs in self._jobs.items():
            end_run(self._sessions[key], jobs)

    def _key(self, target: Target) -> Hashable:
        raito = target.raito
        return (raito.raito_url_override, raito.domain, raito.api_user, raito.api_secret)


def sync_targets(
    lake: Lake,
    targets: Sequence[Target | BrokenTarget],
    environment: Mapping[str, str],
    options: RunOptions,
    report: Callable[[TargetReport], None],
) -> None:
    """Sync targets one after another; a failing one does not stop the next.

    Args:
        lake: Where everything that is read is kept.
        targets: The targets, in the order of the file.
        environment: Variables that secrets refer to and that move endpoints.
        options: What to do.
        report: Called with each target's report when it has ended.
    """
    with Sessions(environment) as sessions:
        try:
            for target in targets:
                report(_report_of(lake, target, sessions, options))
        finally:
            sessions.end()


def _report_of(lake: Lake, target: Target | BrokenTarget, sessions: Sessions, options: RunOptions) -> TargetReport:
    started = time.monotonic()
    if isinstance(target, BrokenTarget):
        return TargetReport(target.name, 0.0, error=target.error)
    tasks: list[TaskReport] = []
    error: PipelineError
    try:
        _sync_target(lake, target, sessions, options, tasks)
        return TargetReport(target.name, time.monotonic() - started, tuple(tasks))
    except PipelineError as failure:
        error = failure.with_target(target.name)
    except Exception as failure:
        logger.debug("An unexpected failure", exc_info=True)
        error = UnexpectedError(
            f"An unexpected {type(failure).__name__}.",
            target=target.name,
            remedy="Run it again; if it stays so, report it with the log of the task, which Raito has.",
        )
    return TargetReport(target.name, time.monotonic() - started, tuple(tasks), error)


def _sync_target(lake: Lake, target: Target, sessions: Sessions, options: RunOptions, tasks: list[TaskReport]) -> None:
    """One job with its tasks; `tasks` gets their reports, also where one fails.

    A task that fails ends the job: Raito hears nothing of the later ones (protocol 2.8).
    """
    session = sessions.of(target)
    clients = aws_clients(target)
    with target_job(lake, target, session, options.raito) as job:
        sessions.job_opened(target, job.job_id)
        for position, row in enumerate(TASKS):
            skipped = _reason_to_leave_out(row, target, options)
            if row.work is None or skipped:
                job.skip_task(row.job_type)
                tasks.append(TaskReport(row.job_type, skipped=skipped))
                continue
            written: list[TableWritten] = []
            before = frozenset(table.table for done in tasks for table in done.written)
            asked = replace(options, written_before=before, on_written=written.append)
            try:
                with job.task(row.job_type) as task:
                    report = row.work(lake, target, clients, task, asked)
            except Exception:
                tasks.append(TaskReport(row.job_type, tuple(written)))
                reason = f"the {row.name} task failed before"
                tasks.extend(TaskReport(later.job_type, skipped=reason) for later in TASKS[position + 1 :])
                raise
            tasks.append(report)


def _reason_to_leave_out(row: TaskRow, target: Target, options: RunOptions) -> str | None:
    if row.work is None:
        return "not in this version"
    if target.kind not in row.kinds:
        return f"not for targets of {target.kind}"
    if options.only and row.job_type not in options.only:
        return "not asked for"
    reason = row.reason_to_leave_out(target)
    if reason:
        logger.warning("Target '%s': the %s task is left out: %s.", target.name, row.name, reason)
    return reason
