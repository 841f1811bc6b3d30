"""S3 and S3 Control of the embedded AWS answer as AWS does where moto does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from raito_aws_pipeline.local.aws.server import LocalAws
from tests.local.aws.aws_calls import ACCOUNT, pages, refusal
from tests.local.aws.sdk import Sdk

Client = Callable[..., Any]

HERE, ELSEWHERE = "eu-west-1", "eu-central-1"


@pytest.fixture(scope="module")
def clients(running_aws: LocalAws) -> Client:
    return cache(Sdk(running_aws).client)


@pytest.fixture
def client(aws: LocalAws, clients: Client) -> Client:
    """Clients of an empty account, by service and region."""
    return clients


def create_bucket(client: Client, name: str, region: str = HERE) -> None:
    client("s3", region).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})


@pytest.fixture
def access_points(client: Client) -> Any:
    """S3 Control in a region where there is a bucket `sales`."""
    create_bucket(client, "sales")
    return client("s3control", HERE)


def test_buckets_are_listed_by_name_with_their_region(client: Client) -> None:
    for name, region in (("b", ELSEWHERE), ("c", HERE), ("a", HERE)):
        create_bucket(client, f"bucket-{name}", region)
    s3 = client("s3")
    listed = [(bucket["Name"], bucket["BucketRegion"]) for bucket in s3.list_buckets()["Buckets"]]
    assert listed == [("bucket-a", HERE), ("bucket-b", ELSEWHERE), ("bucket-c", HERE)]
    assert [bucket["Name"] for bucket in s3.list_buckets(BucketRegion=ELSEWHERE)["Buckets"]] == ["bucket-b"]


def test_buckets_come_in_pages_none_of_which_loses_one(client: Client) -> None:
    names = [f"bucket-{n}" for n in range(5)]
    for name in reversed(names):
        create_bucket(client, name)
    create_bucket(client, "other")
    answers = pages(client("s3"), "list_buckets", 2, Prefix="bucket-")
    assert [[bucket["Name"] for bucket in answer["Buckets"]] for answer in answers] == [
        names[:2],
        names[2:4],
        names[4:],
    ]


def test_an_access_point_belongs_to_a_region(client: Client) -> None:
    points = {region: client("s3control", region) for region in (HERE, ELSEWHERE)}
    for region, point in points.items():
        create_bucket(client, f"sales-{region}", region)
        point.create_access_point(AccountId=ACCOUNT, Name="readers", Bucket=f"sales-{region}")
    for region, point in points.items():
        [listed] = point.list_access_points(AccountId=ACCOUNT)["AccessPointList"]
        got = point.get_access_point(AccountId=ACCOUNT, Name="readers")
        for answer in (listed, got):
            assert answer["Bucket"] == f"sales-{region}"
            assert answer["BucketAccountId"] == ACCOUNT
            assert answer["AccessPointArn"] == f"arn:aws:s3:{region}:{ACCOUNT}:accesspoint/readers"
        assert got["Endpoints"]["ipv4"] == f"s3-accesspoint.{region}.amazonaws.com"
    points[HERE].delete_access_point(AccountId=ACCOUNT, Name="readers")
    assert points[HERE].list_access_points(AccountId=ACCOUNT)["AccessPointList"] == []
    assert len(points[ELSEWHERE].list_access_points(AccountId=ACCOUNT)["AccessPointList"]) == 1


def test_the_public_access_block_of_the_account_is_the_same_in_all_regions(client: Client) -> None:
    block = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": False,
    }
    client("s3control", HERE).put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=block)
    elsewhere = client("s3control", ELSEWHERE).get_public_access_block(AccountId=ACCOUNT)
    assert elsewhere["PublicAccessBlockConfiguration"] == block


def test_access_points_are_listed_by_name_in_pages(access_points: Any) -> None:
    names = [f"point-{n}" for n in range(5)]
    for name in reversed(names):
        access_points.create_access_point(AccountId=ACCOUNT, Name=name, Bucket="sales")
    answers: list[Any] = []
    token: dict[str, str] = {}
    while token or not answers:
        answers.append(access_points.list_access_points(AccountId=ACCOUNT, MaxResults=2, **token))
        token = {"NextToken": answers[-1]["NextToken"]} if "NextToken" in answers[-1] else {}
    listed = [[point["Name"] for point in answer["AccessPointList"]] for answer in answers]
    assert listed == [names[:2], names[2:4], names[4:]]


def test_wrong_access_points_are_refused(access_points: Any) -> None:
    readers = {"AccountId": ACCOUNT, "Name": "readers"}
    access_points.create_access_point(**readers, Bucket="sales")
    create, put_policy = access_points.create_access_point, access_points.put_access_point_policy
    assert refusal(create, **readers, Bucket="sales") == "AccessPointAlreadyOwnedByYou"
    assert refusal(create, AccountId=ACCOUNT, Name="others", Bucket="missing") == "NoSuchBucket"
    for policy in ("{", "[]"):
        assert refusal(put_policy, **readers, Policy=policy) == "MalformedPolicy"
    assert refusal(access_points.get_access_point_policy, **readers) == "NoSuchAccessPointPolicy"
    assert refusal(access_points.delete_access_point, AccountId=ACCOUNT, Name="missing") == "NoSuchAccessPoint"


def test_an_access_point_is_deleted_with_its_tags(access_points: Any) -> None:
    readers = {"AccountId": ACCOUNT, "Name": "readers"}
    tags = [{"Key": "team", "Value": "sales"}]
    arn = access_points.create_access_point(**readers, Bucket="sales", Tags=tags)["AccessPointArn"]
    resource = {"AccountId": ACCOUNT, "ResourceArn": arn}
    assert access_points.list_tags_for_resource(**resource)["Tags"] == tags
    access_points.delete_access_point(**readers)
    access_points.create_access_point(**readers, Bucket="sales")
    assert access_points.list_tags_for_resource(**resource)["Tags"] == []


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        ({"Effect": "Allow", "Principal": "*"}, True),
        ({"Effect": "Allow", "Principal": {"AWS": "*"}}, True),
        ({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/reader"}}, False),
        ({"Effect": "Deny", "Principal": "*"}, False),
        ({"Effect": "Allow", "Principal": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}, False),
    ],
)
def test_a_policy_is_public_where_it_allows_everybody(
    access_points: Any, statement: dict[str, Any], public: bool
) -> None:
    readers = {"AccountId": ACCOUNT, "Name": "readers"}
    access_points.create_access_point(**readers, Bucket="sales")
    whole = statement | {"Action": "s3:GetObject", "Resource": "*"}
    for statements in (whole, [whole]):
        access_points.put_access_point_policy(**readers, Policy=json.dumps({"Statement": statements}))
        assert access_points.get_access_point_policy_status(**readers)["PolicyStatus"]["IsPublic"] is public
