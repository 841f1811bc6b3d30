"""The identity task of a run: users and groups are read, kept in the lake and pushed.

In Dagster reading and pushing are assets of their own (`assets.identities`).
"""

from __future__ import annotations

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.raito.tasks import Task
from raito_aws_pipeline.sync.identities import write_identities
from raito_aws_pipeline.sync.identity_push import push_identities
from raito_aws_pipeline.sync.run_options import RunOptions
from raito_aws_pipeline.sync.task_reports import Pushed, TaskReport


def sync_identities(lake: Lake, target: Target, clients: AwsClients, task: Task, options: RunOptions) -> TaskReport:
    """Read a target's identities and push them, within a running task.

    Args:
        lake: The lake.
        target: The target; it has an identity store.
        clients: AWS.
        task: The task IS of an open job.
        options: What the run is asked to do.

    Raises:
        PipelineError: They could not be read, must not be pushed as they are, or Raito refuses them.
    """
    written = write_identities(lake, target, clients)
    for table in written:
        options.on_written(table)
    push = push_identities(lake, target, task, allow_mass_delete=options.allow_mass_delete, options=options.raito)
    counted = push.result
    return TaskReport(
        task.address.job_type,
        written=written,
        pushed=(
            Pushed(
                "users",
                push.users,
                push.users_bytes,
                counted.users_added,
                counted.users_updated,
                counted.users_removed,
            ),
            Pushed(
                "groups",
                push.groups,
                push.groups_bytes,
                counted.groups_added,
                counted.groups_updated,
                counted.groups_removed,
            ),
        ),
        warnings=counted.warnings or (),
    )
