"""How the outcome of a run is shown: a short table on stdout."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from raito_aws_pipeline.sync.run import TargetReport


def print_reports(reports: Sequence[TargetReport]) -> None:
    """What was read and written, sent, and counted by Raito, a line each, with seconds a target."""
    table = Table(title="Sync", title_justify="left")
    for name, justify in (("target", "left"), ("what", "left"), ("rows", "right"), ("bytes", "right"), ("", "left")):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for report in reports:
        for line in _lines(report):
            table.add_row(*line)
        table.add_section()
    Console(soft_wrap=False).print(table)


def _lines(report: TargetReport) -> list[tuple[str, str, str, str, str]]:
    name = report.target
    lines = [
        (name, f"read {w.table.name}", str(w.rows), str(w.bytes), f"{w.uri}{_missing(w.failures)}")
        for w in report.written
    ]
    push = report.identities
    if push:
        r = push.result
        lines.append(
            (name, "pushed users", str(push.users), "", _counted(r.users_added, r.users_updated, r.users_removed))
        )
        lines.append(
            (
                name,
                "pushed groups",
                str(push.groups),
                str(push.bytes),
                _counted(r.groups_added, r.groups_updated, r.groups_removed),
            )
        )
    if report.skipped:
        lines.append((name, "identities left out", "", "", report.skipped))
    outcome = "failed" if report.error else "done"
    lines.append((name, outcome, "", "", f"{report.seconds:.1f} s"))
    return lines


def _missing(failures: int) -> str:
    return f" ({failures} parts not read)" if failures else ""


def _counted(added: int, updated: int, removed: int) -> str:
    return f"Raito: {added} added, {updated} updated, {removed} removed"
