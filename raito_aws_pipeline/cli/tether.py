"""A process between `ui` and Dagster's processes: while its standard input is open they live, then they end.

The pipe closes when `ui` ends, by SIGKILL too, on every POSIX system. Run in a session of its own as
`python -m raito_aws_pipeline.cli.tether COMMAND …`; COMMAND and what it starts are a process group.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

PATIENCE_SECONDS = 20
"""How long Dagster's processes have to end by themselves."""


def main(command: list[str]) -> int:
    """Run a command until it ends or standard input does; returns its exit code."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603 - the command is ours
    threading.Thread(target=_end_with_input, args=(child,), daemon=True).start()
    code = child.wait()
    _kill_what_is_left(child.pid)
    return code


def _end_with_input(child: subprocess.Popen[bytes]) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    child.send_signal(signal.SIGINT)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    _kill_what_is_left(child.pid)


def _kill_what_is_left(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
