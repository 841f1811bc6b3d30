"""`raito-aws-pipeline local-raito`: one JSON line, then service until it is stopped."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from raito_aws_pipeline.local.raito.server import LocalRaito

COMMAND = [sys.executable, "-c", "from raito_aws_pipeline.cli import main; main()", "local-raito"]


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_says_how_to_reach_it_and_ends_with_a_signal(tmp_path: Path, end: signal.Signals) -> None:
    with start("--port", "0", "--state", tmp_path / "state") as process:
        assert process.stdout
        answer = json.loads(process.stdout.readline())
        assert list(answer) == ["url", "domain", "user", "secret", "dataSource", "identityStore"]
        host, port = answer["url"].removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"GET /admin/org/local HTTP/1.0\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
            process.send_signal(end)
            output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors) == (0, "", "")
    with LocalRaito(tmp_path / "state") as again:
        assert again.secret == answer["secret"]


def test_a_port_that_is_taken_is_one_message_and_exit_code_1(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start("--port", str(port), "--state", tmp_path) as process:
            output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert errors == (
        f"error: Port {port} of 127.0.0.1 cannot be used: Address already in use."
        " What to do: Choose another one, or 0 for a free one.\n"
    )


def test_a_folder_that_is_in_use_is_one_message_and_exit_code_1(tmp_path: Path) -> None:
    with LocalRaito(tmp_path), start("--state", tmp_path) as process:
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert errors == (
        f"error: The folder {tmp_path} is in use by another embedded Raito."
        " What to do: Stop that one, or start with another folder.\n"
    )
