"""The identities of a target: AWS → lake, and the checks on what lies there. The push is `sync.identity_push`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.iam.entities import AccountEntity
from raito_aws_pipeline.aws.iam.sweep import sweep_account
from raito_aws_pipeline.aws.identity_center import read_identity_center
from raito_aws_pipeline.configuration.targets import Target, TargetKind
from raito_aws_pipeline.identities.checks import (
    IDENTITY_CHECKS,
    check_memberships,
    check_unique_external_ids,
    check_unique_names,
)
from raito_aws_pipeline.identities.iam import UserRules, identities_of_account
from raito_aws_pipeline.identities.identities import Identities
from raito_aws_pipeline.identities.identity_center import identities_of_organization
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.checks import CheckOutcome, check_complete, check_schema
from raito_aws_pipeline.model.columns import from_batch, to_batch
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.sync.account import require_account
from raito_aws_pipeline.sync.tables import ACCOUNT_AUTHORIZATION_DETAILS, GROUPS, USERS
from raito_aws_pipeline.sync.written import TableWritten, write_table

_NO_IDENTITIES = ("roles", "policies")


@dataclass(frozen=True, slots=True)
class AccountRead:
    """The account's details after they were written, and how they were read: by how many IAM calls of which kind."""

    details: TableWritten
    iam_calls: int
    way: str
    advice: str


@dataclass(frozen=True, slots=True)
class IdentitiesWritten:
    """Users and groups after they were written, and what the checks say of them as they lie in the lake."""

    users: TableWritten
    groups: TableWritten
    checks: tuple[CheckOutcome, ...]


@dataclass(frozen=True, slots=True)
class IdentitiesInLake:
    """Users and groups as they lie in the lake, with what the checks say of them."""

    users: list[User]
    groups: list[Group]
    checks: tuple[CheckOutcome, ...]


def write_account_details(lake: Lake, target: Target, clients: AwsClients) -> AccountRead:
    """One sweep over an account's users, groups, roles and policies, page by page into the lake.

    Raises:
        ConfigurationError: The credentials are those of another account than `aws-account-id`.
        PipelineError: Nothing could be read (no credentials, no permission, no connection).
    """
    require_account(target, clients)
    failures: list[ReadFailure] = []
    calls, way, advice = 0, "", ""

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal calls, way, advice
        for page in sweep_account(clients):
            failures.extend(page.failures)
            calls, way, advice = calls + page.calls, page.way.value, page.advice
            yield to_batch(AccountEntity, page.entities)

    details = write_table(lake, target, ACCOUNT_AUTHORIZATION_DETAILS, batches(), failures)
    return AccountRead(details, calls, way, advice)


def write_account_identities(lake: Lake, target: Target) -> IdentitiesWritten:
    """Users and groups of an account, made from the sweep that lies in the lake.

    Raises:
        LakeError: There is no sweep.
    """
    key = ACCOUNT_AUTHORIZATION_DETAILS.key(target)
    swept = lake.completeness(key)
    entities = (e for batch in lake.read(key, AccountEntity) for e in from_batch(AccountEntity, batch))
    rules = UserRules(target.aws.aws_user_excludes.matches, target.raito.tag_key_and_value_for_user_is_machine)
    return _write_identities(lake, target, identities_of_account(entities, rules), swept.failures)


def write_organization_identities(lake: Lake, target: Target, clients: AwsClients) -> IdentitiesWritten:
    """Users and groups of the Identity Centers of an organisation.

    Raises:
        PipelineError: Nothing could be read (no credentials, no permission, no connection).
    """
    pages = read_identity_center(clients, target.default_region)
    return _write_identities(lake, target, identities_of_organization(pages), ())


def write_identities(lake: Lake, target: Target, clients: AwsClients) -> tuple[TableWritten, ...]:
    """All tables of a target's identities, in the order in which they depend on each other."""
    if target.kind is TargetKind.ORGANIZATION:
        written = write_organization_identities(lake, target, clients)
        return (written.users, written.groups)
    account = write_account_details(lake, target, clients)
    written = write_account_identities(lake, target)
    return (account.details, written.users, written.groups)


def read_identities(lake: Lake, target: Target) -> IdentitiesInLake:
    """Users and groups as they lie in the lake, and what the checks say of just these rows.

    Raises:
        LakeError: They were never written, or cannot be read.
    """
    outcomes = [
        check_schema(IDENTITY_CHECKS, table.name, lake.schema_differences(table.key(target), table.row))
        for table in (USERS, GROUPS)
    ]
    if not all(outcome.passed for outcome in outcomes):
        return IdentitiesInLake([], [], tuple(outcomes))
    # Another run may replace a table at any time: what is incomplete before or after the read counts as incomplete.
    before = _failures_in_lake(lake, target)
    users = lake.read_rows(USERS.key(target), User)
    groups = lake.read_rows(GROUPS.key(target), Group)
    after = _failures_in_lake(lake, target)
    outcomes += [
        *(check_complete(IDENTITY_CHECKS, name, before[name] or after[name]) for name in before),
        check_unique_external_ids(USERS.name, users),
        check_unique_names(USERS.name, users),
        check_memberships(users, groups),
        check_unique_external_ids(GROUPS.name, groups),
        check_unique_names(GROUPS.name, groups),
    ]
    return IdentitiesInLake(users, groups, tuple(outcomes))


def _failures_in_lake(lake: Lake, target: Target) -> dict[str, tuple[ReadFailure, ...]]:
    return {table.name: lake.completeness(table.key(target)).failures for table in (USERS, GROUPS)}


def _write_identities(
    lake: Lake, target: Target, identities: Identities, read_failures: Sequence[ReadFailure]
) -> IdentitiesWritten:
    failures = list(read_failures)
    if not any(failure.part not in _NO_IDENTITIES for failure in failures):
        # Else it is known already why groups are unknown.
        failures += identities.failures
    # A group that is missing takes memberships of users with it. What is about neither counts for both, but for
    # roles and policies, which identities do not need.
    of_users = [f for f in failures if f.part not in _NO_IDENTITIES]
    of_groups = [f for f in of_users if f.part != USERS.name]
    return IdentitiesWritten(
        users=write_table(lake, target, USERS, [to_batch(User, identities.users)], of_users),
        groups=write_table(lake, target, GROUPS, [to_batch(Group, identities.groups)], of_groups),
        checks=read_identities(lake, target).checks,
    )
