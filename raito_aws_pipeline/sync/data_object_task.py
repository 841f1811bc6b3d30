"""The data object task of a run: buckets, then data objects of each region are read, kept in the lake and pushed.

In Dagster reading and pushing are assets of their own (`assets.data_objects`).
"""

from __future__ import annotations

from collections.abc import Iterable

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.checks import COMPLETE, CheckOutcome
from raito_aws_pipeline.raito.tasks import Task
from raito_aws_pipeline.sync.buckets import write_buckets
from raito_aws_pipeline.sync.data_object_push import DataObjectPush, push_data_objects
from raito_aws_pipeline.sync.data_object_subtree import push_subtree, write_subtree
from raito_aws_pipeline.sync.data_objects import RegionWritten, write_data_objects
from raito_aws_pipeline.sync.glue_objects import write_glue_tables
from raito_aws_pipeline.sync.regions import target_regions
from raito_aws_pipeline.sync.run_options import RunOptions
from raito_aws_pipeline.sync.task_reports import Pushed, TaskReport
from raito_aws_pipeline.sync.written import TableWritten


def sync_data_objects(lake: Lake, target: Target, clients: AwsClients, task: Task, options: RunOptions) -> TaskReport:
    """Read a target's data objects and push them, within a running task; or those below one of them alone.

    Args:
        lake: The lake.
        target: The target; it has a data source.
        clients: AWS.
        task: The task DS of an open job.
        options: What the run is asked to do.

    Raises:
        PipelineError: They could not be read at all, must not be pushed as they are, or Raito refuses them.
    """
    written: list[TableWritten] = []

    def note(table: TableWritten) -> None:
        written.append(table)
        options.on_written(table)

    buckets = write_buckets(lake, target, clients)
    note(buckets.table)
    if options.subtree is not None:
        note(write_subtree(lake, target, clients, options.subtree))
        push = push_subtree(lake, target, clients, task, options.subtree, options=options.raito)
        return _report(task, written, push, [])

    def note_region(region: RegionWritten) -> None:
        for table in region.tables:
            note(table)

    regions = target_regions(target)
    if target.aws.aws_glue_enabled:
        for region in regions:
            note(write_glue_tables(lake, target, clients, region))
    checks = write_data_objects(lake, target, clients, regions, note_region)
    warnings = _warn(task, (*buckets.checks, *checks))
    push = push_data_objects(
        lake, target, clients, task, allow_mass_delete=options.allow_mass_delete, options=options.raito
    )
    return _report(task, written, push, warnings)


def _warn(task: Task, checks: Iterable[CheckOutcome]) -> list[str]:
    """Tell of the checks that do not hold and yet stop no push; the push itself tells what is missing."""
    failed = [check for check in checks if not (check.passed or check.blocking or check.name == COMPLETE)]
    warnings = [f"{check.table}: {check.description}" for check in failed]
    for warning in warnings:
        task.warn(warning)
    return warnings


def _report(task: Task, written: list[TableWritten], push: DataObjectPush, warnings: list[str]) -> TaskReport:
    counted = push.result
    pushed = Pushed(
        "data objects",
        push.records,
        push.bytes,
        counted.data_objects_added,
        counted.data_objects_updated,
        counted.data_objects_removed,
    )
    return TaskReport(
        task.address.job_type, written=tuple(written), pushed=(pushed,), warnings=(*warnings, *push.warnings)
    )
