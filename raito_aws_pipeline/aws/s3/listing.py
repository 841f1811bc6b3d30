"""The keys of many buckets as one stream in order, read by several workers.

Workers always take what is nearest to the reader: a range of keys that nobody is at, else a piece cut off from a range
that somebody is at (`key_ranges`), else the next bucket. So one large bucket is read by all workers over its key space,
and small ones side by side, with the same few lines; the reader sees buckets and keys in their order, whoever read
them.

Bound of memory: the pages that are read ahead, `READ_AHEAD` a worker up to any page, twice as many in all (of at most
1,000 keys each). Not here: one request (`list_objects`), threads (`workers`), and what the keys mean (`data_objects`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.failures import ends_reading
from raito_aws_pipeline.aws.s3.key_pages import KeyPage
from raito_aws_pipeline.aws.s3.key_ranges import KeyRange, KeyRanges
from raito_aws_pipeline.aws.s3.list_objects import PAGE_SIZE, ListObjects, PageRequest
from raito_aws_pipeline.aws.s3.workers import Workers
from raito_aws_pipeline.errors import PipelineError

READ_AHEAD = 8
"""Pages a worker that may wait for the reader."""


@dataclass(frozen=True, slots=True)
class BucketToList:
    """A bucket, or the part of it whose keys begin with `prefix`.

    Args:
        name: Name of the bucket.
        region: Region that it lies in.
        prefix: Empty, or a folder with its `/`.
    """

    name: str
    region: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class BucketEnd:
    """All keys of a bucket were given, or all before those that could not be read.

    Args:
        bucket: The bucket.
        seconds: From its first call, in wall time.
        error: Why the rest of the keys is missing; None: nothing is.
    """

    bucket: BucketToList
    seconds: float
    error: PipelineError | None = None


@dataclass(frozen=True, slots=True)
class _Bucket:
    bucket: BucketToList
    ranges: KeyRanges
    started: float


@dataclass(frozen=True, slots=True)
class Job:
    """One page to be asked for."""

    bucket: BucketToList
    request: PageRequest
    ranges: KeyRanges
    range: KeyRange


def list_keys(
    clients: AwsClients,
    buckets: Iterable[BucketToList],
    *,
    max_depth: int | None = None,
    page_size: int = PAGE_SIZE,
) -> Iterator[tuple[BucketToList, KeyPage] | BucketEnd]:
    """The keys of buckets, page by page: each bucket's pages in order, then its end, in the order of the buckets.

    Args:
        clients: The account's clients; `concurrency` workers read.
        buckets: The buckets; taken one by one, as workers get to them. All wait for it meanwhile.
        max_depth: Segments of a key that matter. Where keys go deeper, folders are listed in place of what they hold;
            some of the deeper keys are given all the same.
        page_size: Keys a call.

    Raises:
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached). What fails for one bucket
            alone stands in its `BucketEnd`.
    """
    plan = ListingPlan(iter(buckets), clients.concurrency, max_depth)
    with ListObjects(clients, page_size) as objects:

        def work(job: Job) -> Callable[[], None]:
            try:
                page = objects.page(job.bucket.name, job.bucket.region, job.request)
            except PipelineError as error:
                if ends_reading(error):
                    raise
                return partial(job.ranges.fail, job.range, error)
            return partial(job.ranges.take, job.range, job.request, page)

        workers = Workers[Job, tuple[BucketToList, KeyPage] | BucketEnd](plan, work, clients.concurrency, "s3-listing")
        with workers:
            yield from workers.results()


class ListingPlan:
    """Which page is asked for next, over all buckets, and what the reader gets.

    Args:
        buckets: The buckets.
        workers: How many requests may be made at a time.
        max_depth: Segments of a key that matter.
    """

    def __init__(self, buckets: Iterator[BucketToList], workers: int, max_depth: int | None) -> None:
        self._coming = buckets
        self._workers = workers
        self._max_depth = max_depth
        self._begun: deque[_Bucket] = deque()
        self._all_begun = False

    @property
    def ended(self) -> bool:
        """Whether all buckets were given."""
        return self._all_begun and not self._begun

    @property
    def held(self) -> int:
        """Pages in memory, those that are being read included."""
        return sum(begun.ranges.held for begun in self._begun)

    def next_job(self) -> Job | None:
        """The request nearest to the reader that nobody makes yet; None: enough is read ahead, or nothing is left."""
        room = READ_AHEAD * self._workers
        if self.held >= 2 * room:
            room = 1  # What the reader waits for, where he does.
        for begun in self._begun:
            found = begun.ranges.next_request(room)
            if found is not None:
                return Job(begun.bucket, found[1], begun.ranges, found[0])
            # A bucket's end waits for the reader too.
            room -= begun.ranges.held + 1
            if room <= 0:
                return None
        return self.next_job() if self._begin() else None

    def next_result(self) -> tuple[BucketToList, KeyPage] | BucketEnd | None:
        """The next page of the bucket that the reader is at, or its end; None: there is nothing now."""
        if not self._begun:
            return None
        first = self._begun[0]
        page = first.ranges.next_page()
        if page is not None:
            return first.bucket, page
        if not first.ranges.ended:
            return None
        self._begun.popleft()
        return BucketEnd(first.bucket, time.monotonic() - first.started, first.ranges.error)

    def _begin(self) -> bool:
        """Take up the next bucket, if there is one."""
        bucket = None if self._all_begun else next(self._coming, None)
        if bucket is None:
            self._all_begun = True
            return False
        ranges = KeyRanges(bucket.prefix, self._workers, self._max_depth)
        self._begun.append(_Bucket(bucket, ranges, time.monotonic()))
        return True
