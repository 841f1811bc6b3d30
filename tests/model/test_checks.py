"""Checks of any table: what holds passes, what does not is named and counted, the definition says if it blocks."""

from __future__ import annotations

import pytest

from raito_aws_pipeline.model.checks import (
    COMPLETE,
    SCHEMA,
    CheckDefinition,
    check_complete,
    check_schema,
    outcome_of_check,
)
from raito_aws_pipeline.model.read_failures import ReadFailure

DEFINITIONS = (
    CheckDefinition("stars", SCHEMA, True, "It has the columns."),
    CheckDefinition("stars", COMPLETE, False, "All of them were seen."),
)


def test_a_failed_part_makes_a_table_incomplete_and_says_how_to_mend_it() -> None:
    failure = ReadFailure(
        part="users", call="iam:ListUsers", code="AccessDenied", message="not allowed.", remedy="Allow iam:ListUsers."
    )
    outcome = check_complete(DEFINITIONS, "stars", [failure])
    assert (
        outcome.description
        == "Parts could not be read: users: iam:ListUsers: AccessDenied: not allowed. Allow iam:ListUsers."
    )
    assert check_complete(DEFINITIONS, "stars", []).passed


def test_only_ten_offenders_are_named_and_all_are_counted() -> None:
    outcome = check_schema(DEFINITIONS, "stars", [f"column '{i:02}' is missing" for i in range(12)])
    assert outcome.description.endswith("column '09' is missing and 2 more.")
    assert outcome.details == {"offenders": 12}


@pytest.mark.parametrize(("name", "blocking"), [(SCHEMA, True), (COMPLETE, False)])
def test_whether_a_check_blocks_is_said_by_its_definition(name: str, blocking: bool) -> None:
    outcome = outcome_of_check(DEFINITIONS, "stars", name, ["one"], good="Fine", bad="Not fine")
    assert (outcome.passed, outcome.blocking, outcome.description) == (False, blocking, "Not fine: one.")
