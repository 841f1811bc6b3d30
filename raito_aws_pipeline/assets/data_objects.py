"""The data objects of a target: buckets, Glue tables, data objects by region, and Raito's data source.

Dagster reads the annotations of assets when they are defined: no `from __future__ import annotations` here.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from raito_aws_pipeline.assets.failures import step_of
from raito_aws_pipeline.assets.tables import asset_key, partition_metadata, table_metadata, table_spec
from raito_aws_pipeline.checks import check_results, check_specs
from raito_aws_pipeline.configuration.targets import BrokenTarget, Target, TargetKind
from raito_aws_pipeline.data_objects.checks import DATA_OBJECT_CHECKS
from raito_aws_pipeline.model.buckets import BucketContent
from raito_aws_pipeline.partitions import REGION, region_partitions
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.resources.aws import AwsResource
from raito_aws_pipeline.resources.lake import LakeResource
from raito_aws_pipeline.resources.raito import RaitoResource
from raito_aws_pipeline.sync.buckets import write_buckets
from raito_aws_pipeline.sync.data_object_push import push_data_objects
from raito_aws_pipeline.sync.data_object_subtree import Subtree, push_subtree, write_subtree
from raito_aws_pipeline.sync.data_objects import RegionWritten, write_data_objects
from raito_aws_pipeline.sync.glue_objects import write_glue_tables
from raito_aws_pipeline.sync.raito_jobs import task_of_its_own_job
from raito_aws_pipeline.sync.regions import target_regions
from raito_aws_pipeline.sync.tables import (
    BUCKET_CONTENTS,
    BUCKETS,
    DATA_OBJECT_REMAINDER,
    DATA_OBJECTS,
    GLUE_TABLES,
    RAITO_DATA_SOURCE,
)

MOST_BUCKETS_SHOWN = 50
"""Rows of the table in the UI: the buckets with the most objects; the asset `bucket_contents` has all."""


class DataObjectPushConfig(dg.Config):
    """What a person may ask of one push."""

    allow_mass_delete: bool = False
    data_object_parent: str | None = None
    """Full name of a bucket or folder: only what lies below it is read again and pushed, and nothing is deleted."""
    data_object_excludes: list[str] = []  # noqa: RUF012 - a field of a pydantic model


def data_object_assets(target: Target | BrokenTarget) -> list[dg.AssetsDefinition]:
    """The assets of one target's data objects; those of a broken target fail with its error when they run.

    An organisation has none, nor has a target that leaves out its data source task; one without a data source has
    nothing to push to.
    """
    if target.kind is TargetKind.ORGANIZATION:
        return []
    if isinstance(target, Target) and target.skip.skip_data_source_sync:
        return []
    partitions = region_partitions(target)
    is_glue = isinstance(target, Target) and target.aws.aws_glue_enabled
    read = [_buckets(target)]
    if is_glue:
        read.append(_glue_tables(target, partitions))
    read.append(_data_objects(target, partitions, is_glue=is_glue))
    if isinstance(target, Target) and not target.raito.data_source_id:
        return read
    return [*read, _raito_data_source(target)]


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
    ) -> dg.MaterializeResult[None]:
        with step_of(target) as sound:
            clients, opened = aws.clients(sound), lake.open()
            for region in _regions_of_run(context, sound):
                written = write_glue_tables(opened, sound, clients, region)
                context.add_asset_metadata(partition_metadata(written), spec.key, region)
        return dg.MaterializeResult(asset_key=spec.key)

    return glue_tables


def _data_objects(
    target: Target | BrokenTarget, partitions: dg.StaticPartitionsDefinition, *, is_glue: bool
) -> dg.AssetsDefinition:
    # A table may lie in a bucket of another region than its catalogue's: each region needs all catalogues.
    catalogues = dg.AssetDep(asset_key(GLUE_TABLES, target), partition_mapping=dg.AllPartitionMapping())
    deps = [asset_key(BUCKETS, target), *([catalogues] if is_glue else [])]
    specs = [
        table_spec(
            table,
            target,
            kinds={"aws", "parquet"},
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
    ) -> Iterator[dg.MaterializeResult[None]]:
        def show(written: RegionWritten) -> None:
            for table in written.tables:
                of_table = asset_key(table.table, target)
                context.add_asset_metadata(partition_metadata(table), of_table, written.region)
            context.add_asset_metadata(_region_metadata(written), key, written.region)

        with step_of(target) as sound:
            regions = _regions_of_run(context, sound)
            outcomes = write_data_objects(lake.open(), sound, aws.clients(sound), regions, show)
        yield dg.MaterializeResult(asset_key=key, check_results=check_results(outcomes, key, DATA_OBJECTS.name))
        for spec in specs[1:]:
            yield dg.MaterializeResult(asset_key=spec.key)

    return data_objects


def _raito_data_source(target: Target | BrokenTarget) -> dg.AssetsDefinition:
    spec = table_spec(
        RAITO_DATA_SOURCE,
        target,
        kinds={"raito", "parquet"},
        description="Data objects as Raito has them: imported into its data source, all regions by one job.",
        deps=[asset_key(BUCKETS, target), asset_key(DATA_OBJECTS, target)],
    )

    @dg.multi_asset(name=f"{target.slug}__raito_data_source", specs=[spec], pool="raito_api")
    def raito_data_source(
        config: DataObjectPushConfig,
        aws: dg.ResourceParam[AwsResource],
        raito: dg.ResourceParam[RaitoResource],
        lake: dg.ResourceParam[LakeResource],
    ) -> dg.MaterializeResult[None]:
        opened = lake.open()
        with (
            step_of(target) as sound,
            raito.session(sound) as session,
            task_of_its_own_job(opened, sound, session, raito.options, JobType.DS) as task,
        ):
            clients = aws.clients(sound)
            if config.data_object_parent is None:
                push = push_data_objects(
                    opened,
                    sound,
                    clients,
                    task,
                    allow_mass_delete=config.allow_mass_delete,
                    options=raito.options,
                )
            else:
                subtree = Subtree(config.data_object_parent, tuple(config.data_object_excludes))
                write_subtree(opened, sound, clients, subtree)
                push = push_subtree(opened, sound, clients, task, subtree, options=raito.options)
        counted = push.result
        return dg.MaterializeResult(
            asset_key=spec.key,
            metadata={
                **(table_metadata(push.written) if push.written else {}),
                "raito_job": push.job_id,
                "data_objects_sent": push.records,
                "bytes_sent": push.bytes,
                "data_objects_added": counted.data_objects_added,
                "data_objects_updated": counted.data_objects_updated,
                "data_objects_removed": counted.data_objects_removed,
                "deletes_untouched": push.kept is None,
                "kept_because": push.kept or "nothing was kept",
                "warnings": len(counted.warnings or ()),
                "warning_texts": dg.MetadataValue.json(list(counted.warnings or ())),
            },
        )

    return raito_data_source


def _regions_of_run(context: dg.AssetExecutionContext, target: Target) -> list[str]:
    """The run's partitions in the order of the configuration.

    Raises:
        ConfigurationError: The target has no region.
    """
    return [region for region in target_regions(target) if region in context.partition_keys]


def _region_metadata(written: RegionWritten) -> dict[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {
        "not_represented": dg.MetadataValue.json(dict(written.reasons)),
        "failures": dg.MetadataValue.json(
            [{"part": f.part, "call": f.call, "code": f.code, "remedy": f.remedy} for f in written.failures]
        ),
    }
    if written.buckets:
        metadata["objects"] = dg.MetadataValue.int(sum(bucket.objects for bucket in written.buckets))
        metadata["object_bytes"] = dg.MetadataValue.int(sum(bucket.bytes for bucket in written.buckets))
        metadata["buckets"] = dg.MetadataValue.table(_bucket_table(written.buckets))
    return metadata


def _bucket_table(buckets: Sequence[BucketContent]) -> list[dg.TableRecord]:
    largest = sorted(buckets, key=lambda bucket: (-bucket.objects, bucket.bucket))[:MOST_BUCKETS_SHOWN]
    return [
        dg.TableRecord(
            {
                "bucket": bucket.bucket,
                "complete": bucket.complete,
                "objects": bucket.objects,
                "folders": bucket.folders,
                "bytes": bucket.bytes,
                "deepest_path": bucket.deepest_path,
                "seconds": bucket.seconds,
            }
        )
        for bucket in largest
    ]
