"""Customer managed policies of the sample account: those that follow a rule, and those that somebody wrote by hand.

The latter hold what people write: each comment says which case of the policy language an entry stands for.
"""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import (
    ACCOUNT,
    DROPBOX_BUCKET,
    HOME_REGION,
    HR_BUCKET,
    LAKE_BUCKET,
    PARTNER_BUCKET,
    RAW_BUCKET,
    US_LAKE_BUCKET,
    US_WEB_BUCKET,
)
from raito_aws_pipeline.local.aws.sample_account.documents import (
    LIST_BUCKET,
    OLD_VERSION,
    READ_OBJECTS,
    WRITE_OBJECTS,
    Statement,
    access_point_arn,
    allow,
    bucket_arn,
    deny,
    document,
    objects_arn,
)
from raito_aws_pipeline.local.aws.sample_account.iam_policies_by_bucket import POLICIES_BY_BUCKET

Policy = dict[str, Any]

READ_RAW = allow((*LIST_BUCKET, *READ_OBJECTS), [bucket_arn(RAW_BUCKET), objects_arn(RAW_BUCKET)])


def _policy(name: str, *statements: Statement, **members: Any) -> Policy:
    return {"name": name, "document": document(*statements), **members}


_BROAD = [
    # Everything, of all services.
    _policy("everything", allow("*", "*"), path="/platform/"),
    _policy("all-buckets", allow("s3:*", "arn:aws:s3:::*"), path="/platform/"),
    _policy("backup-everything", allow(("s3:Get*", "s3:List*"), "*"), path="/robots/"),
    # Actions that belong to the account, not to a bucket.
    _policy("account-settings", allow(("s3:ListAllMyBuckets", "s3:GetAccountPublicAccessBlock"), "*")),
    # A boundary, no grant: it narrows what users and roles are allowed elsewhere.
    _policy(
        "developer-boundary",
        allow(("s3:*", "logs:*", "lambda:*", "glue:*"), "*"),
        deny("s3:DeleteBucket", "*", sid="KeepBuckets"),
        path="/boundaries/",
    ),
]

_WILDCARDS = [
    # In the bucket's name, over buckets that exist.
    _policy(
        "us-buckets-reader",
        allow((*LIST_BUCKET, *READ_OBJECTS), ["arn:aws:s3:::larkfield-us-*", "arn:aws:s3:::*us-*/*"]),
    ),
    # One wildcard for buckets and objects alike.
    _policy("larkfield-reader", allow((*LIST_BUCKET, *READ_OBJECTS), "arn:aws:s3:::larkfield*")),
    # Within a key, and at the end of an unfinished segment.
    _policy("quarter-reports", allow("s3:GetObject", objects_arn(LAKE_BUCKET, "*/reports/20??/q*.csv"))),
    _policy("sales-prefix", allow("s3:GetObject", objects_arn(LAKE_BUCKET, "sales*"))),
    # In actions: at the end, in the middle, one character, in any case.
    _policy("odd-actions", allow(["s3:*Object", "s3:Get?bject", "S3:GETOBJECT"], objects_arn(RAW_BUCKET, "in/*"))),
    _policy("one-letter", allow("s3:GetObject", "arn:aws:s3:::larkfield-ra?/out/*")),
]

_DENIALS = [
    # Allowed and taken back, wholly and in part.
    _policy("raw-without-delete", allow("s3:*", objects_arn(RAW_BUCKET)), deny("s3:Delete*", objects_arn(RAW_BUCKET))),
    _policy(
        "lake-without-people",
        allow(READ_OBJECTS, objects_arn(LAKE_BUCKET)),
        deny("s3:*", objects_arn(LAKE_BUCKET, "people/*"), sid="NotPeople"),
    ),
    _policy(
        "encrypted-writes",
        allow("s3:PutObject", objects_arn(LAKE_BUCKET, "staging/*")),
        deny("s3:PutObject", "*", condition={"Null": {"s3:x-amz-server-side-encryption": "true"}}, sid="Encrypt"),
    ),
    # The usual way to ask for a second factor.
    _policy(
        "second-factor",
        {
            "Sid": "OnlyOwnDevicesWithout",
            "Effect": "Deny",
            "NotAction": ["iam:ListMFADevices", "iam:EnableMFADevice", "sts:GetSessionToken"],
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ),
]

_CONDITIONS = [
    _policy(
        "office-only",
        allow(READ_OBJECTS, objects_arn(HR_BUCKET), condition={"IpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}),
        allow("s3:ListBucket", bucket_arn(HR_BUCKET)),
    ),
    _policy(
        "list-own-prefix",
        allow("s3:ListBucket", bucket_arn(LAKE_BUCKET), condition={"StringLike": {"s3:prefix": ["home/*", ""]}}),
    ),
    # Several operators and keys, one value as a boolean of JSON.
    _policy(
        "many-conditions",
        allow(
            "s3:GetObject",
            objects_arn(LAKE_BUCKET, "finance/*"),
            condition={
                "StringEquals": {"aws:RequestedRegion": HOME_REGION, "aws:PrincipalTag/team": "finance"},
                "Bool": {"aws:SecureTransport": True},
                "ForAnyValue:StringLike": {"aws:TagKeys": ["cost*"]},
            },
        ),
    ),
]

_NEGATIONS = [
    _policy("all-but-delete", {"Effect": "Allow", "NotAction": "s3:Delete*", "Resource": objects_arn(US_LAKE_BUCKET)}),
    _policy(
        "all-but-hr",
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "NotResource": [bucket_arn(HR_BUCKET), objects_arn(HR_BUCKET)],
        },
    ),
]

_VARIABLES = [
    _policy("own-folder", allow((*READ_OBJECTS, *WRITE_OBJECTS), objects_arn(LAKE_BUCKET, "home/${aws:username}/*"))),
    _policy("team-folder", allow("s3:GetObject", objects_arn(LAKE_BUCKET, "${aws:PrincipalTag/team, 'sales'}/*"))),
    # The three variables that are literal characters.
    _policy("literal-characters", allow("s3:GetObject", objects_arn(DROPBOX_BUCKET, "odd/${*}${?}${$}.txt"))),
    # In a document of the old version it is no variable but these very characters.
    {
        "name": "own-folder-2012",
        "document": document(
            allow("s3:GetObject", objects_arn(LAKE_BUCKET, "home/${aws:username}/*")), version=OLD_VERSION
        ),
    },
]

_OTHER_RESOURCES = [
    # No S3 at all.
    _policy("compute-operator", allow(("ec2:*", "autoscaling:Describe*"), "*")),
    # S3 beside other services, in one statement and in several.
    _policy(
        "glue-tables",
        allow(("glue:*", "lakeformation:GetDataAccess"), "*"),
        allow(("s3:GetObject", "dynamodb:GetItem"), [objects_arn(RAW_BUCKET), f"arn:aws:dynamodb:*:{ACCOUNT}:table/*"]),
        path="/data/",
    ),
    # Other namespaces that sound like S3.
    _policy("s3-relatives", allow(("s3express:CreateSession", "s3tables:GetTable", "s3-object-lambda:Get*"), "*")),
    # An access point, not a bucket.
    _policy(
        "through-access-point", allow("s3:GetObject", access_point_arn(HOME_REGION, "lake-sales", "sales/reports/*"))
    ),
    # A bucket of another account.
    _policy(
        "partner-reader",
        allow(("s3:GetObject", "s3:ListBucket"), [bucket_arn(PARTNER_BUCKET), objects_arn(PARTNER_BUCKET)]),
    ),
    # An action of buckets on objects, and the other way round.
    _policy(
        "without-effect",
        allow("s3:ListBucket", objects_arn(LAKE_BUCKET)),
        allow("s3:GetObject", bucket_arn(LAKE_BUCKET)),
    ),
    # Keys that are folders, and grant nothing below.
    _policy(
        "folder-as-key", allow("s3:GetObject", [objects_arn(LAKE_BUCKET, "sales"), objects_arn(LAKE_BUCKET, "web/")])
    ),
    _policy(
        "single-objects",
        allow("s3:GetObject", [objects_arn(HR_BUCKET, "people.csv"), objects_arn(HR_BUCKET, "gone.csv")]),
    ),
    # Keys with characters that are written otherwise in addresses.
    _policy(
        "odd-keys",
        allow(
            "s3:GetObject",
            [
                objects_arn(DROPBOX_BUCKET, key)
                for key in ("a b/*", "plus+sign/*", "pct%20x/*", "ünïcode/日本語/*", "same")
            ],
        ),
    ),
]

_ODD_DOCUMENTS: list[Policy] = [
    {
        # It looks broken, and IAM takes it: a single statement, blanks, escapes, repetitions, an empty Sid.
        "name": "looks-broken",
        "document": (
            '{\t"Statement" : {"Sid":"","Resource":["arn:aws:s3:::larkfield-raw\\u002fin/*",\r\n'
            '  "arn:aws:s3:::larkfield-raw/in/*"],\n  "Action" : [ "s3:getobject","s3:GetObject" ],"Effect":"Allow"}'
            ' ,\n"Id":"", "Version":"2012-10-17"}\n'
        ),
    },
    {
        # Only the default version counts, here the last one of three.
        "name": "lake-retention",
        "document": document(allow("s3:*", [bucket_arn(LAKE_BUCKET), objects_arn(LAKE_BUCKET)])),
        "versions": [
            document(allow("s3:DeleteObject", objects_arn(LAKE_BUCKET))),
            document(allow("s3:PutLifecycleConfiguration", bucket_arn(LAKE_BUCKET))),
        ],
    },
    # The name of an AWS managed policy.
    _policy("AmazonS3ReadOnlyAccess", READ_RAW),
    # Made by Raito.
    _policy(
        "raito-campaigns",
        allow(READ_OBJECTS, objects_arn(US_LAKE_BUCKET, "marketing/campaigns/*")),
        tags={"creator": "RAITO"},
    ),
    # Owned, and named otherwise in Raito.
    _policy(
        "web-publisher",
        allow(WRITE_OBJECTS, objects_arn(US_WEB_BUCKET, "assets/*")),
        tags={"raito_owner": "fay.wong", "raito_name": "Publish the web site"},
    ),
    # Attached to nobody.
    _policy("unused-since-2021", allow("s3:*", "*"), path="/old/"),
]

POLICIES: list[Policy] = [
    *POLICIES_BY_BUCKET,
    *_BROAD,
    *_WILDCARDS,
    *_DENIALS,
    *_CONDITIONS,
    *_NEGATIONS,
    *_VARIABLES,
    *_OTHER_RESOURCES,
    *_ODD_DOCUMENTS,
]
