"""IAM groups of the sample account and what they may do. Not here: who is in them (`iam_users`)."""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import HR_BUCKET, LAKE_BUCKET, US_LAKE_BUCKET
from raito_aws_pipeline.local.aws.sample_account.documents import (
    LIST_BUCKET,
    READ_OBJECTS,
    WRITE_OBJECTS,
    allow,
    aws_policy,
    bucket_arn,
    deny,
    document,
    objects_arn,
)

Group = dict[str, Any]

GROUPS: list[Group] = [
    {"name": "admins", "attached": [aws_policy("AdministratorAccess"), aws_policy("IAMUserChangePassword")]},
    {
        "name": "analysts",
        "path": "/teams/",
        "attached": ["lake-sales-reader", "lake-marketing-reader", aws_policy("AmazonAthenaFullAccess")],
        "inline": {"own-folder": document(allow(WRITE_OBJECTS, objects_arn(LAKE_BUCKET, "home/${aws:username}/*")))},
    },
    {
        "name": "Data-Engineers",
        "path": "/teams/data/",
        "attached": ["lake-writer", "raw-writer", "us-lake-writer", "glue-tables"],
        # Two inline policies are one access control, and only one of them is about S3.
        "inline": {
            "ops-logs": document(allow("logs:*", "*")),
            "ops-staging": document(allow("s3:*", objects_arn(LAKE_BUCKET, "staging/*"))),
        },
    },
    {
        "name": "data-scientists",
        "path": "/teams/data/",
        "attached": ["lake-reader", "us-lake-reader", aws_policy("job-function/DataScientist")],
    },
    {
        "name": "finance",
        "path": "/teams/",
        "attached": ["finance-reader", "lake-finance-writer", aws_policy("job-function/Billing")],
    },
    {
        "name": "people-team",
        "path": "/teams/",
        # A Deny takes out what the Allow beside it gives.
        "inline": {
            "hr": document(
                allow(LIST_BUCKET, bucket_arn(HR_BUCKET)),
                allow((*READ_OBJECTS, *WRITE_OBJECTS), objects_arn(HR_BUCKET)),
                deny("s3:DeleteObject", objects_arn(HR_BUCKET, "contracts/*"), sid="KeepContracts"),
            )
        },
    },
    {"name": "web", "path": "/teams/", "attached": ["us-web-writer", aws_policy("AmazonS3ReadOnlyAccess")]},
    {
        "name": "robots",
        "path": "/robots/",
        "inline": {"metrics": document(allow("cloudwatch:PutMetricData", "*"))},
    },
    # Nobody is in it, and it may read.
    {
        "name": "contractors",
        "path": "/people/external/",
        "inline": {"look": document(allow(READ_OBJECTS, objects_arn(US_LAKE_BUCKET, "marketing/*")))},
    },
    # Neither members nor policies.
    {"name": "reserve-2027"},
]
