"""What must hold of users and groups before they are pushed; one function a check, shared by Dagster and the push.

Checks that every table has are in `model.checks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from raito_aws_pipeline.model.checks import COMPLETE, SCHEMA, CheckDefinition, CheckOutcome, outcome_of_check
from raito_aws_pipeline.model.identities import Group, User

IDENTITY_CHECKS = (
    *(
        definition
        for table in ("users", "groups")
        for definition in (
            CheckDefinition(table, SCHEMA, True, "The Parquet file has the columns of the definition."),
            CheckDefinition(table, COMPLETE, True, "Everything that belongs into the table could be read."),
            CheckDefinition(table, "unique_external_ids", True, "No two rows have the same external id."),
            CheckDefinition(table, "unique_names", False, "No two rows have the same name, which access refers to."),
        )
    ),
    CheckDefinition("users", "memberships_exist", True, "Users are members of groups that exist."),
)


def check_unique_external_ids(table: str, rows: Iterable[User | Group]) -> CheckOutcome:
    """No two rows have the same external id."""
    twice = _twice(row.external_id for row in rows)
    return outcome_of_check(
        IDENTITY_CHECKS, table, "unique_external_ids", twice, good="All differ", bad="External ids occur twice"
    )


def check_unique_names(table: str, rows: Iterable[User | Group]) -> CheckOutcome:
    """No two rows have the same name."""
    twice = _twice(row.name for row in rows)
    return outcome_of_check(IDENTITY_CHECKS, table, "unique_names", twice, good="All differ", bad="Names occur twice")


def check_memberships(users: Iterable[User], groups: Iterable[Group]) -> CheckOutcome:
    """Users are members of groups that exist."""
    known = {group.external_id for group in groups}
    unknown = [
        f"{user.user_name} in {group_id}"
        for user in users
        for group_id in user.group_external_ids or ()
        if group_id not in known
    ]
    return outcome_of_check(
        IDENTITY_CHECKS,
        "users",
        "memberships_exist",
        unknown,
        good="All groups exist",
        bad="Groups of members are unknown",
    )


def _twice(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)
