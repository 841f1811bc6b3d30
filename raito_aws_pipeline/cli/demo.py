"""`demo`: the whole sync of the sample account as Dagster assets, against the embedded AWS and Raito."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click
import dagster as dg
from rich.table import Table

from raito_aws_pipeline.assets.access_controls import has_access
from raito_aws_pipeline.cli import print_failure
from raito_aws_pipeline.cli.embedded import DEFAULT_FOLDER, Demo, running_demo
from raito_aws_pipeline.cli.logs import show_warnings
from raito_aws_pipeline.cli.terminal import console
from raito_aws_pipeline.configuration.settings import load_settings
from raito_aws_pipeline.configuration.targets import TargetKind
from raito_aws_pipeline.definitions import build_definitions
from raito_aws_pipeline.jobs import IDENTITIES_JOB, access_job_name, data_objects_job_name
from raito_aws_pipeline.partitions import all_partitions, region_partitions

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own log is for its UI; what failed is told once."""


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Where everything is kept; what an earlier demo left there is removed.",
)
def command(folder: Path) -> None:
    """Sync a sample account to an embedded Raito, and show what was read, written and pushed."""
    show_warnings()
    started = time.monotonic()
    with running_demo(folder, fresh=True) as demo:
        ready = time.monotonic()
        results = _run(demo)
        finished = time.monotonic()
        for result in results:
            _print_failures(result)
        if not all(result.success for result in results):
            sys.exit(1)
        _print_summary(demo, results, ready - started, finished - ready)
    click.echo(f"Parquet: {demo.lake}   Raito's state: {demo.folder / 'raito'}")
    click.echo("Look at it in Dagster's UI: make ui")


def _run(demo: Demo) -> list[dg.ExecuteInProcessResult]:
    """Data objects, identities, access controls, as Raito's tasks go: what one refers to is there before it."""
    settings = load_settings(demo.config, os.environ, working_directory=Path.cwd(), home=Path.home())
    definitions = build_definitions(settings, os.environ)
    accounts = [target for target in settings.targets if target.kind is TargetKind.ACCOUNT]
    regions = {target.slug: all_partitions(region_partitions(target)) for target in accounts}
    runs: list[tuple[str, dict[str, str]]] = [
        *((data_objects_job_name(target), regions[target.slug]) for target in accounts),
        (IDENTITIES_JOB, {}),
        *((access_job_name(target), regions[target.slug]) for target in accounts if has_access(target)),
    ]
    with dg.DagsterInstance.from_config(str(demo.dagster_home)) as instance:
        return [
            definitions.resolve_job_def(job).execute_in_process(
                instance=instance, raise_on_error=False, run_config=_QUIET, tags=tags
            )
            for job, tags in runs
        ]


def _print_failures(result: dg.ExecuteInProcessResult) -> None:
    for event in result.all_events:
        if event.is_step_failure:
            told = event.step_failure_data.user_failure_data
            print_failure(told.description if told else event.message)


def _print_summary(
    demo: Demo, results: list[dg.ExecuteInProcessResult], start_seconds: float, run_seconds: float
) -> None:
    table = Table(title="Demo", title_justify="left")
    for name in ("what", "count", "how"):
        table.add_column(name, justify="right" if name == "count" else "left", overflow="fold")
    table.add_row("embedded AWS and Raito started", "", f"{start_seconds:.1f} s")
    calls = demo.aws.calls()
    table.add_row("read: AWS calls", str(sum(calls.values())), ", ".join(f"{n} {c}" for c, n in sorted(calls.items())))
    materializations = [
        event.step_materialization_data.materialization
        for result in results
        for event in result.get_asset_materialization_events()
    ]
    for made in materializations:
        rows = made.metadata.get("dagster/row_count") or made.metadata["dagster/partition_row_count"]
        name = " ".join(("/".join(made.asset_key.path), *([made.partition] if made.partition else [])))
        size = made.metadata["bytes"].value
        table.add_row(f"written: {name}", f"{rows.value} rows", f"1 Parquet file, {size} bytes")
    for made in materializations:
        if "raito_job" in made.metadata:
            for noun in ("data_objects", "users", "groups", "access_controls"):
                if f"{noun}_sent" in made.metadata:
                    table.add_row(*_pushed(made, noun))
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(demo.raito.state.data_object_counts().items()))
    table.add_row("Raito has: data objects", "", counts)
    table.add_row("sync", "", f"{run_seconds:.1f} s")
    console(at_least=120).print(table)


def _pushed(made: dg.AssetMaterialization, noun: str) -> tuple[str, str, str]:
    counted = ", ".join(f"{made.metadata[f'{noun}_{verb}'].value} {verb}" for verb in ("added", "updated", "removed"))
    sent = made.metadata[f"{noun}_sent"].value
    return f"pushed: {noun.replace('_', ' ')} of {made.asset_key.path[0]}", str(sent), f"Raito counted {counted}"
