"""What an import of users and groups means."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.local.raito.catalogue import Catalogue
from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.local.raito.identity_import import import_identities
from raito_aws_pipeline.model.identities import Group, User
from tests.local.raito.wire_client import group, user

Record = dict[str, Any]


class Store:
    """A catalogue that identities are imported into, and read from."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self.catalogue = Catalogue(folder / "catalogue.sqlite")

    def take_in(
        self,
        users: Sequence[Record],
        groups: Sequence[Record] = (),
        *,
        delete: bool = True,
        replace: bool = True,
        scope: Sequence[str] = (),
        store: str = "store",
    ) -> dict[str, Any]:
        """Import; the result."""
        files = (self._folder / "1-users.json", self._folder / "2-groups.json")
        for path, records in zip(files, (users, groups), strict=True):
            path.write_text(json.dumps(list(records)))
        arguments = {
            "identityStore": store,
            "deleteUntouched": delete,
            "replaceGroups": replace,
            "tagSourcesScope": list(scope),
        }
        with self.catalogue.change() as change:
            return import_identities(change, arguments, files)

    def users(self, store: str = "store") -> dict[str, User]:
        found = [msgspec.json.decode(c, type=User) for c in self.catalogue.contents("users", store)]
        return {one.external_id: one for one in found}

    def groups(self, store: str = "store") -> dict[str, Group]:
        found = [msgspec.json.decode(c, type=Group) for c in self.catalogue.contents("groups", store)]
        return {one.external_id: one for one in found}

    def everything(self) -> tuple[dict[str, User], dict[str, Group]]:
        return self.users(), self.groups()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def counts(result: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    """Added, updated, removed of users and of groups."""
    return {n: (result[f"{n}Added"], result[f"{n}Updated"], result[f"{n}Removed"]) for n in ("users", "groups")}


NOTHING = {"users": (0, 0, 0), "groups": (0, 0, 0)}

IDS = st.sampled_from(["a", "b", "c", "d"])
TAG = st.fixed_dictionaries(
    {"key": st.sampled_from(["k", "l"]), "value": st.sampled_from(["1", "2"]), "source": st.sampled_from(["s", "t"])}
)
TAGS = st.none() | st.lists(TAG, max_size=3)
USER = st.builds(
    lambda i, groups, tags, email, machine: user(i, *groups, tags=tags, email=email, isMachine=machine),
    IDS, st.lists(IDS, max_size=3), TAGS, st.sampled_from(["", "x@example.com"]), st.none() | st.booleans(),
)  # fmt: skip
GROUP = st.builds(lambda i, parents, text: group(i, *parents, description=text), IDS, st.lists(IDS, max_size=2), IDS)
FILES = st.tuples(
    st.lists(USER, max_size=4, unique_by=lambda u: str(u["externalId"])),
    st.lists(GROUP, max_size=4, unique_by=lambda g: str(g["externalId"])),
)
OPTIONS = st.fixed_dictionaries(
    {"delete": st.booleans(), "replace": st.booleans(), "scope": st.just([]) | st.just(["s"])}
)
law = settings(max_examples=60, deadline=None)


@law
@given(before=FILES, files=FILES, options=OPTIONS, data=st.data())
def test_importing_twice_in_any_order_of_records_changes_nothing(
    before: Any, files: Any, options: Any, data: Any
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.take_in(*before)
        store.take_in(*files, **options)
        held = store.everything()
        users, groups = (data.draw(st.permutations(records)) for records in files)
        assert counts(store.take_in(users, groups, **options)) == NOTHING
        assert store.everything() == held


@law
@given(before=FILES, files=FILES)
def test_with_delete_untouched_what_is_left_is_what_the_files_hold(before: Any, files: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, fresh = Store(Path(folder, "store")), Store(Path(folder, "fresh"))
        store.take_in(*before)
        store.take_in(*files)
        fresh.take_in(*files)
        assert store.everything() == fresh.everything()
        assert set(store.users()) == {u["externalId"] for u in files[0]}
        assert set(store.groups()) == {g["externalId"] for g in files[1]}


@law
@given(before=FILES, files=FILES)
def test_without_delete_untouched_nothing_is_removed(before: Any, files: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.take_in(*before)
        result = store.take_in(*files, delete=False)
        assert result["usersRemoved"] == result["groupsRemoved"] == 0
        assert set(store.users()) == {u["externalId"] for u in [*before[0], *files[0]]}
        assert set(store.groups()) == {g["externalId"] for g in [*before[1], *files[1]]}


@law
@given(before=FILES, files=FILES, options=OPTIONS)
def test_counts_are_the_difference_of_before_and_after(before: Any, files: Any, options: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.take_in(*before)
        held = store.everything()
        result = store.take_in(*files, **options)
        for noun, old, new in zip(("users", "groups"), held, store.everything(), strict=True):
            assert counts(result)[noun] == (
                len(new.keys() - old.keys()),
                sum(old[i] != new[i] for i in old.keys() & new.keys()),
                len(old.keys() - new.keys()),
            )


@law
@given(before=FILES, files=FILES, options=OPTIONS)
def test_memberships_and_parents_always_lead_to_known_groups(before: Any, files: Any, options: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.take_in(*before)
        store.take_in(*files, **options)
        users, groups = store.everything()
        for one in users.values():
            assert groups.keys() >= set(one.group_external_ids or ())
        for other in groups.values():
            assert groups.keys() >= set(other.parent_group_external_ids or ())


def test_a_user_that_really_differs_is_updated(store: Store) -> None:
    store.take_in([user("ann"), user("ben")])
    result = store.take_in([user("ann", email="new@example.com"), user("ben")])
    assert counts(result) == {"users": (0, 1, 0), "groups": (0, 0, 0)}
    assert store.users()["ann"].email == "new@example.com"


def test_replace_groups_makes_memberships_those_of_the_file(store: Store) -> None:
    store.take_in([user("ann", "admins", "readers")], [group("admins"), group("readers")])
    store.take_in([user("ann", "readers")], [group("admins"), group("readers")], replace=True)
    assert store.users()["ann"].group_external_ids == ("readers",)


def test_without_replace_groups_memberships_are_added(store: Store) -> None:
    store.take_in([user("ann", "admins")], [group("admins"), group("readers")])
    store.take_in([user("ann", "readers")], [group("admins"), group("readers")], replace=False)
    assert store.users()["ann"].group_external_ids == ("admins", "readers")


def test_a_removed_group_is_removed_from_memberships_too(store: Store) -> None:
    store.take_in([user("ann", "admins", "readers")], [group("admins"), group("readers")])
    store.take_in([user("ann")], [group("readers")], replace=False)
    assert store.users()["ann"].group_external_ids == ("readers",)


def test_a_membership_of_an_unknown_group_is_left_out_with_a_warning(store: Store) -> None:
    result = store.take_in([user("ann", "ghosts", "readers"), user("ben", "ghosts")], [group("readers", "spirits")])
    assert result["warnings"] == [
        "2 memberships name groups that are not known, and were left out: ann → ghosts, ben → ghosts",
        "1 parents of groups name groups that are not known, and were left out: readers → spirits",
    ]
    assert store.users()["ann"].group_external_ids == ("readers",)
    assert store.groups()["readers"].parent_group_external_ids == ()


def test_a_group_that_stays_known_may_be_named_by_a_membership(store: Store) -> None:
    store.take_in([], [group("readers")])
    result = store.take_in([user("ann", "readers")], [], delete=False)
    assert result["warnings"] == []


def test_of_records_with_one_external_id_the_first_counts_with_a_warning(store: Store) -> None:
    result = store.take_in([user("ann", email="1"), user("ann", email="2"), user("ann", email="3"), user("ben")])
    assert counts(result)["users"] == (2, 0, 0)
    assert result["warnings"] == ["2 records of users repeat an external id; the first of each counts: ann, and 1 more"]
    assert store.users()["ann"].email == "1"


def test_many_warnings_of_one_kind_are_one_with_examples(store: Store) -> None:
    [warning] = store.take_in([user(f"u{n:02}", "ghosts") for n in range(12)])["warnings"]
    assert warning.startswith("12 memberships name groups")
    assert warning.endswith("u09 → ghosts, and 2 more")


def test_tags_of_sources_outside_the_scope_stay(store: Store) -> None:
    def tag(key: str, source: str) -> Record:
        return {"key": key, "value": "v", "source": source}

    store.take_in([user("ann", tags=[tag("old", "aws"), tag("mine", "manual")])])
    store.take_in([user("ann", tags=[tag("new", "aws"), tag("other", "manual")])], scope=["aws"])
    assert [(t.key, t.source) for t in store.users()["ann"].tags or ()] == [("mine", "manual"), ("new", "aws")]
    store.take_in([user("ann", tags=[tag("new", "aws")])])
    assert [(t.key, t.source) for t in store.users()["ann"].tags or ()] == [("new", "aws")]


def test_stores_do_not_touch_each_other(store: Store) -> None:
    store.take_in([user("ann")], [group("readers")], store="one")
    result = store.take_in([user("ben", "readers")], [], store="other")
    assert counts(result) == {"users": (1, 0, 0), "groups": (0, 0, 0)}
    assert "readers" in result["warnings"][0]
    assert (list(store.users("one")), list(store.users("other"))) == (["ann"], ["ben"])


@pytest.mark.parametrize(
    ("users", "groups", "reason"),
    [
        ([user("ann"), user("")], [], "1-users.json: record 2: the externalId is empty"),
        ([], [group("")], "2-groups.json: record 1: the externalId is empty"),
        ([{"externalId": "ann"}], [], "1-users.json: record 1: Object missing required field `name`"),
        ([], [group("a", name=None)], "2-groups.json: record 1: Expected `str`, got `null` - at `$.name`"),
    ],
)
def test_an_import_that_fails_changes_nothing(
    store: Store, users: list[Record], groups: list[Record], reason: str
) -> None:
    store.take_in([user("zoe", "all")], [group("all")])
    held = store.everything()
    with pytest.raises(RequestRefusedError) as refusal:
        store.take_in(users, groups)
    assert str(refusal.value) == reason
    assert store.everything() == held
    assert counts(store.take_in([user("zoe", "all")], [group("all")])) == NOTHING
