"""What the terminal shows of the program's log: warnings, on stderr. Failures are told by the commands, once."""

from __future__ import annotations

import logging

import click


class _StandardError(logging.Handler):
    """Writes through click, so that it lands where the commands' own messages do."""

    def emit(self, record: logging.LogRecord) -> None:
        """One record, one line."""
        click.echo(f"{record.levelname.lower()}: {record.getMessage()}", err=True)


def show_warnings() -> None:
    """Show warnings of this package on stderr; call once, at the start of a command."""
    package = logging.getLogger("raito_aws_pipeline")
    if not any(isinstance(handler, _StandardError) for handler in package.handlers):
        handler = _StandardError(logging.WARNING)
        handler.addFilter(lambda record: record.levelno == logging.WARNING)
        package.addHandler(handler)
        package.setLevel(logging.INFO)
        package.propagate = False
