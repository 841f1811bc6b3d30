"""Identity Center: identity stores, permission sets and their assignments."""

from __future__ import annotations

from typing import Any

from moto.identitystore.models import identitystore_backends
from moto.ssoadmin.models import ssoadmin_backends
from msgspec import UNSET

from raito_aws_pipeline.local.aws.account import Account, DirectoryUser, IdentityCenter, PermissionSet
from raito_aws_pipeline.local.aws.loading.members import document_text, find, member, seed, tag_list

Principals = dict[str, dict[str, str]]
"""Ids by name, by type of principal (`USER`, `GROUP`)."""


def load(account: Account) -> None:
    """Create the instances of Identity Center of an account; its other regions have none then."""
    centers = account.aws.identity_centers
    if not centers:
        return
    regions = ssoadmin_backends[account.account]
    for region in regions.regions:
        if region not in {center.region for center in centers}:
            regions[region].instances.clear()
    for index, center in enumerate(centers):
        path = "aws.identity_center" + (f"[{index}]" if isinstance(account.aws.identity_center, list) else "")
        sso = regions[center.region]
        principals = _load_store(path, account.account, center, sso.instances[0].identity_store_id)
        for number, permission_set in enumerate(center.permission_sets):
            own_path = f"{path}.permission_sets[{number}]"
            _load_permission_set(own_path, account.account, sso, permission_set, principals)


def instance_of(account_id: str, region: str) -> tuple[str, str]:
    """ARN of a region's instance of Identity Center, and the id of its identity store; moto makes both up."""
    instance = ssoadmin_backends[account_id][region].instances[0]
    return instance.instance_arn, instance.identity_store_id


def _load_store(path: str, account_id: str, center: IdentityCenter, store_id: str) -> Principals:
    # moto's types take every argument for a text, where the absent ones are None.
    store: Any = identitystore_backends[account_id][center.region]
    principals: Principals = {"USER": {}, "GROUP": {}}
    for index, user in enumerate(center.users):
        with member(f"{path}.users[{index}]"):
            seed(store_id, "user", user.user_name)
            absent = [None] * 7
            user_id, _ = store.create_user(store_id, *_described(user), *absent)
            principals["USER"][user.user_name] = user_id
    for index, group in enumerate(center.groups):
        group_path = f"{path}.groups[{index}]"
        with member(group_path):
            seed(store_id, "group", group.display_name or f"{index}")
            group_id, _ = store.create_group(store_id, group.display_name, group.description)
            if group.display_name is not None:
                principals["GROUP"][group.display_name] = group_id
            for name in group.members:
                user_id = find(f"{group_path}.members", "Identity Center user", name, principals["USER"])
                store.create_group_membership(store_id, group_id, {"UserId": user_id})
    return principals


def _described(user: DirectoryUser) -> tuple[Any, ...]:
    """Arguments of moto's create_user from the user name to the e-mail addresses."""
    address = user.user_name if user.email is UNSET else user.email
    return (
        user.user_name,
        {"GivenName": user.given_name, "FamilyName": user.family_name},
        user.display_name or user.user_name,
        None,
        None,
        [{"Value": address, "Type": "work", "Primary": True}] if address is not None else None,
    )


def _load_permission_set(
    path: str,
    account_id: str,
    sso: Any,
    permission_set: PermissionSet,
    principals: Principals,
) -> None:
    instance = sso.instances[0]
    with member(path):
        seed(instance.instance_arn, permission_set.name)
        created = sso.create_permission_set(
            name=permission_set.name,
            description=permission_set.description,
            instance_arn=instance.instance_arn,
            session_duration=permission_set.session,
            relay_state=None,
            tags=tag_list(permission_set.tags),
        )
        arn = created["PermissionSetArn"]
        stored = sso._find_permission_set(instance.instance_arn, arn)
        if permission_set.inline is not None:
            stored.inline_policy = document_text(permission_set.inline)
        for managed in permission_set.managed:
            sso.attach_managed_policy_to_permission_set(instance.instance_arn, arn, managed)
        for name in permission_set.customer_managed:
            reference = {"Name": name, "Path": "/"}
            sso.attach_customer_managed_policy_reference_to_permission_set(instance.instance_arn, arn, reference)
        if permission_set.permissions_boundary is not None:
            stored.boundary = _boundary(permission_set.permissions_boundary)
        for index, assignment in enumerate(permission_set.assignments):
            own_path = f"{path}.assignments[{index}]"
            ids = find(f"{own_path}.type", "kind of principal", assignment.type, principals)
            sso.create_account_assignment(
                instance_arn=instance.instance_arn,
                target_id=assignment.account or account_id,
                target_type="AWS_ACCOUNT",
                permission_set_arn=arn,
                principal_type=assignment.type,
                principal_id=find(f"{own_path}.principal", assignment.type, assignment.principal, ids),
            )


def _boundary(name_or_arn: str) -> dict[str, Any]:
    """A permissions boundary of a permission set: an AWS managed policy by ARN, or one of each account by name."""
    if name_or_arn.startswith("arn:"):
        return {"ManagedPolicyArn": name_or_arn}
    return {"CustomerManagedPolicyReference": {"Name": name_or_arn, "Path": "/"}}
