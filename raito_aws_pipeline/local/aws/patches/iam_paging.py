"""Pages of IAM's lists."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from raito_aws_pipeline.local.aws.patches.paging import PageFormat, page_operation
from raito_aws_pipeline.local.aws.patches.replacement import in_place_of

PAGE = PageFormat("Marker", "Marker", "MaxItems", default=100, maximum=1000, flag="IsTruncated")

UNPAGED = {
    "list_users": ("Users",),
    "list_groups": ("Groups",),
    "get_group": ("Users",),
    "list_groups_for_user": ("Groups",),
    "list_user_tags": ("Tags",),
    "list_user_policies": ("PolicyNames",),
    "list_group_policies": ("PolicyNames",),
    "list_role_policies": ("PolicyNames",),
    "list_instance_profiles": ("InstanceProfiles",),
    "list_instance_profiles_for_role": ("InstanceProfiles",),
    "list_policy_versions": ("Versions",),
    "list_entities_for_policy": ("PolicyUsers", "PolicyGroups", "PolicyRoles"),
}
"""Operations that moto answers whole, with the lists in their answers."""


def apply() -> None:
    """Put the patches of this module in their place; after those of `iam`, whose lists they page."""
    page_lists()
    page_authorization_details()


def page_lists() -> None:
    """AWS pages every list (MaxItems, at most 1,000, and Marker); moto answers these in one page whatever is asked."""
    for operation, members in UNPAGED.items():
        page_operation(IamResponse, operation, members, PAGE)


def page_authorization_details() -> None:
    """AWS pages GetAccountAuthorizationDetails, and lists AWS managed policies only where they are attached.

    moto answers everything in one page, all AWS managed policies too, in the order of a set when a Filter is given, and
    leaves out PolicyName, PolicyId and PermissionsBoundaryUsageCount. Only the page's own entities are written out
    here, since writing out a large account takes seconds.
    """

    @in_place_of(IamResponse, "get_account_authorization_details")
    def get_account_authorization_details(self: Any) -> ActionResult:
        iam = self.backend
        kinds = self._get_param("Filter", []) or ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"]
        aws_managed = {policy.arn for policy in iam.aws_managed_policies}
        entities: list[tuple[str, Any]] = []
        if "User" in kinds:
            entities += [("UserDetailList", user) for user in iam.users.values()]
        if "Group" in kinds:
            entities += [("GroupDetailList", group) for group in iam.groups.values()]
        if "Role" in kinds:
            entities += [("RoleDetailList", role) for role in iam.roles.values()]
        for arn, policy in iam.managed_policies.items():
            if arn in aws_managed:
                included = "AWSManagedPolicy" in kinds and (policy.attachment_count > 0 or policy.boundary_count > 0)
            else:
                included = "LocalManagedPolicy" in kinds
            if included:
                entities.append(("Policies", policy))
        start, end = PAGE.bounds(self)
        answer: dict[str, Any] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
        for member, entity in entities[start:end]:
            answer[member].append(_policy_detail(entity) if member == "Policies" else entity)
        return ActionResult(answer | PAGE.closing(end, len(entities)))


def _policy_detail(policy: Any) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": policy.boundary_count,
        "IsAttachable": policy.is_attachable,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": policy.policy_version_list,
    }
