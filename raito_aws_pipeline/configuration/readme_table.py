"""The README's table of parameters, made from the one table.

Here: rows and families as Markdown. Not here: what a parameter is (`parameter_table`), all of them (`parameters`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from raito_aws_pipeline.configuration.parameter_table import ParameterDefinition
from raito_aws_pipeline.configuration.parameters import all_parameters

NO_EFFECT = "†"
_LEGEND = f"{NO_EFFECT} accepted and checked, but without effect in this version."


def readme_table() -> str:
    """The table in Markdown, without a line end: a row for each parameter, or for each family of neighbours."""
    rows = [
        "| parameter | where | type | default | meaning |",
        "|---|---|---|---|---|",
        *(_row(list(group)) for _, group in groupby(all_parameters(), key=lambda row: row.family or row.key)),
    ]
    return "\n".join([*rows, "", _LEGEND])


def _row(group: Sequence[ParameterDefinition]) -> str:
    cells = (
        ", ".join(_spellings(row) for row in group),
        _distinct(row.scope for row in group),
        _distinct(row.type_text for row in group),
        _distinct(row.default_text for row in group),
        group[0].family or group[0].meaning,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _spellings(row: ParameterDefinition) -> str:
    return " = ".join(f"`{key}`" for key in row.spellings) + ("" if row.effective else f" {NO_EFFECT}")


def _distinct(texts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(texts))
