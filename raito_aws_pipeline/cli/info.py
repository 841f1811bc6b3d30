"""`info`: every parameter of raito.yml."""

from __future__ import annotations

import click
from rich.table import Table

from raito_aws_pipeline.cli.terminal import console
from raito_aws_pipeline.configuration.parameters import all_parameters


@click.command("info")
def command() -> None:
    """List every parameter of raito.yml with type, default and meaning."""
    table = Table(title="Parameters of raito.yml", title_justify="left")
    for column in ("parameter", "where", "type", "default", "meaning"):
        table.add_column(column, overflow="fold")
    for p in all_parameters():
        note = "" if p.effective else " (accepted, no effect in this version)"
        names = "\n= ".join((p.key, *p.aliases))
        table.add_row(names, p.scope.value, p.type_text, p.default_text, f"{p.meaning}{note}")
    console(at_least=180).print(table)
