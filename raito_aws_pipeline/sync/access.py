"""The access controls of a target, made from what lies in the lake, with their checks. The push is `access_push`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from raito_aws_pipeline.access.access_controls import AccessImport, access_controls, access_interests
from raito_aws_pipeline.access.checks import check_accounted, checks_of_access_controls
from raito_aws_pipeline.access.known_in_part import KnownInPart
from raito_aws_pipeline.access.locks import LockRule, LockRules
from raito_aws_pipeline.access.sources import AccessRules, AccessSources
from raito_aws_pipeline.access.summaries import summaries
from raito_aws_pipeline.aws.access_points import AccessPoint
from raito_aws_pipeline.aws.iam.entities import AccountEntity, EntityKind
from raito_aws_pipeline.aws.iam.roles_and_policies import IamPolicy, IamRole
from raito_aws_pipeline.aws.permission_sets import PermissionSet
from raito_aws_pipeline.aws.s3.bucket_policies import BucketPolicy
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.iam_policy.known import Interests, KnownFromRows
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.access_remainder import AccessRemainder
from raito_aws_pipeline.model.access_summaries import AccessSummary
from raito_aws_pipeline.model.buckets import Bucket, BucketScope
from raito_aws_pipeline.model.checks import CheckOutcome
from raito_aws_pipeline.model.columns import from_batch, to_batch
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.full_names import FullNames
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.sync.access_sources import has_permission_sets
from raito_aws_pipeline.sync.data_objects import full_names
from raito_aws_pipeline.sync.regions import target_regions
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
    region_partition,
)
from raito_aws_pipeline.sync.written import TableWritten, write_table


@dataclass(frozen=True, slots=True)
class AccessWritten:
    """The access controls after they were written.

    Args:
        controls: The table of access controls.
        remainder: The table of what they do not say.
        summaries: The table of their figures.
        reasons: How many rows of the remainder there are of each reason.
        found: The access controls themselves.
        failures: What could not be read of what they are made of.
    """

    controls: TableWritten
    remainder: TableWritten
    summaries: TableWritten
    reasons: Mapping[str, int]
    found: AccessImport
    failures: tuple[ReadFailure, ...]

    @property
    def tables(self) -> tuple[TableWritten, ...]:
        """All tables that were written."""
        return (self.controls, self.remainder, self.summaries)


@dataclass(frozen=True, slots=True)
class _Sources:
    """What lies in the lake: the account, the scope of its documents, and what is missing."""

    account: AccessSources
    scope: Scope
    failures: tuple[ReadFailure, ...]
    unread: frozenset[str]


def write_access_controls(lake: Lake, target: Target) -> AccessWritten:
    """Make access controls of roles, policies, access points and permission sets as they lie in the lake.

    Memory: all of them, as many as the account has, and the data objects that their documents name.

    Raises:
        LakeError: One of the tables was never written.
    """
    sources = _sources(lake, target)
    rules = access_rules(target)
    interests = access_interests(sources.account, rules, sources.scope)
    known = KnownInPart(_known(lake, target, interests), interests, sources.unread.__contains__)
    found = access_controls(sources.account, rules, sources.scope, known)
    last_used = {sources.account.role_external_id(role.name): role.last_used_at for role in sources.account.roles}
    failures = sources.failures
    return AccessWritten(
        write_table(lake, target, ACCESS_CONTROLS, _batches(AccessControl, found.controls), failures),
        write_table(lake, target, ACCESS_REMAINDER, _batches(AccessRemainder, found.remainder), failures),
        write_table(
            lake, target, ACCESS_SUMMARIES, [to_batch(AccessSummary, list(summaries(found, last_used)))], failures
        ),
        dict(sorted(Counter(row.reason for row in found.remainder).items())),
        found,
        failures,
    )


def check_access_controls(lake: Lake, target: Target, written: AccessWritten) -> list[CheckOutcome]:
    """What the checks say of the access controls that were written."""
    differences = lake.schema_differences(ACCESS_CONTROLS.key(target), AccessControl)
    return [
        *checks_of_access_controls(written.found.controls, written.failures, differences),
        check_accounted(written.found.lost),
    ]


def access_rules(target: Target) -> AccessRules:
    """What a target's configuration says of access controls."""
    aws, locks = target.aws, target.locks
    return AccessRules(
        locks=LockRules(
            who=LockRule(
                locks.lock_all_who,
                locks.lock_who_by_name.matches,
                locks.lock_who_by_tag.matches,
                locks.lock_who_when_incomplete,
            ),
            inheritance=LockRule(
                locks.lock_all_inheritance,
                locks.lock_inheritance_by_name.matches,
                locks.lock_inheritance_by_tag.matches,
                locks.lock_inheritance_when_incomplete,
            ),
            what=LockRule(
                locks.lock_all_what,
                locks.lock_what_by_name.matches,
                locks.lock_what_by_tag.matches,
                locks.lock_what_when_incomplete,
            ),
            names=LockRule(
                locks.lock_all_names,
                locks.lock_names_by_name.matches,
                locks.lock_names_by_tag.matches,
                locks.lock_names_when_incomplete,
            ),
            delete=LockRule(
                locks.lock_all_delete,
                locks.lock_delete_by_name.matches,
                locks.lock_delete_by_tag.matches,
                locks.lock_delete_when_incomplete,
            ),
            fully=LockRule(
                locks.fully_lock_all,
                lambda name: locks.fully_lock_by_name.matches(name) or locks.make_not_internalizable.matches(name),
                locks.fully_lock_by_tag.matches,
                locks.fully_lock_when_incomplete,
            ),
            owners=locks.lock_all_owners,
        ),
        excludes_role=aws.aws_access_role_excludes.matches,
        excludes_policy=aws.aws_access_managed_policy_excludes.matches,
        skips_iam=aws.aws_access_skip_iam,
        skips_user_inline_policies=aws.aws_access_skip_user_inline_policies,
        skips_group_inline_policies=aws.aws_access_skip_group_inline_policies,
        skips_managed_policies=aws.aws_access_skip_managed_policies,
        skips_aws_managed_policies=aws.aws_access_skip_aws_managed_policies,
        name_tag=target.raito.tag_overwrite_key_for_access_provider_name,
        owner_tag=target.raito.tag_overwrite_key_for_access_provider_owners,
    )


def _sources(lake: Lake, target: Target) -> _Sources:
    sweep = ACCOUNT_AUTHORIZATION_DETAILS.key(target)
    entities = [
        entity
        for batch in lake.read(sweep, AccountEntity)
        for entity in from_batch(AccountEntity, batch)
        if entity.kind in {EntityKind.ACCOUNT, EntityKind.USER, EntityKind.GROUP}
    ]
    account = next(entity for entity in entities if entity.kind == EntityKind.ACCOUNT)
    buckets = lake.read_rows(BUCKETS.key(target), Bucket)
    regions = [region_partition(region) for region in target_regions(target)]
    with_points = not target.aws.aws_access_skip_s3_access_points
    points = lake.read_rows(ACCESS_POINTS.key(target), AccessPoint, regions) if with_points else []
    sets = lake.read_rows(PERMISSION_SETS.key(target), PermissionSet) if has_permission_sets(target) else None
    failures = [
        *lake.completeness(sweep).failures,
        *lake.completeness(IAM_ROLES.key(target)).failures,
        *lake.completeness(IAM_POLICIES.key(target)).failures,
        *lake.completeness(BUCKET_POLICIES.key(target)).failures,
        *(lake.completeness(ACCESS_POINTS.key(target), regions).failures if with_points else ()),
        *(lake.completeness(PERMISSION_SETS.key(target)).failures if sets is not None else ()),
    ]
    names = full_names(target, account.id)
    imported = {b.name: b.region for b in buckets if b.scope == BucketScope.INCLUDED and b.region is not None}
    return _Sources(
        account=AccessSources(
            account_id=account.id,
            users=[entity for entity in entities if entity.kind == EntityKind.USER],
            groups=[entity for entity in entities if entity.kind == EntityKind.GROUP],
            roles=lake.read_rows(IAM_ROLES.key(target), IamRole),
            policies=lake.read_rows(IAM_POLICIES.key(target), IamPolicy),
            access_points=points,
            bucket_policies=lake.read_rows(BUCKET_POLICIES.key(target), BucketPolicy),
            permission_sets=sets,
        ),
        scope=Scope(
            names=names,
            buckets=imported,
            not_imported=frozenset(bucket.name for bucket in buckets if bucket.name not in imported),
            partition=account.arn.split(":")[1],
        ),
        failures=tuple(dict.fromkeys(failures)),
        unread=_unread(lake, target, imported, names),
    )


def _unread(lake: Lake, target: Target, buckets: Mapping[str, str], names: FullNames) -> frozenset[str]:
    """Full names of the buckets whose data objects are not all in the lake."""
    missing = {
        failure.part
        for region in target_regions(target)
        for failure in lake.completeness(DATA_OBJECTS.key(target), [region_partition(region)]).failures
    }
    return frozenset(names.bucket(region, bucket) for bucket, region in buckets.items() if {bucket, region} & missing)


def _known(lake: Lake, target: Target, interests: Interests) -> KnownFromRows:
    """The data objects that documents name, of the regions that were read."""
    known = KnownFromRows(interests)
    key = DATA_OBJECTS.key(target)
    for region in target_regions(target):
        partitions = [region_partition(region)]
        if lake.completeness(key, partitions).written:
            for batch in lake.read(key, DataObject, partitions):
                known.add(batch)
    return known


def _batches(table: type, rows: Sequence[AccessControl] | Sequence[AccessRemainder]) -> list[pa.RecordBatch]:
    return [to_batch(table, rows[start : start + 1000]) for start in range(0, max(len(rows), 1), 1000)]
