"""The guard against removing more than half of what the last push held."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.identities.mass_delete import mass_delete

ids = st.sets(st.integers(0, 60).map(str))


def many(count: int) -> set[str]:
    return {str(i) for i in range(count)}


@pytest.mark.parametrize(
    ("held", "kept", "guarded"),
    [(20, 9, True), (20, 10, False), (19, 0, False), (100, 49, True), (100, 100, False)],
)
def test_more_than_half_of_at_least_twenty_is_too_much(held: int, kept: int, guarded: bool) -> None:
    reason = mass_delete({"users": many(held), "groups": set()}, {"users": many(kept), "groups": set()})
    assert (reason is not None) == guarded


def test_the_reason_counts() -> None:
    assert mass_delete({"users": many(40)}, {"users": many(3)}) == (
        "it would remove 37 of the 40 users that the last push held"
    )


def test_small_nouns_are_looked_at_together() -> None:
    reason = mass_delete({"users": many(15), "groups": many(10)}, {"users": many(2), "groups": many(2)})
    assert reason == "it would remove 21 of the 25 users and groups that the last push held"


@given(ids, ids, ids)
def test_only_adding_is_never_too_much(users: set[str], groups: set[str], more: set[str]) -> None:
    assert mass_delete({"users": users, "groups": groups}, {"users": users | more, "groups": groups | more}) is None
