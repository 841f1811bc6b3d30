"""The buckets of an account as AWS tells them: name, region, creation date, tags."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from raito_aws_pipeline.aws.calls import ServiceCalls
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.concurrent_calls import in_order
from raito_aws_pipeline.aws.failures import answer_of, ends_reading
from raito_aws_pipeline.errors import NotFoundError, PipelineError
from raito_aws_pipeline.model.tags import AWS_TAG_SOURCE, Tag

PAGE_SIZE = 1000

_REGION_OF_LOCATION = {"": "us-east-1", "EU": "eu-west-1"}
"""What GetBucketLocation says of its oldest regions (AWS: S3 API reference, LocationConstraint)."""


@dataclass(frozen=True, slots=True)
class AccountBucket:
    """A bucket; what could not be read of it is None, with the reason.

    Args:
        name: Its name.
        created_at: When it was created.
        region: Where it lies.
        region_error: Why its region is unknown.
        tags: Its tags, by key; None also where they were not asked for.
        tags_error: Why its tags are unknown.
    """

    name: str
    created_at: datetime.datetime | None
    region: str | None = None
    region_error: PipelineError | None = None
    tags: tuple[Tag, ...] | None = None
    tags_error: PipelineError | None = None


def region_of_location(location: str | None) -> str:
    """The region that a bucket's LocationConstraint means."""
    return _REGION_OF_LOCATION.get(location or "", location or "")


def read_buckets(clients: AwsClients, with_tags: Callable[[str], bool]) -> Iterator[AccountBucket]:
    """All buckets of the account by name. One call lists a thousand; regions that it lacks and tags cost one each.

    A bucket that is deleted meanwhile is left out.

    Args:
        clients: The account's clients; `concurrency` calls are made at a time.
        with_tags: Whether the tags of the bucket of this name are asked for.

    Raises:
        PipelineError: The buckets cannot be listed, or no further call can succeed.
    """
    listed = ServiceCalls(clients.client("s3"), "s3").pages("ListBuckets", PAGE_SIZE)
    entries = sorted((entry for page in listed for entry in page.get("Buckets", ())), key=lambda entry: entry["Name"])
    read = partial(_read_bucket, clients, with_tags)
    with ThreadPoolExecutor(clients.concurrency, thread_name_prefix="buckets") as executor:
        for bucket in in_order(read, entries, executor, clients.concurrency * 2):
            if bucket is not None:
                yield bucket


def _read_bucket(clients: AwsClients, with_tags: Callable[[str], bool], entry: dict[str, Any]) -> AccountBucket | None:
    name, created_at = entry["Name"], entry.get("CreationDate")
    try:
        region = entry.get("BucketRegion") or _location(clients, name)
    except PipelineError as error:
        if _is_gone(error):
            return None
        _stop_at(error)
        return AccountBucket(name, created_at, region_error=error)
    if not with_tags(name):
        return AccountBucket(name, created_at, region)
    try:
        return AccountBucket(name, created_at, region, tags=_tags(clients, name, region))
    except PipelineError as error:
        if _is_gone(error):
            return None
        _stop_at(error)
        return AccountBucket(name, created_at, region, tags_error=error)


def _location(clients: AwsClients, bucket: str) -> str:
    answer = ServiceCalls(clients.client("s3"), "s3").call("GetBucketLocation", Bucket=bucket)
    return region_of_location(answer.get("LocationConstraint"))


def _tags(clients: AwsClients, bucket: str, region: str) -> tuple[Tag, ...]:
    try:
        answer = ServiceCalls(clients.client("s3", region), "s3").call("GetBucketTagging", Bucket=bucket)
    except NotFoundError as error:
        if error.__cause__ is not None and answer_of(error.__cause__).code == "NoSuchTagSet":
            return ()
        raise
    return tuple(sorted((Tag(t["Key"], t["Value"], AWS_TAG_SOURCE) for t in answer["TagSet"]), key=lambda t: t.key))


def _is_gone(error: PipelineError) -> bool:
    """Whether AWS says that the bucket itself does not exist; what else is not found says nothing of that."""
    return error.__cause__ is not None and answer_of(error.__cause__).code == "NoSuchBucket"


def _stop_at(error: PipelineError) -> None:
    """Let one bucket's failure be its own; raise what every further call would meet."""
    if ends_reading(error):
        raise error
