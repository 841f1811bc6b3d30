"""Threads that do what a plan says, for one reader who takes what comes out.

The plan is asked and told by one thread at a time. A worker asks for work whenever it told the plan something, and one
that waits is woken when the reader took something; who finds work wakes the next, as there may be more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Generic, Protocol, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
Job_co = TypeVar("Job_co", covariant=True)
Result_co = TypeVar("Result_co", covariant=True)


class Plan(Protocol[Job_co, Result_co]):
    """What is to be done, and what came out."""

    def next_job(self) -> Job_co | None:
        """A job that nobody does yet; None: there is none now."""

    def next_result(self) -> Result_co | None:
        """What the reader gets next; None: there is nothing now."""

    @property
    def ended(self) -> bool:
        """Whether there will be neither jobs nor results."""


class Workers(Generic[Job, Result]):
    """The threads; they run while the context is open, and with the context variables of whoever opens it.

    Leaving it waits for the jobs that are under way.

    Args:
        plan: What they do.
        work: Does one job, called by several threads; what it returns tells the plan what came of it, or raises what
            ends all.
        count: How many threads.
        name: What they are called.
    """

    def __init__(
        self, plan: Plan[Job, Result], work: Callable[[Job], Callable[[], None]], count: int, name: str
    ) -> None:
        self._plan = plan
        self._work = work
        self._lock = threading.Lock()
        self._jobs = threading.Condition(self._lock)
        self._results = threading.Condition(self._lock)
        self._stopped = False
        self._failure: BaseException | None = None
        self._threads = [
            threading.Thread(target=copy_context().run, args=(self._run,), name=f"{name}-{number}", daemon=True)
            for number in range(count)
        ]

    def __enter__(self) -> Workers[Job, Result]:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._stopped = True
            self._jobs.notify_all()
        for thread in self._threads:
            thread.join()

    def results(self) -> Iterator[Result]:
        """The results, as the plan orders them.

        Raises:
            BaseException: What ended a worker or the plan.
        """
        while True:
            with self._lock:
                while (result := self._result()) is None and not self._plan.ended:
                    self._results.wait()
                self._jobs.notify()
            if result is None:
                return
            yield result

    def _result(self) -> Result | None:
        if self._failure is not None:
            raise self._failure
        return self._plan.next_result()

    def _run(self) -> None:
        try:
            while (job := self._next_job()) is not None:
                tell = self._work(job)
                with self._lock:
                    tell()
                    self._results.notify()
        except BaseException as failure:  # noqa: BLE001 - raised by the reader, in its thread
            with self._lock:
                self._failure = self._failure or failure
                self._stopped = True
                self._results.notify()
                self._jobs.notify_all()

    def _next_job(self) -> Job | None:
        """A job as soon as there is one; None: no more are to be done."""
        with self._lock:
            while not self._stopped:
                job = self._plan.next_job()
                # Where the plan was looked through there may be a result, such as its end.
                self._results.notify()
                if job is not None:
                    self._jobs.notify()
                    return job
                self._jobs.wait()
            return None
