"""Faults on request: the SDK sees what AWS answers, in the protocol of each service, and retries as it does there."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from raito_aws_pipeline.local.aws.server import LocalAws
from tests.local.aws.accounts import account, named
from tests.local.aws.sdk import Sdk

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("iam", "ListUsers", {}),
    ("sts", "GetCallerIdentity", {}),
    ("s3", "ListObjectsV2", {"Bucket": "acme-lake"}),
    ("s3control", "ListAccessPoints", {"AccountId": "123456789012"}),
    ("sso-admin", "ListInstances", {}),
    ("identitystore", "ListUsers", {"IdentityStoreId": "d-0123456789"}),
    ("glue", "GetTables", {"DatabaseName": "sales"}),
    ("cloudtrail", "DescribeTrails", {}),
]


def failing(sdk: Sdk, service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The error that a call ends with, its HTTP status among the members."""
    with pytest.raises(ClientError) as caught:
        sdk.client(service)._make_api_call(operation, parameters)
    answer = caught.value.response
    return {**answer["Error"], "status": answer["ResponseMetadata"]["HTTPStatusCode"]}


@pytest.mark.parametrize(("service", "operation", "parameters"), CALLS, ids=str)
def test_a_denied_call_says_so_in_every_protocol(
    aws: LocalAws, sdk: Sdk, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    aws.faults.deny(f"{service}:{operation}")

    error = failing(sdk, service, operation, parameters)

    assert error["Code"] in ("AccessDenied", "AccessDeniedException")
    assert error["Message"].startswith("User: arn:aws:iam::123456789012:user/raito-sync is not authorized to perform: ")


@pytest.mark.parametrize(("service", "operation", "parameters"), CALLS, ids=str)
def test_a_throttled_call_succeeds_after_the_retries_of_the_sdk(
    aws: LocalAws, sdk: Sdk, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    aws.faults.throttle(f"{service}:{operation}", times=1)
    if service == "identitystore":
        parameters = {"IdentityStoreId": sdk.client("sso-admin").list_instances()["Instances"][0]["IdentityStoreId"]}
    aws.load(
        account(
            buckets=[{"name": "acme-lake", "region": "eu-west-1"}],
            glue=[{"region": "eu-west-1", "databases": [{"name": "sales"}]}],
        )
    )
    sdk.client(service, attempts=2)._make_api_call(operation, parameters)

    assert aws.calls()[f"{service}:{operation}"] == 2


@pytest.mark.parametrize(("service", "operation", "parameters"), CALLS, ids=str)
def test_a_failing_call_is_an_internal_error_in_every_protocol(
    aws: LocalAws, sdk: Sdk, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    aws.faults.fail(f"{service}:{operation}")

    assert failing(sdk, service, operation, parameters)["status"] == 500


@pytest.mark.parametrize(
    ("call", "parameters", "action", "resource"),
    [
        ("iam:GetAccountAuthorizationDetails", {}, "iam:GetAccountAuthorizationDetails", "*"),
        ("iam:ListUsers", {}, "iam:ListUsers", "arn:aws:iam::123456789012:user/"),
        ("iam:GetRole", {"RoleName": "r"}, "iam:GetRole", "arn:aws:iam::123456789012:role/r"),
        ("iam:GetPolicy", {"PolicyArn": READ_ONLY}, "iam:GetPolicy", READ_ONLY),
        ("s3:ListBuckets", {}, "s3:ListAllMyBuckets", "*"),
        ("s3:ListObjectsV2", {"Bucket": "acme-lake"}, "s3:ListBucket", '"arn:aws:s3:::acme-lake"'),
        ("s3:GetObject", {"Bucket": "acme", "Key": "a/ü b"}, "s3:GetObject", '"arn:aws:s3:::acme/a/ü b"'),
        ("sso-admin:ListInstances", {}, "sso:ListInstances", "*"),
        ("glue:GetDatabases", {}, "glue:GetDatabases", "arn:aws:glue:eu-west-1:123456789012:catalog"),
    ],
)
def test_a_denial_names_caller_action_and_resource_as_aws_does(
    sdk: Sdk, call: str, parameters: dict[str, Any], action: str, resource: str
) -> None:
    sdk.aws.faults.deny(call)

    service, _, operation = call.partition(":")
    assert failing(sdk, service, operation, parameters)["Message"] == (
        f"User: arn:aws:iam::123456789012:user/raito-sync is not authorized to perform: {action} "
        f"on resource: {resource} because no identity-based policy allows the {action} action"
    )


def test_only_the_page_asked_for_fails(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(account(users=named(5, "u")))
    aws.faults.fail("iam:ListUsers", after=1)
    pages = iter(sdk.client("iam").get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}))

    assert len(next(pages)["Users"]) == 2
    with pytest.raises(ClientError, match="ServiceFailure"):
        next(pages)


def test_only_calls_with_the_parameters_asked_for_fail(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(
        account(
            policies=[{"name": "own", "document": "{}"}],
            buckets=[{"name": name, "region": "eu-west-1"} for name in ("open-data", "closed-data")],
        )
    )
    aws.faults.deny("iam:GetPolicy", PolicyArn="arn:aws:iam::aws:policy/*")
    aws.faults.deny("s3:ListObjectsV2", Bucket="closed-*")
    iam, s3 = sdk.client("iam"), sdk.client("s3")

    iam.get_policy(PolicyArn="arn:aws:iam::123456789012:policy/own")
    s3.list_objects_v2(Bucket="open-data")
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="closed-data")


def test_the_first_rule_that_takes_a_call_answers_it_and_the_rest_is_served(aws: LocalAws, sdk: Sdk) -> None:
    aws.faults.throttle("iam:ListUsers", times=2)
    aws.faults.fail("iam:ListUsers", times=1)
    codes = []
    for _ in range(4):
        try:
            sdk.client("iam").list_users()
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])
        else:
            codes.append("served")

    assert codes == ["Throttling", "Throttling", "ServiceFailure", "served"]


def test_any_other_error_can_be_asked_for(aws: LocalAws, sdk: Sdk) -> None:
    aws.faults.refuse("sts:GetCallerIdentity", 403, "ExpiredToken", "The security token has <expired>")

    error = failing(sdk, "sts", "GetCallerIdentity", {})

    assert error["Code"] == "ExpiredToken"
    assert error["Message"] == "The security token has <expired>"
    assert error["status"] == 403


def test_an_answer_to_head_has_no_body(aws: LocalAws, sdk: Sdk) -> None:
    aws.faults.deny("s3:HeadBucket")

    assert failing(sdk, "s3", "HeadBucket", {"Bucket": "acme"})["Code"] == "403"


def test_after_clear_everything_is_served(aws: LocalAws, sdk: Sdk) -> None:
    aws.faults.deny("iam:ListUsers")
    aws.faults.clear()

    assert sdk.client("iam").list_users()["Users"] == []


@pytest.mark.parametrize("call", ["ListUsers", "iam:ListUser", "iam:", "sso:ListInstances", "moon:Land"])
def test_a_fault_for_a_call_that_does_not_exist_is_a_mistake_of_the_test(aws: LocalAws, call: str) -> None:
    with pytest.raises(ValueError, match="no call"):
        aws.faults.deny(call)
