"""Several calls at a time, a bounded number of them under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    function: Callable[[Item], Result], items: Iterable[Item], executor: ThreadPoolExecutor, under_way: int
) -> Iterator[Result]:
    """`function` of each item, in the order of the items, computed by the executor's threads.

    At most `under_way` items are taken ahead of what was yielded, so that a slow reader bounds the memory. An exception
    of `function` is raised where its result would have been yielded; what was not begun by then is cancelled.
    Each call sees the context variables of whoever takes the results, so that its log lines count as those of the task.
    """
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(executor.submit(copy_context().run, function, item))
            if len(waiting) >= under_way:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
