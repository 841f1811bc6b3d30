"""The push of a target's data objects to Raito: checks and guards first, then metadata, the file and the import."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.bucket_counts import BucketCounts
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
from raito_aws_pipeline.sync.data_objects import SETTINGS_KEY, settings_of_data_objects
from raito_aws_pipeline.sync.push_guards import require_checks
from raito_aws_pipeline.sync.regions import target_regions
from raito_aws_pipeline.sync.tables import DATA_OBJECTS, RAITO_DATA_SOURCE, region_partition
from raito_aws_pipeline.sync.written import TableWritten, write_table

_NAMED = 5
"""Missing parts that a warning names."""


@dataclass(frozen=True, slots=True)
class DataObjectPush:
    """What one push did.

    Args:
        job_id: The job in Raito.
        records: Data objects sent, the root included.
        bytes: Size of the import file.
        result: What Raito counted.
        kept: Why Raito was asked to keep what the file does not hold, a clause; None: it was asked to remove it.
        warnings: What Raito's screen shows as warnings of the task: what is missing, and what Raito remarked.
        written: The table that remembers the push; None for a partial one.
    """

    job_id: str
    records: int
    bytes: int
    result: DataSourceImportResult
    kept: str | None
    warnings: tuple[str, ...]
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
    check, counts = TreeCheck(account), BucketCounts()
    with tempfile.TemporaryDirectory(prefix="raito-aws-pipeline-") as folder:
        batches = _batches(lake, target, regions, check, counts)
        path = Path(folder) / "data-objects.json"
        file = write_data_object_file(target, check, data_source_object(account), batches, path)
        # Another run may replace a region at any time: what is incomplete before or after counts as incomplete.
        missing = missing or _regions(lake, target)[1]
        kept = _why_kept(target, missing)
        before = _last_push(lake, target, store_id)
        if kept is None and not (allow_mass_delete or target.raito.allow_mass_delete):
            _require_no_mass_delete(target, before, counts.rows)
        warnings = [f"Raito keeps what this import does not hold, because {kept}."] if missing else []
        for warning in warnings:
            task.warn(warning)
        set_data_source_metadata(task.session, store_id, metadata_of(target))
        result = import_data_objects(
            task, store_id, file.path, delete_untouched=kept is None, timeout=options.import_timeout_seconds
        )
    sent = counts.rows
    # What was kept beside the rows sent is not known by name: at least as much as there was, or as was sent.
    held = sent if kept is None else {b: max(sent.get(b, 0), before.get(b, 0)) for b in {**before, **sent}}
    rows = [
        PushedDataObjects(
            data_source_id=store_id, bucket=bucket, sent=sent.get(bucket, 0), held=held[bucket], complete=not missing
        )
        for bucket in sorted(held)
    ]
    written = write_table(lake, target, RAITO_DATA_SOURCE, [to_batch(PushedDataObjects, rows)])
    warnings.extend(result.warnings or ())
    return DataObjectPush(task.address.job_id, file.records, file.bytes, result, kept, tuple(warnings), written)


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


def missing_parts(failures: Sequence[ReadFailure]) -> str:
    """What could not be read and where it says why, a clause; `failures` are some, repeated ones count once."""
    different = list(dict.fromkeys(failures))
    named = "; ".join(f"{f.subject or f.part}: {f.code}" for f in different[:_NAMED])
    more = f" and {len(different) - _NAMED} more" if len(different) > _NAMED else ""
    return f"parts could not be read ({named}{more}; the table failures of the lake says what to do about each)"


def _regions(lake: Lake, target: Target) -> tuple[list[str], tuple[ReadFailure, ...]]:
    """The configured regions that were read, and all that is missing of them.

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
    return read, (*missing, *_read_otherwise(lake, target, read))


def _read_otherwise(lake: Lake, target: Target, regions: Sequence[str]) -> Iterator[ReadFailure]:
    """A failure for each region that was read with other settings than those of now: what it lacks may be there."""
    settings = settings_of_data_objects(target)
    for region in regions:
        if lake.facts(DATA_OBJECTS.key(target), region_partition(region)).get(SETTINGS_KEY) != settings:
            yield ReadFailure(
                part=region,
                call="",
                code="ReadOtherwise",
                message="It was read with other settings (mode, folders, depth, names or filters) than those of now.",
                remedy=f"Materialise data_objects of {region} again.",
            )


def _batches(
    lake: Lake, target: Target, regions: Sequence[str], check: TreeCheck, counts: BucketCounts
) -> Iterator[pa.RecordBatch]:
    for region in regions:
        check.begin_partition()
        for batch in lake.read(DATA_OBJECTS.key(target), DataObject, [region_partition(region)]):
            counts.add(batch)
            yield batch


def _why_kept(target: Target, missing: Sequence[ReadFailure]) -> str | None:
    if missing:
        return missing_parts(missing)
    return None if target.raito.delete_untouched else "delete-untouched is false"


def _last_push(lake: Lake, target: Target, store_id: str) -> dict[str, int]:
    """Data objects that Raito holds at least since the last push, by bucket."""
    key = RAITO_DATA_SOURCE.key(target)
    if not lake.completeness(key).written:
        return {}
    return {row.bucket: row.held for row in lake.read_rows(key, PushedDataObjects) if row.data_source_id == store_id}


def _require_no_mass_delete(target: Target, before: dict[str, int], now: dict[str, int]) -> None:
    """By bucket: one that is gone is not made up for by another that is new (another account, other names)."""
    held = sum(before.values())
    removed = sum(max(0, rows - now.get(bucket, 0)) for bucket, rows in before.items())
    if is_mass_delete(held, removed):
        raise CheckFailedError(
            f"Nothing was pushed, because it would remove at least {removed} of the {held} data objects that Raito "
            "holds since the last push.",
            target=target.name,
            remedy="Look whether they are really gone in AWS, or have other names (right account? aws-regions? "
            "aws-s3-include-buckets? aws-s3-legacy-us-east-1-names?); if so, push once with --allow-mass-delete (in "
            "Dagster: allow_mass_delete in the run's config).",
        )
