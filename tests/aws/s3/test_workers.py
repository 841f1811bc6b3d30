"""Threads that do a plan's jobs: they wait without turning, and they end, whatever happens."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import ContextVar

import pytest

from raito_aws_pipeline.aws.s3.workers import Workers

NAME = "test-workers"
task: ContextVar[str] = ContextVar("task", default="none")


class Doubles:
    """A plan: each number of a row becomes its double, in order; so many may be ahead of the reader."""

    def __init__(self, numbers: Iterator[int], most_ahead: int = 4) -> None:
        self.asked = 0
        self._numbers = numbers
        self._most_ahead = most_ahead
        self._under_way: deque[int] = deque()
        self._doubles: dict[int, int] = {}
        self._all_begun = False

    @property
    def ended(self) -> bool:
        return self._all_begun and not self._under_way

    def next_job(self) -> int | None:
        self.asked += 1
        if self._all_begun or len(self._under_way) >= self._most_ahead:
            return None
        number = next(self._numbers, None)
        if number is None:
            self._all_begun = True
        else:
            self._under_way.append(number)
        return number

    def next_result(self) -> int | None:
        if self._under_way and self._under_way[0] in self._doubles:
            return self._doubles.pop(self._under_way.popleft())
        return None

    def keep(self, number: int) -> Callable[[], None]:
        double = number * 2
        return lambda: self._doubles.update({number: double})


def running() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(NAME)]


def workers(
    plan: Doubles, work: Callable[[int], Callable[[], None]] | None = None, count: int = 4
) -> Workers[int, int]:
    return Workers(plan, work or plan.keep, count, NAME)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert running() == []


@pytest.mark.parametrize("count", [1, 2, 16])
@pytest.mark.parametrize("most_ahead", [1, 3, 50])
def test_results_come_in_the_order_of_the_plan(count: int, most_ahead: int) -> None:
    with workers(Doubles(iter(range(1, 500)), most_ahead), count=count) as found:
        assert list(found.results()) == [2 * number for number in range(1, 500)]


def test_a_plan_without_jobs_ends() -> None:
    with workers(Doubles(iter(()))) as found:
        assert list(found.results()) == []


def test_all_threads_work_at_a_time() -> None:
    together = threading.Barrier(4, timeout=10)
    plan = Doubles(iter(range(1, 9)))

    def work(number: int) -> Callable[[], None]:
        together.wait()
        return plan.keep(number)

    with workers(plan, work) as found:
        assert len(list(found.results())) == 8


def test_a_reader_that_stops_early_ends_the_threads() -> None:
    with workers(Doubles(iter(range(1, 1 << 30)))) as found:
        assert next(found.results()) == 2


def test_what_a_worker_raises_is_raised_by_the_reader() -> None:
    plan = Doubles(iter(range(1, 1 << 30)))

    def work(number: int) -> Callable[[], None]:
        if number == 20:
            raise ZeroDivisionError(number)
        return plan.keep(number)

    with workers(plan, work) as found, pytest.raises(ZeroDivisionError):
        list(found.results())


def test_what_the_plan_raises_is_raised_by_the_reader() -> None:
    def numbers() -> Iterator[int]:
        yield from range(1, 20)
        raise LookupError("no more")

    with workers(Doubles(numbers())) as found, pytest.raises(LookupError, match="no more"):
        list(found.results())


def test_after_a_failure_no_further_job_is_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> Callable[[], None]:
        begun.append(number)
        raise ZeroDivisionError(number)

    with workers(Doubles(iter(range(1, 1000))), work) as found, pytest.raises(ZeroDivisionError):
        list(found.results())
    assert len(begun) <= 4


def test_threads_see_the_context_of_whoever_opens_them() -> None:
    plan = Doubles(iter(range(1, 5)))
    seen: list[str] = []

    def work(number: int) -> Callable[[], None]:
        seen.append(task.get())
        return plan.keep(number)

    token = task.set("data objects")
    try:
        with workers(plan, work) as found:
            list(found.results())
    finally:
        task.reset(token)
    assert set(seen) == {"data objects"}


def test_who_waits_does_not_ask_over_and_over() -> None:
    plan = Doubles(iter(range(1, 9)), most_ahead=1)

    def work(number: int) -> Callable[[], None]:
        time.sleep(0.02)
        return plan.keep(number)

    with workers(plan, work, count=16) as found:
        assert len(list(found.results())) == 8
    # All ask once at the start; each job and each result then wakes a thread or two.
    assert plan.asked < 16 + 8 * 8
