"""The tasks of a target's job, in the reference's order (protocol 2.7, 2.8): which target has which, and what does it.

Here: one row a task. Not here: the work itself (`identity_task` and its kin) and the job around it (`run`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.targets import Target, TargetKind
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.raito.tasks import JobType, Task
from raito_aws_pipeline.sync.access_task import sync_access
from raito_aws_pipeline.sync.data_object_task import sync_data_objects
from raito_aws_pipeline.sync.identity_task import sync_identities
from raito_aws_pipeline.sync.run_options import RunOptions
from raito_aws_pipeline.sync.task_reports import TaskReport

TaskWork = Callable[[Lake, Target, AwsClients, Task, RunOptions], TaskReport]
"""Does a task of a target between its events STARTED and COMPLETED; what it raises makes the task FAILED."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task of the table.

    Args:
        job_type: Its kind in Raito.
        name: How people name it (`--only`, messages).
        kinds: The kinds of target that have it; it is SKIPPED in the jobs of others.
        reason_to_leave_out: Why a target that could have it has it not, a clause, or None.
        work: Does it; None: this version does not have it, it is SKIPPED.
    """

    job_type: JobType
    name: str
    kinds: frozenset[TargetKind]
    reason_to_leave_out: Callable[[Target], str | None]
    work: TaskWork | None


def _no_data_source(target: Target) -> str | None:
    if target.skip.skip_data_source_sync:
        return "skip-data-source-sync is set"
    if not target.raito.data_source_id:
        return "the target has no data-source-id"
    return None


def _no_identity_store(target: Target) -> str | None:
    if target.skip.skip_identity_store_sync:
        return "skip-identity-store-sync is set"
    if not target.raito.identity_store_id:
        return "the target has no identity-store-id"
    return None


def _no_access(target: Target) -> str | None:
    if target.skip.skip_data_access_sync:
        return "skip-data-access-sync is set"
    if target.raito.skip_data_access_import:
        return "skip-data-access-import is set"
    if not target.raito.data_source_id:
        return "the target has no data-source-id"
    return None


def _nothing_against_it(_: Target) -> str | None:
    return None


_ACCOUNTS = frozenset({TargetKind.ACCOUNT})
_ALL = frozenset(TargetKind)

DATA_SOURCE = TaskRow(JobType.DS, "data-source", _ACCOUNTS, _no_data_source, work=sync_data_objects)
IDENTITIES = TaskRow(JobType.IS, "identity", _ALL, _no_identity_store, work=sync_identities)
ACCESS = TaskRow(JobType.DA, "access", _ACCOUNTS, _no_access, work=sync_access)
USAGE = TaskRow(JobType.DU, "usage", _ACCOUNTS, _nothing_against_it, work=None)

TASKS = (DATA_SOURCE, IDENTITIES, ACCESS, USAGE)
"""All tasks, in their order."""

CHOICES = {row.name: row.job_type for row in (DATA_SOURCE, IDENTITIES, ACCESS)}
"""What `--only` can name."""

NAMES = {row.job_type: row.name for row in TASKS}
"""How people name the tasks."""
