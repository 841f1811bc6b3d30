"""Access controls of a large account made from memory: 5,000 roles with 20,000 statements on one core."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks import policy_language
from benchmarks.figures import Figure, at_most, told
from benchmarks.measuring import cpu_seconds
from benchmarks.policy_language import ACCOUNT, BUCKETS, data_objects
from raito_aws_pipeline.access.access_controls import AccessImport, access_controls, access_interests
from raito_aws_pipeline.access.locks import LockRule, LockRules
from raito_aws_pipeline.access.sources import AccessRules, AccessSources
from raito_aws_pipeline.aws.iam.entities import AccountEntity, EntityKind, InlinePolicy
from raito_aws_pipeline.aws.iam.roles_and_policies import IamPolicy, IamRole
from raito_aws_pipeline.iam_policy.known import NO_INTERESTS, Interests, KnownFromRows
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.model.full_names import FullNames

USERS = 700
GROUPS = 100
POLICIES = 1500
"""What IAM lets an account have by default, each attached to ten roles, a user and a group; one in ten is AWS's."""

_BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"


def roles() -> Iterator[IamRole]:
    """The roles of the benchmark of the policy language, each with 4 statements of its own; one in ten is bounded."""
    for number, (trust, inline) in enumerate(policy_language.roles()):
        name = f"role-{number:04}"
        yield IamRole(
            name=name,
            id=f"AROA{number:017}",
            arn=f"arn:aws:iam::{ACCOUNT}:role/{name}",
            path="/",
            trust_policy=trust,
            inline_policies=(InlinePolicy("inline", inline),),
            attached_policy_arns=(),
            permissions_boundary_arn=_BOUNDARY if number % 10 == 0 else None,
        )


def policies() -> Iterator[IamPolicy]:
    """Managed policies of one statement; those of AWS have the name of another one."""
    for number in range(POLICIES):
        is_aws_managed = number % 10 == 0
        name = f"policy-{number + 1 if is_aws_managed else number:04}"
        arn = f"arn:aws:s3:::acme-{number % BUCKETS:04}"
        statement = {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": [arn, f"{arn}/team-0001/*"]}
        yield IamPolicy(
            arn=f"arn:aws:iam::{'aws' if is_aws_managed else ACCOUNT}:policy/{name}",
            name=name,
            path="/",
            is_aws_managed=is_aws_managed,
            document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            attached_users=(f"user-{number % USERS}",),
            attached_groups=(f"group-{number % GROUPS}",),
            attached_roles=tuple(f"role-{(number * 3 + place) % policy_language.ROLES:04}" for place in range(10)),
        )


def identities() -> Iterator[AccountEntity]:
    """Users in a group each, every second one bounded, and the groups; each has an inline policy."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    for kind, count in ((EntityKind.USER, USERS), (EntityKind.GROUP, GROUPS)):
        for number in range(count):
            name = f"{kind}-{number}"
            yield AccountEntity(
                kind=kind,
                name=name,
                id=name,
                arn=f"arn:aws:iam::{ACCOUNT}:{kind}/{name}",
                group_names=(f"group-{number % GROUPS}",) if kind == EntityKind.USER else None,
                inline_policies=(InlinePolicy("own", document),) if number % 10 == 0 else (),
                permissions_boundary_arn=_BOUNDARY if kind == EntityKind.USER and number % 2 else None,
            )


def figures() -> list[Figure]:
    """What documents ask of the data objects, and then the access controls; the data objects are not counted."""
    entities = list(identities())
    sources = AccessSources(
        account_id=ACCOUNT,
        users=[entity for entity in entities if entity.kind == EntityKind.USER],
        groups=[entity for entity in entities if entity.kind == EntityKind.GROUP],
        roles=list(roles()),
        policies=list(policies()),
    )
    never = LockRule(all=False, by_name=_no, by_tag=_no, when_incomplete=False)
    rules = AccessRules(locks=LockRules(never, never, never, never, never, never, owners=False))
    scope = Scope(FullNames(ACCOUNT), {f"acme-{number:04}": "eu-west-1" for number in range(BUCKETS)})
    interests = NO_INTERESTS
    found = AccessImport((), ())

    def ask() -> None:
        nonlocal interests
        interests = access_interests(sources, rules, scope)

    def make() -> None:
        nonlocal found
        found = access_controls(sources, rules, scope, known)

    asking = cpu_seconds(ask)
    known = _known(interests)
    making = cpu_seconds(make)
    items = sum(len(control.what or ()) for control in found.controls)
    return [
        at_most("access controls of 5,000 roles with 20,000 statements, CPU", asking + making, "s", 10),
        told("… of which what they ask of the data objects", asking, "s"),
        told("… access controls", len(found.controls), "rows"),
        told("… items of WHAT", items, "rows"),
        told("… rows of the remainder", len(found.remainder), "rows"),
    ]


def _known(interests: Interests) -> KnownFromRows:
    known = KnownFromRows(interests)
    for batch in data_objects():
        known.add(batch)
    return known


def _no(_: str) -> bool:
    return False
