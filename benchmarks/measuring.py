"""How things are measured: CPU time in turn with a baseline, peak memory of a process of its own."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

ROUNDS = 7


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process for one call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def compare(
    candidate: Callable[[], object], baseline: Callable[[], object], rounds: int = ROUNDS
) -> tuple[float, float]:
    """Median CPU seconds of both, called in turn after one warm-up each, so that a drift of the machine hits both."""
    candidate()
    baseline()
    pairs = [(cpu_seconds(candidate), cpu_seconds(baseline)) for _ in range(rounds)]
    return statistics.median(c for c, _ in pairs), statistics.median(b for _, b in pairs)


def peak_megabytes(program: str, *arguments: str) -> float:
    """Peak resident memory, in MB, of a Python program run in a process of its own."""
    report = "\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    output = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", program + report, *arguments], check=True, capture_output=True, text=True
    ).stdout
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return int(output.strip().splitlines()[-1]) / unit
