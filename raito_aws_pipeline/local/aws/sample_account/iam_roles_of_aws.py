"""Roles of the sample account that AWS made: for permission sets of Identity Center, and for services of AWS."""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import HOME_REGION, LAKE_BUCKET
from raito_aws_pipeline.local.aws.sample_account.documents import (
    READ_OBJECTS,
    allow,
    aws_policy,
    document,
    objects_arn,
    trust_identity_center,
    trust_service,
)
from raito_aws_pipeline.local.aws.sample_account.identity_center import PERMISSION_SETS, PermissionSet

Role = dict[str, Any]

SUFFIX_OF_PERMISSION_SET = {
    "DataAnalyst": "0f1e2d3c4b5a6978",
    "Data_Engineer_EU": "fedcba9876543210",
    "ReadOnly": "1111222233334444",
    "Finance": "5a5a6b6b7c7c8d8d",
    "Operations": "9999888877776666",
    "RAITO_web": "5555666677778888",
}
"""The end of the role's name of each permission set that is assigned in this account: 16 hexadecimal digits."""

SERVICES_WITH_ROLE = {
    "AWSServiceRoleForSupport": ("support", "AWSSupportServiceRolePolicy"),
    "AWSServiceRoleForTrustedAdvisor": ("trustedadvisor", "AWSTrustedAdvisorServiceRolePolicy"),
    "AWSServiceRoleForOrganizations": ("organizations", "AWSOrganizationsServiceTrustPolicy"),
    "AWSServiceRoleForSSO": ("sso", "AWSSSOServiceRolePolicy"),
    "AWSServiceRoleForCloudTrail": ("cloudtrail", "CloudTrailServiceRolePolicy"),
    # Its policy is about S3.
    "AWSServiceRoleForAmazonMacie": ("macie", "AmazonMacieServiceRolePolicy"),
    "AWSServiceRoleForAmazonGuardDuty": ("guardduty", "AmazonGuardDutyServiceRolePolicy"),
    "AWSServiceRoleForECS": ("ecs", "AmazonECSServiceRolePolicy"),
    "AWSServiceRoleForRDS": ("rds", "AmazonRDSServiceRolePolicy"),
}


def _reserved_role(permission_set: str, suffix: str, **members: Any) -> Role:
    return {
        "name": f"AWSReservedSSO_{permission_set}_{suffix}",
        "path": f"/aws-reserved/sso.amazonaws.com/{HOME_REGION}/",
        "trust": document(trust_identity_center()),
        "max_session_duration": 43200,
        **members,
    }


def _role_of(permission_set: PermissionSet) -> Role:
    """The role that Identity Center makes of a permission set in this account."""
    name = permission_set["name"]
    members: Role = {"attached": [*permission_set.get("managed", ()), *permission_set.get("customer_managed", ())]}
    if "inline" in permission_set:
        members["inline"] = {"AwsSSOInlinePolicy": permission_set["inline"]}
    if "description" in permission_set:
        members["description"] = permission_set["description"]
    return _reserved_role(name, SUFFIX_OF_PERMISSION_SET[name], **members)


def _service_linked_role(name: str, service: str, policy: str) -> Role:
    return {
        "name": name,
        "path": f"/aws-service-role/{service}.amazonaws.com/",
        "trust": document(trust_service(service)),
        "attached": [aws_policy(f"aws-service-role/{policy}")],
    }


ROLES_OF_AWS: list[Role] = [
    *(
        _role_of(permission_set)
        for permission_set in PERMISSION_SETS
        if permission_set["name"] in SUFFIX_OF_PERMISSION_SET
    ),
    # Left behind: its permission set is gone.
    _reserved_role(
        "Retired",
        "aaaabbbbccccdddd",
        inline={"AwsSSOInlinePolicy": document(allow(READ_OBJECTS, objects_arn(LAKE_BUCKET)))},
    ),
    *(_service_linked_role(name, service, policy) for name, (service, policy) in SERVICES_WITH_ROLE.items()),
]
