"""Failures on purpose, for tests and demonstrations of what happens when Raito fails.

There are none unless whoever started the server asks for them; nothing here can be reached over HTTP.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Planned:
    times: int
    status: int
    field: str | None = None


class Faults:
    """What is to fail next. May be used from any thread, while the server runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._puts: list[_Planned] = []
        self._queries: list[_Planned] = []
        self._imports: list[str] = []
        self._released = threading.Event()
        self._released.set()

    # ---- asked for by whoever started the server

    def fail_puts(self, times: int, status: int = 503) -> None:
        """Answer the next uploads with this status, unread."""
        with self._lock:
            self._puts.append(_Planned(times, status))

    def fail_queries(self, times: int, status: int = 500, *, field: str | None = None) -> None:
        """Answer the next GraphQL requests with this status; of one top-level field alone, where it is given."""
        with self._lock:
            self._queries.append(_Planned(times, status, field))

    def fail_imports(self, times: int, error: str = "The import was made to fail.") -> None:
        """Let the next subtasks end as FAILED with this error; nothing of them is taken in."""
        with self._lock:
            self._imports.extend([error] * times)

    @contextmanager
    def held_subtasks(self) -> Iterator[None]:
        """Within the block subtasks that begin stay in DATA_PROCESSING; after it they go on."""
        self._released.clear()
        try:
            yield
        finally:
            self._released.set()

    # ---- asked by the server

    def put_status(self) -> int | None:
        """Status to answer this upload with, or None."""
        return self._take(self._puts, ())

    def query_status(self, fields: tuple[str, ...]) -> int | None:
        """Status to answer a GraphQL request for these fields with, or None."""
        return self._take(self._queries, fields)

    def import_error(self) -> str | None:
        """Error with which this subtask ends, or None."""
        with self._lock:
            return self._imports.pop(0) if self._imports else None

    def wait_for_release(self, seconds: float) -> bool:
        """Wait until subtasks are not held; returns whether they are not."""
        return self._released.wait(seconds)

    def _take(self, planned: list[_Planned], fields: tuple[str, ...]) -> int | None:
        with self._lock:
            for fault in planned:
                if fault.times and (fault.field is None or fault.field in fields):
                    fault.times -= 1
                    return fault.status
        return None
