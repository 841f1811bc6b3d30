"""IAM: what moto lacks or answers otherwise, its pages (`iam_paging`) and ids (`iam_identifiers`) aside."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import never_return, url_encode
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import DeleteConflictException
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy, Policy, Role, User
from moto.iam.responses import IamResponse

from raito_aws_pipeline.local.aws.patches.iam_identifiers import entity_id
from raito_aws_pipeline.local.aws.patches.replacement import in_place_of


def apply() -> None:
    """Put the patches of this module in their place."""
    hold_aws_managed_policies()
    honour_path_prefixes()
    leave_documents_out_of_versions()
    find_all_entities_of_a_policy()
    keep_boundaries_of_users()
    name_the_type_of_boundaries()
    count_boundaries()
    leave_details_out_of_lists_of_users()
    encode_documents()
    update_roles_partly()
    attach_once()
    refuse_to_delete_what_is_used()


@cache
def _bundle() -> dict[str, dict[str, Any]]:
    bundle: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return bundle


def hold_aws_managed_policies() -> None:
    """Every AWS account has the AWS managed policies; moto has them only where an environment variable says so.

    They cost 30 ms an account and 20 ms once a process.
    """

    @in_place_of(IAMBackend, "_init_aws_policies")
    def _init_aws_policies(self: IAMBackend) -> list[ManagedPolicy]:
        if self.partition != "aws":
            return []
        policies: list[ManagedPolicy] = []
        for name, data in _bundle().items():
            policy = AWSManagedPolicy.from_data(name, self.account_id, self.region_name, data)
            policy.id = entity_id("ANPA", "aws", name)
            policies.append(policy)
        return policies


def honour_path_prefixes() -> None:
    """AWS lists only what lies below PathPrefix; moto forgets it for groups and instance profiles."""
    for operation, member in (("list_groups", "Groups"), ("list_instance_profiles", "InstanceProfiles")):
        _filter_by_path_prefix(operation, member)


def _filter_by_path_prefix(operation: str, member: str) -> None:
    unfiltered = getattr(IamResponse, operation)

    @in_place_of(IamResponse, operation)
    def filtered(self: Any) -> ActionResult:
        prefix = self._get_param("PathPrefix") or "/"
        answer = dict(unfiltered(self).result)
        answer[member] = [entity for entity in answer[member] if entity.path.startswith(prefix)]
        return ActionResult(answer)


def leave_documents_out_of_versions() -> None:
    """AWS lists versions of a policy without their documents, the newest first; moto with them, the oldest first."""

    @in_place_of(IamResponse, "list_policy_versions")
    def list_policy_versions(self: Any) -> ActionResult:
        versions = self.backend.list_policy_versions(self._get_param("PolicyArn"))
        newest_first = sorted(versions, key=lambda version: -int(version.version_id.removeprefix("v")))
        return ActionResult({"Versions": [_version(version) for version in newest_first]})

    @in_place_of(IamResponse, "create_policy_version")
    def create_policy_version(self: Any) -> ActionResult:
        version = self.backend.create_policy_version(
            self._get_param("PolicyArn"), self._get_param("PolicyDocument"), self._get_param("SetAsDefault", False)
        )
        return ActionResult({"PolicyVersion": _version(version)})


def _version(version: Any) -> dict[str, Any]:
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.is_default,
        "CreateDate": version.create_date,
    }


def find_all_entities_of_a_policy() -> None:
    """AWS finds every entity that has a policy, attached or as permissions boundary.

    moto looks at the account's first 100 roles only, ignores PolicyUsageFilter, and knows no NoSuchEntity here.
    """

    @in_place_of(IamResponse, "list_entities_for_policy")
    def list_entities_for_policy(self: Any) -> ActionResult:
        iam = self.backend
        arn = iam.get_policy(self._get_param("PolicyArn")).arn
        usage = self._get_param("PolicyUsageFilter")
        kind = self._get_param("EntityFilter")
        prefix = self._get_param("PathPrefix") or "/"

        def uses(entity: Any) -> bool:
            attached: bool = arn in entity.managed_policies and usage != "PermissionsBoundary"
            bounded = boundary_of(entity) == arn and usage != "PermissionsPolicy"
            return attached or bounded

        def users_of_the_policy(name: str, entities: Any) -> list[Any]:
            if kind in ("User", "Group", "Role") and kind != name:
                return []
            return [entity for entity in entities if entity.path.startswith(prefix) and uses(entity)]

        return ActionResult(
            {
                "PolicyUsers": users_of_the_policy("User", iam.users.values()),
                "PolicyGroups": users_of_the_policy("Group", iam.groups.values()),
                "PolicyRoles": users_of_the_policy("Role", iam.roles.values()),
            }
        )


def boundary_of(entity: Any) -> str | None:
    """ARN of the policy that is the permissions boundary of a user or role."""
    boundary: str | None = getattr(entity, "permissions_boundary_arn", None)
    return boundary


def keep_boundaries_of_users() -> None:
    """AWS keeps a permissions boundary for a user too; moto has neither operation, nor a member of CreateUser."""

    @in_place_of(IamResponse, "put_user_permissions_boundary")
    def put_user_permissions_boundary(self: Any) -> ActionResult:
        user = self.backend.get_user(self._get_param("UserName"))
        user.permissions_boundary_arn = self.backend.get_policy(self._get_param("PermissionsBoundary")).arn
        return EmptyResult()

    @in_place_of(IamResponse, "delete_user_permissions_boundary")
    def delete_user_permissions_boundary(self: Any) -> ActionResult:
        self.backend.get_user(self._get_param("UserName")).permissions_boundary_arn = None
        return EmptyResult()

    create_user_without_boundary = IamResponse.create_user

    @in_place_of(IamResponse, "create_user")
    def create_user(self: Any) -> ActionResult:
        boundary = self._get_param("PermissionsBoundary")
        if boundary:
            self.backend.get_policy(boundary)
        answer = create_user_without_boundary(self)
        if boundary:
            self.backend.get_user(self._get_param("UserName")).permissions_boundary_arn = boundary
        return answer


def name_the_type_of_boundaries() -> None:
    """AWS calls the type of a permissions boundary `Policy`; moto calls it `PermissionsBoundaryPolicy`."""

    def permissions_boundary(self: Any) -> dict[str, str] | None:
        arn = boundary_of(self)
        return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None

    for entity in (User, Role):
        setattr(entity, "permissions_boundary", property(permissions_boundary))  # noqa: B010 - moto's Role has one


def count_boundaries() -> None:
    """AWS counts the entities that have a policy as boundary (PermissionsBoundaryUsageCount); moto always says 0."""

    def boundary_count(self: Any) -> int:
        iam = self.backend
        return sum(boundary_of(entity) == self.arn for entity in (*iam.users.values(), *iam.roles.values()))

    setattr(ManagedPolicy, "boundary_count", property(boundary_count))  # noqa: B010 - moto's class has no such member
    setattr(Policy, "permissions_boundary_usage_count", property(boundary_count))  # noqa: B010 - likewise


def leave_details_out_of_lists_of_users() -> None:
    """AWS's lists of users hold neither boundaries nor tags; moto leaves out tags alone, and in ListUsers alone."""
    IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER |= {
        f"{operation}Response.Users.User.{member}": never_return
        for operation in ("ListUsers", "GetGroup")
        for member in ("PermissionsBoundary", "Tags")
    }


def encode_documents() -> None:
    """AWS sends every policy document URL-encoded; moto sends some as they are, which breaks those that hold a `%`."""
    IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER |= {
        "GetAccountAuthorizationDetailsResponse.RoleDetailList.RoleDetail.AssumeRolePolicyDocument": url_encode,
        "GetPolicyVersionResponse.PolicyVersion.Document": url_encode,
        "ListRolesResponse.Roles.Role.AssumeRolePolicyDocument": url_encode,
    }


def update_roles_partly() -> None:
    """AWS's UpdateRole leaves alone what the request does not name; moto sets it back to the default."""

    @in_place_of(IamResponse, "update_role")
    def update_role(self: Any) -> ActionResult:
        role = self.backend.get_role(self._get_param("RoleName"))
        description = self._get_param("Description")
        duration = self._get_param("MaxSessionDuration")
        if description is not None:
            role.description = description
        if duration is not None:
            role.max_session_duration = duration
        return EmptyResult()


def attach_once() -> None:
    """Attaching a policy again changes nothing in AWS; moto counts one attachment more."""
    attach_in_moto = ManagedPolicy.attach_to

    @in_place_of(ManagedPolicy, "attach_to")
    def attach_to(self: ManagedPolicy, entity: Any) -> None:
        if self.arn not in entity.managed_policies:
            attach_in_moto(self, entity)


def refuse_to_delete_what_is_used() -> None:
    """AWS refuses (DeleteConflict) to delete policies in use or with more versions, and groups and users with content.

    moto deletes them.
    """
    delete_policy_in_moto = IAMBackend.delete_policy
    delete_group_in_moto = IAMBackend.delete_group
    delete_user_in_moto = IAMBackend.delete_user

    @in_place_of(IAMBackend, "delete_policy")
    def delete_policy(self: IAMBackend, policy_arn: str) -> None:
        policy = self.get_policy(policy_arn)
        if policy.attachment_count > 0:
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        if policy.boundary_count > 0:  # type: ignore[attr-defined]
            raise DeleteConflictException("Cannot delete a policy in use as a permissions boundary.")
        if len(policy.versions) > 1:
            raise DeleteConflictException(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy."
            )
        delete_policy_in_moto(self, policy_arn)

    @in_place_of(IAMBackend, "delete_group")
    def delete_group(self: IAMBackend, group_name: str) -> None:
        group = self.get_group(group_name)
        if group.users:
            raise DeleteConflictException("Cannot delete entity, must remove users from group first.")
        if group.managed_policies:
            raise DeleteConflictException("Cannot delete entity, must detach all policies first.")
        if group.policies:
            raise DeleteConflictException("Cannot delete entity, must delete policies first.")
        delete_group_in_moto(self, group_name)

    @in_place_of(IAMBackend, "delete_user")
    def delete_user(self: IAMBackend, user_name: str) -> None:
        if self.get_groups_for_user(user_name):
            raise DeleteConflictException("Cannot delete entity, must remove users from group first.")
        delete_user_in_moto(self, user_name)
