"""Owners from tags, as the Raito CLI names them (protocol 9.6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.model.owner_tags import OWNER_TAG, with_owners
from raito_aws_pipeline.model.tags import Tag

Pairs = list[tuple[str, str]]

VALUES = st.lists(st.sampled_from(["ann", " bob ", "", " ", "email:c@x.org"]), max_size=3).map(",".join)
TAGS = st.lists(st.tuples(st.sampled_from(["owner", "OWNER", "team", OWNER_TAG]), VALUES), max_size=4)


def tags(*pairs: tuple[str, str]) -> tuple[Tag, ...]:
    return tuple(Tag(key, value, f"source-{at}") for at, (key, value) in enumerate(pairs))


@pytest.mark.parametrize(
    ("given_tags", "expected"),
    [
        ([("owner", "ann")], [("owner", "ann"), (OWNER_TAG, "ann")]),
        (
            [("OWNER", " ann ,, email:b@x.org ")],
            [("OWNER", " ann ,, email:b@x.org "), (OWNER_TAG, "ann,email:b@x.org")],
        ),
        ([("owner", "ann"), ("Owner", "bob")], [("owner", "ann"), ("Owner", "bob"), (OWNER_TAG, "ann,bob")]),
        ([(OWNER_TAG, "zoe, "), ("owner", "ann")], [(OWNER_TAG, "zoe,ann"), ("owner", "ann")]),
        ([("owner", "ann"), (OWNER_TAG, "zoe")], [("owner", "ann"), (OWNER_TAG, "zoe,ann")]),
        ([(OWNER_TAG, " zoe ,"), ("team", "x")], [(OWNER_TAG, "zoe"), ("team", "x")]),
        ([(OWNER_TAG, " , "), ("owner", "ann")], [(OWNER_TAG, " , "), ("owner", "ann"), (OWNER_TAG, "ann")]),
        ([("Raito_Owner", "zoe"), ("owner", "ann")], [("Raito_Owner", "zoe"), ("owner", "ann"), (OWNER_TAG, "ann")]),
        ([("owner", " , "), ("team", "x")], [("owner", " , "), ("team", "x")]),
        ([("owners", "ann"), ("team", "x")], [("owners", "ann"), ("team", "x")]),
    ],
)
def test_owners_are_those_of_the_owner_tag_and_of_every_tag_of_the_key(given_tags: Pairs, expected: Pairs) -> None:
    found = with_owners(tags(*given_tags), "Owner")
    assert found is not None
    assert [(tag.key, tag.value) for tag in found] == expected


def test_a_new_owner_tag_has_the_source_of_the_first_tag_that_names_one_and_an_old_one_its_own() -> None:
    found = with_owners(tags(("owner", ""), ("owner", "ann"), ("owner", "bob")), "owner")
    assert found is not None and found[-1] == Tag(OWNER_TAG, "ann,bob", "source-1")
    found = with_owners(tags(("owner", "ann"), (OWNER_TAG, "zoe")), "owner")
    assert found is not None and found[-1] == Tag(OWNER_TAG, "zoe,ann", "source-1")


def test_the_key_may_be_that_of_the_owner_tag_itself() -> None:
    assert with_owners(tags((OWNER_TAG, "ann")), OWNER_TAG) == tags((OWNER_TAG, "ann"))


@given(TAGS, st.none() | st.just(""))
def test_without_a_key_tags_stay_as_they_are(given_tags: Pairs, key: str | None) -> None:
    assert with_owners(tags(*given_tags), key) == tags(*given_tags)
    assert with_owners(None, "owner") is None and with_owners((), "owner") == ()


@given(TAGS)
def test_all_other_tags_stay_and_nobody_is_lost(given_tags: Pairs) -> None:
    found = with_owners(tags(*given_tags), "owner") or ()
    assert [tag for tag in found if tag.key != OWNER_TAG] == [t for t in tags(*given_tags) if t.key != OWNER_TAG]
    named = {name.strip() for key, value in given_tags if key.lower() == "owner" for name in value.split(",")} - {""}
    owners = {name for tag in found if tag.key == OWNER_TAG for name in tag.value.split(",")}
    assert named <= owners
