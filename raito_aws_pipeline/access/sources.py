"""What of an account access controls are made of, as AWS tells it, and the configuration that decides over them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from raito_aws_pipeline.access.locks import LockRules
from raito_aws_pipeline.aws.access_points import AccessPoint
from raito_aws_pipeline.aws.iam.entities import AccountEntity
from raito_aws_pipeline.aws.iam.roles_and_policies import IamPolicy, IamRole
from raito_aws_pipeline.aws.permission_sets import PermissionSet
from raito_aws_pipeline.aws.s3.bucket_policies import BucketPolicy
from raito_aws_pipeline.iam_policy.principal import permission_set_role
from raito_aws_pipeline.iam_policy.who import Principals


@dataclass(frozen=True, kw_only=True)
class AccessSources:
    """The entities of an account; what the configuration leaves out is not among them.

    Args:
        account_id: The account.
        users: Its users.
        groups: Its groups.
        roles: Its roles, excluded ones too: policies may name them.
        policies: Managed policies, with what they are attached to.
        access_points: S3 access points of all regions.
        bucket_policies: Policies of its buckets.
        permission_sets: Those of this account; None: no organisation is configured, roles of permission sets are plain.
    """

    account_id: str
    users: Sequence[AccountEntity] = ()
    groups: Sequence[AccountEntity] = ()
    roles: Sequence[IamRole] = ()
    policies: Sequence[IamPolicy] = ()
    access_points: Sequence[AccessPoint] = ()
    bucket_policies: Sequence[BucketPolicy] = ()
    permission_sets: Sequence[PermissionSet] | None = None

    @cached_property
    def principals(self) -> Principals:
        """The users and roles that documents may name."""
        return Principals(
            self.account_id, frozenset(user.name for user in self.users), frozenset(role.name for role in self.roles)
        )

    @cached_property
    def sets_by_name(self) -> Mapping[str, PermissionSet]:
        """The permission sets by name."""
        return {found.name: found for found in self.permission_sets or ()}

    @cached_property
    def permission_set_roles(self) -> Mapping[str, str]:
        """Name of the permission set by the name of the role that stands for it; none without an organisation."""
        if self.permission_sets is None:
            return {}
        found = ((role.name, permission_set_role(role.name, role.path)) for role in self.roles)
        return {name: of_role.permission_set for name, of_role in found if of_role is not None}

    @cached_property
    def members(self) -> Mapping[str, Collection[str]]:
        """Names of the users in each group, sorted, by the name of the group."""
        found = defaultdict(list)
        for name, groups in sorted((user.name, user.group_names or ()) for user in self.users):
            for group in groups:
                found[group].append(name)
        return found

    @cached_property
    def boundaries(self) -> Mapping[str, str]:
        """ARN of the permissions boundary of `user <name>` and `role <name>`; those without one are left out."""
        users = ((f"user {user.name}", user.permissions_boundary_arn) for user in self.users)
        roles = ((f"role {role.name}", role.permissions_boundary_arn) for role in self.roles)
        return {member: arn for member, arn in (*users, *roles) if arn is not None}

    @cached_property
    def policy_names_twice(self) -> Collection[str]:
        """Names that several managed policies have: one of the customer, and one of AWS."""
        names = Counter(policy.name for policy in self.policies)
        return {name for name, count in names.items() if count > 1}

    def role_external_id(self, role: str) -> str:
        """External id of a role's access control, the same wherever it is named (connector 4)."""
        return f"{'ssorole' if role in self.permission_set_roles else 'role'}:{role}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """What the configuration says of access controls (connector 1, protocol 9.5, 9.6).

    Args:
        locks: Parts that stay managed in AWS.
        excludes_role: Whether a role is not imported.
        excludes_policy: Whether a managed policy is not imported.
        skips_iam: No roles, no policies.
        skips_user_inline_policies: No inline policies of users.
        skips_group_inline_policies: No inline policies of groups.
        skips_managed_policies: No managed policies.
        skips_aws_managed_policies: No managed policies of AWS.
        name_tag: Key of the tag that names an access control.
        owner_tag: Key of the tag that names its owners.
    """

    locks: LockRules
    excludes_role: Callable[[str], bool] = field(default=lambda _: False)
    excludes_policy: Callable[[str], bool] = field(default=lambda _: False)
    skips_iam: bool = False
    skips_user_inline_policies: bool = False
    skips_group_inline_policies: bool = False
    skips_managed_policies: bool = False
    skips_aws_managed_policies: bool = False
    name_tag: str | None = None
    owner_tag: str | None = None

    def imports_role(self, role: str) -> bool:
        """Whether a role is imported."""
        return not self.skips_iam and not self.excludes_role(role)

    @property
    def reads_tags(self) -> bool:
        """Whether tags of roles matter; without, access controls have none, as the Raito CLI's connector has them."""
        return self.name_tag is not None or self.owner_tag is not None
