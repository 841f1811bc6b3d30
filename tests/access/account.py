"""A small account in memory for the tests of access controls: its entities, and what becomes of them.

Its buckets and data objects are those of `tests.iam_policy.world`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from raito_aws_pipeline.access.access_controls import AccessImport, access_controls, access_interests
from raito_aws_pipeline.access.locks import LockRule, LockRules
from raito_aws_pipeline.access.sources import AccessRules, AccessSources
from raito_aws_pipeline.aws.access_points import AccessPoint
from raito_aws_pipeline.aws.iam.entities import AccountEntity, EntityKind, EntityTag, InlinePolicy
from raito_aws_pipeline.aws.iam.roles_and_policies import IamPolicy, IamRole
from raito_aws_pipeline.aws.permission_sets import Assignment, PermissionSet
from raito_aws_pipeline.aws.s3.bucket_policies import BucketPolicy
from raito_aws_pipeline.iam_policy.known import KnownFromRows
from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.full_names import tree_order
from tests.iam_policy.world import ACCESS_POINT, ACCOUNT, OBJECTS, allow, scope

POINT = ACCESS_POINT.arn
READ_SALES = allow("s3:GetObject", "arn:aws:s3:::acme-lake/sales/*")
READ_RAW = allow("s3:GetObject", "arn:aws:s3:::acme-raw/*")
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"

Inline = Mapping[str, Any]
"""Documents of inline policies by name; None: one that could not be read."""

NONE: Mapping[str, Any] = MappingProxyType({})


def never(_: str) -> bool:
    return False


def named(*names: str) -> Callable[[str], bool]:
    return frozenset(names).__contains__


NEVER = LockRule(all=False, by_name=never, by_tag=never, when_incomplete=False)
NO_LOCKS = LockRules(NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, owners=False)


def locks(part: str, **rule: Any) -> LockRules:
    """Only one part is ever locked, by this rule."""
    members: dict[str, Any] = {part: replace(NEVER, **rule)}
    return replace(NO_LOCKS, **members)


def rules(**members: Any) -> AccessRules:
    return AccessRules(**{"locks": NO_LOCKS, **members})


def text(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def user_arn(name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:user/people/{name}"


def role_arn(name: str, path: str = "/") -> str:
    return f"arn:aws:iam::{ACCOUNT}:role{path}{name}"


def trust(*principals: Any, **members: Any) -> dict[str, Any]:
    """A statement that lets these ARNs, or another element `Principal`, assume a role."""
    named_by = principals[0] if principals and not isinstance(principals[0], str) else {"AWS": list(principals)}
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": named_by, **members}


def lets(principals: Any, *statements: dict[str, Any]) -> str:
    """The policy of an access point or a bucket: the same principals in each statement."""
    return text(*({"Principal": principals, **statement} for statement in statements))


def _inline(policies: Inline | None) -> tuple[InlinePolicy, ...] | None:
    if policies is None:
        return None
    documents = {name: text(d) if isinstance(d, dict) else d for name, d in policies.items()}
    return tuple(InlinePolicy(name, documents[name]) for name in sorted(documents))


def _tags(tags: Mapping[str, str]) -> tuple[EntityTag, ...]:
    return tuple(EntityTag(key, value) for key, value in tags.items())


def user(
    name: str, *, inline: Inline | None = NONE, groups: tuple[str, ...] = (), bounded: bool = False
) -> AccountEntity:
    return AccountEntity(
        kind=EntityKind.USER,
        name=name,
        id=f"AIDA{name}",
        arn=user_arn(name),
        path="/people/",
        group_names=groups,
        inline_policies=_inline(inline),
        permissions_boundary_arn=BOUNDARY if bounded else None,
    )


def group(name: str, *, inline: Inline | None = NONE) -> AccountEntity:
    return AccountEntity(
        kind=EntityKind.GROUP,
        name=name,
        id=f"AGPA{name}",
        arn=f"arn:aws:iam::{ACCOUNT}:group/{name}",
        path="/",
        inline_policies=_inline(inline),
    )


def role(
    name: str,
    *trusted: Any,
    inline: Inline | None = NONE,
    path: str = "/",
    tags: Mapping[str, str] = NONE,
    bounded: bool = False,
    readable: bool = True,
) -> IamRole:
    """A role; what it trusts are statements, or the text of its trust policy."""
    is_text = len(trusted) == 1 and isinstance(trusted[0], str)
    return IamRole(
        name=name,
        id=f"AROA{name}",
        arn=role_arn(name, path),
        path=path,
        trust_policy=(trusted[0] if is_text else text(*trusted)) if readable else None,
        inline_policies=_inline(inline),
        attached_policy_arns=(),
        permissions_boundary_arn=BOUNDARY if bounded else None,
        tags=_tags(tags),
    )


def policy(
    name: str,
    *statements: Any,
    users: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
    roles: tuple[str, ...] = (),
    of_aws: bool = False,
    path: str = "/",
) -> IamPolicy:
    """A managed policy; without statements it could not be read."""
    return IamPolicy(
        arn=f"arn:aws:iam::{'aws' if of_aws else ACCOUNT}:policy{path}{name}",
        name=name,
        path=path,
        is_aws_managed=of_aws,
        document=text(*statements) if statements else None,
        attached_users=users,
        attached_groups=groups,
        attached_roles=roles,
    )


def point(document: str | None, **members: Any) -> AccessPoint:
    """The access point `readers` of the bucket acme-lake."""
    told = {
        "name": "readers",
        "arn": POINT,
        "region": "eu-central-1",
        "bucket": "acme-lake",
        "bucket_account_id": ACCOUNT,
        "network_origin": "Internet",
        "vpc_id": None,
        "readable": True,
    }
    return AccessPoint(**{**told, **members}, document=document)


def bucket_policy(document: str | None, bucket: str = "acme-lake", *, readable: bool = True) -> BucketPolicy:
    return BucketPolicy(bucket=bucket, region=None, document=document, readable=readable)


def permission_set(name: str, *assignments: Assignment, readable: bool = True) -> PermissionSet:
    instance = "arn:aws:sso:::instance/ssoins-1111111111111111"
    return PermissionSet(
        instance_arn=instance,
        arn=f"{instance.replace('instance', 'permissionSet')}/{name}",
        name=name,
        assignments=assignments if readable else None,
    )


def assigned(kind: str, name: str | None, *, deleted: bool = False) -> Assignment:
    return Assignment(kind, f"id-{name or 'unknown'}", name, deleted)


def sources(*entities: Any, permission_sets: list[PermissionSet] | None = None) -> AccessSources:
    """An account of these entities."""

    def of(kind: type) -> list[Any]:
        return [entity for entity in entities if isinstance(entity, kind)]

    people = of(AccountEntity)
    return AccessSources(
        account_id=ACCOUNT,
        users=[entity for entity in people if entity.kind == EntityKind.USER],
        groups=[entity for entity in people if entity.kind == EntityKind.GROUP],
        roles=of(IamRole),
        policies=of(IamPolicy),
        access_points=of(AccessPoint),
        bucket_policies=of(BucketPolicy),
        permission_sets=permission_sets,
    )


def imported(account: AccessSources, how: AccessRules | None = None) -> AccessImport:
    """What becomes of an account; nothing of its documents may be lost."""
    how, where = how or rules(), scope()
    known = KnownFromRows(access_interests(account, how, where))
    names = sorted(OBJECTS, key=lambda name: tree_order(name).encode())
    known.add(pa.record_batch({"full_name": names, "type": [OBJECTS[name] for name in names]}))
    found = access_controls(account, how, where, known)
    assert found.lost == ()
    return found


def made(*entities: Any, **members: Any) -> AccessImport:
    """What becomes of these entities, and of no others, under rules of these members."""
    return imported(sources(*entities), rules(**members))


def control(found: AccessImport, external_id: str) -> AccessControl:
    (one,) = [control for control in found.controls if control.external_id == external_id]
    return one


def ids(found: AccessImport) -> list[str]:
    return [control.external_id for control in found.controls]


def what(of: AccessControl) -> dict[str, tuple[str, ...]]:
    return {item.data_object.full_name: item.permissions or () for item in of.what or () if item.data_object}


def rows(found: AccessImport, external_id: str) -> list[tuple[str, str, str, bool]]:
    """Policy, reason, element and whether the access control is incomplete for it, of the rows of one."""
    return [
        (row.policy, row.reason, row.element, row.incomplete)
        for row in found.remainder
        if row.access_control == external_id
    ]
