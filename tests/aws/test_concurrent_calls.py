"""Several calls at a time: in order, bounded, and cancelled where the reader stops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.aws.concurrent_calls import in_order


@given(items=st.lists(st.integers(), max_size=50), threads=st.integers(1, 4), under_way=st.integers(1, 8))
def test_results_come_in_the_order_of_the_items(items: list[int], threads: int, under_way: int) -> None:
    with ThreadPoolExecutor(threads) as executor:
        assert list(in_order(lambda item: item * 2, items, executor, under_way)) == [item * 2 for item in items]


def test_no_more_items_are_taken_ahead_than_allowed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    with ThreadPoolExecutor(2) as executor:
        results = in_order(lambda item: item, items(), executor, 5)
        next(results)
        assert taken == [0, 1, 2, 3, 4]
        next(results)
        assert taken == [0, 1, 2, 3, 4, 5]


def test_calls_are_under_way_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)
    with ThreadPoolExecutor(2) as executor:
        assert list(in_order(lambda item: (both.wait(), item)[1], [1, 2], executor, 2)) == [1, 2]


def test_a_failure_is_raised_in_its_place_and_what_was_not_begun_is_cancelled() -> None:
    begun: list[int] = []
    go_on = threading.Event()

    def read(item: int) -> int:
        begun.append(item)
        if item == 1:
            raise LookupError
        if item == 2:
            go_on.wait(10)
        return item

    with ThreadPoolExecutor(1) as executor:
        results = in_order(read, range(100), executor, 10)
        assert next(results) == 0
        with pytest.raises(LookupError):
            next(results)
        go_on.set()
    assert set(begun) <= {0, 1, 2, 3}
