"""Glue mode: the catalogues of a target, AWS → lake, and the data objects of a region made from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import pyarrow as pa

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.glue import GlueTable, read_glue_tables
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.glue import glue_data_objects
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.buckets import Bucket
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.full_names import FullNames
from raito_aws_pipeline.model.owner_tags import with_owners
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.sync.account import require_account
from raito_aws_pipeline.sync.region_content import RegionContent
from raito_aws_pipeline.sync.regions import target_regions
from raito_aws_pipeline.sync.tables import GLUE_TABLES, region_partition
from raito_aws_pipeline.sync.written import TableWritten, write_table

_ROWS_AT_A_TIME = 10_000


def write_glue_tables(lake: Lake, target: Target, clients: AwsClients, region: str) -> TableWritten:
    """Read one region's catalogue, database by database, into its partition.

    Raises:
        ConfigurationError: The credentials are those of another account than `aws-account-id`.
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached).
    """
    require_account(target, clients)
    failures: list[ReadFailure] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for page in read_glue_tables(
            clients,
            region,
            exclude_databases=target.aws.aws_glue_exclude_databases.matches,
            exclude_tables=target.aws.aws_glue_exclude_tables.matches,
        ):
            failures.extend(page.failures)
            yield to_batch(GlueTable, page.tables)

    return write_table(lake, target, GLUE_TABLES, batches(), failures, partition=region_partition(region))


def glue_region(lake: Lake, target: Target, buckets: Sequence[Bucket], names: FullNames, region: str) -> RegionContent:
    """The data objects of a region: of the tables, in whichever catalogue, whose buckets are at home there.

    What of any catalogue could not be read, or never was, may belong here and is a failure. Memory: the tables of all
    catalogues.

    Args:
        lake: The lake, in which the catalogues lie.
        target: The target.
        buckets: All buckets of the account.
        names: Writes the full names.
        region: The region.
    """
    key, regions = GLUE_TABLES.key(target), target_regions(target)
    partitions = [region_partition(name) for name in regions]
    # Another run may replace a catalogue at any time: what is missing before or after counts as missing.
    before = lake.completeness(key, partitions).failures
    written = [partition for partition in partitions if lake.completeness(key, [partition]).written]
    found = glue_data_objects(
        lake.read_rows(key, GlueTable, written) if written else [],
        region=region,
        regions=regions,
        names=names,
        bucket_regions={bucket.name: bucket.region for bucket in buckets if bucket.region is not None},
    )
    failures = list(dict.fromkeys((*before, *lake.completeness(key, partitions).failures)))
    return RegionContent(_batches(target, found.objects), [], list(found.remainder), failures)


def _batches(target: Target, objects: Sequence[DataObject]) -> Iterator[pa.RecordBatch]:
    owner_tag = target.raito.tag_overwrite_key_for_data_object_owners
    for start in range(0, len(objects), _ROWS_AT_A_TIME):
        rows = objects[start : start + _ROWS_AT_A_TIME]
        if owner_tag:
            rows = [msgspec.structs.replace(row, tags=with_owners(row.tags, owner_tag)) for row in rows]
        yield to_batch(DataObject, rows)
