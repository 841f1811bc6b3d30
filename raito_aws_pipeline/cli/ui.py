"""`ui`: Dagster's UI on the demo, with the embedded AWS and Raito behind it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType

import click

from raito_aws_pipeline.cli.embedded import DEFAULT_FOLDER, running_demo
from raito_aws_pipeline.errors import ConfigurationError


@click.command("ui")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Where the demo is kept.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the UI; default: 3000, or a free one.")
def command(folder: Path, port: int) -> None:
    """Open the demo in Dagster's UI; Ctrl-C ends all of it."""
    signal.signal(signal.SIGTERM, _stop)
    with running_demo(folder, fresh=False) as demo:
        port = _usable_port(port)
        click.echo(f"Dagster's UI: http://127.0.0.1:{port}   embedded Raito: {demo.raito.url}   (Ctrl-C ends all)")
        arguments = ["dagster", "dev", "-m", "raito_aws_pipeline.definitions", "-h", "127.0.0.1", "-p", str(port)]
        # The tether holds Dagster's processes together and ends them when this process is gone, killed or not.
        tether = subprocess.Popen(  # noqa: S603 - the command is ours
            [sys.executable, "-m", "raito_aws_pipeline.cli.tether", sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            code = tether.wait()
        except KeyboardInterrupt:
            click.echo("Stopping.")
            code = 0
        finally:
            # Closes the pipe, upon which the tether ends what it holds.
            tether.communicate()
    sys.exit(code)


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


def _usable_port(wanted: int) -> int:
    for candidate in (wanted,) if wanted else (3000, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
            return port
    raise ConfigurationError(
        f"Port {wanted} of 127.0.0.1 cannot be used: something else listens there.",
        remedy="Give another --port, or none.",
    )
