"""The access controls of a target: what they are made of, the access controls and their remainder, and the push.

Dagster reads the annotations of assets when they are defined: no `from __future__ import annotations` here.
"""

from collections.abc import Iterator, Sequence

import dagster as dg
from pydantic import Field

from raito_aws_pipeline.access.checks import ACCESS_CHECKS
from raito_aws_pipeline.access.summaries import BucketGrants, bucket_grants
from raito_aws_pipeline.assets.failures import step_of
from raito_aws_pipeline.assets.tables import asset_key, partition_metadata, table_metadata, table_spec
from raito_aws_pipeline.checks import check_results, check_specs
from raito_aws_pipeline.configuration.targets import BrokenTarget, Target, TargetKind
from raito_aws_pipeline.partitions import REGION, regions_of_run
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.resources.aws import AwsResource
from raito_aws_pipeline.resources.lake import LakeResource
from raito_aws_pipeline.resources.raito import RaitoResource
from raito_aws_pipeline.sync.access import AccessWritten, check_access_controls, write_access_controls
from raito_aws_pipeline.sync.access_push import push_access_controls
from raito_aws_pipeline.sync.access_sources import (
    has_permission_sets,
    write_access_points,
    write_bucket_policies,
    write_permission_sets,
    write_roles_and_policies,
)
from raito_aws_pipeline.sync.connections import organization_clients
from raito_aws_pipeline.sync.raito_jobs import task_of_its_own_job
from raito_aws_pipeline.sync.tables import (
    ACCESS_CONTROLS,
    ACCESS_POINTS,
    ACCESS_REMAINDER,
    ACCESS_SUMMARIES,
    ACCOUNT_AUTHORIZATION_DETAILS,
    BUCKET_POLICIES,
    BUCKETS,
    DATA_OBJECTS,
    IAM_POLICIES,
    IAM_ROLES,
    PERMISSION_SETS,
    RAITO_ACCESS_CONTROLS,
    Table,
)

MOST_BUCKETS_SHOWN = 20
"""Bars of the chart in the UI: the buckets that most are granted something on."""

_WIDEST_BAR = 30


class AccessPushConfig(dg.Config):
    """What a person may allow one push to do."""

    allow_mass_delete: bool = Field(
        default=False, description="Push even where more than half of what the last push held would be removed."
    )


def has_access(target: Target | BrokenTarget) -> bool:
    """Whether a target has access controls: an account that leaves neither data objects nor access out."""
    if target.kind is TargetKind.ORGANIZATION:
        return False
    if isinstance(target, BrokenTarget):
        return True
    return not (target.skip.skip_data_access_sync or target.skip.skip_data_source_sync)


def access_assets(
    target: Target | BrokenTarget, partitions: dg.StaticPartitionsDefinition
) -> list[dg.AssetsDefinition]:
    """The assets of one target's access controls; those of a broken target fail with its error when they run.

    Args:
        target: The target; `has_access` says that it has any.
        partitions: Its regions.
    """
    with_points = not (isinstance(target, Target) and target.aws.aws_access_skip_s3_access_points)
    made_of = [IAM_ROLES, IAM_POLICIES, BUCKET_POLICIES]
    read = [_roles_and_policies(target), _bucket_policies(target)]
    if with_points:
        read.append(_access_points(target, partitions))
        made_of.append(ACCESS_POINTS)
    if isinstance(target, Target) and has_permission_sets(target):
        read.append(_permission_sets(target))
        made_of.append(PERMISSION_SETS)
    read.append(_access_controls(target, [*made_of, BUCKETS, DATA_OBJECTS]))
    if isinstance(target, Target) and (not target.raito.data_source_id or target.raito.skip_data_access_import):
        return read
    return [*read, _raito_access_controls(target)]


def _roles_and_policies(target: Target | BrokenTarget) -> dg.AssetsDefinition:
    specs = [
        table_spec(
            table,
            target,
            kinds={"aws", "parquet"},
            description=description,
            deps=[asset_key(ACCOUNT_AUTHORIZATION_DETAILS, target)],
        )
        for table, description in (
            (IAM_ROLES, "The roles of the account, with their trust policy and their inline policies."),
            (IAM_POLICIES, "The managed policies of the account and those of AWS in use there, with attachments."),
        )
    ]

    @dg.multi_asset(name=f"{target.slug}__roles_and_policies", specs=specs)
    def roles_and_policies(lake: dg.ResourceParam[LakeResource]) -> Iterator[dg.MaterializeResult[None]]:
        with step_of(target) as sound:
            written = write_roles_and_policies(lake.open(), sound)
        for table in written:
            yield dg.MaterializeResult(asset_key=asset_key(table.table, target), metadata=table_metadata(table))

    return roles_and_policies


def _bucket_policies(target: Target | BrokenTarget) -> dg.AssetsDefinition:
    spec = table_spec(
        BUCKET_POLICIES,
        target,
        kinds={"aws", "s3", "parquet"},
        description="The policy of each bucket.",
        deps=[asset_key(BUCKETS, target)],
    )

    @dg.multi_asset(name=f"{target.slug}__bucket_policies", specs=[spec], pool="aws_api")
    def bucket_policies(
        aws: dg.ResourceParam[AwsResource], lake: dg.ResourceParam[LakeResource]
    ) -> dg.MaterializeResult[None]:
        with step_of(target) as sound:
            written = write_bucket_policies(lake.open(), sound, aws.clients(sound))
        return dg.MaterializeResult(asset_key=spec.key, metadata=table_metadata(written))

    return bucket_policies


def _access_points(target: Target | BrokenTarget, partitions: dg.StaticPartitionsDefinition) -> dg.AssetsDefinition:
    spec = table_spec(
        ACCESS_POINTS,
        target,
        kinds={"aws", "s3", "parquet"},
        description="The S3 access points of each region, with their policies.",
        partitions=partitions,
        dimension=REGION,
    )

    @dg.multi_asset(
        name=f"{target.slug}__access_points",
        specs=[spec],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="aws_api",
    )
    def access_points(
        context: dg.AssetExecutionContext,
        aws: dg.ResourceParam[AwsResource],
        lake: dg.ResourceParam[LakeResource],
    ) -> dg.MaterializeResult[None]:
        with step_of(target) as sound:
            clients, opened = aws.clients(sound), lake.open()
            for region in regions_of_run(context, sound):
                written = write_access_points(opened, sound, clients, region)
                context.add_asset_metadata(partition_metadata(written), spec.key, region)
        return dg.MaterializeResult(asset_key=spec.key)

    return access_points


def _permission_sets(target: Target) -> dg.AssetsDefinition:
    spec = table_spec(
        PERMISSION_SETS,
        target,
        kinds={"aws", "parquet"},
        description="The permission sets of Identity Center in this account, and who is assigned to them here.",
    )

    @dg.multi_asset(name=f"{target.slug}__permission_sets", specs=[spec], pool="aws_api")
    def permission_sets(
        aws: dg.ResourceParam[AwsResource], lake: dg.ResourceParam[LakeResource]
    ) -> dg.MaterializeResult[None]:
        with step_of(target) as sound:
            clients = aws.clients(sound)
            written = write_permission_sets(lake.open(), sound, clients, organization_clients(sound))
        return dg.MaterializeResult(asset_key=spec.key, metadata=table_metadata(written))

    return permission_sets


def _access_controls(target: Target | BrokenTarget, made_of: Sequence[Table]) -> dg.AssetsDefinition:
    specs = [
        table_spec(
            table,
            target,
            kinds={"parquet"},
            description=description,
            deps=[asset_key(source, target) for source in made_of],
        )
        for table, description in (
            (ACCESS_CONTROLS, "Roles, policies, access points and permission sets as WHO × WHAT, as Raito gets them."),
            (ACCESS_REMAINDER, "What no access control can say: statements, principals and resources, with reasons."),
            (ACCESS_SUMMARIES, "Each access control in figures."),
        )
    ]
    key = asset_key(ACCESS_CONTROLS, target)

    @dg.multi_asset(
        name=f"{target.slug}__access_controls",
        specs=specs,
        check_specs=check_specs(ACCESS_CHECKS, key, ACCESS_CONTROLS.name),
    )
    def access_controls(lake: dg.ResourceParam[LakeResource]) -> Iterator[dg.MaterializeResult[None]]:
        with step_of(target) as sound:
            opened = lake.open()
            written = write_access_controls(opened, sound)
            outcomes = check_access_controls(opened, sound, written)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={**table_metadata(written.controls), **_grant_metadata(written)},
            check_results=check_results(outcomes, key, ACCESS_CONTROLS.name),
        )
        yield dg.MaterializeResult(
            asset_key=asset_key(ACCESS_REMAINDER, target),
            metadata={**table_metadata(written.remainder), "reasons": _reason_table(written)},
        )
        yield dg.MaterializeResult(
            asset_key=asset_key(ACCESS_SUMMARIES, target), metadata=table_metadata(written.summaries)
        )

    return access_controls


def _raito_access_controls(target: Target | BrokenTarget) -> dg.AssetsDefinition:
    spec = table_spec(
        RAITO_ACCESS_CONTROLS,
        target,
        kinds={"raito", "parquet"},
        description="Access controls as Raito has them: imported into its data source, by a job of its own.",
        deps=[asset_key(ACCESS_CONTROLS, target)],
    )

    @dg.multi_asset(name=f"{target.slug}__raito_access_controls", specs=[spec], pool="raito_api")
    def raito_access_controls(
        config: AccessPushConfig, raito: dg.ResourceParam[RaitoResource], lake: dg.ResourceParam[LakeResource]
    ) -> dg.MaterializeResult[None]:
        opened = lake.open()
        with (
            step_of(target) as sound,
            raito.session(sound) as session,
            task_of_its_own_job(opened, sound, session, raito.options, JobType.DA) as task,
        ):
            push = push_access_controls(
                opened, sound, task, allow_mass_delete=config.allow_mass_delete, options=raito.options
            )
        counted = push.result
        return dg.MaterializeResult(
            asset_key=spec.key,
            metadata={
                **table_metadata(push.written),
                "raito_job": push.job_id,
                "access_controls_sent": push.records,
                "bytes_sent": push.bytes,
                "access_controls_added": counted.access_added,
                "access_controls_updated": counted.access_updated,
                "access_controls_removed": counted.access_removed,
                "warnings": len(counted.warnings or ()),
                "warning_texts": dg.MetadataValue.json(list(counted.warnings or ())),
            },
        )

    return raito_access_controls


def _reason_table(written: AccessWritten) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [dg.TableRecord({"reason": reason, "rows": rows}) for reason, rows in written.reasons.items()],
        dg.TableSchema(columns=[dg.TableColumn("reason", "string"), dg.TableColumn("rows", "int")]),
    )


def _grant_metadata(written: AccessWritten) -> dict[str, dg.MetadataValue]:
    found = bucket_grants(written.found.controls)[:MOST_BUCKETS_SHOWN]
    return {
        "granted_by_identity_policies": dg.MetadataValue.table(
            [dg.TableRecord(_bars(grants, found[0])) for grants in found],
            dg.TableSchema(
                columns=[
                    dg.TableColumn("bucket", "string", "The bucket; the account stands for all of them."),
                    dg.TableColumn("granted", "string", "A bar as long as users, groups and roles are many."),
                    *(dg.TableColumn(name, "int") for name in ("users", "groups", "roles")),
                    dg.TableColumn("writers", "int", "Of these, who may write or administrate."),
                ]
            ),
        ),
        "incomplete": dg.MetadataValue.int(sum(bool(control.incomplete) for control in written.found.controls)),
    }


def _bars(grants: BucketGrants, largest: BucketGrants) -> dict[str, str | int]:
    count, most = (g.users + g.groups + g.roles for g in (grants, largest))
    return {
        "bucket": grants.bucket,
        "granted": "█" * max(round(_WIDEST_BAR * count / most), 1) if most else "",
        "users": grants.users,
        "groups": grants.groups,
        "roles": grants.roles,
        "writers": grants.writers,
    }
