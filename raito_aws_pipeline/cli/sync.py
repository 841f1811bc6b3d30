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
from raito_aws_pipeline.sync.data_object_subtree import Subtree
from raito_aws_pipeline.sync.run import TargetReport, sync_targets
from raito_aws_pipeline.sync.run_options import RunOptions
from raito_aws_pipeline.sync.task_table import CHOICES, DATA_SOURCE


@click.command("sync")
@click.option(
    "--config", type=click.Path(path_type=Path), help="raito.yml; default: ./raito.yml, then ~/.raito/raito.yml."
)
@click.option("--target", "targets", multiple=True, help="Only the target of this name; may be repeated.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(CHOICES)), help="Only this task of the sync; may be repeated."
)
@click.option(
    "--data-object-parent",
    metavar="FULL_NAME",
    help="Only what lies below this bucket or folder is read and pushed; nothing is deleted in Raito.",
)
@click.option(
    "--data-object-exclude",
    "data_object_excludes",
    multiple=True,
    metavar="PATH",
    help="With --data-object-parent: a path below it, or a full name, that is left out; may be repeated.",
)
@click.option("--allow-mass-delete", is_flag=True, help="Push even where more than half of the last push would go.")
def command(
    *,
    config: Path | None,
    targets: tuple[str, ...],
    only: tuple[str, ...],
    data_object_parent: str | None,
    data_object_excludes: tuple[str, ...],
    allow_mass_delete: bool,
) -> None:
    """Read the targets of raito.yml from AWS and push them to Raito, once."""
    if data_object_excludes and data_object_parent is None:
        raise click.UsageError("--data-object-exclude needs --data-object-parent.")
    if data_object_parent is not None and set(only) - {DATA_SOURCE.name}:
        raise click.UsageError(
            f"--data-object-parent syncs data objects; with it, --only can only be {DATA_SOURCE.name}."
        )
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

    subtree = None if data_object_parent is None else Subtree(data_object_parent, data_object_excludes)
    chosen = frozenset(CHOICES[name] for name in ((DATA_SOURCE.name,) if subtree else only))
    options = RunOptions(allow_mass_delete, raito_options(settings.general), only=chosen, subtree=subtree)
    sync_targets(Lake(settings.general.lake_uri), settings.targets, os.environ, options, report)
    print_reports(reports, settings.general.lake_uri)
    if any(finished.error for finished in reports):
        sys.exit(1)


def _cancel(number: int, frame: FrameType | None) -> None:
    del frame
    # As Ctrl-C does: no rescue of a single target may hold it up.
    raise KeyboardInterrupt(signal.Signals(number).name)
