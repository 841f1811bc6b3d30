"""Checks on users and groups: what holds passes, what does not is named and counted."""

from __future__ import annotations

from raito_aws_pipeline.identities.checks import (
    IDENTITY_CHECKS,
    check_memberships,
    check_unique_external_ids,
    check_unique_names,
)
from raito_aws_pipeline.model.identities import Group, User


def user(external_id: str, *groups: str, name: str | None = None) -> User:
    name = name or external_id
    return User(external_id=external_id, name=name, user_name=name, email=name, group_external_ids=groups or None)


def group(external_id: str) -> Group:
    return Group(external_id=external_id, name=external_id, display_name=external_id)


def test_external_ids_that_occur_twice_fail_and_are_named() -> None:
    outcome = check_unique_external_ids("users", [user("a"), user("b"), user("a")])
    assert (outcome.passed, outcome.blocking) == (False, True)
    assert outcome.description == "External ids occur twice: a."
    assert check_unique_external_ids("users", [user("a"), user("b")]).passed


def test_names_that_occur_twice_are_a_warning_and_do_not_block() -> None:
    outcome = check_unique_names("users", [user("1", name="ann"), user("2", name="ann")])
    assert (outcome.passed, outcome.blocking) == (False, False)


def test_a_membership_in_an_unknown_group_fails() -> None:
    outcome = check_memberships([user("ann", "g1", "g2")], [group("g1")])
    assert not outcome.passed
    assert outcome.description == "Groups of members are unknown: ann in g2."
    assert check_memberships([user("ann", "g1")], [group("g1")]).passed


def test_every_check_has_one_definition() -> None:
    names = [(d.table, d.name) for d in IDENTITY_CHECKS]
    assert len(names) == len(set(names)) == 9
