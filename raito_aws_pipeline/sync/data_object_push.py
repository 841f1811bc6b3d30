"""The push of a target's data objects to Raito: checks and guards first, then metadata, the file and the import."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.checks import DATA_OBJECT_CHECKS, TreeCheck
from raito_aws_pipeline.data_objects.metadata import data_source_metadata
from raito_aws_pipeline.errors import CheckFailedError, ConfigurationError, LakeError
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.checks import check_schema, is_mass_delete
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.pushed_data_objects import PushedDataObjects
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.raito.imports import import_data_objects
from raito_aws_pipeline.raito.metadata import set_data_source_metadata
from raito_aws_pipeline.raito.subtasks import DataSourceImportResult
from raito_aws_pipeline.raito.tasks import Task
from raito_aws_pipeline.sync.account import account_id
from raito_aws_pipeline.sync.connections import RaitoOptions
from raito_aws_pipeline.sync.data_object_files import data_source_object, write_data_object_file
from raito_aws_pipeline.sync.push_guards import require_checks
from raito_aws_pipeline.sync.regions import target_regions
from raito_aws_pipeline.sync.tables import BUCKETS, DATA_OBJECTS, RAITO_DATA_SOURCE, region_partition
from raito_aws_pipeline.sync.written import TableWritten, write_table

_NAMED = 5
"""Missing parts that a warning names; the table `failures` of the lake has all."""


@dataclass(frozen=True, slots=True)
class DataObjectPush:
    """What one push did.

    Args:
        job_id: The job in Raito.
        records: Data objects sent, the root included.
        bytes: Size of the import file.
        result: What Raito counted.
        kept: Why Raito was asked to keep what the file does not hold; None: it was asked to remove it.
        written: The table that remembers the push; None for a partial one.
    """

    job_id: str
    records: int
    bytes: int
    result: DataSourceImportResult
    kept: str | None
    written: TableWritten | None


def push_data_objects(
    lake: Lake,
    target: Target,
    clients: AwsClients,
    task: Task,
    *,
    allow_mass_delete: bool,
    options: RaitoOptions,
) -> DataObjectPush:
    """Send the data objects of all regions that lie in the lake to Raito, within a running task.

    Where anything is missing — a bucket, a region that was never read — all that is there is sent, and Raito is asked
    to keep the rest. Memory is bounded whatever the number of objects; the import file lies on disk.

    Args:
        lake: The lake.
        target: The target; it has a data source.
        clients: Its AWS clients, which say the account.
        task: The task DS of an open job.
        allow_mass_delete: Push even where more than half of the last push would be removed.
        options: How long Raito may work on the import.

    Raises:
        LakeError: No region was ever read.
        CheckFailedError: A check does not hold, or too much would be deleted; nothing was sent.
        PipelineError: Raito refuses, or cannot be reached.
    """
    store_id = data_source_id(target)
    account = account_id(target, clients)
    regions, missing = _regions(lake, target)
    partitions = [region_partition(region) for region in regions]
    key = DATA_OBJECTS.key(target)
    schema = check_schema(DATA_OBJECT_CHECKS, DATA_OBJECTS.name, lake.schema_differences(key, DataObject, partitions))
    require_checks([schema], target, "data objects")
    check = TreeCheck(account)
    sent: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="raito-aws-pipeline-") as folder:
        batches = _batches(lake, target, regions, check, sent)
        path = Path(folder) / "data-objects.json"
        file = write_data_object_file(target, check, data_source_object(account), batches, path)
        # Another run may replace a region at any time: what is incomplete before or after counts as incomplete.
        missing = missing or _regions(lake, target)[1]
        kept = _why_kept(target, missing)
        before = _last_push(lake, target, store_id)
        if kept is None and not (allow_mass_delete or target.raito.allow_mass_delete):
            _require_no_mass_delete(target, before, sum(sent.values()))
        if missing:
            task.warn(f"Raito keeps what this import does not hold, because {kept}.")
        set_data_source_metadata(task.session, store_id, metadata_of(target))
        result = import_data_objects(
            task, store_id, file.path, delete_untouched=kept is None, timeout=options.import_timeout_seconds
        )
    rows = [
        PushedDataObjects(
            data_source_id=store_id,
            region=region,
            sent=sent.get(region, 0),
            held=sent.get(region, 0) if kept is None else max(sent.get(region, 0), before.get(region, 0)),
            complete=not missing,
        )
        for region in sorted({*sent, *(before if kept is not None else ())})
    ]
    written = write_table(lake, target, RAITO_DATA_SOURCE, [to_batch(PushedDataObjects, rows)])
    return DataObjectPush(task.address.job_id, file.records, file.bytes, result, kept, written)


def data_source_id(target: Target) -> str:
    """The data source that a target pushes to.

    Raises:
        ConfigurationError: It has none.
    """
    if not target.raito.data_source_id:
        raise ConfigurationError(
            "The target has no data source in Raito to push to.",
            target=target.name,
            missing="data-source-id",
            remedy="Add it to the target; Raito shows it on the data source's page.",
        )
    return target.raito.data_source_id


def metadata_of(target: Target) -> dict[str, object]:
    """What Raito is told of a target's data source (protocol 5.1)."""
    return data_source_metadata(
        glue=target.aws.aws_glue_enabled, organization=target.aws.aws_organization_profile is not None
    )


def _regions(lake: Lake, target: Target) -> tuple[list[str], tuple[ReadFailure, ...]]:
    """The configured regions that were read, and all that is missing of them and of the buckets.

    Raises:
        LakeError: None was.
    """
    key, configured = DATA_OBJECTS.key(target), target_regions(target)
    read = [region for region in configured if lake.completeness(key, [region_partition(region)]).written]
    if not read:
        raise LakeError(
            "No data objects lie in the lake.",
            target=target.name,
            remedy="Materialise buckets, then data_objects of every region, and push again.",
        )
    missing = lake.completeness(key, [region_partition(region) for region in configured]).failures
    return read, (*lake.completeness(BUCKETS.key(target)).failures, *missing)


def _batches(
    lake: Lake, target: Target, regions: Sequence[str], check: TreeCheck, sent: dict[str, int]
) -> Iterator[pa.RecordBatch]:
    for region in regions:
        check.begin_partition()
        sent[region] = 0
        for batch in lake.read(DATA_OBJECTS.key(target), DataObject, [region_partition(region)]):
            sent[region] += batch.num_rows
            yield batch


def _why_kept(target: Target, missing: Sequence[ReadFailure]) -> str | None:
    if missing:
        named = "; ".join(f"{f.subject or f.part}: {f.code}" for f in missing[:_NAMED])
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        return f"parts could not be read ({named}{more})"
    return None if target.raito.delete_untouched else "delete-untouched is false"


def _last_push(lake: Lake, target: Target, store_id: str) -> dict[str, int]:
    """Data objects that Raito may hold after the last push, by region."""
    key = RAITO_DATA_SOURCE.key(target)
    if not lake.completeness(key).written:
        return {}
    return {row.region: row.held for row in lake.read_rows(key, PushedDataObjects) if row.data_source_id == store_id}


def _require_no_mass_delete(target: Target, before: dict[str, int], now: int) -> None:
    held = sum(before.values())
    if is_mass_delete(held, held - now):
        raise CheckFailedError(
            f"Nothing was pushed, because it would remove at least {held - now} of the {held} data objects that Raito "
            "may hold since the last push.",
            target=target.name,
            remedy="Look whether they are really gone in AWS (right account? regions? aws-s3-include-buckets?); if so, "
            "push once with --allow-mass-delete (in Dagster: allow_mass_delete in the run's config).",
        )
