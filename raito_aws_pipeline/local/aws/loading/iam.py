"""Users, groups, roles and policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.iam.models import IAMBackend, ManagedPolicy, iam_backends

from raito_aws_pipeline.local.aws.account import Account, AccountError, Document, Policy
from raito_aws_pipeline.local.aws.loading.members import document_text, find, member, tag_list

ANY_DOCUMENT = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}]}'
"""What a policy is created with, since moto refuses malformed documents; the real document is put in its place."""


def load(account: Account) -> None:
    """Create the IAM entities of an account with their policies and memberships."""
    iam = iam_backends[account.account]["aws"]
    content = account.aws
    with member("aws.aliases"):
        for alias in content.aliases:
            iam.create_account_alias(alias)
    for index, policy in enumerate(content.policies):
        with member(f"aws.policies[{index}]"):
            _create_policy(iam, policy)
    policies = {policy.name: policy for policy in content.policies}
    arns = {name: f"arn:aws:iam::{account.account}:policy{policy.path}{name}" for name, policy in policies.items()}

    def policy_of(path: str, name_or_arn: str) -> ManagedPolicy:
        arn = name_or_arn if name_or_arn.startswith("arn:") else find(path, "policy", name_or_arn, arns)
        return find(path, "policy", arn, iam.managed_policies)

    def grant(path: str, entity: Any, inline: Mapping[str, Document], attached: list[str]) -> None:
        for name, document in inline.items():
            entity.put_policy(name, document_text(document))
        for name_or_arn in attached:
            policy_of(f"{path}.attached", name_or_arn).attach_to(entity)

    for index, group in enumerate(content.groups):
        path = f"aws.groups[{index}]"
        with member(path):
            created_group = iam.create_group(group.name, group.path)
        created_group.create_date = group.created
        grant(path, created_group, group.inline, group.attached)
    for index, user in enumerate(content.users):
        path = f"aws.users[{index}]"
        with member(path):
            created_user: Any = iam.create_user("us-east-1", user.name, user.path, tag_list(user.tags))
        created_user.create_date = user.created
        for name in user.groups:
            find(f"{path}.groups", "group", name, iam.groups).users.append(created_user)
        grant(path, created_user, user.inline, user.attached)
        if user.permissions_boundary is not None:
            boundary = policy_of(f"{path}.permissions_boundary", user.permissions_boundary)
            created_user.permissions_boundary_arn = boundary.arn
    for index, role in enumerate(content.roles):
        path = f"aws.roles[{index}]"
        bounding = role.permissions_boundary
        arn = None if bounding is None else policy_of(f"{path}.permissions_boundary", bounding).arn
        if (role.last_used is None) != (role.last_used_region is None):
            raise AccountError(f"{path}: last_used and last_used_region stand together, or neither does.")
        with member(path):
            created_role: Any = iam.create_role(
                role.name,
                document_text(role.trust),
                role.path,
                arn,
                role.description,
                tag_list(role.tags),
                str(role.max_session_duration),
            )
        created_role.create_date = role.created
        created_role.last_used = role.last_used
        created_role.last_used_region = role.last_used_region
        grant(path, created_role, role.inline, role.attached)


def _create_policy(iam: IAMBackend, policy: Policy) -> None:
    created = iam.create_policy(policy.description, policy.path, ANY_DOCUMENT, policy.name, tag_list(policy.tags))
    created.versions[0].document = document_text(policy.document)
    for document in policy.versions:
        iam.create_policy_version(created.arn, ANY_DOCUMENT, True).document = document_text(document)
    created.create_date = created.update_date = policy.created
    for version in created.versions:
        version.create_date = policy.created
