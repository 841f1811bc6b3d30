"""What a check of a table is and finds, and the checks that every table has: its columns, and that nothing is missing.

Here: definition and outcome of a check, shared by Dagster and the pushes. Not here: the checks of single nouns and the
tuples of all definitions (the rooms of those nouns), and how Dagster shows them (`checks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from raito_aws_pipeline.model.read_failures import ReadFailure

SCHEMA = "schema"
COMPLETE = "complete"

SMALLEST_GUARDED = 20
"""Below this many entries, losing half of them is an ordinary day."""

_NAMED = 10
"""How many offenders a description names; the count is always given."""


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What one check found.

    Args:
        table: The table that it is about.
        name: Name of the check, the same in Dagster and in messages.
        passed: Whether it holds.
        blocking: Whether a push would be wrong when it does not.
        description: What was found, a sentence.
        details: Figures for the Dagster UI.
    """

    table: str
    name: str
    passed: bool
    blocking: bool
    description: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckDefinition:
    """A check before it has run: what Dagster shows."""

    table: str
    name: str
    blocking: bool
    description: str


def outcome_of_check(
    definitions: Iterable[CheckDefinition], table: str, name: str, offenders: Sequence[str], *, good: str, bad: str
) -> CheckOutcome:
    """What a check found: it holds where there are no offenders.

    Args:
        definitions: All checks of the room; the one of this table and name says whether it blocks.
        table: The table that it is about.
        name: Name of the check.
        offenders: What is not as it should be; the first ones are named, all are counted.
        good: The description where it holds, without the full stop.
        bad: What the offenders are, before a colon.
    """
    definition = next(d for d in definitions if (d.table, d.name) == (table, name))
    more = f" and {len(offenders) - _NAMED} more" if len(offenders) > _NAMED else ""
    return CheckOutcome(
        table=table,
        name=name,
        passed=not offenders,
        blocking=definition.blocking,
        description=f"{bad}: {'; '.join(offenders[:_NAMED])}{more}." if offenders else f"{good}.",
        details={"offenders": len(offenders)},
    )


def check_schema(definitions: Iterable[CheckDefinition], table: str, differences: Sequence[str]) -> CheckOutcome:
    """The file has the columns of its definition; `differences` as `model.columns.schema_differences` gives them."""
    return outcome_of_check(
        definitions,
        table,
        SCHEMA,
        differences,
        good="The columns are those of the definition",
        bad="The columns differ",
    )


def check_complete(definitions: Iterable[CheckDefinition], table: str, failures: Sequence[ReadFailure]) -> CheckOutcome:
    """Everything could be read."""
    named = [f"{f.subject or f.part}: {f.call}: {f.code}: {f.message.rstrip('.')}. {f.remedy}" for f in failures]
    named = [text.rstrip(".") for text in named]
    return outcome_of_check(
        definitions, table, COMPLETE, named, good="Everything could be read", bad="Parts could not be read"
    )


def is_mass_delete(held: int, removed: int) -> bool:
    """Whether a push would remove more than half of what Raito holds, of at least 20 (house: checks before a push)."""
    return held >= SMALLEST_GUARDED and removed * 2 > held
