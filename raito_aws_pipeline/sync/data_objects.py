"""The data objects of a target: AWS → lake, region by region, with their checks. The push is `data_object_push`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.checks import DATA_OBJECT_CHECKS, TreeCheck, check_no_sudden_drop
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.buckets import BucketContent
from raito_aws_pipeline.model.checks import CheckOutcome, check_complete, check_schema
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_object_remainder import DataObjectRemainder
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.full_names import FullNames
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.sync.account import account_id
from raito_aws_pipeline.sync.buckets import read_buckets_in_lake
from raito_aws_pipeline.sync.glue_objects import glue_region
from raito_aws_pipeline.sync.region_content import RegionContent
from raito_aws_pipeline.sync.s3_objects import s3_region
from raito_aws_pipeline.sync.tables import (
    BUCKET_CONTENTS,
    DATA_OBJECT_REMAINDER,
    DATA_OBJECTS,
    region_partition,
)
from raito_aws_pipeline.sync.written import TableWritten, write_table


@dataclass(frozen=True, slots=True)
class RegionWritten:
    """One region after it was written.

    Args:
        region: The region.
        objects: The data objects.
        contents: What each bucket held; None in Glue mode, which lists no keys.
        remainder: What is no data object.
        buckets: The rows of `contents`.
        reasons: How many rows of `remainder` there are of each reason.
        failures: What could not be read.
    """

    region: str
    objects: TableWritten
    contents: TableWritten | None
    remainder: TableWritten
    buckets: tuple[BucketContent, ...]
    reasons: Mapping[str, int]
    failures: tuple[ReadFailure, ...]

    @property
    def tables(self) -> tuple[TableWritten, ...]:
        """All tables that were written."""
        return tuple(table for table in (self.objects, self.contents, self.remainder) if table is not None)


SETTINGS_KEY = "raito.settings"
"""Key of the Parquet metadata: with which settings data objects were read."""


def settings_of_data_objects(target: Target) -> str:
    """The settings that decide which data objects there are: rows read with others are those of another tree."""
    aws = target.aws
    return json.dumps(
        {
            "glue": aws.aws_glue_enabled,
            "folders": aws.aws_s3_emulate_folder_structure,
            "depth": aws.aws_s3_max_folder_depth,
            "legacy names": aws.aws_s3_legacy_us_east_1_names,
            "include": aws.aws_s3_include_buckets.written,
            "exclude": aws.aws_s3_exclude_buckets.written,
            "exclude databases": aws.aws_glue_exclude_databases.written,
            "exclude tables": aws.aws_glue_exclude_tables.written,
        },
        sort_keys=True,
    )


def full_names(target: Target, account: str) -> FullNames:
    """How a target writes the full names of its data objects."""
    return FullNames(account, legacy_us_east_1=target.aws.aws_s3_legacy_us_east_1_names)


def write_data_objects(
    lake: Lake,
    target: Target,
    clients: AwsClients,
    regions: Sequence[str],
    on_region: Callable[[RegionWritten], None],
) -> tuple[CheckOutcome, ...]:
    """Read the data objects of regions, one after the other, each into its partition.

    In S3 mode from the keys of the region's buckets, in Glue mode from the tables of the catalogues that lie in the
    lake. A bucket whose region is unknown may belong to any, so that each is incomplete. Memory is bounded whatever the
    number of keys (`aws.s3.listing`, `lake.part_files`).

    Args:
        lake: The lake; the buckets (and Glue tables) lie in it.
        target: The target.
        clients: Its AWS clients.
        regions: The regions, in the order in which they are read.
        on_region: Called with each region once its tables lie in the lake.

    Returns:
        What the checks say of the regions together.

    Raises:
        LakeError: The buckets were never read.
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached).
    """
    account = account_id(target, clients)
    names = full_names(target, account)
    buckets, not_located = read_buckets_in_lake(lake, target)
    before = {region: _rows(lake, target, region) for region in regions}
    check = TreeCheck(account)
    written = []
    for region in regions:
        if target.aws.aws_glue_enabled:
            content = glue_region(lake, target, buckets, names, region)
        else:
            content = s3_region(target, clients, buckets, names, region)
        content.failures.extend(not_located)
        written.append(_write_region(lake, target, region, content, check))
        on_region(written[-1])
    return (
        check_schema(
            DATA_OBJECT_CHECKS,
            DATA_OBJECTS.name,
            lake.schema_differences(DATA_OBJECTS.key(target), DataObject, [region_partition(r) for r in regions]),
        ),
        check_complete(
            DATA_OBJECT_CHECKS, DATA_OBJECTS.name, list(dict.fromkeys(f for one in written for f in one.failures))
        ),
        *check.outcomes(),
        check_no_sudden_drop(before, {one.region: one.objects.rows for one in written}),
    )


def _rows(lake: Lake, target: Target, region: str) -> int:
    partitions = [region_partition(region)]
    key = DATA_OBJECTS.key(target)
    return lake.rows(key, partitions) if lake.completeness(key, partitions).written else 0


def _write_region(lake: Lake, target: Target, region: str, content: RegionContent, check: TreeCheck) -> RegionWritten:
    partition = region_partition(region)
    check.begin_partition()
    # The other tables and the failures are known when the last data object is.
    objects = write_table(
        lake,
        target,
        DATA_OBJECTS,
        _seen_by(check, content.batches),
        content.failures,
        partition=partition,
        facts={SETTINGS_KEY: settings_of_data_objects(target)},
    )
    contents = None
    if not target.aws.aws_glue_enabled:
        batch = to_batch(BucketContent, content.buckets)
        contents = write_table(lake, target, BUCKET_CONTENTS, [batch], content.failures, partition=partition)
    remainder = write_table(
        lake,
        target,
        DATA_OBJECT_REMAINDER,
        [to_batch(DataObjectRemainder, content.remainder)],
        content.failures,
        partition=partition,
    )
    reasons = dict(sorted(Counter(row.reason for row in content.remainder).items()))
    return RegionWritten(region, objects, contents, remainder, tuple(content.buckets), reasons, tuple(content.failures))


def _seen_by(check: TreeCheck, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        check.add(batch)
        yield batch
