"""`local-raito`: the embedded Raito alone, until it is stopped."""

from __future__ import annotations

import json
from pathlib import Path

import click

from raito_aws_pipeline.cli.stopping import stop_requested
from raito_aws_pipeline.errors import ConfigurationError
from raito_aws_pipeline.local.raito.failures import LocalRaitoError
from raito_aws_pipeline.local.raito.server import LocalRaito


@click.command("local-raito")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; default: a free one.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".local-raito"),
    show_default=True,
    help="Folder that keeps everything from one start to the next.",
)
def command(port: int, state: Path) -> None:
    """Run the embedded Raito until Ctrl-C; prints one JSON line once it answers."""
    stopped = stop_requested()
    try:
        with LocalRaito(state, port=port) as raito:
            answer = {
                "url": raito.url,
                "domain": raito.domain,
                "user": raito.user,
                "secret": raito.secret,
                "dataSource": raito.data_source_id,
                "identityStore": raito.identity_store_id,
            }
            click.echo(json.dumps(answer))
            stopped.wait()
    except LocalRaitoError as error:
        raise ConfigurationError(error.what, remedy=error.remedy) from None
    except OSError as error:
        raise ConfigurationError(
            f"The state folder {state} cannot be used: {error.strerror}.",
            remedy="Give --state a folder that this process may write.",
        ) from None
