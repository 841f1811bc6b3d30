"""Pages of IAM's lists."""

from __future__ import annotations

from collections import Counter
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse

from raito_aws_pipeline.local.aws.patches.iam import boundary_of
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
    end_lists_of_policies()
    page_authorization_details()


def page_lists() -> None:
    """AWS pages every list (MaxItems, at most 1,000, and Marker); moto answers these in one page whatever is asked."""
    for operation, members in UNPAGED.items():
        page_operation(IamResponse, operation, members, PAGE)


def end_lists_of_policies() -> None:
    """AWS's last page has IsTruncated false; moto follows a full last page of policies with an empty one."""
    cut_in_moto = IAMBackend._filter_attached_policies

    @in_place_of(IAMBackend, "_filter_attached_policies")
    def one_page(
        self: IAMBackend, policies: Any, marker: str | None, max_items: int, path_prefix: str
    ) -> tuple[Any, str | None]:
        page, following = cut_in_moto(self, policies, marker, max_items, path_prefix)
        below_prefix = sum(policy.path.startswith(path_prefix or "/") for policy in policies)
        return page, following if following and int(following) < below_prefix else None


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
        bounded = Counter(boundary_of(entity) for entity in (*iam.users.values(), *iam.roles.values()))
        entities: list[tuple[str, Any]] = []
        if "User" in kinds:
            entities += [("UserDetailList", user) for user in iam.users.values()]
        if "Group" in kinds:
            entities += [("GroupDetailList", group) for group in iam.groups.values()]
        if "Role" in kinds:
            entities += [("RoleDetailList", role) for role in iam.roles.values()]
        for arn, policy in iam.managed_policies.items():
            if arn in aws_managed:
                included = "AWSManagedPolicy" in kinds and (policy.attachment_count > 0 or bounded[arn] > 0)
            else:
                included = "LocalManagedPolicy" in kinds
            if included:
                entities.append(("Policies", policy))
        start, end = PAGE.bounds(self)
        answer: dict[str, Any] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
        for member, entity in entities[start:end]:
            answer[member].append(_policy_detail(entity, bounded[entity.arn]) if member == "Policies" else entity)
        return ActionResult(answer | PAGE.closing(end, len(entities)))


def _policy_detail(policy: Any, boundary_count: int) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": boundary_count,
        "IsAttachable": policy.is_attachable,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": policy.policy_version_list,
    }
