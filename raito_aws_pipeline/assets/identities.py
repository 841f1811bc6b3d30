"""The identities of a target: users and groups, and Raito's identity store.

Dagster reads the annotations of assets when they are defined: no `from __future__ import annotations` here.
"""

from collections.abc import Iterator

import dagster as dg

from raito_aws_pipeline.assets.failures import step_of
from raito_aws_pipeline.assets.tables import asset_key, table_metadata, table_spec
from raito_aws_pipeline.checks import check_results, check_specs
from raito_aws_pipeline.configuration.targets import BrokenTarget, Target, TargetKind
from raito_aws_pipeline.identities.checks import IDENTITY_CHECKS
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.resources.aws import AwsResource
from raito_aws_pipeline.resources.lake import LakeResource
from raito_aws_pipeline.resources.raito import RaitoResource
from raito_aws_pipeline.sync.identities import (
    IdentitiesWritten,
    write_account_identities,
    write_organization_identities,
)
from raito_aws_pipeline.sync.identity_push import push_identities
from raito_aws_pipeline.sync.raito_jobs import task_of_its_own_job
from raito_aws_pipeline.sync.tables import ACCOUNT_AUTHORIZATION_DETAILS, GROUPS, RAITO_IDENTITY_STORE, USERS


class PushConfig(dg.Config):
    """What a person may allow one push to do."""

    allow_mass_delete: bool = False


def identity_assets(target: Target | BrokenTarget) -> list[dg.AssetsDefinition]:
    """The assets of one target's identities; those of a broken target fail with its error when they run.

    Those of an account are made from its sweep (`assets.account_authorization_details`). A target that leaves out its
    identity task has none; one without an identity store has nothing to push to.
    """
    if isinstance(target, Target) and target.skip.skip_identity_store_sync:
        return []
    if target.kind is TargetKind.ORGANIZATION:
        read = [_organization_identities(target)]
    else:
        read = [_account_identities(target)]
    if isinstance(target, Target) and not target.raito.identity_store_id:
        return read
    return [*read, _raito_identity_store(target)]


def _account_identities(target: Target | BrokenTarget) -> dg.AssetsDefinition:
    specs = _identity_specs(target, "IAM", [asset_key(ACCOUNT_AUTHORIZATION_DETAILS, target)])

    @dg.multi_asset(name=f"{target.slug}__users_and_groups", specs=specs, check_specs=_identity_checks(target))
    def account_identities(lake: dg.ResourceParam[LakeResource]) -> Iterator[dg.MaterializeResult[None]]:
        with step_of(target) as sound:
            written = write_account_identities(lake.open(), sound)
        yield from _identity_results(written, target)

    return account_identities


def _organization_identities(target: Target | BrokenTarget) -> dg.AssetsDefinition:
    specs = _identity_specs(target, "Identity Center", [])

    @dg.multi_asset(
        name=f"{target.slug}__users_and_groups",
        specs=specs,
        check_specs=_identity_checks(target),
        pool="aws_api",
    )
    def organization_identities(
        aws: dg.ResourceParam[AwsResource], lake: dg.ResourceParam[LakeResource]
    ) -> Iterator[dg.MaterializeResult[None]]:
        with step_of(target) as sound:
            written = write_organization_identities(lake.open(), sound, aws.clients(sound))
        yield from _identity_results(written, target)

    return organization_identities


def _raito_identity_store(target: Target | BrokenTarget) -> dg.AssetsDefinition:
    spec = table_spec(
        RAITO_IDENTITY_STORE,
        target,
        kinds={"raito", "parquet"},
        description="Users and groups as Raito has them: imported into its identity store, by a job of its own.",
        deps=[asset_key(USERS, target), asset_key(GROUPS, target)],
    )

    @dg.multi_asset(name=f"{target.slug}__raito_identity_store", specs=[spec], pool="raito_api")
    def raito_identity_store(
        config: PushConfig, raito: dg.ResourceParam[RaitoResource], lake: dg.ResourceParam[LakeResource]
    ) -> dg.MaterializeResult[None]:
        opened = lake.open()
        with (
            step_of(target) as sound,
            raito.session(sound) as session,
            task_of_its_own_job(opened, sound, session, raito.options, JobType.IS) as task,
        ):
            push = push_identities(
                opened, sound, task, allow_mass_delete=config.allow_mass_delete, options=raito.options
            )
        counted = push.result
        return dg.MaterializeResult(
            asset_key=spec.key,
            metadata={
                **table_metadata(push.written),
                "raito_job": push.job_id,
                "users_sent": push.users,
                "groups_sent": push.groups,
                "bytes_sent": push.users_bytes + push.groups_bytes,
                "users_added": counted.users_added,
                "users_updated": counted.users_updated,
                "users_removed": counted.users_removed,
                "groups_added": counted.groups_added,
                "groups_updated": counted.groups_updated,
                "groups_removed": counted.groups_removed,
                "warnings": len(counted.warnings or ()),
                "warning_texts": dg.MetadataValue.json(list(counted.warnings or ())),
            },
        )

    return raito_identity_store


def _identity_specs(target: Target | BrokenTarget, source: str, deps: list[dg.AssetKey]) -> list[dg.AssetSpec]:
    return [
        table_spec(
            table,
            target,
            kinds={"aws", "parquet"},
            description=f"{what} of {source}, as Raito gets them.",
            deps=deps,
        )
        for table, what in ((USERS, "Users"), (GROUPS, "Groups"))
    ]


def _identity_checks(target: Target | BrokenTarget) -> list[dg.AssetCheckSpec]:
    return [
        spec for table in (USERS, GROUPS) for spec in check_specs(IDENTITY_CHECKS, asset_key(table, target), table.name)
    ]


def _identity_results(
    written: IdentitiesWritten, target: Target | BrokenTarget
) -> Iterator[dg.MaterializeResult[None]]:
    for part in (written.users, written.groups):
        key = asset_key(part.table, target)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata=table_metadata(part),
            check_results=check_results(written.checks, key, part.table.name),
        )
