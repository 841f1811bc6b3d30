"""The benchmarks' S3 answers as S3 does, in the little that is asked of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

import boto3
import botocore.parsers
import botocore.session
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.key_space import FILES, KeySpace
from benchmarks.s3_answers import ACCOUNT, REGION, list_objects
from benchmarks.s3_server import environment, s3_server
from raito_aws_pipeline.aws.caller import caller_identity
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.s3.buckets import read_buckets
from raito_aws_pipeline.aws.s3.listing import BucketToList, list_keys

KEYS = KeySpace(29 * FILES + 50)
ALL_KEYS = list(KEYS)
OUTPUT = botocore.session.get_session().get_service_model("s3").operation_model("ListObjectsV2").output_shape

parts_of_keys = st.builds(
    lambda key, end, more: key[:end] + more,
    st.sampled_from([key for key in ALL_KEYS if key[-18] in "07"]),
    st.integers(0, 100),
    st.sampled_from(["", "/", "0", "=", "a", "\U0010ffff"]),
)


def test_keys_are_in_the_order_of_s3_and_none_comes_twice() -> None:
    assert sorted(set(ALL_KEYS)) == ALL_KEYS


@settings(deadline=None)
@given(
    prefix=parts_of_keys,
    start_after=parts_of_keys,
    delimiter=st.sampled_from(["", "/"]),
    most=st.sampled_from([1, 7, 99, 1000]),
    encoding=st.sampled_from(["", "url"]),
)
@example(prefix="", start_after="", delimiter="", most=1000, encoding="url")
@example(prefix="warehouse/sales-000/year=2017/", start_after="", delimiter="/", most=1000, encoding="url")
@example(prefix="none", start_after="", delimiter="", most=1000, encoding="url")
def test_a_page_holds_what_a_list_of_all_keys_says(
    prefix: str, start_after: str, delimiter: str, most: int, encoding: str
) -> None:
    asked = {"prefix": prefix, "start-after": start_after, "delimiter": delimiter, "max-keys": str(most)}
    expected = entries_of_a_list(prefix, start_after, delimiter)

    found: list[str] = []
    pages = 0
    while True:
        page = parsed(list_objects("bench", KEYS, asked | {"encoding-type": encoding}))
        entries = sorted(
            [unquote_plus(c["Key"]) for c in page.get("Contents", [])]
            + [unquote_plus(p["Prefix"]) for p in page.get("CommonPrefixes", [])]
        )
        assert page["KeyCount"] == len(entries) <= most
        found += entries
        pages += 1
        if not page["IsTruncated"] or pages == 4:
            break
        asked["continuation-token"] = page["NextContinuationToken"]

    assert found == expected[: len(found)]
    assert page["IsTruncated"] is (len(found) < len(expected))


def entries_of_a_list(prefix: str, start_after: str, delimiter: str) -> list[str]:
    entries: dict[str, None] = {}
    for key in ALL_KEYS:
        if key.startswith(prefix) and key > start_after:
            end = key.find(delimiter, len(prefix)) if delimiter else -1
            entries[key if end < 0 else key[: end + 1]] = None
    return list(entries)


def parsed(body: bytes) -> Any:
    assert OUTPUT is not None
    return botocore.parsers.create_parser("rest-xml").parse({"status_code": 200, "headers": {}, "body": body}, OUTPUT)


@pytest.fixture(scope="module")
def clients() -> Iterator[AwsClients]:
    with pytest.MonkeyPatch.context() as patch, s3_server({"large": 3_250, "small": 3}) as url:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in environment(url).items():
            patch.setenv(name, value)
        yield AwsClients()


def test_the_sdk_reads_all_keys_over_http(clients: AwsClients) -> None:
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket="large")

    assert [entry["Key"] for page in pages for entry in page["Contents"]] == list(KeySpace(3_250))


def test_a_run_finds_the_account_its_buckets_and_their_keys(clients: AwsClients) -> None:
    buckets = list(read_buckets(clients, lambda _: True))
    listed = list(list_keys(clients, [BucketToList(bucket.name, REGION) for bucket in buckets]))

    assert caller_identity(clients).account_id == ACCOUNT
    assert [(b.name, b.region, b.tags) for b in buckets] == [("large", REGION, ()), ("small", REGION, ())]
    assert [key for page in listed if isinstance(page, tuple) for key in page[1].keys] == [
        *KeySpace(3_250),
        *KeySpace(3),
    ]
