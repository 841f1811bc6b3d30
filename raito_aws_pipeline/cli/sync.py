"""`sync`: one run over the targets of raito.yml, without Dagster."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from raito_aws_pipeline.cli import print_failure
from raito_aws_pipeline.cli.logs import show_warnings
from raito_aws_pipeline.cli.reports import print_reports
from raito_aws_pipeline.configuration.settings import load_settings
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.sync.connections import raito_options
from raito_aws_pipeline.sync.run import TargetReport, sync_targets
from raito_aws_pipeline.sync.run_options import RunOptions
from raito_aws_pipeline.sync.task_table import CHOICES


@click.command("sync")
@click.option(
    "--config", type=click.Path(path_type=Path), help="raito.yml; default: ./raito.yml, then ~/.raito/raito.yml."
)
@click.option("--target", "targets", multiple=True, help="Only the target of this name; may be repeated.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(CHOICES)), help="Only this task of the sync; may be repeated."
)
@click.option("--allow-mass-delete", is_flag=True, help="Push even where more than half of the last push would go.")
def command(config: Path | None, targets: tuple[str, ...], only: tuple[str, ...], allow_mass_delete: bool) -> None:
    """Read the targets of raito.yml from AWS and push them to Raito, once."""
    show_warnings()
    signal.signal(signal.SIGTERM, _cancel)
    overrides = {"only-targets": ",".join(targets)} if targets else {}
    settings = load_settings(config, os.environ, working_directory=Path.cwd(), home=Path.home(), overrides=overrides)
    for note in settings.notes:
        click.echo(note)
    for warning in settings.warnings:
        click.echo(f"warning: {warning}", err=True)
    reports: list[TargetReport] = []

    def report(finished: TargetReport) -> None:
        reports.append(finished)
        if finished.error:
            print_failure(finished.error)

    options = RunOptions(
        allow_mass_delete, raito_options(settings.general), only=frozenset(CHOICES[name] for name in only)
    )
    sync_targets(Lake(settings.general.lake_uri), settings.targets, os.environ, options, report)
    print_reports(reports, settings.general.lake_uri)
    if any(finished.error for finished in reports):
        sys.exit(1)


def _cancel(number: int, frame: FrameType | None) -> None:
    del frame
    # As Ctrl-C does: no rescue of a single target may hold it up.
    raise KeyboardInterrupt(signal.Signals(number).name)
