"""Entities of an AWS account → users and groups (connector 2; protocol 6.2, 6.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from raito_aws_pipeline.aws.iam.entities import AccountEntity, EntityKind
from raito_aws_pipeline.identities.identities import Identities
from raito_aws_pipeline.identities.tag_rules import email_of, is_machine
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.model.tags import AWS_TAG_SOURCE, Tag

ROOT_USER_NAME = "root"


@dataclass(frozen=True, slots=True)
class UserRules:
    """How IAM users become users.

    Args:
        is_excluded: Whether a user keeps its details (tags, e-mail) to itself: `aws-user-excludes`.
        machine_tag: Key and value of the tag that marks a machine, or None.
    """

    is_excluded: Callable[[str], bool]
    machine_tag: tuple[str, str] | None = None


def identities_of_account(entities: Iterable[AccountEntity], rules: UserRules) -> Identities:
    """Users and groups of one account: its root user, IAM users and IAM groups.

    Memory is that of the users and groups, of which IAM allows 5,000 and 500 an account (AWS: IAM quotas); roles and
    policies are passed over.

    A membership in a group that was not read becomes a failure: the group was made or renamed during the sweep.
    """
    accounts: list[AccountEntity] = []
    users: list[AccountEntity] = []
    groups: dict[str, AccountEntity] = {}
    for entity in entities:
        match entity.kind:
            case EntityKind.ACCOUNT:
                accounts.append(entity)
            case EntityKind.USER:
                users.append(entity)
            case EntityKind.GROUP:
                groups[entity.name] = entity
    failures = [
        _unknown_group(user.name, name)
        for user in sorted(users, key=lambda u: u.name)
        for name in user.group_names or ()
        if name not in groups
    ]
    group_ids = {name: group.id for name, group in groups.items()}
    return Identities(
        users=[
            *(_root_user(account) for account in accounts),
            *(_user(user, group_ids, rules) for user in sorted(users, key=lambda u: (u.name, u.id))),
        ],
        groups=[_group(groups[name]) for name in sorted(groups)],
        failures=failures,
    )


def _root_user(account: AccountEntity) -> User:
    # The ARN is spelled with the partition `aws` everywhere: it is the id under which Raito knows the user already.
    arn = f"arn:aws:iam::{account.id}:user/root"
    return User(
        external_id=arn,
        name=ROOT_USER_NAME,
        user_name=ROOT_USER_NAME,
        email=f"{ROOT_USER_NAME}@{account.id}",
        arn=account.arn,
    )


def _user(entity: AccountEntity, group_ids: dict[str, str], rules: UserRules) -> User:
    tags = tuple(Tag(tag.key, tag.value, AWS_TAG_SOURCE) for tag in entity.tags or ())
    memberships = tuple(sorted(group_ids[name] for name in entity.group_names or () if name in group_ids))
    excluded = rules.is_excluded(entity.name)
    return User(
        external_id=entity.id,
        name=entity.name,
        user_name=entity.name,
        email=entity.name if excluded else email_of(entity.name, tags),
        group_external_ids=memberships or None,
        tags=None if excluded else tags,
        is_machine=None if excluded else is_machine(tags, rules.machine_tag),
        arn=entity.arn,
        path=entity.path,
        created_at=entity.created_at,
    )


def _group(entity: AccountEntity) -> Group:
    return Group(
        external_id=entity.id,
        name=entity.name,
        display_name=entity.name,
        arn=entity.arn,
        path=entity.path,
        created_at=entity.created_at,
    )


def _unknown_group(user_name: str, group_name: str) -> ReadFailure:
    return ReadFailure(
        part="groups",
        subject=group_name,
        call="iam:GetAccountAuthorizationDetails",
        code="GroupNotRead",
        message=f"User {user_name} is a member of group {group_name}, which AWS did not return.",
        remedy="Run the sync again: the group was probably made or renamed while the account was read.",
    )
