"""The data objects of a target: buckets, Glue tables, data objects by region. The push is `raito_data_source`.

Dagster reads the annotations of assets when they are defined: no `from __future__ import annotations` here.
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from raito_aws_pipeline.assets.failures import step_of
from raito_aws_pipeline.assets.raito_data_source import raito_data_source_asset
from raito_aws_pipeline.assets.tables import asset_key, column_schema, partition_metadata, table_metadata, table_spec
from raito_aws_pipeline.checks import check_results, check_specs
from raito_aws_pipeline.configuration.targets import BrokenTarget, Target, TargetKind
from raito_aws_pipeline.data_objects.checks import DATA_OBJECT_CHECKS
from raito_aws_pipeline.model.buckets import BucketContent
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.partitions import REGION, regions_of_run
from raito_aws_pipeline.resources.aws import AwsResource
from raito_aws_pipeline.resources.lake import LakeResource
from raito_aws_pipeline.sync.buckets import write_buckets
from raito_aws_pipeline.sync.data_objects import RegionWritten, write_data_objects
from raito_aws_pipeline.sync.glue_objects import write_glue_tables
from raito_aws_pipeline.sync.tables import (
    BUCKET_CONTENTS,
    BUCKETS,
    DATA_OBJECT_REMAINDER,
    DATA_OBJECTS,
    GLUE_TABLES,
)
from raito_aws_pipeline.sync.written import TableWritten

MOST_SHOWN = 50
"""Rows of tables and lists in the UI: the largest buckets, the first failures; the tables of the lake have all."""

_BUCKET_COLUMNS = ("bucket", "complete", "objects", "folders", "files", "bytes", "deepest_path", "seconds")


def has_data_objects(target: Target | BrokenTarget) -> bool:
    """Whether a target reads data objects: no organisation does, nor one that leaves out its data source task."""
    if target.kind is TargetKind.ORGANIZATION:
        return False
    return isinstance(target, BrokenTarget) or not target.skip.skip_data_source_sync


def data_object_assets(
    target: Target | BrokenTarget, partitions: dg.StaticPartitionsDefinition
) -> list[dg.AssetsDefinition]:
    """The assets of one target's data objects; those of a broken target fail with its error when they run.

    A target without a data source has nothing to push to.

    Args:
        target: The target; `has_data_objects`.
        partitions: Its regions (`partitions.region_partitions`).
    """
    is_glue = isinstance(target, Target) and target.aws.aws_glue_enabled
    read = [_buckets(target)]
    if is_glue:
        read.append(_glue_tables(target, partitions))
    read.append(_data_objects(target, partitions, is_glue=is_glue))
    if isinstance(target, Target) and not target.raito.data_source_id:
        return read
    return [*read, raito_data_source_asset(target)]


def _buckets(target: Target | BrokenTarget) -> dg.AssetsDefinition:
    spec = table_spec(
        BUCKETS,
        target,
        kinds={"aws", "s3", "parquet"},
        description="All buckets of the account: region, creation date, tags, and whether they are imported.",
    )
    checks = check_specs(DATA_OBJECT_CHECKS, spec.key, BUCKETS.name)

    @dg.multi_asset(name=f"{target.slug}__buckets", specs=[spec], check_specs=checks, pool="aws_api")
    def buckets(
        aws: dg.ResourceParam[AwsResource], lake: dg.ResourceParam[LakeResource]
    ) -> Iterator[dg.MaterializeResult[None]]:
        with step_of(target) as sound:
            written = write_buckets(lake.open(), sound, aws.clients(sound))
        yield dg.MaterializeResult(
            asset_key=spec.key,
            metadata={**table_metadata(written.table), **written.scopes},
            check_results=check_results(written.checks, spec.key, BUCKETS.name),
        )

    return buckets


def _glue_tables(target: Target | BrokenTarget, partitions: dg.StaticPartitionsDefinition) -> dg.AssetsDefinition:
    spec = table_spec(
        GLUE_TABLES,
        target,
        kinds={"aws", "glue", "parquet"},
        description="The tables of the Glue catalogue of each region, with their columns and partition keys.",
        partitions=partitions,
        dimension=REGION,
    )

    @dg.multi_asset(
        name=f"{target.slug}__glue_tables",
        specs=[spec],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="aws_api",
    )
    def glue_tables(
        context: dg.AssetExecutionContext,
        aws: dg.ResourceParam[AwsResource],
        lake: dg.ResourceParam[LakeResource],
    ) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
        written: list[dg.AssetMaterialization] = []
        try:
            with step_of(target) as sound:
                clients, opened = aws.clients(sound), lake.open()
                for region in regions_of_run(context, sound):
                    table = write_glue_tables(opened, sound, clients, region)
                    written.append(_materialization(table, target, region, {}))
        except Exception:
            yield from written
            raise
        _add_metadata(context, written)
        yield dg.MaterializeResult(asset_key=spec.key)

    return glue_tables


def _data_objects(
    target: Target | BrokenTarget, partitions: dg.StaticPartitionsDefinition, *, is_glue: bool
) -> dg.AssetsDefinition:
    # A table may lie in a bucket of another region than its catalogue's: each region needs all catalogues.
    catalogues = dg.AssetDep(asset_key(GLUE_TABLES, target), partition_mapping=dg.AllPartitionMapping())
    deps: list[dg.AssetKey | dg.AssetDep] = [asset_key(BUCKETS, target), *([catalogues] if is_glue else [])]
    specs = [
        table_spec(
            table,
            target,
            kinds={"aws", "glue" if is_glue else "s3", "parquet"},
            description=description,
            deps=deps,
            partitions=partitions,
            dimension=REGION,
        )
        for table, description in (
            (DATA_OBJECTS, "The data objects of each region, parents before children, as Raito gets them."),
            *([] if is_glue else [(BUCKET_CONTENTS, "What each bucket held when it was listed.")]),
            (DATA_OBJECT_REMAINDER, "What of buckets and catalogues is no data object, with the reason."),
        )
    ]
    key = asset_key(DATA_OBJECTS, target)

    @dg.multi_asset(
        name=f"{target.slug}__data_objects",
        specs=specs,
        check_specs=check_specs(DATA_OBJECT_CHECKS, key, DATA_OBJECTS.name),
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="aws_api",
    )
    def data_objects(
        context: dg.AssetExecutionContext,
        aws: dg.ResourceParam[AwsResource],
        lake: dg.ResourceParam[LakeResource],
    ) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
        written: list[dg.AssetMaterialization] = []

        def note(region: RegionWritten) -> None:
            shown = _region_metadata(region)
            for table in region.tables:
                of_region = shown if table.table is DATA_OBJECTS else {}
                written.append(_materialization(table, target, region.region, of_region))

        try:
            with step_of(target) as sound:
                regions = regions_of_run(context, sound)
                outcomes = write_data_objects(lake.open(), sound, aws.clients(sound), regions, note)
        except Exception:
            yield from written
            raise
        _add_metadata(context, written)
        yield dg.MaterializeResult(asset_key=key, check_results=check_results(outcomes, key, DATA_OBJECTS.name))
        for spec in specs[1:]:
            yield dg.MaterializeResult(asset_key=spec.key)

    return data_objects


def _materialization(
    table: TableWritten, target: Target | BrokenTarget, region: str, metadata: Mapping[str, dg.MetadataValue]
) -> dg.AssetMaterialization:
    """A region that lies in the lake.

    Dagster makes events of its own once a step has succeeded, which get the metadata of these. Where a step fails at a
    later region, these are the events: what lies in the lake is pushed from there, and the UI has to know it.
    """
    return dg.AssetMaterialization(
        asset_key(table.table, target), partition=region, metadata={**partition_metadata(table), **metadata}
    )


def _add_metadata(context: dg.AssetExecutionContext, written: Sequence[dg.AssetMaterialization]) -> None:
    for one in written:
        context.add_asset_metadata(one.metadata, one.asset_key, one.partition)


def _region_metadata(region: RegionWritten) -> dict[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {
        "not_represented": dg.MetadataValue.json(dict(region.reasons)),
        "failures": dg.MetadataValue.json([_failure(failure) for failure in region.failures[:MOST_SHOWN]]),
    }
    if region.contents is None:
        return metadata
    return metadata | {
        "objects": dg.MetadataValue.int(sum(bucket.objects for bucket in region.buckets)),
        "object_bytes": dg.MetadataValue.int(sum(bucket.bytes for bucket in region.buckets)),
        "buckets": _bucket_table(region.buckets),
    }


def _failure(failure: ReadFailure) -> dict[str, str]:
    named = ("part", "subject", "call", "code", "remedy")
    return {name: getattr(failure, name) for name in named}


def _bucket_table(buckets: Sequence[BucketContent]) -> dg.TableMetadataValue:
    largest = sorted(buckets, key=lambda bucket: (-bucket.objects, bucket.bucket))[:MOST_SHOWN]
    described = {column.name: column for column in column_schema(BUCKET_CONTENTS).columns}
    return dg.MetadataValue.table(
        [dg.TableRecord({name: getattr(bucket, name) for name in _BUCKET_COLUMNS}) for bucket in largest],
        dg.TableSchema(columns=[described[name] for name in _BUCKET_COLUMNS]),
    )
