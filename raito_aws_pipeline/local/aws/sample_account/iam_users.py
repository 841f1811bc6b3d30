"""IAM users of the sample account: people by team, people with habits of their own, machines.

Here: names, paths, tags, memberships, and what a user carries. Not here: what the groups may do (`iam_groups`).
"""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import (
    DROPBOX_BUCKET,
    LAKE_BUCKET,
    RAW_BUCKET,
    US_WEB_BUCKET,
)
from raito_aws_pipeline.local.aws.sample_account.documents import (
    READ_OBJECTS,
    WRITE_OBJECTS,
    allow,
    aws_policy,
    bucket_arn,
    document,
    objects_arn,
    user_arn,
)

User = dict[str, Any]

TEAM_MEMBERS = {
    "sales": ("ana.silva", "ben.okafor", "chloe.martin", "dmitri.volkov"),
    "marketing": ("elif.kaya", "farah.nasser", "george.hill", "hana.sato"),
    "finance": ("ines.costa", "jan.novak", "karin.lund", "liam.byrne"),
    "people": ("maria.rossi", "nils.berg", "olga.petrova", "pavel.dvorak"),
    "data-engineering": ("quentin.roy", "rosa.diaz", "sven.olsen", "tara.singh"),
    "data-science": ("uma.patel", "viktor.nagy", "wei.chen", "xenia.popa"),
    "logistics": ("yusuf.aydin", "zofia.kowal", "arno.peeters", "bea.fischer"),
    "web": ("carl.jones", "dana.levi", "emil.hansen", "fay.wong"),
}

TEAM_PATH = dict.fromkeys(TEAM_MEMBERS, "/people/emea/") | {"web": "/people/amer/", "marketing": "/people/amer/"}

TEAM_GROUP = {
    "sales": "analysts",
    "marketing": "analysts",
    "finance": "finance",
    "people": "people-team",
    "data-engineering": "Data-Engineers",
    "data-science": "data-scientists",
    "logistics": "analysts",
    "web": "web",
}


def _team_member(name: str, team: str) -> User:
    tags = {"team": team, "email": f"{name}@example.com"}
    return {"name": name, "path": TEAM_PATH[team], "tags": tags, "groups": [TEAM_GROUP[team]]}


def _machine(name: str, purpose: str, **members: Any) -> User:
    tags = {"kind": "machine", "purpose": purpose, "email": "platform@example.com"}
    return {"name": name, "path": "/robots/", "tags": tags, "groups": ["robots"], **members}


_TEAMS = [_team_member(name, team) for team, names in TEAM_MEMBERS.items() for name in names]

_ODD_PEOPLE: list[User] = [
    # The key of the e-mail tag in other spellings and places: any case, a part of the key, not the first tag.
    {"name": "gina.moreau", "path": "/people/emea/", "tags": {"Email": "gina.moreau@example.com"}, "groups": ["web"]},
    {
        # The first tag with e-mail in its key holds no address.
        "name": "dirk.jansen",
        "path": "/people/emea/",
        "tags": [["emailVerified", "true"], ["EMAIL_ADDRESS", "dirk.jansen@example.com"], ["team", "sales"]],
        "groups": ["analysts", "Data-Engineers"],
    },
    {
        # Two addresses: the first counts.
        "name": "bob",
        "tags": [["department", "finance"], ["work-email", "bob@example.com"], ["email", "bob@example.org"]],
        "groups": ["finance", "admins"],
    },
    # No tags, and the name is an address.
    {"name": "eve.oneil@example.org", "groups": ["analysts"]},
    # Tags in other scripts, and an address that is empty.
    {
        "name": "zoe.unal",
        "path": "/people/emea/",
        "tags": [
            ["full name", "Zoë Ünal"],
            ["city", "東京"],
            ["contact_email_2", ""],
            ["email", "zoe.unal@example.com"],
        ],
        "groups": ["data-scientists"],
    },
    # No tags, no group.
    {"name": "intern-2026"},
    # The tag's key does not contain "email".
    {"name": "harry.stone", "tags": {"e-mail": "harry.stone@example.com"}, "groups": ["web"]},
    # Owners, named in the tag that Raito knows.
    {
        "name": "shared-reporting",
        "tags": {"raito_owner": "ana.silva,email:bob@example.com", "empty": ""},
        "inline": {"reports": document(allow(READ_OBJECTS, objects_arn(LAKE_BUCKET, "sales/*")))},
    },
    # All that IAM allows in a name, and a deeper path.
    {
        "name": "o+ops=on_call,eu@larkfield",
        "path": "/people/emea/paris/",
        "tags": {"Email": "on-call@example.com"},
        "groups": ["admins"],
        "attached": [aws_policy("AdministratorAccess")],
    },
    {
        # A boundary narrows what the inline policy allows.
        "name": "contractor.kim",
        "path": "/people/external/",
        "tags": {"email": "kim@example.org", "team": "web"},
        "permissions_boundary": "developer-boundary",
        "inline": {"site": document(allow("s3:*", [bucket_arn(US_WEB_BUCKET), objects_arn(US_WEB_BUCKET)]))},
    },
    {
        # Two inline policies, out of the order of their names.
        "name": "paula.auditor",
        "path": "/people/external/",
        "tags": {"email": "paula@example.org"},
        "inline": {
            "second-look": document(allow("s3:GetObject", objects_arn(LAKE_BUCKET, "finance/*"))),
            "first-look": document(allow("s3:ListAllMyBuckets", "*")),
        },
        "attached": [aws_policy("SecurityAudit"), "lake-finance-reader"],
    },
    # Excluded by the parameters: a user without details.
    {
        "name": "breakglass-1",
        "tags": {"email": "security@example.com"},
        "attached": [aws_policy("AdministratorAccess")],
    },
]

_MACHINES = [
    _machine("svc-loader", "nightly load", inline={"load": document(allow(WRITE_OBJECTS, objects_arn(RAW_BUCKET)))}),
    _machine("svc-dashboards", "dashboards", attached=["lake-reader"]),
    _machine("svc-dropbox-scan", "virus scan of what partners send", attached=["dropbox-reader"]),
    _machine("svc-shop-export", "orders of the web shop", attached=["raw-shop-writer"]),
    _machine("deploy-web", "releases of the web site", attached=["us-web-writer"]),
    _machine("deploy-lake", "releases of the jobs on the lake", attached=["lake-admin", "raw-admin"]),
    _machine("SVC-Backup", "backups", attached=["backup-everything"]),
    # A machine without tags and path, from before there were rules.
    {"name": "legacy-ftp", "inline": {"ftp": document(allow("s3:PutObject", objects_arn(DROPBOX_BUCKET, "ftp/*")))}},
]

USERS: list[User] = [*_TEAMS, *_ODD_PEOPLE, *_MACHINES]

USER_ARNS = {user["name"]: user_arn(user["name"], user.get("path", "/")) for user in USERS}
"""ARN of each user by name."""
