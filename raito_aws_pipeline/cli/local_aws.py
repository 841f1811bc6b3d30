"""`local-aws`: the embedded AWS alone, until it is stopped."""

from __future__ import annotations

import json
from pathlib import Path

import click

from raito_aws_pipeline.cli.stopping import stop_requested
from raito_aws_pipeline.errors import ConfigurationError
from raito_aws_pipeline.local.aws.account import AccountError, read_account_file
from raito_aws_pipeline.local.aws.sample_account import sample_account
from raito_aws_pipeline.local.aws.server import LocalAws


@click.command("local-aws")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; default: a free one.")
@click.option(
    "--account",
    "file",
    type=click.Path(path_type=Path),
    help="JSON or YAML file with an account written as data; default: the sample account.",
)
@click.option("--empty", is_flag=True, help="Serve an account without content.")
def command(port: int, file: Path | None, empty: bool) -> None:
    """Run the embedded AWS until Ctrl-C; prints one JSON line once it answers."""
    if empty and file is not None:
        raise click.UsageError("--account and --empty exclude each other.")
    stopped = stop_requested()
    aws = LocalAws(port=port)
    try:
        aws.start()
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} of 127.0.0.1 cannot be used: {error.strerror}.",
            remedy="Choose another one, or 0 for a free one.",
        ) from None
    try:
        if file is not None:
            _load_file(aws, file)
        elif not empty:
            aws.load(sample_account())
        click.echo(json.dumps({"url": aws.url, "account": aws.account_id, "region": aws.region}))
        stopped.wait()
    finally:
        aws.stop()


def _load_file(aws: LocalAws, file: Path) -> None:
    try:
        aws.load(read_account_file(file))
    except AccountError as error:
        raise ConfigurationError(
            f"The account in {file} cannot be served: {error}",
            remedy="Name a JSON or YAML file with an account written as data, and correct what is named here.",
        ) from None
