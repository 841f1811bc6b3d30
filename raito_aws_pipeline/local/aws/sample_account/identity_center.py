"""Identity Center of the sample account's organisation: users, groups, permission sets with their assignments.

Not here: the roles that Identity Center makes of them (`iam_roles_of_aws`).
"""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import (
    FINANCE_BUCKET,
    HOME_REGION,
    LAKE_BUCKET,
    SANDBOX_ACCOUNT,
    US_WEB_BUCKET,
)
from raito_aws_pipeline.local.aws.sample_account.documents import (
    LIST_BUCKET,
    READ_OBJECTS,
    WRITE_OBJECTS,
    allow,
    aws_policy,
    bucket_arn,
    document,
    objects_arn,
)

PermissionSet = dict[str, Any]


def _user(given_name: str, family_name: str, **members: Any) -> dict[str, Any]:
    address = f"{given_name}.{family_name}@example.com".lower()
    return {
        "user_name": address,
        "display_name": f"{given_name} {family_name}",
        "given_name": given_name,
        "family_name": family_name,
        "email": address,
        **members,
    }


USERS = [
    _user("Ana", "Silva"),
    _user("Ben", "Okafor"),
    _user("Ines", "Costa"),
    _user("Quentin", "Roy"),
    _user("Rosa", "Diaz"),
    _user("Wei", "Chen"),
    _user("Fay", "Wong"),
    # Signs in with a name that is no address, and has one elsewhere.
    _user("Zoë", "Ünal", user_name="zoe.unal", email="zoe.unal@example.org"),
    # No e-mail address at all.
    _user("Night", "Watch", user_name="night-watch", email=None),
]

GROUPS = [
    {
        "display_name": "Analysts",
        "description": "Read the lake",
        "members": ["ana.silva@example.com", "ben.okafor@example.com", "wei.chen@example.com"],
    },
    {"display_name": "Data Engineers", "members": ["quentin.roy@example.com", "rosa.diaz@example.com"]},
    {"display_name": "Équipe Finance", "members": ["ines.costa@example.com", "zoe.unal"]},
    # Nobody is in it.
    {"display_name": "Auditors", "members": []},
]


def _to_user(name: str, **members: str) -> dict[str, str]:
    return {"type": "USER", "principal": name, **members}


def _to_group(name: str, **members: str) -> dict[str, str]:
    return {"type": "GROUP", "principal": name, **members}


PERMISSION_SETS: list[PermissionSet] = [
    {
        "name": "DataAnalyst",
        "description": "Reads the lake",
        "inline": document(allow(LIST_BUCKET, bucket_arn(LAKE_BUCKET)), allow(READ_OBJECTS, objects_arn(LAKE_BUCKET))),
        "tags": {"team": "sales", "raito_owner": "email:quentin.roy@example.com"},
        "assignments": [_to_group("Analysts"), _to_user("zoe.unal")],
    },
    {
        # An underscore in the name, as before the 16 characters at the end of its role's name.
        "name": "Data_Engineer_EU",
        "customer_managed": ["lake-writer", "raw-writer"],
        "session": "PT8H",
        "assignments": [
            _to_group("Data Engineers"),
            _to_user("wei.chen@example.com"),
            _to_user("ana.silva@example.com", account=SANDBOX_ACCOUNT),
        ],
    },
    {
        "name": "ReadOnly",
        "managed": [aws_policy("AmazonS3ReadOnlyAccess"), aws_policy("job-function/ViewOnlyAccess")],
        "assignments": [_to_group("Auditors"), _to_user("night-watch")],
    },
    {
        "name": "Finance",
        "description": "Les chiffres",
        "inline": document(allow((*READ_OBJECTS, *WRITE_OBJECTS), objects_arn(FINANCE_BUCKET))),
        "managed": [aws_policy("job-function/Billing")],
        "assignments": [_to_group("Équipe Finance")],
    },
    # Grants nothing on S3.
    {
        "name": "Operations",
        "inline": document(allow("ec2:*", "*")),
        "assignments": [_to_user("fay.wong@example.com")],
    },
    # Made by Raito.
    {
        "name": "RAITO_web",
        "inline": document(allow(READ_OBJECTS, objects_arn(US_WEB_BUCKET, "logs/*"))),
        "tags": {"creator": "RAITO"},
        "assignments": [_to_user("fay.wong@example.com")],
    },
    # Assigned in another account only: there is no role here.
    {
        "name": "Sandbox",
        "managed": [aws_policy("AdministratorAccess")],
        "assignments": [_to_group("Data Engineers", account=SANDBOX_ACCOUNT)],
    },
    # Assigned nowhere.
    {"name": "Unassigned", "inline": document(allow("s3:*", "*"))},
]

IDENTITY_CENTER: dict[str, Any] = {
    "region": HOME_REGION,
    "users": USERS,
    "groups": GROUPS,
    "permission_sets": PERMISSION_SETS,
}
