"""How the outcome of a run is shown: a short table on stdout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table

from raito_aws_pipeline.cli.terminal import console
from raito_aws_pipeline.sync.run import TargetReport
from raito_aws_pipeline.sync.task_reports import TaskReport
from raito_aws_pipeline.sync.task_table import NAMES


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
    lines = [line for task in report.tasks for line in _lines_of_task(task)]
    left_out: dict[str, list[str]] = {}
    for task in report.tasks:
        if task.skipped:
            left_out.setdefault(task.skipped, []).append(NAMES[task.job_type])
    lines += [(f"left out: {', '.join(names)}", "", "", reason) for reason, names in left_out.items()]
    return [*lines, ("failed" if report.error else "done", "", "", f"{report.seconds:.1f} s")]


def _lines_of_task(task: TaskReport) -> Iterator[tuple[str, str, str, str]]:
    for written in task.written:
        result = f"{written.failures} parts not read" if written.failures else "complete"
        yield f"read {written.table.name}", str(written.rows), str(written.bytes), result
    for pushed in task.pushed:
        counted = f"Raito counted {pushed.added} added, {pushed.updated} updated, {pushed.removed} removed"
        yield f"pushed {pushed.what}", str(pushed.records), str(pushed.bytes), counted
    for warning in task.warnings:
        yield "warning", "", "", warning
