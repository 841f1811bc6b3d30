"""S3 access points of the sample account with their policies, in both regions."""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import (
    HOME_REGION,
    HR_BUCKET,
    LAKE_BUCKET,
    PARTNER_ACCOUNT,
    US_LAKE_BUCKET,
    US_REGION,
    US_WEB_BUCKET,
)
from raito_aws_pipeline.local.aws.sample_account.documents import (
    READ_OBJECTS,
    WRITE_OBJECTS,
    Document,
    Texts,
    access_point_arn,
    allow,
    document,
    granted_to,
    role_arn,
)
from raito_aws_pipeline.local.aws.sample_account.iam_users import USER_ARNS

AccessPoint = dict[str, Any]


def _folder_policy(region: str, name: str, folder: str, principals: Texts, actions: Texts) -> Document:
    """Listing the access point and working in one folder behind it."""
    principal = {"AWS": principals}
    return document(
        granted_to(principal, allow("s3:ListBucket", access_point_arn(region, name))),
        granted_to(principal, allow(actions, access_point_arn(region, name, f"{folder}/*"))),
    )


ACCESS_POINTS: list[AccessPoint] = [
    {
        "region": HOME_REGION,
        "name": "lake-sales",
        "bucket": LAKE_BUCKET,
        "policy": _folder_policy(
            HOME_REGION, "lake-sales", "sales", [USER_ARNS["ana.silva"], USER_ARNS["ben.okafor"]], READ_OBJECTS
        ),
    },
    {
        # Users and roles, and the whole bucket.
        "region": HOME_REGION,
        "name": "lake-science",
        "bucket": LAKE_BUCKET,
        "policy": document(
            granted_to(
                {"AWS": [USER_ARNS["wei.chen"], role_arn("data-science-engineer", "/teams/")]},
                allow(
                    (*READ_OBJECTS, "s3:ListBucket"),
                    [
                        access_point_arn(HOME_REGION, "lake-science"),
                        access_point_arn(HOME_REGION, "lake-science", "*"),
                    ],
                ),
            )
        ),
    },
    # Without a policy: it grants nothing.
    {"region": HOME_REGION, "name": "hr-payroll", "bucket": HR_BUCKET},
    {
        # A principal of another account, and reachable from a VPC only.
        "region": HOME_REGION,
        "name": "lake-partner",
        "bucket": LAKE_BUCKET,
        "vpc": "vpc-0a1b2c3d4e5f60718",
        "policy": _folder_policy(
            HOME_REGION, "lake-partner", "logistics", f"arn:aws:iam::{PARTNER_ACCOUNT}:root", READ_OBJECTS
        ),
    },
    {
        # The bucket's policy does not leave the decision to access points.
        "region": US_REGION,
        "name": "us-lake-marketing",
        "bucket": US_LAKE_BUCKET,
        "policy": _folder_policy(
            US_REGION,
            "us-lake-marketing",
            "marketing",
            [USER_ARNS["elif.kaya"], USER_ARNS["hana.sato"]],
            (*READ_OBJECTS, *WRITE_OBJECTS),
        ),
    },
    {
        "region": US_REGION,
        "name": "web-logs",
        "bucket": US_WEB_BUCKET,
        "policy": _folder_policy(US_REGION, "web-logs", "logs", USER_ARNS["svc-dashboards"], "s3:GetObject"),
    },
]
