"""`demo`: the whole sync of the sample account as Dagster assets, against the embedded AWS and Raito."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click
import dagster as dg
from rich.console import Console
from rich.table import Table

from raito_aws_pipeline.cli import print_failure
from raito_aws_pipeline.cli.embedded import DEFAULT_FOLDER, Demo, running_demo
from raito_aws_pipeline.configuration.settings import load_settings
from raito_aws_pipeline.definitions import build_definitions
from raito_aws_pipeline.jobs import IDENTITIES_JOB

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own log is for its UI; what failed is told once."""


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Where everything is kept; emptied first.",
)
def command(folder: Path) -> None:
    """Sync a sample account to an embedded Raito, and show what was read, written and pushed."""
    started = time.monotonic()
    with running_demo(folder, fresh=True) as demo:
        ready = time.monotonic()
        result = _run(demo)
        finished = time.monotonic()
        if not result.success:
            for event in result.all_events:
                if event.is_step_failure:
                    told = event.step_failure_data.user_failure_data
                    print_failure(told.description if told else event.message)
            sys.exit(1)
        _print_summary(demo, result, ready - started, finished - ready)
    click.echo(f"Parquet: {demo.lake}   Raito's state: {demo.folder / 'raito'}")
    click.echo("Look at it in Dagster's UI: make ui")


def _run(demo: Demo) -> dg.ExecuteInProcessResult:
    settings = load_settings(demo.config, os.environ, working_directory=Path.cwd(), home=Path.home())
    definitions = build_definitions(settings, os.environ)
    with dg.DagsterInstance.from_config(str(demo.dagster_home)) as instance:
        return definitions.resolve_job_def(IDENTITIES_JOB).execute_in_process(
            instance=instance, raise_on_error=False, run_config=_QUIET
        )


def _print_summary(demo: Demo, result: dg.ExecuteInProcessResult, start_seconds: float, run_seconds: float) -> None:
    calls = demo.aws.calls()
    table = Table(title="Demo", title_justify="left")
    for name in ("what", "count", "how"):
        table.add_column(name, justify="right" if name == "count" else "left", overflow="fold")
    table.add_row("embedded AWS and Raito started", "", f"{start_seconds:.1f} s")
    table.add_row("AWS calls", str(sum(calls.values())), ", ".join(f"{n} {c}" for c, n in sorted(calls.items())))
    pushed: dict[str, dg.MetadataValue] = {}
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        metadata = materialization.metadata
        table.add_row(
            f"Parquet: {'/'.join(materialization.asset_key.path)}",
            f"{metadata['dagster/row_count'].value} rows",
            f"1 file, {metadata['bytes'].value} bytes",
        )
        if "raito_job" in metadata:
            pushed = dict(metadata)
    for noun in ("users", "groups"):
        counted = ", ".join(f"{pushed[f'{noun}_{verb}'].value} {verb}" for verb in ("added", "updated", "removed"))
        table.add_row(f"pushed {noun}", str(pushed[f"{noun}_sent"].value), f"Raito counted: {counted}")
    table.add_row("sync", "", f"{run_seconds:.1f} s")
    Console(width=120).print(table)
