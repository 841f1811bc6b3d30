"""Ids of IAM's users, groups, roles and policies."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from moto.iam.models import Group, IAMBackend, Policy, Role, User

from raito_aws_pipeline.local.aws.patches.replacement import in_place_of


def apply() -> None:
    """Put the patches of this module in their place."""
    identify_users_and_groups()
    identify_policies()
    identify_roles()


def entity_id(prefix: str, account_id: str, name: str, creation: int = 1) -> str:
    """An id as IAM makes them: four letters for the kind and 17 of A–Z and 2–7, the same for the same arguments.

    Args:
        prefix: `AIDA` (user), `AGPA` (group), `AROA` (role) or `ANPA` (policy).
        account_id: Account of the entity.
        name: Its name.
        creation: How many entities of this kind and name the account has had, this one included.
    """
    digest = hashlib.sha256(f"{prefix}/{account_id}/{name}/{creation}".encode()).digest()
    return prefix + base64.b32encode(digest).decode()[:17]


def _next_id(backend: Any, prefix: str, name: str) -> str:
    """The id of a new entity: one that is created again under an old name has another id, as in AWS."""
    creations = backend.__dict__.setdefault("creations", {})
    creations[prefix, name] = creations.get((prefix, name), 0) + 1
    return entity_id(prefix, backend.account_id, name, creations[prefix, name])


def identify_users_and_groups() -> None:
    """AWS's ids are AIDA… (users) and AGPA… (groups); moto's are 20 random characters of lower case."""
    create_user_in_moto = IAMBackend.create_user
    create_group_in_moto = IAMBackend.create_group

    @in_place_of(IAMBackend, "create_user")
    def create_user(self: IAMBackend, *arguments: Any, **keywords: Any) -> User:
        user = create_user_in_moto(self, *arguments, **keywords)
        user.id = _next_id(self, "AIDA", user.name)
        return user

    @in_place_of(IAMBackend, "create_group")
    def create_group(self: IAMBackend, *arguments: Any, **keywords: Any) -> Group:
        group = create_group_in_moto(self, *arguments, **keywords)
        group.id = _next_id(self, "AGPA", group.name)
        return group


def identify_policies() -> None:
    """AWS's ids of policies are ANPA…; moto's are `A` and 20 random characters."""
    create_policy_in_moto = IAMBackend.create_policy

    @in_place_of(IAMBackend, "create_policy")
    def create_policy(self: IAMBackend, *arguments: Any, **keywords: Any) -> Policy:
        policy = create_policy_in_moto(self, *arguments, **keywords)
        policy.id = _next_id(self, "ANPA", policy.name)
        return policy


def identify_roles() -> None:
    """AWS's ids of roles are AROA…; moto's too, but at random: here the same account has the same ids again."""
    create_role_in_moto = IAMBackend.create_role

    @in_place_of(IAMBackend, "create_role")
    def create_role(self: IAMBackend, *arguments: Any, **keywords: Any) -> Role:
        role = create_role_in_moto(self, *arguments, **keywords)
        del self.roles[role.id]
        role.id = _next_id(self, "AROA", role.name)
        self.roles[role.id] = role
        return role
