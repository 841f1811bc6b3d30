"""Roles of the sample account: those that follow a rule, those that AWS made, and those that somebody made by hand.

The latter hold what people write: each comment says which case of a trust policy, or of a role, an entry stands for.
"""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import (
    ACCOUNT,
    DROPBOX_BUCKET,
    HR_BUCKET,
    LAKE_BUCKET,
    ORGANIZATION,
    PARTNER_ACCOUNT,
    SANDBOX_ACCOUNT,
    US_LAKE_BUCKET,
)
from raito_aws_pipeline.local.aws.sample_account.documents import (
    OLD_VERSION,
    READ_OBJECTS,
    WRITE_OBJECTS,
    allow,
    aws_policy,
    document,
    objects_arn,
    role_arn,
    trust_account,
    trust_everyone,
    trust_saml,
    trust_service,
    trust_user,
    user_arn,
)
from raito_aws_pipeline.local.aws.sample_account.iam_roles_by_purpose import ROLES_BY_PURPOSE
from raito_aws_pipeline.local.aws.sample_account.iam_roles_of_aws import ROLES_OF_AWS
from raito_aws_pipeline.local.aws.sample_account.iam_users import USER_ARNS

Role = dict[str, Any]

SECOND_FACTOR = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
DELETED_USER_ID = "AIDAQXAMPLEDELETED234"
"""What IAM shows in a trust policy for a user who is no more."""

READ_LAKE = {"lake": document(allow(READ_OBJECTS, objects_arn(LAKE_BUCKET)))}

_TRUST_IN_OTHERS: list[Role] = [
    {
        "name": "partner-pickup",
        "path": "/partners/",
        "description": "The partner fetches shipments (à 6 heures)",
        "trust": document(
            trust_account(PARTNER_ACCOUNT, condition={"StringEquals": {"sts:ExternalId": "larkfield-7731"}})
        ),
        "inline": {"pickup": document(allow(READ_OBJECTS, objects_arn(LAKE_BUCKET, "logistics/*")))},
    },
    # One user and one role of another account.
    {
        "name": "partner-delivery",
        "path": "/partners/",
        "trust": document(
            trust_user(
                [
                    user_arn("courier", account=PARTNER_ACCOUNT),
                    role_arn("delivery", "/edge/", account=PARTNER_ACCOUNT),
                ]
            )
        ),
        "inline": {"deliver": document(allow("s3:PutObject", objects_arn(DROPBOX_BUCKET, "partner/*")))},
    },
    # An account by its number alone.
    {"name": "sandbox-reader", "trust": document(trust_user(SANDBOX_ACCOUNT)), "attached": ["lake-reader"]},
    # Everyone of this account whom a policy lets.
    {
        "name": "everyone-here",
        "trust": document(trust_account(ACCOUNT)),
        "attached": [aws_policy("AmazonS3ReadOnlyAccess"), "account-settings"],
    },
    # Everyone, but for a condition.
    {
        "name": "organisation-reader",
        "trust": document(trust_everyone({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})),
        "attached": ["us-buckets-reader", "larkfield-reader"],
    },
]

_TRUST_IN_USERS: list[Role] = [
    # A single user, with a second factor.
    {
        "name": "hr-investigator",
        "trust": document(trust_user(USER_ARNS["maria.rossi"], condition=SECOND_FACTOR)),
        "inline": {"all": document(allow("s3:*", objects_arn(HR_BUCKET)))},
        "attached": ["office-only", "single-objects"],
        "max_session_duration": 7200,
    },
    # All kinds of principals, over several statements.
    {
        "name": "mixed-trust",
        "trust": document(
            trust_user(
                [
                    USER_ARNS["ana.silva"],
                    USER_ARNS["eve.oneil@example.org"],
                    role_arn("sales-analyst", "/teams/"),
                    f"arn:aws:iam::{ACCOUNT}:root",
                    user_arn("zed", account=PARTNER_ACCOUNT),
                ],
                sid="Named",
            ),
            trust_service(["ec2", "lambda"]),
            trust_saml("okta"),
            trust_user(USER_ARNS["dirk.jansen"], condition=SECOND_FACTOR, sid="WithSecondFactor"),
            trust_user(USER_ARNS["bob"], sid="Bob"),
        ),
        "inline": READ_LAKE,
        "attached": ["raw-without-delete", "lake-without-people", "encrypted-writes"],
    },
    # Wildcards in the action, in any case.
    {
        "name": "wild-action",
        "trust": document(
            trust_user(USER_ARNS["bob"], action="sts:*"), trust_user(USER_ARNS["zoe.unal"], action="STS:assume*")
        ),
        "attached": ["odd-actions", "one-letter", "sales-prefix"],
    },
    # No action that would let anybody assume it.
    {
        "name": "tag-only",
        "trust": document(trust_user(USER_ARNS["bob"], action="sts:TagSession")),
        "attached": ["all-but-delete"],
    },
    # Allowed to two, and denied to one of them.
    {
        "name": "all-but-one",
        "trust": document(
            trust_user([USER_ARNS["wei.chen"], USER_ARNS["uma.patel"]]),
            trust_user(USER_ARNS["uma.patel"], sid="NotUma") | {"Effect": "Deny"},
        ),
        "attached": ["all-but-hr", "many-conditions", "list-own-prefix"],
    },
    # A user who is no more.
    {
        "name": "orphaned",
        "trust": document(trust_user([DELETED_USER_ID, USER_ARNS["jan.novak"]])),
        "attached": ["own-folder", "own-folder-2012", "team-folder", "literal-characters"],
    },
]

_TRUST_IN_ROLES: list[Role] = [
    # A chain of roles: analyst, engineer, this one.
    {
        "name": "chain-end",
        "trust": document(trust_user(role_arn("data-science-engineer", "/teams/"))),
        "attached": ["lake-retention", "through-access-point", "partner-reader"],
    },
    # One session of a role.
    {
        "name": "nightly-session",
        "trust": document(trust_user(f"arn:aws:sts::{ACCOUNT}:assumed-role/data-engineering-engineer/nightly")),
        "inline": READ_LAKE,
    },
]

_OTHER_CASES: list[Role] = [
    # Narrowed by a boundary.
    {
        "name": "bounded-developer",
        "path": "/boundaries/",
        "permissions_boundary": "developer-boundary",
        "trust": document(trust_user([USER_ARNS["carl.jones"], USER_ARNS["contractor.kim"]])),
        "attached": [aws_policy("PowerUserAccess"), "all-buckets"],
    },
    # The boundary is a policy of AWS.
    {
        "name": "bounded-reader",
        "path": "/boundaries/",
        "permissions_boundary": aws_policy("ReadOnlyAccess"),
        "trust": document(trust_user(USER_ARNS["dana.levi"])),
        "attached": ["everything"],
    },
    # Two inline policies, out of the order of their names, and one of another service.
    {
        "name": "two-inline",
        "trust": document(trust_user(USER_ARNS["yusuf.aydin"])),
        "inline": {
            "write": document(
                allow(WRITE_OBJECTS, objects_arn(US_LAKE_BUCKET, "logistics/*")), allow("kms:Decrypt", "*")
            ),
            "read": document(allow(READ_OBJECTS, objects_arn(US_LAKE_BUCKET, "logistics/*"))),
        },
    },
    # Users may assume it, and it may do nothing.
    {"name": "no-permissions", "trust": document(trust_user(USER_ARNS["fay.wong"]))},
    # Nothing of S3.
    {
        "name": "operator",
        "trust": document(trust_user(USER_ARNS["o+ops=on_call,eu@larkfield"])),
        "attached": ["compute-operator", "second-factor", "s3-relatives"],
    },
    # A document of the old version, in use.
    {
        "name": "old-instance",
        "trust": document(trust_service("ec2"), version=OLD_VERSION),
        "attached": [aws_policy("AmazonS3FullAccess"), aws_policy("CloudWatchAgentServerPolicy")],
        "last_used": "2025-11-03T07:15:00Z",
        "last_used_region": "eu-west-1",
    },
    # The odd documents and keys, in somebody's hands.
    {
        "name": "archivist",
        "tags": {"purpose": "préservation", "Kostenstelle": "4711 / Archiv"},
        "trust": document(trust_user(USER_ARNS["paula.auditor"])),
        "attached": ["looks-broken", "folder-as-key", "odd-keys", "without-effect", "AmazonS3ReadOnlyAccess"],
    },
    # Made by Raito.
    {
        "name": "raito-campaigns",
        "tags": {"creator": "RAITO"},
        "trust": document(trust_user([USER_ARNS["elif.kaya"], USER_ARNS["george.hill"]])),
        "attached": ["raito-campaigns"],
    },
    # Owned, and named otherwise in Raito.
    {
        "name": "r-0042",
        "tags": {"raito_name": "Backup operators", "raito_owner": "bob,email:ana.silva@example.com"},
        "trust": document(trust_user(USER_ARNS["SVC-Backup"])),
        "attached": ["backup-everything"],
    },
]

ROLES: list[Role] = [
    *ROLES_BY_PURPOSE,
    *_TRUST_IN_OTHERS,
    *_TRUST_IN_USERS,
    *_TRUST_IN_ROLES,
    *_OTHER_CASES,
    *ROLES_OF_AWS,
]
