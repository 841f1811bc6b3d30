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
from raito_aws_pipeline.errors import ConfigurationError, PipelineError

COMMANDS = {
    "sync": "Read the targets of raito.yml from AWS and push them to Raito, once.",
    "info": "List every parameter of raito.yml with type, default and meaning.",
    "explain": "Show how policy documents are understood, without any call of AWS.",
    "demo": "Sync a sample account to an embedded Raito, and show what was done.",
    "ui": "Open the demo in Dagster's UI; Ctrl-C ends all of it.",
    "local-aws": "Run the embedded AWS until Ctrl-C.",
    "local-raito": "Run the embedded Raito until Ctrl-C.",
}
"""Every command with its line in the help, so that the help imports none of them."""

_EXTRA = ("moto", "flask", "flask_cors", "werkzeug", "starlette", "uvicorn")
"""Packages that only the extra `local` is sure to install."""


class LazyCommands(click.Group):
    """A group whose commands are modules of this package; each has a click command named `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """All commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        try:
            module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package not in _EXTRA:
                raise
            raise ConfigurationError(
                f"`{cmd_name}` needs the embedded servers, and they are not installed.",
                missing=f"the package {package}",
                remedy="Install the extra `local`: pip install 'raito-aws-pipeline[local]'.",
            ) from None
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, none of them imported."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


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
        print_failure("Stopped. What to do: run it again.")
        sys.exit(130)


def print_failure(message: Any) -> None:
    """One failure on stderr, on one line."""
    click.echo(f"error: {message}", err=True)
