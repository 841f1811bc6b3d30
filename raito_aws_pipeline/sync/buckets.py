"""The buckets of a target: AWS → lake, and the checks on them."""

from __future__ import annotations

from dataclasses import dataclass

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.failures import read_failure
from raito_aws_pipeline.aws.s3.buckets import AccountBucket, read_buckets
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.bucket_scope import bucket_scope
from raito_aws_pipeline.data_objects.checks import (
    DATA_OBJECT_CHECKS,
    check_regions_configured,
    check_tags_read,
)
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.buckets import Bucket, BucketScope
from raito_aws_pipeline.model.checks import CheckOutcome, check_complete, check_schema
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.model.tags import Tag
from raito_aws_pipeline.sync.account import require_account
from raito_aws_pipeline.sync.regions import target_regions
from raito_aws_pipeline.sync.tables import BUCKETS
from raito_aws_pipeline.sync.written import TableWritten, write_table


@dataclass(frozen=True, slots=True)
class BucketsWritten:
    """The buckets after they were written, how many of them are in which scope, and what the checks say."""

    table: TableWritten
    scopes: dict[str, int]
    checks: tuple[CheckOutcome, ...]


def write_buckets(lake: Lake, target: Target, clients: AwsClients) -> BucketsWritten:
    """List the account's buckets with region, creation date and tags; those that are not imported too, with the reason.

    In Glue mode, where the catalogues say what is imported, all of them are in scope and their tags are not read.

    Raises:
        ConfigurationError: The credentials are those of another account than `aws-account-id`, or no region is known.
        PipelineError: The buckets cannot be listed.
    """
    require_account(target, clients)
    read = list(read_buckets(clients, lambda name: not target.aws.aws_glue_enabled and _is_included(target, name)))
    scopes = [_scope(target, bucket, target_regions(target)) for bucket in read]
    tags_of_before = _last_tags(lake, target) if any(bucket.tags_error for bucket in read) else {}
    buckets = [
        Bucket(
            name=bucket.name,
            region=bucket.region,
            scope=scope,
            created_at=bucket.created_at,
            # Without its tags a bucket would lose its owners in Raito.
            tags=tags_of_before.get(bucket.name, ()) if bucket.tags_error else bucket.tags or (),
        )
        for bucket, scope in zip(read, scopes, strict=True)
    ]
    failures = [
        _region_failure(bucket)
        for bucket, scope in zip(read, scopes, strict=True)
        if scope is BucketScope.REGION_UNKNOWN
    ]
    written = write_table(lake, target, BUCKETS, [to_batch(Bucket, buckets)], failures)
    elsewhere = [f"{b.name} ({b.region})" for b in buckets if b.scope == BucketScope.REGION_NOT_CONFIGURED]
    without_tags = [f"{b.name} ({read_failure(b.tags_error, part=b.name).code})" for b in read if b.tags_error]
    return BucketsWritten(
        written,
        {scope.value: scopes.count(scope) for scope in BucketScope},
        (
            check_schema(DATA_OBJECT_CHECKS, BUCKETS.name, lake.schema_differences(BUCKETS.key(target), Bucket)),
            check_complete(DATA_OBJECT_CHECKS, BUCKETS.name, failures),
            check_regions_configured(elsewhere),
            check_tags_read(without_tags),
        ),
    )


def read_buckets_in_lake(lake: Lake, target: Target) -> tuple[list[Bucket], tuple[ReadFailure, ...]]:
    """The buckets that lie in the lake, and those of them whose region is unknown, with the reason.

    Raises:
        LakeError: They were never read, or cannot be.
    """
    key = BUCKETS.key(target)
    # Another run may replace them at any time: what is missing before or after counts as missing.
    before = lake.completeness(key).failures
    rows = lake.read_rows(key, Bucket)
    return rows, tuple(dict.fromkeys((*before, *lake.completeness(key).failures)))


def _is_included(target: Target, name: str) -> bool:
    included, excluded = target.aws.aws_s3_include_buckets, target.aws.aws_s3_exclude_buckets
    return (not included.written or included.matches(name)) and not excluded.matches(name)


def _scope(target: Target, bucket: AccountBucket, regions: tuple[str, ...]) -> BucketScope:
    if target.aws.aws_glue_enabled:
        return bucket_scope(bucket.name, bucket.region, is_included=lambda _: True, regions=None)
    return bucket_scope(
        bucket.name, bucket.region, is_included=lambda name: _is_included(target, name), regions=regions
    )


def _last_tags(lake: Lake, target: Target) -> dict[str, tuple[Tag, ...]]:
    key = BUCKETS.key(target)
    if not lake.completeness(key).written:
        return {}
    return {bucket.name: bucket.tags for bucket in lake.read_rows(key, Bucket)}


def _region_failure(bucket: AccountBucket) -> ReadFailure:
    if bucket.region_error is None:
        raise AssertionError("a bucket without a region has the reason")
    return read_failure(bucket.region_error, part=BUCKETS.name, subject=bucket.name)
