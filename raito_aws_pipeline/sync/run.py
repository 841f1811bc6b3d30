"""A whole run over targets, as the command line makes it: one Raito job a target, its tasks in the reference's order.

House, "How a run goes"; protocol 2.7, 2.8. In Dagster each push has a job of its own instead (`assets/`).
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from raito_aws_pipeline.configuration.targets import BrokenTarget, Target
from raito_aws_pipeline.errors import CredentialsError, PipelineError, UnexpectedError
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.raito.jobs import Job
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.sync.connections import RaitoOptions, aws_clients, raito_session
from raito_aws_pipeline.sync.identities import write_identities
from raito_aws_pipeline.sync.identity_push import IdentityPush, push_identities
from raito_aws_pipeline.sync.raito_jobs import end_run, target_job
from raito_aws_pipeline.sync.written import TableWritten

logger = logging.getLogger(__name__)

TASK_ORDER = (JobType.DS, JobType.IS, JobType.DA, JobType.DU)
"""Order of the tasks in a job (protocol 2.8)."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What one run is asked to do.

    Args:
        allow_mass_delete: Push even where more than half of the last push would be removed.
        raito: What holds for all talk with Raito.
    """

    allow_mass_delete: bool
    raito: RaitoOptions


@dataclass(frozen=True, slots=True)
class TargetReport:
    """What became of one target: tables written, what was pushed, or why not; `seconds` of wall time."""

    target: str
    seconds: float
    written: tuple[TableWritten, ...] = ()
    identities: IdentityPush | None = None
    skipped: str | None = None
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
    written: list[TableWritten] = []
    error: PipelineError
    try:
        push, skipped = _sync_target(lake, target, sessions, options, written)
        return TargetReport(target.name, time.monotonic() - started, tuple(written), push, skipped)
    except PipelineError as failure:
        error = failure.with_target(target.name)
    except Exception as failure:
        logger.debug("An unexpected failure", exc_info=True)
        error = UnexpectedError(
            f"An unexpected {type(failure).__name__}.",
            target=target.name,
            remedy="Run it again; if it stays so, report it with the log of the task, which Raito has.",
        )
    return TargetReport(target.name, time.monotonic() - started, tuple(written), error=error)


def _sync_target(
    lake: Lake, target: Target, sessions: Sessions, options: RunOptions, written: list[TableWritten]
) -> tuple[IdentityPush | None, str | None]:
    session = sessions.of(target)
    push, skipped = None, None
    with target_job(lake, target, session, options.raito) as job:
        sessions.job_opened(target, job.job_id)
        for job_type in TASK_ORDER:
            if job_type is not JobType.IS:
                job.skip_task(job_type)
                continue
            skipped = _reason_to_skip_identities(target)
            if skipped:
                job.skip_task(JobType.IS)
                logger.warning("Target '%s': the identity task is left out: %s.", target.name, skipped)
            else:
                push = _sync_identities(lake, target, job, options, written)
    return push, skipped


def _reason_to_skip_identities(target: Target) -> str | None:
    if target.skip.skip_identity_store_sync:
        return "skip-identity-store-sync is set"
    if not target.raito.identity_store_id:
        return "the target has no identity-store-id"
    return None


def _sync_identities(
    lake: Lake, target: Target, job: Job, options: RunOptions, written: list[TableWritten]
) -> IdentityPush:
    with job.task(JobType.IS) as task:
        written.extend(write_identities(lake, target, aws_clients(target)))
        return push_identities(
            lake,
            target,
            task,
            allow_mass_delete=options.allow_mass_delete,
            options=options.raito,
        )
