"""Reading of version constraints; asking Raito is in test_client_session.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.raito.version_gate import matches

Version = tuple[int, int, int]
Comparator = tuple[str, tuple[int, ...]]

_numbers = st.integers(0, 3)
_versions = st.tuples(_numbers, _numbers, _numbers)
_operands = st.lists(_numbers, min_size=1, max_size=3).map(tuple)
_comparators = st.tuples(st.sampled_from(["", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^"]), _operands)
_constraints = st.lists(st.lists(_comparators, min_size=1, max_size=3), min_size=1, max_size=3)


def _satisfies(version: Version, operator: str, operand: tuple[int, ...]) -> bool:
    """What Masterminds' documentation says of each operator, on numbers."""
    head = version[: len(operand)]
    padded = operand + (0,) * (3 - len(operand))
    match operator:
        case "" | "=":
            return head == operand
        case "!=":
            return head != operand
        case ">":
            return head > operand
        case "<":
            return head < operand
        case ">=" | "=>":
            return head >= operand
        case "<=" | "=<":
            return head <= operand
        case "~" | "~>":
            fixed = min(len(operand), 2)
            return version[:fixed] == operand[:fixed] and version >= padded
        case _:
            leading_zeros = next((i for i, number in enumerate(operand) if number), len(operand) - 1)
            return version[: leading_zeros + 1] == operand[: leading_zeros + 1] and version >= padded


@given(_versions, _constraints, st.data())
def test_a_constraint_means_the_same_however_it_is_spaced_and_separated(
    version: Version, constraint: list[list[Comparator]], data: st.DataObject
) -> None:
    def render(comparator: Comparator) -> str:
        operator, operand = comparator
        space = data.draw(st.sampled_from(["", " "]))
        prefix = data.draw(st.sampled_from(["", "v"]))
        wildcards = [""] if len(operand) == 3 else ["", ".x", ".*"]
        return f"{operator}{space}{prefix}{'.'.join(map(str, operand))}{data.draw(st.sampled_from(wildcards))}"

    separator = data.draw(st.sampled_from([" ", ",", ", "]))
    text = " || ".join(separator.join(render(comparator) for comparator in part) for part in constraint)
    expected = any(all(_satisfies(version, *comparator) for comparator in part) for part in constraint)

    assert matches(".".join(map(str, version)), text) is expected, text


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (">= 0.60.0", True),
        (">= 0.60.0, < 0.72.0", False),
        ("0.60 - 0.72", True),
        ("0.60 - 0.71.5", False),
        ("0.70 - 0.71 || 0.72 - 0.73", True),
        ("*", True),
        ("!=0.72.0", False),
        (">=0.72.0-0", True),
        ("< 0.72.0", False),
    ],
)
def test_constraints_as_raito_writes_them(constraint: str, expected: bool) -> None:
    assert matches("0.72.0", constraint) is expected


def test_a_pre_release_does_not_satisfy_a_constraint_that_names_none() -> None:
    assert not matches("0.72.0-rc.1", ">= 0.60.0")


@pytest.mark.parametrize("constraint", ["", "  ", "latest", ">= ", "1.2.3.4", ">=1.0 garbage", "1.0 || "])
def test_what_is_no_constraint_is_an_error_and_no_verdict(constraint: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        matches("0.72.0", constraint)
