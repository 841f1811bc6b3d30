"""The embedded AWS serves the accounts of the golden cases."""

from __future__ import annotations

from typing import Any

import pytest

from raito_aws_pipeline.local.aws.server import LocalAws
from tests.golden import GOLDEN, golden_json
from tests.local.aws.sdk import Sdk

CASES = sorted(path.parent.name for path in GOLDEN.glob("*/case.json")) or ["a-identities"]
WITHOUT_AN_ACCOUNT = {"h4-second-run"}
"""Cases that begin with the account that another case ends with."""


@pytest.mark.parametrize("case_name", [name for name in CASES if name not in WITHOUT_AN_ACCOUNT])
def test_a_golden_account_is_served_whole(aws: LocalAws, sdk: Sdk, case_name: str) -> None:
    case = golden_json(case_name, "case.json")
    aws.load(case)

    content = case["aws"]
    assert served_names(sdk, case["account"]) == {
        kind: sorted(entry["name"] for entry in content.get(kind, []))
        for kind in ("users", "groups", "roles", "policies")
    } | {
        "keys": sorted((bucket["name"], key) for bucket in content.get("buckets", []) for key in bucket["keys"])
        if "cloudtrail" not in content
        else sorted(
            {(bucket["name"], key) for bucket in content["buckets"] for key in bucket["keys"]}
            | {(content["cloudtrail"]["bucket"], file["key"]) for file in content["cloudtrail"]["files"]}
        ),
    }


def served_names(sdk: Sdk, account: str) -> dict[str, Any]:
    """Names of what the SDK finds in the account."""
    iam, s3 = sdk.client("iam"), sdk.client("s3")
    assert sdk.client("sts").get_caller_identity()["Account"] == account
    pages = list(iam.get_paginator("get_account_authorization_details").paginate())
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    return {
        "users": sorted(user["UserName"] for page in pages for user in page["UserDetailList"]),
        "groups": sorted(group["GroupName"] for page in pages for group in page["GroupDetailList"]),
        "roles": sorted(role["RoleName"] for page in pages for role in page["RoleDetailList"]),
        "policies": sorted(
            policy["PolicyName"] for page in pages for policy in page["Policies"] if f":{account}:" in policy["Arn"]
        ),
        "keys": sorted(
            (bucket, entry["Key"])
            for bucket in buckets
            for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        ),
    }
