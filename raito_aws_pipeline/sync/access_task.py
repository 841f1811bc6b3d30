"""The access task of a run: what access controls are made of is read, kept in the lake, made and pushed.

The export of access controls to AWS, which comes first in the task (protocol 7.1), is not there yet. In Dagster reading
and pushing are assets of their own (`assets.access_controls`).
"""

from __future__ import annotations

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.raito.tasks import Task
from raito_aws_pipeline.sync.access import write_access_controls
from raito_aws_pipeline.sync.access_push import push_access_controls
from raito_aws_pipeline.sync.access_sources import (
    has_permission_sets,
    write_access_points,
    write_bucket_policies,
    write_permission_sets,
    write_roles_and_policies,
)
from raito_aws_pipeline.sync.buckets import write_buckets
from raito_aws_pipeline.sync.connections import organization_clients
from raito_aws_pipeline.sync.identities import write_account_details
from raito_aws_pipeline.sync.regions import target_regions
from raito_aws_pipeline.sync.run_options import RunOptions
from raito_aws_pipeline.sync.tables import ACCOUNT_AUTHORIZATION_DETAILS, BUCKETS
from raito_aws_pipeline.sync.task_reports import Pushed, TaskReport
from raito_aws_pipeline.sync.written import TableWritten


def sync_access(lake: Lake, target: Target, clients: AwsClients, task: Task, options: RunOptions) -> TaskReport:
    """Read a target's access controls and push them, within a running task.

    The account's sweep and its buckets are read again only where this run has not read them already.

    Args:
        lake: The lake.
        target: The target; it has a data source.
        clients: AWS.
        task: The task DA of an open job.
        options: What the run is asked to do.

    Raises:
        PipelineError: They could not be read, must not be pushed as they are, or Raito refuses them.
    """
    written: list[TableWritten] = []

    def note(*tables: TableWritten) -> None:
        for table in tables:
            written.append(table)
            options.on_written(table)

    if ACCOUNT_AUTHORIZATION_DETAILS not in options.written_before:
        note(write_account_details(lake, target, clients).details)
    if BUCKETS not in options.written_before:
        note(write_buckets(lake, target, clients).table)
    note(*write_roles_and_policies(lake, target))
    note(write_bucket_policies(lake, target, clients))
    if not target.aws.aws_access_skip_s3_access_points:
        for region in target_regions(target):
            note(write_access_points(lake, target, clients, region))
    if has_permission_sets(target):
        note(write_permission_sets(lake, target, clients, organization_clients(target)))
    note(*write_access_controls(lake, target).tables)
    push = push_access_controls(lake, target, task, allow_mass_delete=options.allow_mass_delete, options=options.raito)
    counted = push.result
    return TaskReport(
        task.address.job_type,
        written=tuple(written),
        pushed=(
            Pushed(
                "access controls",
                push.records,
                push.bytes,
                counted.access_added,
                counted.access_updated,
                counted.access_removed,
            ),
        ),
        warnings=counted.warnings or (),
    )
