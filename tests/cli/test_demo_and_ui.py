"""`demo` and `ui` as people start and stop them: what they leave, and that nothing lives on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

PROGRAM = [sys.executable, "-c", "from raito_aws_pipeline.cli import main; main()"]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def processes_about(text: str) -> list[str]:
    """Command lines and environments of living processes that name this text, this test's own left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                about = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if text.encode() in about:
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def test_the_demo_syncs_twice_from_a_clean_start_and_says_where_to_look(tmp_path: Path) -> None:
    for _ in range(2):
        done = run(tmp_path, "demo")
        assert (done.returncode, done.stderr) == (0, "")
        assert "pushed: users of account" in done.stdout and "Raito counted 53 added" in done.stdout
        assert "pushed: data objects of account" in done.stdout and "Raito counted 551 added" in done.stdout
        assert "pushed: data objects of catalogue" in done.stdout
        assert done.stdout.strip().splitlines()[-1].endswith("make ui")
    assert len(pd.read_parquet(tmp_path / ".demo" / "lake" / "account" / "users")) == 53
    lake = tmp_path / ".demo" / "lake"
    assert set(pd.read_parquet(lake / "account" / "data_objects")["region"]) == {"eu-west-1", "us-east-1"}
    files = tmp_path / ".demo" / "raito" / "files"
    assert len(list(files.glob("job-*/1-users.json"))) == 2
    assert len(list(files.glob("job-*/1-dataObjects.json"))) == 2


def test_the_demo_touches_no_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("keep")
    done = run(tmp_path, "demo", "--folder", "precious")
    assert done.returncode == 1
    assert "has something in it that is no demo's" in done.stderr
    assert (tmp_path / "precious" / "file").read_text() == "keep"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found through /proc")
def test_a_killed_demo_leaves_no_process(tmp_path: Path) -> None:
    process = subprocess.Popen([*PROGRAM, "demo"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until((tmp_path / ".demo" / "raito.yml").exists, 30)
    process.kill()
    process.wait()
    until(lambda: not processes_about(str(tmp_path)), 10)
    assert run(tmp_path, "demo").returncode == 0


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found through /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_ui_starts_ends_with_it(tmp_path: Path, number: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*PROGRAM, "ui", "--port", str(port)],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: _listens(port), 90)
        assert len(processes_about(str(tmp_path))) >= 3
        process.send_signal(number)
        process.wait(timeout=40)
        until(lambda: not processes_about(str(tmp_path)), 40)
    finally:
        process.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_port_in_use_and_a_folder_that_cannot_be_made_are_one_message(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run(tmp_path, "ui", "--port", port)
    assert done.returncode == 1 and f"Port {port} of 127.0.0.1 cannot be used" in done.stderr
    (tmp_path / "file").write_text("")
    done = run(tmp_path, "demo", "--folder", "file/demo")
    assert done.returncode == 1 and "cannot be used: Not a directory" in done.stderr
    assert "Traceback" not in done.stderr
