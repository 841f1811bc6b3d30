"""How the outcome of a run is shown: a short table on stdout."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from raito_aws_pipeline.cli.terminal import console
from raito_aws_pipeline.sync.run import TargetReport


def print_reports(reports: Sequence[TargetReport], lake_uri: str) -> None:
    """What was read, pushed and counted by Raito, a line each, with seconds a target."""
    table = Table(title=f"Sync; tables lie in {lake_uri}", title_justify="left", title_style="")
    for name, justify in (
        ("target", "left"),
        ("what", "left"),
        ("rows", "right"),
        ("bytes", "right"),
        ("result", "left"),
    ):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for report in reports:
        for line in _lines(report):
            table.add_row(report.target, *line)
        table.add_section()
    console(at_least=110).print(table)


def _lines(report: TargetReport) -> list[tuple[str, str, str, str]]:
    lines = [
        (
            f"read {w.table.name}",
            str(w.rows),
            str(w.bytes),
            f"{w.failures} parts not read" if w.failures else "complete",
        )
        for w in report.written
    ]
    push = report.identities
    if push:
        r = push.result
        users = _counted(r.users_added, r.users_updated, r.users_removed)
        groups = _counted(r.groups_added, r.groups_updated, r.groups_removed)
        lines.append(("pushed users", str(push.users), str(push.users_bytes), users))
        lines.append(("pushed groups", str(push.groups), str(push.groups_bytes), groups))
        lines.extend(("warning of Raito", "", "", warning) for warning in r.warnings or ())
    if report.skipped:
        lines.append(("identities left out", "", "", report.skipped))
    return [*lines, ("failed" if report.error else "done", "", "", f"{report.seconds:.1f} s")]


def _counted(added: int, updated: int, removed: int) -> str:
    return f"Raito counted {added} added, {updated} updated, {removed} removed"
