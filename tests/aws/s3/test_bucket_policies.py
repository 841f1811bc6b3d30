"""Policies of buckets: what is read, and what becomes of those that cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.s3.bucket_policies import BucketPolicy, read_bucket_policies
from raito_aws_pipeline.errors import CredentialsError, UnavailableError
from raito_aws_pipeline.local.aws.sample_account import sample_account
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.model.columns import from_batch, to_batch
from raito_aws_pipeline.model.read_failures import ReadFailure

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}],
}
GET = "s3:GetBucketPolicy"


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


def buckets(**policies: Any) -> dict[str, Any]:
    """An account with buckets in eu-west-1, each with its policy or None."""
    entries = [
        {"name": name.replace("_", "-"), "region": "eu-west-1", "policy": policy} for name, policy in policies.items()
    ]
    return {"account": "123456789012", "aws": {"buckets": entries}}


def read(
    clients: AwsClients, *names: str, region: str | None = "eu-west-1"
) -> tuple[list[BucketPolicy], list[ReadFailure]]:
    found = list(read_bucket_policies(clients, [(name, region) for name in names]))
    return [f for f in found if isinstance(f, BucketPolicy)], [f for f in found if isinstance(f, ReadFailure)]


def test_a_bucket_has_a_policy_or_none(local_aws: LocalAws, clients: AwsClients) -> None:
    local_aws.load(buckets(bare=None, public=POLICY))
    (bare, public), failures = read(clients, "bare", "public")
    assert bare == BucketPolicy(bucket="bare", region="eu-west-1", document=None, readable=True)
    assert (public.bucket, public.readable, json.loads(public.document or "")) == ("public", True, POLICY)
    assert failures == []
    assert from_batch(BucketPolicy, to_batch(BucketPolicy, [bare, public])) == [bare, public]


def test_a_call_a_bucket_gives_a_row_a_bucket_in_their_order(local_aws: LocalAws, clients: AwsClients) -> None:
    account = sample_account()
    local_aws.load(account)
    entries = account["aws"]["buckets"]
    local_aws.forget_calls()
    asked = [(bucket["name"], bucket["region"]) for bucket in entries]
    rows = [row for row in read_bucket_policies(clients, asked) if isinstance(row, BucketPolicy)]
    assert [(row.bucket, row.region) for row in rows] == asked
    with_policy = [bucket["name"] for bucket in entries if bucket.get("policy")]
    assert [row.bucket for row in rows if row.document] == with_policy
    assert local_aws.calls() == {GET: len(entries)}


def test_a_policy_that_may_not_be_read_is_a_row_that_says_so_and_a_failure(
    local_aws: LocalAws, clients: AwsClients
) -> None:
    local_aws.load(buckets(lake_a=None, lake_b=POLICY, lake_c=POLICY))
    local_aws.faults.deny(GET, Bucket="lake-b")
    rows, failures = read(clients, "lake-a", "lake-b", "lake-c")
    assert [(row.bucket, row.document is not None, row.readable) for row in rows] == [
        ("lake-a", False, True),
        ("lake-b", False, False),
        ("lake-c", True, True),
    ]
    assert [(f.part, f.subject, f.call, f.code) for f in failures] == [("lake-b", "", GET, "AccessDenied")]
    assert GET in failures[0].remedy


def test_a_call_that_is_throttled_once_is_tried_again(local_aws: LocalAws) -> None:
    local_aws.load(buckets(lake_a=None))
    local_aws.faults.throttle(GET)
    rows, failures = read(AwsClients(max_attempts=2), "lake-a")
    assert ([row.readable for row in rows], failures) == ([True], [])


def test_a_call_that_fails_for_good_is_a_failure_too(local_aws: LocalAws, clients: AwsClients) -> None:
    local_aws.load(buckets(lake_a=None))
    local_aws.faults.fail(GET)
    rows, failures = read(clients, "lake-a")
    assert ([row.readable for row in rows], [f.code for f in failures]) == ([False], ["InternalError"])


def test_a_bucket_that_was_deleted_meanwhile_is_left_out(local_aws: LocalAws, clients: AwsClients) -> None:
    local_aws.load(buckets(lake_a=None))
    rows, failures = read(clients, "gone", "lake-a")
    assert ([row.bucket for row in rows], failures) == (["lake-a"], [])


def test_a_bucket_of_an_unknown_region_is_asked_for_too(local_aws: LocalAws, clients: AwsClients) -> None:
    local_aws.load(buckets(lake_a=POLICY))
    ([row], failures) = read(clients, "lake-a", region=None)
    assert (row.region, row.document is not None, failures) == (None, True, [])


def test_credentials_that_expire_meanwhile_end_the_read(local_aws: LocalAws, clients: AwsClients) -> None:
    local_aws.load(buckets(lake_a=None, lake_b=None))
    local_aws.faults.refuse(GET, 400, "ExpiredToken", "The provided token has expired", after=1)
    with pytest.raises(CredentialsError, match=GET):
        read(clients, "lake-a", "lake-b")


def test_an_endpoint_where_nobody_answers_ends_the_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(UnavailableError, match=GET):
        read(AwsClients(max_attempts=1), "lake-a")
