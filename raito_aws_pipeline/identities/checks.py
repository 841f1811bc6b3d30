"""What must hold of users and groups before they are pushed; one function a check, shared by Dagster and the push."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.read_failures import ReadFailure

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


IDENTITY_CHECKS = (
    *(
        definition
        for table in ("users", "groups")
        for definition in (
            CheckDefinition(table, "schema", True, "The Parquet file has the columns of the definition."),
            CheckDefinition(table, "complete", True, "Everything that belongs into the table could be read."),
            CheckDefinition(table, "unique_external_ids", True, "No two rows have the same external id."),
            CheckDefinition(table, "unique_names", False, "No two rows have the same name, which access refers to."),
        )
    ),
    CheckDefinition("users", "memberships_exist", True, "Users are members of groups that exist."),
)


def check_schema(table: str, differences: Sequence[str]) -> CheckOutcome:
    """The file has the columns of its definition; `differences` as `model.columns.schema_differences` gives them."""
    return _outcome(table, "schema", differences, "The columns are those of the definition", "The columns differ")


def check_complete(table: str, failures: Sequence[ReadFailure]) -> CheckOutcome:
    """Everything could be read."""
    named = [f"{f.subject or f.part}: {f.call}: {f.code}: {f.message.rstrip('.')}. {f.remedy}" for f in failures]
    named = [text.rstrip(".") for text in named]
    return _outcome(table, "complete", named, "Everything could be read", "Parts could not be read")


def check_unique_external_ids(table: str, rows: Iterable[User | Group]) -> CheckOutcome:
    """No two rows have the same external id."""
    return _outcome(
        table, "unique_external_ids", _twice(row.external_id for row in rows), "All differ", "External ids occur twice"
    )


def check_unique_names(table: str, rows: Iterable[User | Group]) -> CheckOutcome:
    """No two rows have the same name."""
    return _outcome(table, "unique_names", _twice(row.name for row in rows), "All differ", "Names occur twice")


def check_memberships(users: Iterable[User], groups: Iterable[Group]) -> CheckOutcome:
    """Users are members of groups that exist."""
    known = {group.external_id for group in groups}
    unknown = [
        f"{user.user_name} in {group_id}"
        for user in users
        for group_id in user.group_external_ids or ()
        if group_id not in known
    ]
    return _outcome("users", "memberships_exist", unknown, "All groups exist", "Groups of members are unknown")


def _twice(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


def _outcome(table: str, name: str, offenders: Sequence[str], good: str, bad: str) -> CheckOutcome:
    definition = next(d for d in IDENTITY_CHECKS if (d.table, d.name) == (table, name))
    more = f" and {len(offenders) - _NAMED} more" if len(offenders) > _NAMED else ""
    return CheckOutcome(
        table=table,
        name=name,
        passed=not offenders,
        blocking=definition.blocking,
        description=f"{bad}: {'; '.join(offenders[:_NAMED])}{more}." if offenders else f"{good}.",
        details={"offenders": len(offenders)},
    )
