"""Figures: what was measured, its goal, and how they are shown and kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(".bench") / "results.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Args:
        name: What was measured.
        value: The value.
        unit: Its unit.
        goal: The goal in words.
        met: Whether it is met; None where the figure is only told, because it depends on the machine.
    """

    name: str
    value: float
    unit: str
    goal: str
    met: bool | None


def at_most(name: str, value: float, unit: str, limit: float) -> Figure:
    """A figure that should not be larger than a limit."""
    return Figure(name, round(value, 4), unit, f"<= {limit:g}", value <= limit)


def at_least(name: str, value: float, unit: str, limit: float) -> Figure:
    """A figure that should not be smaller than a limit."""
    return Figure(name, round(value, 4), unit, f">= {limit:g}", value >= limit)


def told(name: str, value: float, unit: str) -> Figure:
    """A figure without a goal: it depends on the machine."""
    return Figure(name, round(value, 4), unit, "-", None)


def keep(figures: Sequence[Figure]) -> None:
    """Write all figures to `.bench/results.json` and print them as a table, the last thing printed."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(f) for f in figures], indent=1) + "\n", encoding="utf-8")
    table = Table(title="Benchmarks", title_justify="left")
    for column in ("name", "value", "unit", "goal", "met"):
        table.add_column(column, justify="right" if column == "value" else "left", overflow="fold")
    for f in figures:
        table.add_row(f.name, f"{f.value:,.4g}", f.unit, f.goal, {True: "yes", False: "NO", None: ""}[f.met])
    Console(width=140).print(table)
