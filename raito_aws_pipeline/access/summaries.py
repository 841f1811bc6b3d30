"""Access controls in figures: one row each, and who is granted something on which bucket."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from raito_aws_pipeline.access.access_controls import AccessImport
from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.access_summaries import AccessSummary
from raito_aws_pipeline.model.s3_actions import GlobalPermission, s3_actions


@dataclass(frozen=True, slots=True)
class BucketGrants:
    """How many principals IAM identity policies grant something on a bucket, or on what lies in it.

    Boundaries, bucket policies and service control policies are not weighed in, nor who may assume a role.

    Args:
        bucket: Full name of the bucket, or of the data source where all buckets are meant.
        users: Users.
        groups: Groups.
        roles: Roles.
        writers: Users, groups and roles that may write or administrate.
    """

    bucket: str
    users: int
    groups: int
    roles: int
    writers: int


def summaries(found: AccessImport, last_used: Mapping[str, datetime.datetime | None]) -> Iterator[AccessSummary]:
    """A row an access control, in their order.

    Args:
        found: The access controls.
        last_used: When roles were last used, by external id.
    """
    rows = Counter(row.access_control for row in found.remainder)
    for control in found.controls:
        who, what = control.who, control.what or ()
        yield AccessSummary(
            external_id=control.external_id,
            name=control.name,
            type=control.type or "",
            users=len(who.users or ()) if who else 0,
            groups=len(who.groups or ()) if who else 0,
            access_providers=len(who.access_providers or ()) if who else 0,
            what=len(what),
            permissions=sum(len(item.permissions or ()) for item in what),
            remainder=rows[control.external_id],
            incomplete=bool(control.incomplete),
            last_used_at=last_used.get(control.external_id),
        )


def bucket_grants(controls: Iterable[AccessControl]) -> list[BucketGrants]:
    """Who is granted something on which bucket by identity policies, the most granted first."""
    principals: dict[str, set[tuple[str, str]]] = defaultdict(set)
    writers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for control in controls:
        if control.type == "aws_access_point":
            continue
        granted = set(_principals(control))
        for item in control.what or ():
            if item.data_object is None:
                continue
            bucket = item.data_object.full_name.partition("/")[0]
            principals[bucket] |= granted
            if any(_writes(permission) for permission in item.permissions or ()):
                writers[bucket] |= granted
    found = []
    for bucket, members in principals.items():
        kinds = Counter(kind for kind, _ in members)
        found.append(BucketGrants(bucket, kinds["user"], kinds["group"], kinds["role"], len(writers[bucket])))
    return sorted(found, key=lambda grants: (-(grants.users + grants.groups + grants.roles), grants.bucket))


def _principals(control: AccessControl) -> Iterator[tuple[str, str]]:
    if control.type in {"aws_role", "aws_sso_role"}:
        yield "role", control.external_id
        return
    who = control.who
    if who is not None:
        yield from (("user", name) for name in who.users or ())
        yield from (("group", name) for name in who.groups or ())
        yield from (("role", name) for name in who.access_providers or ())


def _writes(permission: str) -> bool:
    action = s3_actions().get(permission)
    return action is not None and action.usage_permission != GlobalPermission.READ
