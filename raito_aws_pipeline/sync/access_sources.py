"""What access controls are made of: AWS → lake. Roles and policies come from the sweep that lies there already."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from raito_aws_pipeline.aws.access_points import AccessPoint, read_access_points
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.iam.entities import AccountEntity
from raito_aws_pipeline.aws.iam.roles_and_policies import IamPolicy, IamRole, policies_of, roles_of
from raito_aws_pipeline.aws.permission_sets import PermissionSet, read_permission_sets
from raito_aws_pipeline.aws.s3.bucket_policies import BucketPolicy, read_bucket_policies
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.errors import ConfigurationError
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.buckets import Bucket
from raito_aws_pipeline.model.columns import from_batch, to_batch
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.sync.account import account_id, require_account
from raito_aws_pipeline.sync.tables import (
    ACCESS_POINTS,
    ACCOUNT_AUTHORIZATION_DETAILS,
    BUCKET_POLICIES,
    BUCKETS,
    IAM_POLICIES,
    IAM_ROLES,
    PERMISSION_SETS,
    region_partition,
)
from raito_aws_pipeline.sync.written import TableWritten, write_table

_ROWS_AT_A_TIME = 1000


def write_roles_and_policies(lake: Lake, target: Target) -> tuple[TableWritten, TableWritten]:
    """Roles, and managed policies with what they are attached to, made from the sweep that lies in the lake.

    Raises:
        LakeError: There is no sweep.
    """
    key = ACCOUNT_AUTHORIZATION_DETAILS.key(target)
    failures = lake.completeness(key).failures

    def entities() -> Iterator[AccountEntity]:
        for batch in lake.read(key, AccountEntity):
            yield from from_batch(AccountEntity, batch)

    def role_batches() -> Iterator[pa.RecordBatch]:
        pending: list[IamRole] = []
        for role in roles_of(entities()):
            pending.append(role)
            if len(pending) == _ROWS_AT_A_TIME:
                yield to_batch(IamRole, pending)
                pending = []
        yield to_batch(IamRole, pending)

    return (
        write_table(lake, target, IAM_ROLES, role_batches(), failures),
        write_table(lake, target, IAM_POLICIES, [to_batch(IamPolicy, policies_of(entities()))], failures),
    )


def write_bucket_policies(lake: Lake, target: Target, clients: AwsClients) -> TableWritten:
    """The policy of each bucket of the account, one call a bucket.

    Raises:
        LakeError: The buckets were never read.
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached).
    """
    require_account(target, clients)
    key = BUCKETS.key(target)
    failures = list(lake.completeness(key).failures)
    buckets = [(bucket.name, bucket.region) for bucket in lake.read_rows(key, Bucket)]

    def batches() -> Iterator[pa.RecordBatch]:
        for found in read_bucket_policies(clients, buckets):
            if isinstance(found, ReadFailure):
                failures.append(found)
            else:
                yield to_batch(BucketPolicy, [found])

    return write_table(lake, target, BUCKET_POLICIES, batches(), failures)


def write_access_points(lake: Lake, target: Target, clients: AwsClients, region: str) -> TableWritten:
    """The S3 access points of one region, with their policies, into its partition.

    Raises:
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached).
    """
    account = account_id(target, clients)
    failures: list[ReadFailure] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for page in read_access_points(clients, account, region):
            failures.extend(page.failures)
            yield to_batch(AccessPoint, page.access_points)

    return write_table(lake, target, ACCESS_POINTS, batches(), failures, partition=region_partition(region))


def has_permission_sets(target: Target) -> bool:
    """Whether an organisation is configured, from whose Identity Center permission sets are read."""
    return target.aws.aws_organization_profile is not None


def write_permission_sets(lake: Lake, target: Target, clients: AwsClients, organization: AwsClients) -> TableWritten:
    """The permission sets of the account and who is assigned to them in it.

    Args:
        lake: The lake.
        target: The target; an organisation is configured.
        clients: Clients of the account.
        organization: Clients of the organisation.

    Raises:
        ConfigurationError: Instance or identity store is not configured.
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached).
    """
    instance, store = (
        target.aws.aws_organization_identity_center_instance_arn,
        target.aws.aws_organization_identity_store,
    )
    if instance is None or store is None:
        raise ConfigurationError(
            "The Identity Center of the organisation is not said.",
            target=target.name,
            missing="aws-organization-identity-center-instance-arn, aws-organization-identity-store",
            remedy="Add both to the target; `aws sso-admin list-instances` shows them.",
        )
    found = read_permission_sets(
        organization,
        instance_arn=instance,
        identity_store_id=store,
        account_id=account_id(target, clients),
        region=target.aws.aws_organization_region,
    )
    batch = to_batch(PermissionSet, found.permission_sets)
    return write_table(lake, target, PERMISSION_SETS, [batch], found.failures)
