"""The IAM sweep of an account: users, groups, roles and policies, read once for identities and access.

Dagster reads the annotations of assets when they are defined: no `from __future__ import annotations` here.
"""

import dagster as dg

from raito_aws_pipeline.assets.failures import step_of
from raito_aws_pipeline.assets.tables import table_metadata, table_spec
from raito_aws_pipeline.configuration.targets import BrokenTarget, Target, TargetKind
from raito_aws_pipeline.resources.aws import AwsResource
from raito_aws_pipeline.resources.lake import LakeResource
from raito_aws_pipeline.sync.identities import write_account_details
from raito_aws_pipeline.sync.tables import ACCOUNT_AUTHORIZATION_DETAILS


def has_sweep(target: Target | BrokenTarget) -> bool:
    """Whether anything is made of a target's sweep: it is an account, and identities or access are synced."""
    if target.kind is TargetKind.ORGANIZATION:
        return False
    if isinstance(target, BrokenTarget):
        return True
    return not (target.skip.skip_identity_store_sync and target.skip.skip_data_access_sync)


def account_authorization_details_asset(target: Target | BrokenTarget) -> dg.AssetsDefinition:
    """The one IAM sweep of an account, which users and groups, roles and policies are made from."""
    spec = table_spec(
        ACCOUNT_AUTHORIZATION_DETAILS,
        target,
        kinds={"aws", "parquet"},
        description="Users, groups, roles and policies of the account with their documents, from one IAM sweep.",
    )

    @dg.multi_asset(name=f"{target.slug}__account_authorization_details", specs=[spec], pool="aws_api")
    def account_authorization_details(
        aws: dg.ResourceParam[AwsResource], lake: dg.ResourceParam[LakeResource]
    ) -> dg.MaterializeResult[None]:
        with step_of(target) as sound:
            read = write_account_details(lake.open(), sound, aws.clients(sound))
        return dg.MaterializeResult(
            asset_key=spec.key,
            metadata={
                **table_metadata(read.details),
                "iam_calls": read.iam_calls,
                "read_by": read.way,
                "advice": read.advice or "none",
            },
        )

    return account_authorization_details
