"""Users and groups of Identity Center → users and groups of an organisation's identity store (connector 2)."""

from __future__ import annotations

from collections.abc import Iterable

from raito_aws_pipeline.aws.identity_center import IdentityCenterGroup, IdentityCenterPage, IdentityCenterUser
from raito_aws_pipeline.identities.identities import Identities
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.read_failures import ReadFailure


def identities_of_organization(pages: Iterable[IdentityCenterPage]) -> Identities:
    """Users and groups of all identity stores of an organisation.

    Memory is that of the users and groups, of which Identity Center allows 100,000 each (AWS: Identity Center quotas).
    A member that is no user of the store (deleted while it was read) is no membership.
    """
    users: list[IdentityCenterUser] = []
    groups: list[IdentityCenterGroup] = []
    failures: list[ReadFailure] = []
    for page in pages:
        users.extend(page.users)
        groups.extend(page.groups)
        failures.extend(page.failures)
    memberships: dict[str, list[str]] = {}
    for group in groups:
        for user_id in group.member_user_ids or ():
            memberships.setdefault(user_id, []).append(group.group_id)
    return Identities(
        users=[_user(user, memberships) for user in sorted(users, key=lambda u: (u.user_name, u.user_id))],
        groups=[_group(group) for group in sorted(groups, key=lambda g: (g.display_name or g.group_id, g.group_id))],
        failures=failures,
    )


def _user(user: IdentityCenterUser, memberships: dict[str, list[str]]) -> User:
    return User(
        external_id=user.user_id,
        name=user.user_name,
        user_name=user.user_name,
        email=next((email.value for email in user.emails if email.primary), user.user_name),
        group_external_ids=tuple(sorted(memberships.get(user.user_id, ()))) or None,
    )


def _group(group: IdentityCenterGroup) -> Group:
    name = group.display_name or group.group_id
    return Group(external_id=group.group_id, name=name, display_name=name, description=group.description or "")
