"""Access points of a region: what is read of them, and what becomes of those that cannot be read."""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from raito_aws_pipeline.aws.access_points import AccessPoint, AccessPointPage, read_access_points
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.errors import CredentialsError, UnavailableError
from raito_aws_pipeline.local.aws.sample_account import sample_account
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.model.columns import from_batch, to_batch
from tests.aws.scripted_aws import Answer, Asked, refusal, scripted_aws

ACCOUNT = "123456789012"
REGION = "eu-west-1"
POLICY = {"Version": "2012-10-17", "Statement": []}
LIST, GET, GET_POLICY = "s3control:ListAccessPoints", "s3control:GetAccessPoint", "s3control:GetAccessPointPolicy"


@pytest.fixture
def local_aws(running_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    running_aws.reset()
    for name, value in running_aws.environment().items():
        monkeypatch.setenv(name, value)
    return running_aws


@pytest.fixture(scope="module")
def clients() -> AwsClients:
    """Clients for all tests, at the embedded AWS: to make some takes longer than to use them."""
    return AwsClients(max_attempts=1)


def account(*points: dict[str, Any]) -> dict[str, Any]:
    """An account with a bucket and access points to it in the region."""
    entries = [{"region": REGION, "bucket": "lake", "policy": POLICY, **point} for point in points]
    buckets = [{"name": "lake", "region": REGION}]
    return {"account": ACCOUNT, "aws": {"buckets": buckets, "access_points": entries}}


def read(
    clients: AwsClients, region: str = REGION, *, account_id: str = ACCOUNT, page_size: int = 1000
) -> AccessPointPage:
    """All access points of the region, as one page."""
    pages = list(read_access_points(clients, account_id, region, page_size))
    return AccessPointPage([a for p in pages for a in p.access_points], [f for p in pages for f in p.failures])


def names(page: AccessPointPage) -> list[str]:
    return [point.name for point in page.access_points]


def test_an_access_point_is_told_with_bucket_origin_and_policy(local_aws: LocalAws, clients: AwsClients) -> None:
    local_aws.load(account({"name": "sales", "vpc": "vpc-1"}, {"name": "bare", "policy": None}))
    bare, sales = read(clients).access_points
    assert sales == AccessPoint(
        name="sales",
        arn=f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/sales",
        region=REGION,
        alias=sales.alias,
        bucket="lake",
        bucket_account_id=ACCOUNT,
        network_origin="VPC",
        vpc_id="vpc-1",
        document=sales.document,
        readable=True,
        created_at=datetime.datetime(2025, 1, 15, 9, tzinfo=datetime.UTC),
    )
    assert json.loads(sales.document or "") == POLICY
    assert (sales.alias or "").endswith("-s3alias")
    assert (bare.document, bare.readable, bare.network_origin, bare.vpc_id) == (None, True, "Internet", None)
    assert from_batch(AccessPoint, to_batch(AccessPoint, [bare, sales])) == [bare, sales]


@pytest.mark.parametrize(("page_size", "pages"), [(1000, 1), (2, 3)])
def test_access_points_of_all_pages_come_by_name(
    local_aws: LocalAws, clients: AwsClients, page_size: int, pages: int
) -> None:
    local_aws.load(account(*({"name": f"point-{n}"} for n in reversed(range(5)))))
    local_aws.forget_calls()
    assert names(read(clients, page_size=page_size)) == [f"point-{n}" for n in range(5)]
    assert local_aws.calls() == {LIST: pages, GET: 5, GET_POLICY: 5}


def test_each_region_has_its_own(local_aws: LocalAws, clients: AwsClients) -> None:
    sample = sample_account()
    local_aws.load(sample)
    found = {
        region: names(read(clients, region, account_id=sample["account"])) for region in ("eu-west-1", "us-east-1")
    }
    assert found == {
        "eu-west-1": ["hr-payroll", "lake-partner", "lake-sales", "lake-science"],
        "us-east-1": ["us-lake-marketing", "web-logs"],
    }


def test_a_policy_that_may_not_be_read_is_a_row_that_says_so_and_a_failure(
    local_aws: LocalAws, clients: AwsClients
) -> None:
    local_aws.load(account({"name": "ap-a"}, {"name": "ap-b"}, {"name": "ap-c"}))
    local_aws.faults.deny(GET_POLICY, Name="ap-b")
    page = read(clients)
    assert [(p.name, p.document is not None, p.readable) for p in page.access_points] == [
        ("ap-a", True, True),
        ("ap-b", False, False),
        ("ap-c", True, True),
    ]
    assert [(f.part, f.subject, f.call, f.code) for f in page.failures] == [
        (REGION, f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/ap-b", "s3:GetAccessPointPolicy", "AccessDenied")
    ]


def test_without_get_access_point_the_list_will_do_but_for_the_date(
    local_aws: LocalAws, clients: AwsClients, caplog: pytest.LogCaptureFixture
) -> None:
    local_aws.load(account({"name": "ap-a"}, {"name": "ap-b", "vpc": "vpc-1"}))
    local_aws.faults.deny(GET)
    with caplog.at_level(logging.WARNING):
        page = read(clients)
    assert page.failures == []
    assert [(p.bucket, p.bucket_account_id, p.network_origin, p.created_at) for p in page.access_points] == [
        ("lake", ACCOUNT, "Internet", None),
        ("lake", ACCOUNT, "VPC", None),
    ]
    assert [r.getMessage() for r in caplog.records] == [
        "2 access points of eu-west-1 have no date of creation, because s3:GetAccessPoint was refused or failed. "
        "Nothing else is missing of them."
    ]


def test_calls_that_are_throttled_once_are_tried_again(local_aws: LocalAws) -> None:
    local_aws.load(account({"name": "ap-a"}))
    local_aws.faults.throttle(LIST)
    local_aws.faults.throttle(GET_POLICY)
    page = read(AwsClients(max_attempts=2))
    assert (names(page), page.failures) == (["ap-a"], [])


def test_a_list_that_is_denied_is_a_failure_of_the_region(local_aws: LocalAws, clients: AwsClients) -> None:
    local_aws.load(account({"name": "ap-a"}))
    local_aws.faults.deny(LIST)
    page = read(clients)
    assert page.access_points == []
    assert [(f.part, f.subject, f.call) for f in page.failures] == [(REGION, "", "s3:ListAccessPoints")]


def test_a_page_that_fails_keeps_the_pages_before_it(local_aws: LocalAws, clients: AwsClients) -> None:
    local_aws.load(account({"name": "ap-a"}, {"name": "ap-b"}, {"name": "ap-c"}))
    local_aws.faults.fail(LIST, after=1)
    page = read(clients, page_size=2)
    assert (names(page), [(f.part, f.subject) for f in page.failures]) == (["ap-a", "ap-b"], [(REGION, "")])


@pytest.mark.parametrize("call", [GET, GET_POLICY])
def test_one_that_was_deleted_since_it_was_listed_is_left_out(
    local_aws: LocalAws, clients: AwsClients, call: str
) -> None:
    local_aws.load(account({"name": "ap-a"}, {"name": "ap-b"}))
    local_aws.faults.refuse(call, 404, "NoSuchAccessPoint", "The specified accesspoint does not exist", Name="ap-a")
    page = read(clients)
    assert (names(page), page.failures) == (["ap-b"], [])


@pytest.mark.parametrize("call", [LIST, GET, GET_POLICY])
def test_credentials_that_expire_meanwhile_end_the_read(local_aws: LocalAws, clients: AwsClients, call: str) -> None:
    local_aws.load(account({"name": "ap-a"}))
    local_aws.faults.refuse(call, 400, "ExpiredToken", "The provided token has expired")
    with pytest.raises(CredentialsError):
        read(clients)


def test_an_endpoint_where_nobody_answers_ends_the_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(UnavailableError, match="s3:ListAccessPoints"):
        read(AwsClients(max_attempts=1))


def read_scripted(
    monkeypatch: pytest.MonkeyPatch,
    listed: str,
    details: str | Answer,
    asked_for: Callable[[Asked], None] = lambda _: None,
) -> AccessPointPage:
    """What is read where the list has one entry with these members, and GetAccessPoint answers so."""

    def answer(asked: Asked) -> Answer:
        asked_for(asked)
        path = asked.path.partition("?")[0].removeprefix("/v20180820/accesspoint")
        if path.endswith("/policy"):
            return Answer("<GetAccessPointPolicyResult><Policy>{}</Policy></GetAccessPointPolicyResult>")
        if path:
            return details if isinstance(details, Answer) else Answer(f"<R><Name>odd</Name>{details}</R>")
        entry = f"<AccessPoint><Name>odd</Name>{listed}</AccessPoint>"
        return Answer(f"<ListAccessPointsResult><AccessPointList>{entry}</AccessPointList></ListAccessPointsResult>")

    with scripted_aws(answer) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        return read(AwsClients(max_attempts=1))


ARN = "arn:aws:s3:eu-west-1:123456789012:accesspoint/odd"


def test_those_attached_to_something_else_than_a_bucket_are_asked_for_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    paths: list[str] = []
    told = f"<AccessPointArn>{ARN}</AccessPointArn><DataSourceType>FSX</DataSourceType>"
    page = read_scripted(monkeypatch, told, told, lambda asked: paths.append(asked.path))
    [point] = page.access_points
    assert (point.bucket, point.bucket_account_id, point.data_source_type) == (None, None, "FSX")
    assert "dataSourceType=ALL" in paths[0]


def test_what_the_list_does_not_tell_is_taken_from_get_access_point(monkeypatch: pytest.MonkeyPatch) -> None:
    more = f"<AccessPointArn>{ARN}</AccessPointArn><BucketAccountId>210987654321</BucketAccountId>"
    page = read_scripted(monkeypatch, "<Bucket>theirs</Bucket><NetworkOrigin>VPC</NetworkOrigin>", more)
    [point] = page.access_points
    assert (point.arn, point.bucket, point.bucket_account_id, point.network_origin) == (
        ARN,
        "theirs",
        "210987654321",
        "VPC",
    )


@pytest.mark.parametrize(
    ("arn", "rows", "subject"), [(f"<AccessPointArn>{ARN}</AccessPointArn>", 1, ARN), ("", 0, "odd")]
)
def test_an_access_point_that_neither_tells_enough_of_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, arn: str, rows: int, subject: str
) -> None:
    page = read_scripted(monkeypatch, f"<Bucket>b</Bucket>{arn}", refusal("AccessDenied", status=403))
    assert [point.readable for point in page.access_points] == [False] * rows
    assert [(f.subject, f.call) for f in page.failures] == [(subject, "s3:GetAccessPoint")]
