"""The buckets of an account: all of them, by name, with what is known of each."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.s3 import buckets as module
from raito_aws_pipeline.aws.s3.buckets import AccountBucket, read_buckets, region_of_location
from raito_aws_pipeline.errors import CredentialsError, PermissionMissingError
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.model.tags import Tag
from tests.aws.s3.conftest import REGION
from tests.aws.scripted_aws import Answer, Asked, ScriptedAws, refusal, scripted_aws
from tests.local.aws.aws_calls import ACCOUNT


@pytest.fixture
def local_aws(running_aws: LocalAws, monkeypatch: pytest.MonkeyPatch, no_back_off: None) -> LocalAws:
    running_aws.reset()
    for name, value in running_aws.environment().items():
        monkeypatch.setenv(name, value)
    return running_aws


def load(aws: LocalAws, *buckets: dict[str, object]) -> None:
    aws.load({"account": ACCOUNT, "aws": {"buckets": [{"region": REGION, **bucket} for bucket in buckets]}})


def read(with_tags: Callable[[str], bool] = lambda _: True) -> list[AccountBucket]:
    return list(read_buckets(AwsClients(regions=(REGION,), max_attempts=2), with_tags))


LISTED = "<ListAllMyBucketsResult><Buckets>{}</Buckets></ListAllMyBucketsResult>"


@contextmanager
def s3_that_says(
    monkeypatch: pytest.MonkeyPatch, names: list[str], script: Callable[[str, str], Answer]
) -> Iterator[ScriptedAws]:
    """An S3 that lists buckets without their regions; `script` answers the rest by bucket and what is asked of it."""

    def answer(asked: Asked) -> Answer:
        path, _, query = asked.path.partition("?")
        bucket = path.strip("/")
        if bucket:
            return script(bucket, query)
        date = "<CreationDate>2024-05-06T07:08:09.000Z</CreationDate>"
        return Answer(LISTED.format("".join(f"<Bucket><Name>{name}</Name>{date}</Bucket>" for name in names)))

    with scripted_aws(answer) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", aws.url)
        yield aws


def located(location: str) -> Answer:
    namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
    return Answer(f"<LocationConstraint {namespace}>{location}</LocationConstraint>")


def s3_error(code: str, status: int) -> Answer:
    return Answer(f"<Error><Code>{code}</Code><Message>said S3</Message></Error>", status)


NO_TAGS = s3_error("NoSuchTagSet", 404)


@pytest.mark.parametrize(
    ("location", "region"), [(None, "us-east-1"), ("", "us-east-1"), ("EU", "eu-west-1"), ("ap-south-2", "ap-south-2")]
)
def test_a_location_means_a_region(location: str | None, region: str) -> None:
    assert region_of_location(location) == region


def test_all_buckets_are_read_by_name_with_region_date_and_tags(local_aws: LocalAws) -> None:
    load(
        local_aws,
        {"name": "sales", "region": "eu-central-1", "tags": [["team", "sales"], ["Owner", "é x"]]},
        {"name": "archive", "region": "us-east-1"},
    )
    archive, sales = read()

    assert (archive.name, archive.region, archive.tags) == ("archive", "us-east-1", ())
    assert (sales.name, sales.region) == ("sales", "eu-central-1")
    assert sales.tags == (Tag("Owner", "é x", "aws-s3"), Tag("team", "sales", "aws-s3"))
    assert sales.created_at is not None
    assert sales.created_at.tzinfo is not None
    assert sales.region_error is sales.tags_error is None


def test_an_account_without_buckets_has_none(local_aws: LocalAws) -> None:
    load(local_aws)

    assert read() == []


def test_buckets_come_from_all_pages_and_cost_one_call_where_tags_are_not_wanted(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE_SIZE", 2)
    load(local_aws, *({"name": f"bucket-{n}"} for n in reversed(range(5))))
    before = local_aws.calls()

    found = read(lambda _: False)

    assert [(bucket.name, bucket.region, bucket.tags) for bucket in found] == [
        (f"bucket-{n}", REGION, None) for n in range(5)
    ]
    assert dict(local_aws.calls() - before) == {"s3:ListBuckets": 3}


def test_tags_are_asked_for_where_they_are_wanted(local_aws: LocalAws) -> None:
    load(local_aws, *({"name": name, "tags": [["a", "b"]]} for name in ("wanted", "unwanted")))

    assert {bucket.name: bucket.tags for bucket in read(lambda name: name == "wanted")} == {
        "wanted": (Tag("a", "b", "aws-s3"),),
        "unwanted": None,
    }


def test_tags_that_are_denied_are_said_and_the_bucket_stays(local_aws: LocalAws) -> None:
    load(local_aws, {"name": "closed", "tags": [["a", "b"]]}, {"name": "open", "tags": [["a", "b"]]})
    local_aws.faults.deny("s3:GetBucketTagging", Bucket="closed")
    closed, open_ = read()

    assert (closed.region, closed.tags) == (REGION, None)
    assert isinstance(closed.tags_error, PermissionMissingError)
    assert closed.tags_error.missing == "the IAM action s3:GetBucketTagging"
    assert open_.tags == (Tag("a", "b", "aws-s3"),)


@pytest.mark.parametrize("code", ["404", "NoSuchKey", "NoSuchConfiguration"])
def test_what_of_a_bucket_is_not_found_does_not_take_the_bucket_away(local_aws: LocalAws, code: str) -> None:
    load(local_aws, {"name": "acme", "keys": []})
    local_aws.faults.refuse("s3:GetBucketTagging", 404, code, "Not found.")
    (bucket,) = read()
    assert (bucket.name, bucket.region, bucket.tags) == ("acme", REGION, None)
    assert bucket.tags_error is not None


def test_a_list_that_is_denied_is_an_error(local_aws: LocalAws) -> None:
    local_aws.faults.deny("s3:ListBuckets")

    with pytest.raises(PermissionMissingError, match="s3:ListAllMyBuckets"):
        read()


def test_throttled_calls_are_tried_again(local_aws: LocalAws) -> None:
    load(local_aws, {"name": "sales", "tags": [["a", "b"]]})
    local_aws.faults.throttle("s3:ListBuckets")
    local_aws.faults.throttle("s3:GetBucketTagging")

    assert [bucket.tags for bucket in read()] == [(Tag("a", "b", "aws-s3"),)]


def test_credentials_that_expire_end_the_reading(local_aws: LocalAws) -> None:
    load(local_aws, *({"name": f"bucket-{n}"} for n in range(20)))
    local_aws.faults.refuse("s3:GetBucketTagging", 400, "ExpiredToken", "expired", after=3)

    with pytest.raises(CredentialsError):
        read()


def test_a_region_that_the_list_lacks_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    locations = {"german": "eu-central-1", "irish": "EU", "oldest": ""}

    def script(bucket: str, query: str) -> Answer:
        return located(locations[bucket]) if query == "location" else NO_TAGS

    with s3_that_says(monkeypatch, ["oldest", "german", "irish"], script):
        found = read()

    assert [(bucket.name, bucket.region, bucket.tags) for bucket in found] == [
        ("german", "eu-central-1", ()),
        ("irish", "eu-west-1", ()),
        ("oldest", "us-east-1", ()),
    ]
    assert found[0].created_at == datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)


def test_a_region_that_is_denied_is_said_and_the_bucket_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def script(bucket: str, query: str) -> Answer:
        if query == "location":
            return s3_error("AccessDenied", 403) if bucket == "closed" else located("EU")
        return NO_TAGS

    with s3_that_says(monkeypatch, ["closed", "open"], script):
        closed, open_ = read()

    assert (closed.name, closed.region, closed.tags) == ("closed", None, None)
    assert isinstance(closed.region_error, PermissionMissingError)
    assert isinstance(closed.region_error.__cause__, ClientError)
    assert open_.region == "eu-west-1"


@pytest.mark.parametrize("at", ["location", "tagging"])
def test_a_bucket_that_is_deleted_meanwhile_is_left_out(monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    def script(bucket: str, query: str) -> Answer:
        if bucket == "gone" and query == at:
            return s3_error("NoSuchBucket", 404)
        return located("EU") if query == "location" else NO_TAGS

    with s3_that_says(monkeypatch, ["gone", "there"], script):
        assert [bucket.name for bucket in read()] == ["there"]


def test_a_refusal_that_nobody_foresaw_is_kept_with_its_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    def script(_: str, query: str) -> Answer:
        return located("EU") if query == "location" else refusal("Strange")

    with s3_that_says(monkeypatch, ["sales"], script):
        (sales,) = read()

    assert sales.region == "eu-west-1"
    assert sales.tags is None
    assert sales.tags_error is not None
