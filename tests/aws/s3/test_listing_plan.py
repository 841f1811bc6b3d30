"""Which pages of which bucket are asked for, in which order they are given, and what that costs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.aws.s3 import listing as module
from raito_aws_pipeline.aws.s3.listing import READ_AHEAD, Job
from raito_aws_pipeline.errors import PermissionMissingError, PipelineError
from tests.aws.s3.bucket_of_keys import BucketOfKeys
from tests.aws.s3.layouts import LAYOUTS, same_each_time
from tests.aws.s3.simulated_listing import Seen, SimulatedListing

NUMBERS = [f"n{number:03}" for number in range(400)]
TREE = [f"{a}/{b}/{c}/{d}" for a in "abc" for b in "abcd" for c in "abc" for d in range(4)]

KEYS = st.text(st.sampled_from("/ab01é\U0010ffff"), min_size=1, max_size=8)
MANY_KEYS = st.one_of(
    st.sets(KEYS, max_size=150),
    st.sets(st.integers(0, 999), max_size=200).map(lambda numbers: {f"a/{number:03}" for number in numbers}),
    st.builds(lambda of, rest: of | rest, st.sampled_from([set(NUMBERS), set(TREE)]), st.sets(KEYS, max_size=20)),
)


def at_random(seed: int, workers: int) -> dict[str, Any]:
    """Answers in any order, some of them late, and a reader in any mood."""
    rng = same_each_time(seed)

    def order(jobs: list[Job]) -> list[Job]:
        return rng.sample(jobs, rng.randint(min(1, len(jobs)), len(jobs)))

    return {"workers": workers, "order": order, "reads": lambda: rng.choice([0, 1, 2, 50])}


def tree_of(entries: list[str], max_depth: int | None) -> set[str]:
    """Folders, with their `/`, and files that keys make, down to a depth."""
    found = set()
    for entry in entries:
        segments = entry.split("/")
        found |= {"/".join(segments[:depth]) + "/" for depth in range(1, len(segments))}
        if segments[-1] or len(segments) == 1:
            found.add(entry)
    return {node for node in found if max_depth is None or node.removesuffix("/").count("/") < max_depth}


@settings(max_examples=150, deadline=None)
@example(set(NUMBERS), 5, 3, 0)
@example(set(TREE), 5, 1, 0)
@given(MANY_KEYS, st.integers(1, 8), st.integers(1, 7), st.integers(0, 1 << 32))
def test_exactly_the_keys_of_a_bucket_are_given_in_order(
    keys: set[str], workers: int, page_size: int, seed: int
) -> None:
    buckets = {"first": BucketOfKeys.of(keys), "empty": BucketOfKeys(), "last": BucketOfKeys.of(["z", "é", *NUMBERS])}
    seen = SimulatedListing(buckets, page_size=page_size, **at_random(seed, workers)).run()

    assert seen.entries == {name: bucket.keys for name, bucket in buckets.items()}
    assert [(end.bucket.name, end.error) for end in seen.ends] == [(name, None) for name in buckets]


@settings(max_examples=150, deadline=None)
@example(set(TREE), 5, 3, 0, 2, "")
@example(set(TREE), 5, 1, 0, 1, "")
@example(set(TREE), 5, 2, 0, 1, "a/b/")
@example({"/", "//", "///", "//a", "a//", "a//b/c", "é/é/é"}, 2, 1, 0, 2, "")
@given(
    MANY_KEYS,
    st.integers(1, 8),
    st.integers(1, 7),
    st.integers(0, 1 << 32),
    st.integers(0, 4),
    st.sampled_from(["", "a/", "a/b/"]),
)
def test_with_a_limit_of_depth_the_entries_make_the_same_tree_down_to_it(  # noqa: PLR0917 - one a generator
    keys: set[str], workers: int, page_size: int, seed: int, max_depth: int, prefix: str
) -> None:
    listing = SimulatedListing(
        {"bucket": BucketOfKeys.of(keys, repeats_folders=bool(seed % 2 and page_size > 1))},
        page_size=page_size,
        max_depth=max_depth,
        prefix=prefix,
        **at_random(seed, workers),
    )
    entries = listing.run().entries["bucket"]

    assert entries == sorted(set(entries))
    assert all(entry.startswith(prefix) for entry in entries)
    assert tree_of(entries, max_depth) == tree_of([key for key in keys if key.startswith(prefix)], max_depth)


@settings(max_examples=100, deadline=None)
@example(set(NUMBERS), 5, 1, 7)
@given(MANY_KEYS, st.integers(1, 8), st.integers(1, 3), st.integers(0, 1 << 32))
def test_never_more_pages_are_held_than_is_promised(keys: set[str], workers: int, read_ahead: int, seed: int) -> None:
    buckets = {str(number): BucketOfKeys.of(keys) for number in range(3)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "READ_AHEAD", read_ahead)
        seen = SimulatedListing(buckets, page_size=2, **at_random(seed, workers)).run()

    assert seen.most_held <= 2 * read_ahead * workers
    assert seen.entries == {name: bucket.keys for name, bucket in buckets.items()}


def test_what_is_deeper_than_the_limit_is_skipped() -> None:
    deep = [f"{folder:02}/{key:05}" for folder in range(5) for key in range(20_000)]
    seen = SimulatedListing({"bucket": BucketOfKeys(deep)}, workers=1, max_depth=1).run()

    assert seen.requests < 5
    assert tree_of(seen.entries["bucket"], 1) == {f"{folder:02}/" for folder in range(5)}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_large_bucket_is_read_by_all_workers_and_hardly_more_is_asked_for_than_it_has(layout: str) -> None:
    bucket = BucketOfKeys.of(LAYOUTS[layout](200))
    pages = len(bucket.keys) / 1000
    seen = SimulatedListing({"bucket": bucket}, workers=5).run()

    assert seen.entries["bucket"] == bucket.keys
    assert pages / seen.rounds > 3
    assert seen.requests < pages * 1.2


@settings(max_examples=60, deadline=None)
@given(MANY_KEYS, st.integers(1, 16), st.integers(1, 5))
def test_no_layout_costs_more_than_a_quarter_of_its_pages(keys: set[str], workers: int, page_size: int) -> None:
    seen = SimulatedListing({"bucket": BucketOfKeys.of(keys)}, workers=workers, page_size=page_size).run()
    pages = -(-len(keys) // page_size) or 1

    # Each worker may have one more page under way than was known to be needed, where the keys end.
    assert seen.requests <= pages * 1.25 + 2


def test_small_buckets_are_read_side_by_side_and_cost_one_request_each() -> None:
    buckets = {f"bucket-{number}": BucketOfKeys(NUMBERS) for number in range(100)}
    seen = SimulatedListing(buckets, workers=10).run()

    assert seen.requests == 100
    assert seen.rounds == 10


def test_one_worker_asks_for_nothing_in_vain() -> None:
    seen = SimulatedListing({"bucket": BucketOfKeys(NUMBERS)}, workers=1, page_size=10).run()

    assert seen.requests == len(NUMBERS) / 10


@pytest.mark.parametrize("layout", ["numbers", "uneven-days"])
@pytest.mark.parametrize("workers", [1, 5])
def test_a_slow_reader_bounds_the_pages_in_memory(layout: str, workers: int) -> None:
    buckets = {
        "large": BucketOfKeys.of(LAYOUTS[layout](20)),
        **{f"small-{number}": BucketOfKeys(NUMBERS) for number in range(100)},
    }
    moods = iter([0] * 400)
    listing = SimulatedListing(buckets, workers=workers, page_size=100, reads=lambda: next(moods, 1))
    seen = Seen(entries={name: [] for name in buckets})
    for _ in listing.rounds(seen):
        pass

    assert seen.most_held <= 2 * READ_AHEAD * workers
    assert seen.entries == {name: bucket.keys for name, bucket in buckets.items()}


def test_ends_of_empty_buckets_do_not_pile_up_either() -> None:
    buckets = {f"empty-{number}": BucketOfKeys() for number in range(1000)}
    seen = Seen(entries={name: [] for name in buckets})
    listing = SimulatedListing(buckets, workers=5, reads=lambda: 0)
    rounds = listing.rounds(seen)
    for _ in range(300):
        plan = next(rounds)

    assert seen.requests <= READ_AHEAD * 5
    assert plan.next_job() is None


def test_a_failing_range_ends_its_bucket_there_and_not_the_others() -> None:
    refusal = PermissionMissingError("no", remedy="ask")

    def refuse(job: Job) -> PipelineError | None:
        return refusal if job.bucket.name == "second" and job.request.start_after >= "n2" else None

    buckets = {name: BucketOfKeys(NUMBERS) for name in ("first", "second", "third")}
    seen = SimulatedListing(buckets, workers=5, page_size=5, refuse=refuse).run()

    assert [end.error for end in seen.ends] == [None, refusal, None]
    assert seen.entries["first"] == seen.entries["third"] == NUMBERS
    given = seen.entries["second"]
    assert given == NUMBERS[: len(given)]
    assert len(given) >= 200


@settings(max_examples=80, deadline=None)
@given(MANY_KEYS, st.integers(1, 8), st.integers(1, 4), st.integers(0, 1 << 32), st.integers(0, 30))
def test_what_is_given_of_a_bucket_that_fails_is_the_beginning_of_its_keys(
    keys: set[str], workers: int, page_size: int, seed: int, failing: int
) -> None:
    refusal, requests = PermissionMissingError("no", remedy="ask"), iter(range(1 << 30))
    listing = SimulatedListing(
        {"bucket": BucketOfKeys.of(keys), "next": BucketOfKeys(NUMBERS)},
        page_size=page_size,
        refuse=lambda job: refusal if job.bucket.name == "bucket" and next(requests) == failing else None,
        **at_random(seed, workers),
    )
    seen = listing.run()

    given = seen.entries["bucket"]
    assert given == sorted(keys)[: len(given)]
    assert seen.ends[0].error is not None or given == sorted(keys)
    assert seen.entries["next"] == NUMBERS
    assert seen.ends[1].error is None
