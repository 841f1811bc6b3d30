"""The command line: one file a command, loaded when it is called, so that `info` does not wait for Dagster.

Here: how commands are found, and how a failure becomes one message and an exit code. Nothing is decided here that
`sync/` or `configuration/` could decide.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from raito_aws_pipeline import __version__
from raito_aws_pipeline.errors import PipelineError

COMMANDS = ("sync", "info", "demo", "ui", "local-aws", "local-raito")


class LazyCommands(click.Group):
    """A group whose commands are modules of this package; each has a click command named `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """All commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands with the first line of each module's command help."""
        rows = [(name, command.get_short_help_str()) for name in COMMANDS if (command := self.get_command(ctx, name))]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="raito-aws-pipeline")
def application() -> None:
    """Connect AWS accounts to Raito: read, check and push, as Dagster assets or from here."""


def main(arguments: list[str] | None = None) -> None:
    """Entry point of `raito-aws-pipeline`: a failure that we know is one message on stderr and exit code 1."""
    try:
        application.main(args=arguments, standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except PipelineError as error:
        print_failure(error)
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort):
        print_failure("Stopped.")
        sys.exit(130)


def print_failure(message: Any) -> None:
    """One failure on stderr, on one line."""
    click.echo(f"error: {message}", err=True)
