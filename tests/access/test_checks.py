"""What must hold of access controls before they are pushed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from raito_aws_pipeline.access.checks import ACCESS_CHECKS, check_accounted, checks_of_access_controls
from raito_aws_pipeline.model.access_controls import AccessControl, Who
from raito_aws_pipeline.model.checks import CheckOutcome
from raito_aws_pipeline.model.read_failures import ReadFailure


def access_control(
    external_id: str, *, name: str = "", kind: str = "aws_role", named: Sequence[str] = ()
) -> AccessControl:
    who = Who(access_providers=tuple(named) or None)
    return AccessControl(
        external_id=external_id, name=name or external_id, type=kind, action="grant", actual_name="", who=who
    )


def outcomes(
    *controls: AccessControl,
    failures: Sequence[ReadFailure] = (),
    differences: Sequence[str] = (),
    lost: Sequence[str] = (),
) -> dict[str, CheckOutcome]:
    found = (*checks_of_access_controls(controls, failures, differences), check_accounted(lost))
    return {outcome.name: outcome for outcome in found}


def failing(found: dict[str, CheckOutcome]) -> dict[str, bool]:
    """The checks that do not hold, and whether they block the push."""
    return {name: outcome.blocking for name, outcome in found.items() if not outcome.passed}


def test_each_check_has_an_outcome() -> None:
    found = outcomes(access_control("role:a"), access_control("policy:b", named=["role:a"]))
    assert [(o.table, o.name, o.blocking) for o in found.values()] == [
        (definition.table, definition.name, definition.blocking) for definition in ACCESS_CHECKS
    ]
    assert failing(found) == {}


def test_nothing_is_pushed_of_what_could_not_be_read() -> None:
    failure = ReadFailure(
        part="eu-west-1", call="s3:ListAccessPoints", code="AccessDenied", message="No.", remedy="Ask."
    )
    found = outcomes(failures=[failure])
    assert failing(found) == {"complete": True}
    assert "s3:ListAccessPoints" in found["complete"].description


def test_the_file_has_the_columns_of_its_definition() -> None:
    assert failing(outcomes(differences=["what is missing"])) == {"schema": True}


def test_no_external_id_comes_twice() -> None:
    assert failing(outcomes(access_control("role:a"), access_control("role:a", name="b"))) == {
        "unique_external_ids": True
    }


@pytest.mark.parametrize(("kind", "expected"), [("aws_role", {"unique_names": False}), ("aws_policy", {})])
def test_two_of_one_type_with_one_name_are_a_warning(kind: str, expected: dict[str, bool]) -> None:
    found = outcomes(access_control("role:a", name="x"), access_control("role:b", name="x", kind=kind))
    assert failing(found) == expected


def test_access_controls_that_who_names_are_among_them() -> None:
    found = outcomes(access_control("policy:b", named=["role:a", "role:c"]), access_control("role:c"))
    assert failing(found) == {"who_exists": True}
    assert "policy:b: role:a" in found["who_exists"].description


def test_what_is_lost_of_a_document_is_named_and_does_not_stop_the_push() -> None:
    found = outcomes(lost=["role:a: s3:GetObject of #1 in inline"])
    assert failing(found) == {"accounted": False}
    assert "role:a: s3:GetObject of #1 in inline" in found["accounted"].description
