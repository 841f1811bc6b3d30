"""The embedded AWS as a server: where it listens, whose account it serves, what it remembers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from raito_aws_pipeline.local.aws.account import AccountError
from raito_aws_pipeline.local.aws.server import LocalAws
from tests.local.aws.accounts import account, named
from tests.local.aws.sdk import Sdk


def test_the_environment_leads_any_sdk_to_it(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.load({"account": "210987654321", "aws": {}})
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)

    assert aws.environment()["AWS_ENDPOINT_URL"] == aws.url == f"http://127.0.0.1:{aws.port}"
    assert boto3.Session().client("sts").get_caller_identity()["Account"] == "210987654321"


def test_the_account_that_was_loaded_is_the_one_that_callers_are_in(aws: LocalAws, sdk: Sdk) -> None:
    aws.load({"account": "210987654321", "aws": {"users": [{"name": "ann"}]}})

    identity = sdk.client("sts").get_caller_identity()
    assert identity["Account"] == "210987654321"
    assert identity["Arn"] == "arn:aws:iam::210987654321:user/raito-sync"
    assert sdk.client("iam").list_users()["Users"][0]["Arn"] == "arn:aws:iam::210987654321:user/ann"


def test_a_second_account_is_reached_by_assuming_a_role_in_it(aws: LocalAws, sdk: Sdk) -> None:
    aws.load({"account": "111111111111", "aws": {"users": [{"name": "one"}]}})
    aws.load({"account": "222222222222", "aws": {"users": [{"name": "two"}]}})

    role = "arn:aws:iam::111111111111:role/any"
    keys = sdk.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    assumed = sdk.client("iam", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"])

    assert [user["UserName"] for user in assumed.list_users()["Users"]] == ["one"]
    assert [user["UserName"] for user in sdk.client("iam").list_users()["Users"]] == ["two"]


def test_reset_forgets_content_calls_and_faults(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(account(users=[{"name": "ann"}], buckets=[{"name": "acme-lake", "region": "eu-west-1", "keys": ["a"]}]))
    sdk.client("iam").list_users()
    aws.faults.deny("iam:ListUsers")

    aws.reset()

    assert not aws.calls()
    assert sdk.client("iam").list_users()["Users"] == []
    assert sdk.client("s3").list_buckets()["Buckets"] == []


def test_a_load_that_fails_leaves_nothing_behind(aws: LocalAws, sdk: Sdk) -> None:
    with pytest.raises(AccountError):
        aws.load(account(users=[{"name": "ann"}, {"name": "bob", "groups": ["nobody-knows"]}]))

    assert sdk.client("iam").list_users()["Users"] == []


def test_calls_are_counted_by_service_and_operation_in_their_order(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(account(buckets=[{"name": "acme-lake", "region": "eu-west-1", "keys": ["a/b c", "x"]}]))
    s3 = sdk.client("s3")
    s3.list_buckets()
    s3.list_objects_v2(Bucket="acme-lake")
    s3.list_objects_v2(Bucket="acme-lake", Prefix="a/")
    s3.get_object(Bucket="acme-lake", Key="a/b c")["Body"].read()
    sdk.client("s3control").list_access_points(AccountId="123456789012")
    sdk.client("sso-admin").list_instances()
    sdk.client("glue").get_databases()
    sdk.client("cloudtrail").describe_trails()
    sdk.client("sts").get_caller_identity()

    assert aws.call_sequence() == [
        "s3:ListBuckets",
        "s3:ListObjectsV2",
        "s3:ListObjectsV2",
        "s3:GetObject",
        "s3control:ListAccessPoints",
        "sso-admin:ListInstances",
        "glue:GetDatabases",
        "cloudtrail:DescribeTrails",
        "sts:GetCallerIdentity",
    ]
    assert aws.calls()["s3:ListObjectsV2"] == 2
    assert next(iter(aws.calls())) == "s3:ListBuckets"

    aws.forget_calls()
    assert not aws.calls()


def test_what_a_client_uploads_arrives_whole(sdk: Sdk) -> None:
    s3 = sdk.client("s3")
    s3.create_bucket(Bucket="acme-new", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    body = bytes(range(256)) * 4096
    s3.put_object(Bucket="acme-new", Key="a+b/ü.bin", Body=body, ContentType="application/json")

    assert s3.get_object(Bucket="acme-new", Key="a+b/ü.bin")["Body"].read() == body


def test_many_clients_at_a_time_are_served_without_a_failure(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(account(users=named(30, "u"), groups=named(30, "g")))
    clients: Any = threading.local()

    def call(n: int) -> int:
        if not hasattr(clients, "iam"):
            clients.iam = sdk.client("iam")
        if n % 3 == 0:
            clients.iam.create_group(GroupName=f"new-{n}")
            return 30
        return len(clients.iam.get_account_authorization_details(Filter=["User"])["UserDetailList"])

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(call, range(120))) == {30}


def test_any_credentials_are_accepted(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(account(users=[{"name": "ann"}]))

    assert len(sdk.client("iam", key="anything").list_users()["Users"]) == 1


@pytest.mark.usefixtures("aws")
def test_a_second_server_in_the_same_process_is_refused() -> None:
    with pytest.raises(RuntimeError, match="stop it before"):
        LocalAws().start()


def test_it_is_quiet(aws: LocalAws, sdk: Sdk, capfd: pytest.CaptureFixture[str]) -> None:
    sdk.client("iam").list_users()
    with pytest.raises(ClientError):
        sdk.client("iam").get_user(UserName="nobody")

    assert capfd.readouterr() == ("", "")
    assert aws.calls()["iam:GetUser"] == 1


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "name"),
    [
        (
            "iam",
            "SimulateCustomPolicy",
            {"PolicyInputList": ["{}"], "ActionNames": ["s3:GetObject"]},
            "iam:SimulateCustomPolicy",
        ),
        ("glue", "SearchTables", {}, "glue:SearchTables"),
        ("accessanalyzer", "ListAnalyzers", {}, "access-analyzer:unknown"),
    ],
)
def test_what_it_lacks_is_said_in_the_protocol_and_not_tried_again(
    sdk: Sdk, service: str, operation: str, parameters: dict[str, Any], name: str
) -> None:
    with pytest.raises(ClientError) as caught:
        sdk.client(service, attempts=3)._make_api_call(operation, parameters)

    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert sdk.aws.call_sequence() == [name]


def test_calls_of_services_that_sign_under_another_name_are_counted_too(sdk: Sdk) -> None:
    sdk.client("cloudwatch").list_metrics()

    assert sdk.aws.calls() == {"monitoring:unknown": 1}
