"""The sample account: Larkfield, a made-up retailer of middle size, as data in the shape of `local/aws/account`.

Here: the account put together, one module a service (`iam_users`, `s3_buckets`, …). A comment beside an odd entry says
what it stands for. Not here: how the data becomes the state of the embedded AWS (`local/aws/loading`).
"""

from __future__ import annotations

import json
from typing import Any

from raito_aws_pipeline.local.aws.sample_account.cloudtrail import CLOUDTRAIL
from raito_aws_pipeline.local.aws.sample_account.company import ACCOUNT, HOME_REGION, TRAIL_BUCKET, US_REGION
from raito_aws_pipeline.local.aws.sample_account.glue_catalogue import GLUE
from raito_aws_pipeline.local.aws.sample_account.iam_groups import GROUPS
from raito_aws_pipeline.local.aws.sample_account.iam_policies import POLICIES
from raito_aws_pipeline.local.aws.sample_account.iam_roles import ROLES
from raito_aws_pipeline.local.aws.sample_account.iam_users import USERS
from raito_aws_pipeline.local.aws.sample_account.identity_center import IDENTITY_CENTER
from raito_aws_pipeline.local.aws.sample_account.s3_access_points import ACCESS_POINTS
from raito_aws_pipeline.local.aws.sample_account.s3_buckets import BUCKETS


def sample_account() -> dict[str, Any]:
    """The account: `{"account": "<12 digits>", "about": …, "aws": {…}, "parameters": {…}}`.

    The same at every call, of JSON's types only, and the caller's own: changing it changes no other copy.
    `parameters` are the keys of a target in raito.yml that suit the account.
    """
    account = {
        "account": ACCOUNT,
        "about": "Larkfield, a retailer with teams in Europe and America, a data lake in each, and years of habits",
        "aws": {
            "aliases": ["larkfield"],
            "users": USERS,
            "groups": GROUPS,
            "roles": ROLES,
            "policies": POLICIES,
            "buckets": BUCKETS,
            "glue": GLUE,
            "access_points": ACCESS_POINTS,
            "identity_center": IDENTITY_CENTER,
            "cloudtrail": CLOUDTRAIL,
        },
        "parameters": {
            "aws-regions": f"{HOME_REGION},{US_REGION}",
            "aws-s3-enabled": True,
            "aws-s3-cloudtrail-bucket": TRAIL_BUCKET,
            "aws-user-excludes": "breakglass-.*",
        },
    }
    copy: dict[str, Any] = json.loads(json.dumps(account))  # nothing in it is shared, not even within the copy
    return copy
