"""The life of a target's Raito job: opened, remembered in the lake, closed — by the next run where this one was killed.

House, "How a run goes". The steps on the wire are in `raito.jobs`.
"""

from __future__ import annotations

import datetime
import logging
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.errors import LakeError, PipelineError, RaitoRejectedError
from raito_aws_pipeline.lake.documents import delete_document, read_documents, write_document
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.raito.jobs import Job, close_abandoned_job, end_of_targets_sync, open_job
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.tasks import JobType, Task
from raito_aws_pipeline.sync.connections import RaitoOptions

logger = logging.getLogger(__name__)

OPEN_JOBS = "open_raito_jobs"
"""Kind of the documents in the lake that remember open jobs, one a job."""

LONGEST_JOB = datetime.timedelta(days=1)
"""A job opened on another machine is taken for abandoned after this time; whether its process lives cannot be seen."""


@contextmanager
def target_job(lake: Lake, target: Target, session: RaitoSession, options: RaitoOptions) -> Iterator[Job]:
    """A target's job in Raito, from `createJob` to COMPLETED or FAILED, whatever happens inside.

    Jobs that killed runs of this target left open are closed as FAILED first.

    Raises:
        PipelineError: Raito refuses the job or cannot be reached, or the lake cannot be written.
    """
    close_jobs_of_killed_runs(lake, target, session)
    with open_job(
        session,
        target.raito.data_source_id,
        target.raito.identity_store_id,
        on_opened=lambda job_id: _remember(lake, target, job_id),
        on_closed=lambda job_id: _forget(lake, target, job_id),
        upload_logs=options.upload_logs,
    ) as job:
        yield job


@contextmanager
def task_of_its_own_job(
    lake: Lake, target: Target, session: RaitoSession, options: RaitoOptions, job_type: JobType
) -> Iterator[Task]:
    """A push as a run of its own: a job with one task, ended whatever happens inside.

    Raises:
        PipelineError: As `target_job`.
    """
    jobs = []
    try:
        with target_job(lake, target, session, options) as job:
            jobs.append(job.job_id)
            with job.task(job_type) as task:
                yield task
    finally:
        if jobs:
            end_run(session, jobs)


def end_run(session: RaitoSession, job_ids: Sequence[str]) -> None:
    """Tell Raito that a run has ended, with its failed jobs too (protocol 2.5); that it was not told fails nothing."""
    try:
        end_of_targets_sync(session, job_ids)
    except PipelineError as error:
        logger.warning("Raito was not told that the run of the jobs %s has ended: %s", ", ".join(job_ids), error)


def close_jobs_of_killed_runs(lake: Lake, target: Target, session: RaitoSession) -> list[str]:
    """Close as FAILED what killed runs left open in Raito; the ids of the jobs that were closed.

    A job whose process still runs stays open. One that Raito refuses to close is tried again for a day.
    """
    closed = []
    for job_id, document in read_documents(lake.location, target.slug, OPEN_JOBS).items():
        if _may_still_run(document):
            continue
        try:
            close_abandoned_job(
                session,
                job_id,
                target.raito.data_source_id,
                target.raito.identity_store_id,
                "The run that opened this job was killed before it could close it.",
            )
        except RaitoRejectedError as error:
            logger.warning("Raito does not close job %s, which a killed run left open: %s", job_id, error.what)
            if _is_old(document):
                _forget(lake, target, job_id)
        else:
            logger.info("Closed job %s, which a killed run had left open, as FAILED.", job_id)
            closed.append(job_id)
            _forget(lake, target, job_id)
    return closed


def _remember(lake: Lake, target: Target, job_id: str) -> None:
    document = {
        "host": platform.node(),
        "pid": os.getpid(),
        "process_start": _process_start(os.getpid()),
        "opened_at": datetime.datetime.now(datetime.UTC).isoformat(),
    }
    write_document(lake.location, target.slug, OPEN_JOBS, job_id, document)


def _forget(lake: Lake, target: Target, job_id: str) -> None:
    """Forget a job that has ended. That it cannot be is no failure of the job: the next run closes it once more."""
    try:
        delete_document(lake.location, target.slug, OPEN_JOBS, job_id)
    except LakeError as error:
        logger.warning("Job %s has ended, and the lake still says that it is open: %s", job_id, error)


def _may_still_run(document: dict[str, Any]) -> bool:
    if document.get("host") == platform.node():
        pid = document.get("pid")
        return isinstance(pid, int) and _is_alive(pid) and document.get("process_start") == _process_start(pid)
    return not _is_old(document)


def _is_old(document: dict[str, Any]) -> bool:
    """Whether a job was opened so long ago that nobody is at it any more; what cannot be read tells nothing."""
    try:
        opened_at = datetime.datetime.fromisoformat(str(document.get("opened_at")))
    except ValueError:
        return False
    return datetime.datetime.now(datetime.UTC) - opened_at > LONGEST_JOB


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _process_start(pid: int) -> str | None:
    """Start time of a process in the kernel's ticks, which tells a reused process id; None where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]
