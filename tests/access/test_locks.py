"""Locks, names and owners that the configuration asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.tags import AWS_TAG_SOURCE, Tag
from tests.access.account import (
    NO_LOCKS,
    READ_RAW,
    control,
    locks,
    made,
    named,
    policy,
    role,
    user,
)

PARTS = {
    "who": "who_locked",
    "inheritance": "inheritance_locked",
    "what": "what_locked",
    "names": "name_locked",
    "delete": "delete_locked",
    "fully": "not_internalizable",
}
"""The member that each part locks."""


def entities(**tags: str) -> list[Any]:
    """A role that is complete and one that is not, with tags."""
    return [
        role("whole", inline={"raw": READ_RAW}, tags=tags),
        role("part", inline={"raw": READ_RAW}, bounded=True),
    ]


def locked(part: str, *, name_tag: str | None = None, tags: dict[str, str] | None = None, **rule: Any) -> set[str]:
    """Names of the roles whose part is locked; no other part may be."""
    found = made(*entities(**tags or {}), locks=locks(part, **rule), name_tag=name_tag)
    names = set()
    for one in found.controls:
        set_here = {member for member in PARTS.values() if getattr(one, member)}
        assert set_here <= {PARTS[part]}
        assert one.owners_locked is None
        names |= {one.actual_name} if set_here else set()
    return names


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_locked_of_all_of_some_names_or_where_incomplete(part: str) -> None:
    assert locked(part, all=True) == {"whole", "part"}
    assert locked(part, by_name=named("whole")) == {"whole"}
    assert locked(part, when_incomplete=True) == {"part"}
    assert locked(part) == set()


def test_a_part_that_is_not_locked_is_unset_and_fully_locked_is_said() -> None:
    for one in made(*entities()).controls:
        assert [getattr(one, member) for member in PARTS.values()] == [None, None, None, None, None, False]


def test_locks_of_parameters_give_no_reason() -> None:
    one = control(made(*entities(), locks=locks("who", all=True)), "role:whole")
    assert (one.who_locked, one.who_locked_reason) == (True, None)


@pytest.mark.parametrize("part", PARTS)
def test_locks_by_tag_need_tags_which_are_carried_only_where_they_name_something(part: str) -> None:
    by_tag = named("team:sales")
    assert locked(part, by_tag=by_tag, tags={"team": "sales"}) == set()
    assert locked(part, by_tag=by_tag, tags={"team": "sales"}, name_tag="display") == {"whole"}
    assert locked(part, by_tag=by_tag, tags={"team": "Sales"}, name_tag="display") == set()


def test_owners_are_locked_of_all_or_none() -> None:
    owners = [c.owners_locked for c in made(*entities(), locks=locks("who")).controls]
    assert owners == [None, None]
    all_locked = made(*entities(), locks=replace(NO_LOCKS, owners=True)).controls
    assert [(c.owners_locked, c.owners_locked_reason) for c in all_locked] == [(True, None)] * 2


def test_locks_that_are_there_already_stay() -> None:
    found = made(user("ann"), policy("AmazonS3", READ_RAW, users=("ann",), of_aws=True), locks=locks("who", all=True))
    one = control(found, "policy:AmazonS3")
    assert (one.who_locked, one.what_locked, one.name_locked, one.delete_locked) == (True, True, True, True)
    assert one.what_locked_reason == "This policy is managed by AWS"


def tagged(name_tag: str | None = None, owner_tag: str | None = None, **tags: str) -> AccessControl:
    one = role("r-0042", inline={"raw": READ_RAW}, tags=tags)
    return control(made(one, name_tag=name_tag, owner_tag=owner_tag), "role:r-0042")


def test_a_tag_names_an_access_control_and_the_name_is_locked() -> None:
    one = tagged("Display-Name", **{"team": "sales", "display-name": "Backup operators"})
    assert (one.name, one.name_locked) == ("Backup operators", True)
    assert one.name_locked_reason
    # The name on AWS is still the one.
    assert (one.actual_name, one.naming_hint, one.external_id) == ("r-0042", "r-0042", "role:r-0042")
    assert one.tags == (
        Tag("team", "sales", AWS_TAG_SOURCE),
        Tag("display-name", "Backup operators", AWS_TAG_SOURCE),
    )


@pytest.mark.parametrize("tags", [{}, {"display-name": ""}, {"display": "Backup operators"}])
def test_without_such_a_tag_or_a_value_the_name_stays(tags: dict[str, str]) -> None:
    one = tagged("display-name", **tags)
    assert (one.name, one.name_locked, one.name_locked_reason) == ("r-0042", None, None)


def test_locks_by_name_look_at_the_name_before_the_tags() -> None:
    one = role("r-0042", inline={"raw": READ_RAW}, tags={"display": "Backup"})
    before = made(one, name_tag="display", locks=locks("who", by_name=named("r-0042"))).controls
    after = made(one, name_tag="display", locks=locks("who", by_name=named("Backup"))).controls
    assert [(c.name, c.who_locked) for c in (*before, *after)] == [("Backup", True), ("Backup", None)]


def test_tags_name_owners_and_owners_are_locked() -> None:
    one = tagged(owner_tag="Owner", raito_owner="bob", owner=" ann , email:cyd@example.org,")
    assert Tag("raito_owner", "bob,ann,email:cyd@example.org", AWS_TAG_SOURCE) in (one.tags or ())
    assert one.owners_locked is True
    assert one.owners_locked_reason
    assert (one.name, one.name_locked) == ("r-0042", None)


@pytest.mark.parametrize("tags", [{}, {"owner": " , "}, {"team": "sales"}])
def test_where_nobody_is_named_owners_are_not_locked(tags: dict[str, str]) -> None:
    one = tagged(owner_tag="owner", **tags)
    assert (one.owners_locked, one.owners_locked_reason) == (None, None)


def test_without_a_key_tags_are_neither_names_nor_owners_nor_carried() -> None:
    one = tagged(raito_owner="bob", raito_name="Backup operators")
    assert (one.name, one.tags, one.owners_locked) == ("r-0042", None, None)
