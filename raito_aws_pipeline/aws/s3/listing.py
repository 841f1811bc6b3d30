"""The keys of many buckets as one stream in order, read by several workers.

A range of keys is a part of a bucket that one worker reads at a time, page by page. Workers always take what is nearest
to the reader: the next page of a range that nobody is at, else a piece cut off from a range that somebody is at
(`key_splits`), else the next bucket. So one large bucket is read by all workers over its key space, and small ones side
by side, with the same few lines; the reader sees buckets and keys in their order, whoever read them.

Bound of memory: the pages that are read ahead, `READ_AHEAD` a worker (of at most 1,000 keys), twice as many in the
worst case. Not here: one request (`list_objects`), and what the keys mean (`data_objects`).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, field

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.failures import ends_reading
from raito_aws_pipeline.aws.s3.key_pages import KeyPage
from raito_aws_pipeline.aws.s3.key_splits import split_key
from raito_aws_pipeline.aws.s3.list_objects import ListObjects, PageRequest
from raito_aws_pipeline.errors import PipelineError

READ_AHEAD = 4
"""Pages a worker that may wait for the reader."""

_AFTER_ALL = "\U0010ffff"
"""No key below a folder is likely to come after this character; those that do are read as any other."""


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
    """All keys of a bucket were given, or as many as could be read.

    Args:
        bucket: The bucket.
        seconds: From its first call, in wall time.
        error: Why the rest of the keys is missing; None: nothing is.
    """

    bucket: BucketToList
    seconds: float
    error: PipelineError | None = None


@dataclass(slots=True)
class _Range:
    """Keys of a bucket after `after`, up to and with `end`; those up to `after` are in `pages`, or were given."""

    after: str
    end: str | None
    pages: deque[KeyPage] = field(default_factory=deque)
    request: PageRequest | None = None
    last_page: tuple[str, str] | None = None
    busy: bool = False
    done: bool = False

    def split(self) -> _Range | None:
        """Cut off the later piece; None where that is not worth it."""
        if self.done or self.last_page is None:
            return None
        cut = split_key(*self.last_page, self.end)
        if cut is None or cut <= self.after:
            return None
        piece = _Range(cut, self.end)
        self.end = cut
        return piece


@dataclass(slots=True)
class _Bucket:
    bucket: BucketToList
    ranges: list[_Range]
    started: float
    error: PipelineError | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    bucket: _Bucket
    range: _Range
    request: PageRequest


def list_keys(
    clients: AwsClients, buckets: Iterable[BucketToList], *, max_depth: int | None = None
) -> Iterator[tuple[BucketToList, KeyPage] | BucketEnd]:
    """The keys of buckets, page by page: each bucket's pages in order, then its end, in the order of the buckets.

    Args:
        clients: The account's clients; `concurrency` workers read.
        buckets: The buckets; taken one by one, as workers get to them.
        max_depth: Segments of a key that matter. Where keys go deeper, folders are listed in place of what they hold;
            some of the deeper keys are given all the same.

    Raises:
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached). What fails for one bucket
            alone stands in its `BucketEnd`.
    """
    objects = ListObjects(clients)

    def fetch(bucket: BucketToList, request: PageRequest) -> KeyPage:
        return objects.page(bucket.name, bucket.region, request)

    with _Workers(fetch, iter(buckets), clients.concurrency, max_depth) as workers:
        yield from workers.results()


class _Workers:
    def __init__(
        self,
        fetch: Callable[[BucketToList, PageRequest], KeyPage],
        buckets: Iterator[BucketToList],
        count: int,
        max_depth: int | None,
    ) -> None:
        self._fetch = fetch
        self._coming = buckets
        self._max_depth = max_depth
        self._read_ahead = READ_AHEAD * count
        self._changed = threading.Condition()
        self._buckets: deque[_Bucket] = deque()
        self._all_begun = False
        self._stopped = False
        self._fatal: BaseException | None = None
        # With the reader's context variables, so that what is logged counts as the task's.
        self._threads = [
            threading.Thread(target=copy_context().run, args=(self._work,), name=f"s3-listing-{number}", daemon=True)
            for number in range(count)
        ]

    def __enter__(self) -> _Workers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def results(self) -> Iterator[tuple[BucketToList, KeyPage] | BucketEnd]:
        while True:
            with self._changed:
                result = self._result()
                while result is None:
                    if self._fatal is not None:
                        raise self._fatal
                    if self._all_begun and not self._buckets:
                        return
                    self._changed.wait()
                    result = self._result()
                self._changed.notify_all()
            yield result

    def _result(self) -> tuple[BucketToList, KeyPage] | BucketEnd | None:
        """The next page for the reader, or the end of the bucket that it is at; None: it must wait."""
        if not self._buckets or self._fatal is not None:
            return None
        first = self._buckets[0]
        while first.ranges and first.ranges[0].done and not first.ranges[0].pages:
            del first.ranges[0]
        if first.ranges and first.ranges[0].pages:
            return first.bucket, first.ranges[0].pages.popleft()
        if first.ranges and (first.error is None or any(r.busy for r in first.ranges)):
            return None
        self._buckets.popleft()
        return BucketEnd(first.bucket, time.monotonic() - first.started, first.error)

    def _work(self) -> None:
        while (job := self._await_job()) is not None:
            page: KeyPage | None = None
            failure: BaseException | None = None
            try:
                page = self._fetch(job.bucket.bucket, job.request)
            except BaseException as error:  # noqa: BLE001 - raised by the reader, in its thread
                failure = error
            with self._changed:
                job.range.busy = False
                if page is not None:
                    self._take(job, page)
                elif isinstance(failure, PipelineError) and not ends_reading(failure):
                    job.bucket.error = job.bucket.error or failure
                else:
                    self._fail(failure)
                self._changed.notify_all()

    def _await_job(self) -> _Job | None:
        """The next piece of work, marked as being done; None: there will be no more."""
        with self._changed:
            while not self._stopped and self._fatal is None and not (self._all_begun and not self._buckets):
                try:
                    job = self._next_job()
                except BaseException as error:  # noqa: BLE001 - of the iterator of the buckets; raised by the reader
                    self._fail(error)
                    return None
                if job is not None:
                    job.range.busy = True
                    return job
                self._changed.wait()
            return None

    def _fail(self, error: BaseException | None) -> None:
        self._fatal = self._fatal or error
        self._changed.notify_all()

    def _next_job(self) -> _Job | None:
        """The work that is nearest to the reader; None: enough is read ahead, or nothing is left."""
        waiting = 0
        total = sum(len(r.pages) + r.busy for b in self._buckets for r in b.ranges)
        for bucket in self._buckets:
            if bucket.error is not None:
                continue
            for position, part in enumerate(bucket.ranges):
                waiting += len(part.pages) + part.busy
                if waiting and (waiting >= self._read_ahead or total >= 2 * self._read_ahead):
                    return None
                if part.done:
                    continue
                if not part.busy:
                    return _Job(bucket, part, part.request or PageRequest(part.after, bucket.bucket.prefix))
                piece = part.split()
                if piece is not None:
                    bucket.ranges.insert(position + 1, piece)
                    return _Job(bucket, piece, PageRequest(piece.after, bucket.bucket.prefix))
        coming = next(self._coming, None)
        if coming is None:
            self._all_begun = True
            self._changed.notify_all()
            return None
        begun = _Bucket(coming, [_Range("", None)], time.monotonic())
        self._buckets.append(begun)
        return _Job(begun, begun.ranges[0], PageRequest("", coming.prefix))

    def _take(self, job: _Job, page: KeyPage) -> None:
        """Put a page where it belongs, and note where its range goes on."""
        part, request = job.range, job.request
        # A common prefix may hold what was read already, and the range may have been cut since it was asked for.
        kept = page.within(request.start_after, part.end)
        last = max(page.keys[-1:] + page.common_prefixes[-1:], default=request.start_after)
        entries = kept.entries
        if entries:
            part.pages.append(kept)
            part.last_page = (entries[0], entries[-1])
        part.after, part.request = last, None
        if page.truncated:
            folder = request.prefix if request.delimiter else self._folder_at_the_limit(last)
            if folder is not None:
                part.request = PageRequest(last, folder, delimiter=True)
        elif request.delimiter and request.prefix != job.bucket.bucket.prefix:
            # All entries of the folder are known; the keys go on behind it.
            part.after = request.prefix + _AFTER_ALL
        else:
            part.done = True
        part.done = part.done or (part.end is not None and part.after >= part.end)

    def _folder_at_the_limit(self, key: str) -> str | None:
        """The folder whose entries are the deepest that matter, where a key goes deeper; else None."""
        if self._max_depth is None or key.removesuffix("/").count("/") < self._max_depth:
            return None
        head = key.split("/", self._max_depth - 1)[:-1]
        return "".join(f"{segment}/" for segment in head)
