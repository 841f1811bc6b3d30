"""The entities of an account as IAM tells them: one row each for the account, its users, groups, roles and policies.

Here: the row, and how IAM's records become rows; both ways of the sweep use it, so that they cannot differ. Not here:
what Raito makes of a row (`identities`, `access`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import unquote

import msgspec

from raito_aws_pipeline.aws.caller import CallerIdentity
from raito_aws_pipeline.model.columns import Column, Row


class EntityKind(StrEnum):
    """The kinds of entities, as the column `kind` spells them."""

    ACCOUNT = "account"
    USER = "user"
    GROUP = "group"
    ROLE = "role"
    POLICY = "policy"


class EntityTag(msgspec.Struct, frozen=True):
    """A tag of an entity."""

    key: Annotated[str, Column("Key of the tag.")]
    value: Annotated[str, Column("Value of the tag; may be empty.")]


class InlinePolicy(msgspec.Struct, frozen=True):
    """A policy that lies in a user, group or role itself."""

    name: Annotated[str, Column("Name of the policy, unique within its entity.")]
    document: Annotated[str | None, Column("The document as IAM keeps it; null: it could not be read.")]


class AccountEntity(Row, frozen=True, kw_only=True):
    """An account, or a user, group, role or managed policy of it.

    A column that a kind does not have, or that could not be read, is null; an empty list was read and is empty.
    """

    kind: Annotated[str, Column("account, user, group, role or policy.")]
    name: Annotated[str, Column("Name, unique within its kind in any case; of the account its id.")]
    id: Annotated[
        str, Column("Unique id that is never used again (AIDA…, AGPA…, AROA…, ANPA…); of the account its id.")
    ]
    arn: Annotated[str, Column("ARN; of the account that of its root.", unique=True)]
    path: Annotated[str | None, Column("IAM path, / at both ends.")] = None
    created_at: Annotated[datetime.datetime | None, Column("When it was made.")] = None
    tags: Annotated[tuple[EntityTag, ...] | None, Column("Tags of a user or role, in AWS's order.")] = None
    group_names: Annotated[tuple[str, ...] | None, Column("Groups that a user is a member of, sorted.")] = None
    inline_policies: Annotated[
        tuple[InlinePolicy, ...] | None, Column("Inline policies of a user, group or role, sorted by name.")
    ] = None
    attached_policy_arns: Annotated[
        tuple[str, ...] | None, Column("ARNs of the managed policies attached to a user, group or role, sorted.")
    ] = None
    permissions_boundary_arn: Annotated[
        str | None, Column("ARN of the policy that bounds a user or role; null: none.")
    ] = None
    trust_policy: Annotated[str | None, Column("Trust policy document of a role as IAM keeps it.")] = None
    document: Annotated[str | None, Column("Document of a policy's default version as IAM keeps it.")] = None
    default_version_id: Annotated[str | None, Column("Default version of a policy.")] = None
    last_used_at: Annotated[
        datetime.datetime | None, Column("When a role was last used, as far back as AWS remembers; null: not.")
    ] = None
    last_used_region: Annotated[str | None, Column("Region in which a role was last used.")] = None


def document_text(encoded: str) -> str:
    """A policy document as IAM keeps it: its answers have it URL-encoded (RFC 3986).

    The text may be malformed JSON: it stays as it is, and the policy language decides what it means.
    """
    return unquote(encoded)


def account_entity(caller: CallerIdentity) -> AccountEntity:
    """The account itself, under the ARN of its root."""
    return AccountEntity(
        kind=EntityKind.ACCOUNT.value,
        name=caller.account_id,
        id=caller.account_id,
        arn=f"arn:{caller.partition}:iam::{caller.account_id}:root",
    )


def user_entity(
    record: Mapping[str, Any],
    *,
    group_names: Iterable[str],
    inline_policies: Iterable[InlinePolicy] | None,
    attached_policies: Iterable[Mapping[str, Any]] | None,
) -> AccountEntity:
    """A user from IAM's record (`UserDetail` or `User`); None for what could not be read, its tags included."""
    return AccountEntity(
        kind=EntityKind.USER.value,
        name=record["UserName"],
        id=record["UserId"],
        arn=record["Arn"],
        path=record["Path"],
        created_at=_utc(record["CreateDate"]),
        tags=_tags(record),
        group_names=tuple(sorted(group_names)),
        inline_policies=_sorted_by_name(inline_policies),
        attached_policy_arns=_arns(attached_policies),
        permissions_boundary_arn=_boundary(record),
    )


def group_entity(
    record: Mapping[str, Any],
    *,
    inline_policies: Iterable[InlinePolicy] | None,
    attached_policies: Iterable[Mapping[str, Any]] | None,
) -> AccountEntity:
    """A group from IAM's record (`GroupDetail` or `Group`); None for what could not be read."""
    return AccountEntity(
        kind=EntityKind.GROUP.value,
        name=record["GroupName"],
        id=record["GroupId"],
        arn=record["Arn"],
        path=record["Path"],
        created_at=_utc(record["CreateDate"]),
        inline_policies=_sorted_by_name(inline_policies),
        attached_policy_arns=_arns(attached_policies),
    )


def role_entity(
    record: Mapping[str, Any],
    *,
    inline_policies: Iterable[InlinePolicy] | None,
    attached_policies: Iterable[Mapping[str, Any]] | None,
) -> AccountEntity:
    """A role from IAM's record (`RoleDetail` or `Role`); None for what could not be read, its tags included."""
    last_used = record.get("RoleLastUsed", {})
    return AccountEntity(
        kind=EntityKind.ROLE.value,
        name=record["RoleName"],
        id=record["RoleId"],
        arn=record["Arn"],
        path=record["Path"],
        created_at=_utc(record["CreateDate"]),
        tags=_tags(record),
        inline_policies=_sorted_by_name(inline_policies),
        attached_policy_arns=_arns(attached_policies),
        permissions_boundary_arn=_boundary(record),
        trust_policy=document_text(record["AssumeRolePolicyDocument"]),
        last_used_at=_utc(last_used.get("LastUsedDate")),
        last_used_region=last_used.get("Region"),
    )


def policy_entity(record: Mapping[str, Any], *, document: str | None) -> AccountEntity:
    """A managed policy from IAM's record (`ManagedPolicyDetail` or `Policy`); `document` is decoded, or None."""
    return AccountEntity(
        kind=EntityKind.POLICY.value,
        name=record["PolicyName"],
        id=record["PolicyId"],
        arn=record["Arn"],
        path=record["Path"],
        created_at=_utc(record["CreateDate"]),
        document=document,
        default_version_id=record["DefaultVersionId"],
    )


def _tags(record: Mapping[str, Any]) -> tuple[EntityTag, ...] | None:
    tags = record.get("Tags", ())
    return None if tags is None else tuple(EntityTag(tag["Key"], tag["Value"]) for tag in tags)


def _utc(moment: datetime.datetime | None) -> datetime.datetime | None:
    return None if moment is None else moment.astimezone(datetime.UTC)


def _boundary(record: Mapping[str, Any]) -> str | None:
    arn: str | None = record.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return arn


def _sorted_by_name(policies: Iterable[InlinePolicy] | None) -> tuple[InlinePolicy, ...] | None:
    return None if policies is None else tuple(sorted(policies, key=lambda policy: policy.name))


def _arns(policies: Iterable[Mapping[str, Any]] | None) -> tuple[str, ...] | None:
    return None if policies is None else tuple(sorted(policy["PolicyArn"] for policy in policies))
