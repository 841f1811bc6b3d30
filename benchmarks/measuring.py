"""How things are measured: CPU time in turn with a baseline, peak memory of a process of its own."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

ROUNDS = 7

# On Linux ru_maxrss starts at the memory of the process that started this one; VmHWM is this program's own.
_REPORT = """
import pathlib, resource, sys
status = pathlib.Path("/proc/self/status")
if status.exists():
    print(int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024)
else:
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
"""


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
    return peak_and_output(program, *arguments)[0]


def peak_and_output(program: str, *arguments: str) -> tuple[float, str]:
    """Peak resident memory of a program, as `peak_megabytes` gives it, and what it printed itself."""
    output = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", program + _REPORT, *arguments], check=True, capture_output=True, text=True
    ).stdout
    *printed, peak = output.strip().splitlines()
    return float(peak), "\n".join(printed)
