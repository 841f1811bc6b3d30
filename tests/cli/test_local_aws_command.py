"""`raito-aws-pipeline local-aws`: one JSON line, then service until it is stopped."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

COMMAND = [sys.executable, "-c", "from raito_aws_pipeline.cli import main; main()", "local-aws"]


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def iam_of(answer: dict[str, Any]) -> Any:
    session = boto3.Session(aws_access_key_id="any", aws_secret_access_key="thing")
    return session.client("iam", region_name=answer["region"], endpoint_url=answer["url"])


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Exit code, and what came after the first line, on stdout and on stderr."""
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    return process.returncode, output, errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_the_sample_account_until_a_signal(number: signal.Signals) -> None:
    with start("--port", "0") as process:
        assert process.stdout
        answer = json.loads(process.stdout.readline())
        assert list(answer) == ["url", "account", "region"]
        assert len(iam_of(answer).list_users()["Users"]) >= 44
        assert ended(process, number) == (0, "", "")


def test_it_serves_an_account_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "account.yml"
    file.write_text('account: "210987654321"\naws: {users: [{name: ann}]}\n')
    with start("--account", file) as process:
        assert process.stdout
        answer = json.loads(process.stdout.readline())
        assert answer["account"] == "210987654321"
        assert [user["Arn"] for user in iam_of(answer).list_users()["Users"]] == ["arn:aws:iam::210987654321:user/ann"]
        assert ended(process, signal.SIGTERM) == (0, "", "")


def test_it_serves_an_empty_account_that_can_be_filled() -> None:
    with start("--empty") as process:
        assert process.stdout
        iam = iam_of(json.loads(process.stdout.readline()))
        assert iam.list_users()["Users"] == []
        iam.create_user(UserName="ann")
        assert len(iam.list_users()["Users"]) == 1
        assert ended(process, signal.SIGTERM) == (0, "", "")


def test_a_port_that_is_taken_is_one_message_and_exit_code_1() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start("--port", str(port), "--empty") as process:
            output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert errors == (
        f"error: Port {port} of 127.0.0.1 cannot be used: Address already in use."
        " What to do: Choose another one, or 0 for a free one.\n"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "it cannot be read: No such file or directory."),
        ("{", "it is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)."),
        ('{"account": "1"}', "Object missing required field `aws`."),
        (
            '{"account": "123456789012", "aws": {"users": [{"name": 5}]}}',
            "aws.users[0].name: Expected `str`, got `int`.",
        ),
        (
            '{"account": "123456789012", "aws": {"users": [{"name": "ann", "groups": ["g"]}]}}',
            "aws.users[0].groups: the account has no group 'g'.",
        ),
    ],
)
def test_a_file_that_holds_no_account_is_one_message_and_exit_code_1(
    tmp_path: Path, content: str | None, reason: str
) -> None:
    file = tmp_path / "account.json"
    if content is not None:
        file.write_text(content)
    with start("--account", file) as process:
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert errors == (
        f"error: The account in {file} cannot be served: {reason}"
        " What to do: Name a JSON or YAML file with an account written as data, and correct what is named here.\n"
    )


def test_a_file_and_the_empty_account_exclude_each_other(tmp_path: Path) -> None:
    with start("--empty", "--account", tmp_path / "a.json") as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "--account and --empty exclude each other" in errors
