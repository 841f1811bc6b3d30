"""The command line as a whole: its help, and what it needs installed."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from raito_aws_pipeline.cli import COMMANDS, application

WITHOUT_MOTO = """
import sys
sys.modules["moto"] = None
from raito_aws_pipeline.cli import main
main(sys.argv[1:])
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", WITHOUT_MOTO, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_help_is_there_and_is_named_like_its_module(name: str) -> None:
    command = application.get_command(click.Context(application), name)
    assert command is not None
    assert command.name == name


@pytest.mark.parametrize("arguments", [["--help"], ["info"], ["sync", "--help"], ["local-raito", "--help"]])
def test_what_needs_no_embedded_aws_works_without_moto(arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["demo", "ui", "local-aws"])
def test_what_needs_it_says_what_to_install(name: str) -> None:
    done = run(name)
    assert done.returncode == 1
    assert "pip install 'raito-aws-pipeline[local]'" in done.stderr
    assert "Traceback" not in done.stderr
