"""Roles and managed policies of an account as tables of their own: views of the sweep's rows.

Here: the two rows, and how `AccountEntity` rows become them; attachments, which IAM keeps with users, groups and roles,
stand with the policy. Not here: reading (`aws.iam.sweep`), and what documents mean (`iam_policy`).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Annotated

from raito_aws_pipeline.aws.iam.entities import AccountEntity, EntityKind, EntityTag, InlinePolicy
from raito_aws_pipeline.model.columns import Column, Row


class IamRole(Row, frozen=True, kw_only=True):
    """A role of the account. What could not be read is null; an empty list was read and is empty."""

    name: Annotated[str, Column("Name, unique in any case.", unique=True)]
    id: Annotated[str, Column("Unique id that is never used again: AROA….", unique=True)]
    arn: Annotated[str, Column("ARN.", unique=True)]
    path: Annotated[str, Column("IAM path, / at both ends.")]
    created_at: Annotated[datetime.datetime | None, Column("When it was made.")] = None
    trust_policy: Annotated[str | None, Column("Trust policy document as IAM keeps it.")]
    inline_policies: Annotated[tuple[InlinePolicy, ...] | None, Column("Inline policies, sorted by name.")]
    attached_policy_arns: Annotated[tuple[str, ...] | None, Column("ARNs of attached managed policies, sorted.")]
    permissions_boundary_arn: Annotated[str | None, Column("ARN of the policy that bounds it; null: none.")] = None
    tags: Annotated[tuple[EntityTag, ...] | None, Column("Tags, in AWS's order.")] = None
    last_used_at: Annotated[
        datetime.datetime | None, Column("When it was last used, as far back as AWS remembers; null: not.")
    ] = None
    last_used_region: Annotated[str | None, Column("Region in which it was last used.")] = None


class IamPolicy(Row, frozen=True, kw_only=True):
    """A customer managed policy of the account, or one of AWS that is in use there.

    An attachment grants; use as a permissions boundary does not, and is none.
    """

    arn: Annotated[str, Column("ARN.", unique=True)]
    name: Annotated[str, Column("Name; a customer's policy may have the name of one of AWS's.")]
    path: Annotated[str, Column("IAM path, / at both ends.")]
    is_aws_managed: Annotated[bool, Column("Whether AWS keeps it, and not the account.")]
    document: Annotated[
        str | None, Column("Document of the default version as IAM keeps it; null: it could not be read.")
    ]
    default_version_id: Annotated[str | None, Column("Default version; null: it could not be read.")] = None
    created_at: Annotated[datetime.datetime | None, Column("When it was made.")] = None
    attached_users: Annotated[tuple[str, ...], Column("Names of the users that it is attached to, sorted.")] = ()
    attached_groups: Annotated[tuple[str, ...], Column("Names of the groups that it is attached to, sorted.")] = ()
    attached_roles: Annotated[tuple[str, ...], Column("Names of the roles that it is attached to, sorted.")] = ()


def roles_of(entities: Iterable[AccountEntity]) -> Iterator[IamRole]:
    """The roles among the rows of a sweep, in their order; one row is held at a time."""
    for entity in entities:
        if entity.kind == EntityKind.ROLE:
            yield IamRole(
                name=entity.name,
                id=entity.id,
                arn=entity.arn,
                path=entity.path or "/",
                created_at=entity.created_at,
                trust_policy=entity.trust_policy,
                inline_policies=entity.inline_policies,
                attached_policy_arns=entity.attached_policy_arns,
                permissions_boundary_arn=entity.permissions_boundary_arn,
                tags=entity.tags,
                last_used_at=entity.last_used_at,
                last_used_region=entity.last_used_region,
            )


def policies_of(entities: Iterable[AccountEntity]) -> list[IamPolicy]:
    """The managed policies among the rows of a sweep, by ARN, each with what it is attached to.

    A policy that is attached and that the sweep could not read is there without a document. Memory: all policies with
    their documents (IAM allows 5,000 of an account's own, of 6 KB) and the ARNs of all attachments.
    """
    policies: dict[str, AccountEntity] = {}
    attached: dict[str, dict[str, list[str]]] = {
        kind.value: defaultdict(list) for kind in (EntityKind.USER, EntityKind.GROUP, EntityKind.ROLE)
    }
    for entity in entities:
        if entity.kind == EntityKind.POLICY:
            policies[entity.arn] = entity
        for arn in entity.attached_policy_arns or ():
            attached[entity.kind][arn].append(entity.name)
    users, groups, roles = attached.values()
    return [
        _policy(arn, policies.get(arn), users.get(arn, ()), groups.get(arn, ()), roles.get(arn, ()))
        for arn in sorted({*policies, *users, *groups, *roles})
    ]


def _policy(
    arn: str, entity: AccountEntity | None, users: Iterable[str], groups: Iterable[str], roles: Iterable[str]
) -> IamPolicy:
    # arn:<partition>:iam::<account, or aws>:policy/<path and name>
    account, resource = arn.split(":", 5)[4:]
    path, _, name = resource.removeprefix("policy").rpartition("/")
    return IamPolicy(
        arn=arn,
        name=entity.name if entity else name,
        path=(entity.path if entity else None) or f"{path}/",
        is_aws_managed=account == "aws",
        document=entity.document if entity else None,
        default_version_id=entity.default_version_id if entity else None,
        created_at=entity.created_at if entity else None,
        attached_users=tuple(sorted(users)),
        attached_groups=tuple(sorted(groups)),
        attached_roles=tuple(sorted(roles)),
    )
