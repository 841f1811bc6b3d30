"""Roles of the sample account that follow a rule: of each team, application, repository and sign-in.

Not here: roles that somebody made by hand (`iam_roles`) and roles that AWS made (`iam_roles_of_aws`).
"""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import (
    DROPBOX_BUCKET,
    LAKE_BUCKET,
    RAW_BUCKET,
    TEAMS,
    US_EXPORTS_BUCKET,
    US_WEB_BUCKET,
)
from raito_aws_pipeline.local.aws.sample_account.documents import (
    LIST_BUCKET,
    READ_OBJECTS,
    WRITE_OBJECTS,
    Texts,
    allow,
    aws_policy,
    bucket_arn,
    document,
    objects_arn,
    trust_oidc,
    trust_saml,
    trust_service,
    trust_user,
)
from raito_aws_pipeline.local.aws.sample_account.iam_users import TEAM_MEMBERS, USER_ARNS

Role = dict[str, Any]


def _team_roles(team: str) -> list[Role]:
    """Of each team: one role that its members read with, one that two of them write with, two for its jobs."""
    members = [USER_ARNS[name] for name in TEAM_MEMBERS[team]]
    tags = {"team": team}
    folder = objects_arn(LAKE_BUCKET, f"{team}/*")
    return [
        {
            "name": f"{team}-analyst",
            "path": "/teams/",
            "description": f"Reads the lake's folder of {team}",
            "tags": tags,
            "trust": document(trust_user(members)),
            "attached": [f"lake-{team}-reader"],
        },
        {
            "name": f"{team}-engineer",
            "path": "/teams/",
            "tags": tags | {"raito_owner": TEAM_MEMBERS[team][0]},
            "trust": document(trust_user(members[:2], action=("sts:AssumeRole", "sts:TagSession"))),
            "attached": [f"lake-{team}-writer"],
            "inline": {"staging": document(allow(WRITE_OBJECTS, objects_arn(LAKE_BUCKET, "staging/*")))},
        },
        {
            "name": f"{team}-functions",
            "path": "/service-role/",
            "tags": tags,
            "trust": document(trust_service("lambda")),
            "attached": [aws_policy("service-role/AWSLambdaBasicExecutionRole")],
            "inline": {"read": document(allow(READ_OBJECTS, folder))},
        },
        {
            "name": f"{team}-glue-jobs",
            "path": "/service-role/",
            "tags": tags,
            "trust": document(trust_service("glue")),
            "attached": [aws_policy("service-role/AWSGlueServiceRole"), f"lake-{team}-writer"],
        },
    ]


def _application_role(name: str, service: Texts, bucket: str, keys: str, actions: tuple[str, ...]) -> Role:
    return {
        "name": name,
        "path": "/applications/",
        "description": f"Used by {name} alone",
        "trust": document(trust_service(service)),
        "inline": {"objects": document(allow(actions, objects_arn(bucket, keys)))},
    }


def _repository_role(repository: str, *policies: str) -> Role:
    """What the pipelines of a repository release with."""
    subject = f"repo:larkfield/{repository}:ref:refs/heads/main"
    return {
        "name": f"release-{repository}",
        "path": "/releases/",
        "trust": document(trust_oidc("token.actions.githubusercontent.com", subject)),
        "attached": list(policies),
    }


def _sign_in_role(name: str, *policies: str) -> Role:
    """What people had who signed in by SAML, before there was Identity Center."""
    return {
        "name": f"okta-{name}",
        "path": "/sign-in/",
        "trust": document(trust_saml("okta")),
        "attached": list(policies),
        "inline": {"list": document(allow(LIST_BUCKET, bucket_arn(LAKE_BUCKET)))},
    }


ROLES_BY_PURPOSE: list[Role] = [
    *(role for team in TEAMS for role in _team_roles(team)),
    _application_role("shop", "ec2", RAW_BUCKET, "in/shop/*", WRITE_OBJECTS),
    _application_role("shop-search", "ecs-tasks", LAKE_BUCKET, "sales/*", READ_OBJECTS),
    _application_role("warehouse", "ec2", RAW_BUCKET, "in/warehouse/*", WRITE_OBJECTS),
    _application_role("crm-sync", "lambda", RAW_BUCKET, "in/crm/*", WRITE_OBJECTS),
    _application_role("web-log-shipper", "ec2", RAW_BUCKET, "in/web-logs/*", WRITE_OBJECTS),
    _application_role("image-resizer", ["lambda", "edgelambda"], US_WEB_BUCKET, "assets/img/*", WRITE_OBJECTS),
    _application_role("virus-scan", "lambda", DROPBOX_BUCKET, "*", READ_OBJECTS),
    _application_role("exporter", "states", US_EXPORTS_BUCKET, "*", (*READ_OBJECTS, *WRITE_OBJECTS)),
    _repository_role("web-site", "us-web-writer", "web-publisher"),
    _repository_role("shop", "raw-shop-writer"),
    _repository_role("lake-jobs", "lake-admin", "glue-tables"),
    _repository_role("reports", "glue-sales-reader", "glue-customers-reader", "quarter-reports"),
    _repository_role("infrastructure", "everything"),
    _sign_in_role("administrators", aws_policy("AdministratorAccess")),
    _sign_in_role("readers", aws_policy("ReadOnlyAccess")),
    _sign_in_role("finance", "finance-reader", "glue-finance-reader"),
    _sign_in_role("marketing", "us-lake-marketing-reader", "glue-us_marketing-reader"),
]
