"""The keys of buckets as one stream, over HTTP: exact, complete or said to be incomplete, by several workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from contextvars import ContextVar
from typing import Any

import pytest
from botocore.exceptions import ClientError

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.s3.listing import READ_AHEAD, BucketEnd, BucketToList, list_keys
from raito_aws_pipeline.errors import (
    CredentialsError,
    NotFoundError,
    PermissionMissingError,
    PipelineError,
    UnavailableError,
)
from raito_aws_pipeline.local.aws.server import LocalAws
from tests.aws.s3.conftest import REGION
from tests.aws.s3.http_s3 import Asked, HttpS3, Reply, refusal
from tests.local.aws.sdk import Sdk

Serve = Callable[..., HttpS3]

ODD_KEYS = [
    "/",
    "//",
    "/leading",
    "trailing/",
    "a//b",
    "./x/../y",
    " ",
    "a b",
    "a+b",
    "100%",
    "%2F",
    "%252F",
    "a&b;<c>\"d'",
    "&amp;",
    "é",
    "e\u0301",
    "日本/語",
    "\U0001f600",
    "\U0010ffff",
    "\ue000",
    "\ufffd",
    "\x01\x1f\x7f",
    "line\nbreak\r\n",
    "tab\t",
    "</Key>",
    "k" * 1024,
    "é" * 512,
]
NUMBERS = [f"{number:03}" for number in range(300)]


def list_all(
    buckets: list[str] | Iterator[BucketToList], *, page_size: int = 10, concurrency: int = 5, **options: Any
) -> tuple[dict[str, list[str]], dict[str, PipelineError | None]]:
    """The entries of buckets, and why some are missing."""
    clients = AwsClients(regions=(REGION,), concurrency=concurrency, max_attempts=3)
    wanted = (BucketToList(name, REGION) for name in buckets) if isinstance(buckets, list) else buckets
    entries: dict[str, list[str]] = {}
    errors: dict[str, PipelineError | None] = {}
    for result in list_keys(clients, wanted, page_size=page_size, **options):
        if isinstance(result, BucketEnd):
            errors[result.bucket.name] = result.error
            entries.setdefault(result.bucket.name, [])
        else:
            entries.setdefault(result[0].name, []).extend(result[1].entries)
    return entries, errors


def listing_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("s3-listing")]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert listing_threads() == []


@pytest.fixture
def local_aws(running_aws: LocalAws, monkeypatch: pytest.MonkeyPatch, no_back_off: None) -> LocalAws:
    running_aws.reset()
    for name, value in running_aws.environment().items():
        monkeypatch.setenv(name, value)
    return running_aws


def fill(aws: LocalAws, buckets: dict[str, list[str]], region: str = REGION) -> None:
    s3 = Sdk(aws).client("s3", region)
    for name, keys in buckets.items():
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
        for key in keys:
            s3.put_object(Bucket=name, Key=key, Body=b"12345")


def test_odd_keys_survive_exactly(serve: Serve) -> None:
    serve({"bucket": [*ODD_KEYS, *NUMBERS]})

    assert list_all(["bucket"])[0]["bucket"] == sorted([*ODD_KEYS, *NUMBERS])


def test_every_odd_key_can_be_listed_after(serve: Serve) -> None:
    buckets = {f"bucket-{number}": [key, key + "!"] for number, key in enumerate(ODD_KEYS) if len(key) < 1000}
    s3 = serve(buckets)

    assert list_all(list(buckets), page_size=1)[0] == {name: sorted(keys) for name, keys in buckets.items()}
    assert not any(asked.through_the_sdk for asked in s3.asked)


def test_the_embedded_aws_gives_the_same(local_aws: LocalAws) -> None:
    # What a URL or a file system cannot say, or moto cannot write, is tried above.
    keys = ["a b", "a+b", "100%", "a&b;<c>", "é/日本", "a//b", "trailing/", *NUMBERS[:40]]
    fill(local_aws, {"full": keys, "empty": []})

    for page_size in (1, 7, 1000):
        assert list_all(["full", "empty"], page_size=page_size)[0] == {"full": sorted(keys), "empty": []}
    at_the_top = {key.partition("/")[0] for key in keys}
    assert {entry.partition("/")[0] for entry in list_all(["full"], page_size=1, max_depth=1)[0]["full"]} == at_the_top


def test_sizes_are_given(local_aws: LocalAws) -> None:
    fill(local_aws, {"bucket": NUMBERS[:30]})

    pages = list(list_keys(AwsClients(), [BucketToList("bucket", REGION)]))

    assert [page[1].sizes for page in pages if not isinstance(page, BucketEnd)] == [[5] * 30]


def test_a_large_bucket_is_read_by_several_workers(serve: Serve) -> None:
    s3 = serve({"bucket": [f"{n:05}" for n in range(4000)]}, seconds=0.02)

    entries, errors = list_all(["bucket"], page_size=20)

    assert len(entries["bucket"]) == 4000
    assert errors == {"bucket": None}
    assert max(s3.under_way) == 5
    assert sum(s3.under_way) / len(s3.under_way) > 2.5
    assert len(s3.asked) <= 200 * 1.25 + 2


def test_small_buckets_are_read_side_by_side_and_given_in_order(serve: Serve) -> None:
    names = [f"bucket-{n:02}" for n in reversed(range(40))]
    s3 = serve({name: [name] for name in names}, seconds=0.01)

    entries, _ = list_all(names, concurrency=8)

    assert list(entries.items()) == [(name, [name]) for name in names]
    assert max(s3.under_way) == 8
    assert len(s3.asked) == 40


def test_a_slow_reader_stops_the_workers(serve: Serve) -> None:
    s3 = serve({"bucket": [f"{n:05}" for n in range(20_000)]})
    clients = AwsClients(regions=(REGION,), concurrency=2)

    with closing(list_keys(clients, [BucketToList("bucket", REGION)], page_size=20)) as results:  # type: ignore[type-var]
        next(results)
        threading.Event().wait(0.5)
        seen = len(s3.asked)
        threading.Event().wait(0.2)
        assert len(s3.asked) == seen <= 2 * READ_AHEAD * 2 + 1


def test_a_reader_that_stops_early_ends_the_threads(serve: Serve) -> None:
    serve({"bucket": NUMBERS})
    results = list_keys(AwsClients(regions=(REGION,)), [BucketToList("bucket", REGION)], page_size=10)

    next(results)
    assert listing_threads() != []
    del results
    assert listing_threads() == []


def test_one_denied_bucket_is_named_and_the_others_are_read(local_aws: LocalAws) -> None:
    buckets = dict.fromkeys(("first", "closed", "last"), NUMBERS[:30])
    fill(local_aws, buckets)
    local_aws.faults.deny("s3:ListObjectsV2", Bucket="closed")

    entries, errors = list_all(list(buckets))

    assert entries == {"first": NUMBERS[:30], "closed": [], "last": NUMBERS[:30]}
    assert isinstance(errors.pop("closed"), PermissionMissingError)
    assert errors == {"first": None, "last": None}


def test_a_denial_names_the_missing_action(local_aws: LocalAws) -> None:
    fill(local_aws, {"closed": []})
    local_aws.faults.deny("s3:ListObjectsV2")

    error = list_all(["closed"])[1]["closed"]

    assert error is not None
    assert error.missing == "the IAM action s3:ListBucket"
    assert isinstance(error.__cause__, ClientError)


def test_a_bucket_that_is_denied_in_the_middle_gives_what_comes_before(local_aws: LocalAws) -> None:
    fill(local_aws, {"closing": NUMBERS[:60], "open": NUMBERS[:30]})
    local_aws.faults.deny("s3:ListObjectsV2", after=1, Bucket="closing")

    entries, errors = list_all(["closing", "open"])

    assert entries == {"closing": NUMBERS[:10], "open": NUMBERS[:30]}
    assert isinstance(errors["closing"], PermissionMissingError)
    assert errors["open"] is None


def test_a_bucket_that_is_deleted_in_the_middle_gives_what_comes_before(serve: Serve) -> None:
    def deleted(asked: Asked) -> Reply | None:
        gone = asked.bucket == "going" and asked.query.get("start-after", "") >= "100"
        return refusal(404, "NoSuchBucket") if gone else None

    serve({"going": NUMBERS, "staying": NUMBERS}, reply=deleted)

    entries, errors = list_all(["going", "staying"])

    assert entries["staying"] == NUMBERS
    assert entries["going"] == NUMBERS[: len(entries["going"])]
    assert 100 <= len(entries["going"]) < len(NUMBERS)
    assert isinstance(errors["going"], NotFoundError)
    assert errors["staying"] is None


def test_a_bucket_in_another_region_is_named(serve: Serve) -> None:
    elsewhere = refusal(301, "PermanentRedirect", x_amz_bucket_region="us-west-2")
    serve({"moved": [], "here": NUMBERS}, reply=lambda asked: elsewhere if asked.bucket == "moved" else None)

    entries, errors = list_all(["moved", "here"])

    assert entries == {"moved": [], "here": NUMBERS}
    assert "us-west-2" in str(errors["moved"])


def test_throttling_in_the_middle_loses_nothing(serve: Serve) -> None:
    def throttled(asked: Asked) -> Reply | None:
        return refusal(503, "SlowDown") if asked.number % 3 == 1 and not asked.through_the_sdk else None

    s3 = serve({"bucket": NUMBERS}, reply=throttled)

    assert list_all(["bucket"]) == ({"bucket": NUMBERS}, {"bucket": None})
    assert any(asked.through_the_sdk for asked in s3.asked)


def test_credentials_that_expire_end_the_listing(serve: Serve) -> None:
    serve({"a": NUMBERS, "b": NUMBERS}, reply=lambda a: refusal(400, "ExpiredToken") if a.number > 5 else None)

    with pytest.raises(CredentialsError, match="ExpiredToken"):
        list_all(["a", "b"])


def test_an_endpoint_where_nobody_answers_ends_the_listing(monkeypatch: pytest.MonkeyPatch, no_back_off: None) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")

    with pytest.raises(UnavailableError, match="cannot be reached"):
        list_all(["a", "b"])


def test_no_credentials_end_the_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    with pytest.raises(CredentialsError):
        list_all(["a"])


def test_what_the_buckets_raise_ends_the_listing(serve: Serve) -> None:
    serve({"a": NUMBERS})

    def buckets() -> Iterator[BucketToList]:
        yield BucketToList("a", REGION)
        raise LookupError("no more buckets")

    with pytest.raises(LookupError, match="no more buckets"):
        list_all(buckets())


def test_no_buckets_are_an_empty_listing() -> None:
    assert list_all([]) == ({}, {})


def test_only_what_begins_with_the_prefix_is_listed(serve: Serve) -> None:
    serve({"bucket": [f"{folder}/{n:03}" for folder in ("a", "a b", "b") for n in range(100)]})

    entries, _ = list_all(iter([BucketToList("bucket", REGION, "a b/")]))

    assert entries["bucket"] == [f"a b/{n:03}" for n in range(100)]


def test_workers_see_the_context_of_the_reader(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    task: ContextVar[str] = ContextVar("task", default="none")
    seen: list[str] = []
    serve({"bucket": NUMBERS})
    credentials = AwsClients.user_agent.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(AwsClients, "user_agent", property(lambda self: seen.append(task.get()) or credentials(self)))

    token = task.set("data objects")
    try:
        list_all(["bucket"])
    finally:
        task.reset(token)
    assert set(seen) == {"data objects"}
