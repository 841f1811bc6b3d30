"""What an import of access providers means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.data_objects.metadata import data_source_metadata
from raito_aws_pipeline.local.raito.access_provider_import import (
    ACCESS_PROVIDERS,
    decode_access_control,
    import_access_providers,
)
from raito_aws_pipeline.local.raito.catalogue import Catalogue, ChangeAbandonedError
from raito_aws_pipeline.local.raito.data_object_import import DATA_OBJECTS, import_data_objects
from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.model.access_controls import AccessControl
from tests.golden import golden_json
from tests.local.raito.wire_client import WireClient, data_object

Record = dict[str, Any]

WHO_LISTS = ("users", "groups", "accessProviders", "recipients")


def access_provider(external_id: str, **members: Any) -> Record:
    """A record of an access providers file that grants nobody anything."""
    return {
        "externalId": external_id,
        "name": external_id,
        "namingHint": "",
        "type": "aws_policy",
        "access": None,
        "action": "grant",
        "policy": "{}",
        "who": who(),
        "notInternalizable": False,
        "actualName": external_id,
        "what": [],
        "tags": None,
        **members,
    }


def who(**lists: list[str] | None) -> Record:
    return {name: lists.get(name) for name in WHO_LISTS}


def what(full_name: str, *permissions: str) -> Record:
    return {"dataObject": {"fullName": full_name, "type": ""}, "permissions": list(permissions)}


class Source:
    """A catalogue that access providers are imported into, and read from."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self.catalogue = Catalogue(folder / "catalogue.sqlite")

    def take_in(
        self, *records: Record, delete: bool = True, metadata: dict[str, Any] | None = None, source: str = "source"
    ) -> tuple[tuple[int, int, int], list[str]]:
        """Import; (added, updated, removed) and the warnings."""
        with self.catalogue.change() as change:
            arguments = {"dataSource": source, "deleteUntouched": delete}
            file = self._file("1-accessProviders.json", records)
            result = import_access_providers(change, arguments, (file,), metadata)
        assert result["__typename"] == "AccessProviderImportResult"
        return (result["accessAdded"], result["accessUpdated"], result["accessRemoved"]), result["warnings"]

    def take_in_data_objects(self, *records: Record, source: str = "source") -> None:
        with self.catalogue.change() as change:
            arguments = {"dataSource": source, "deleteUntouched": True}
            import_data_objects(change, arguments, (self._file("0-dataObjects.json", records),), None)

    def known(self) -> dict[str, AccessControl]:
        """All access controls by external id."""
        controls = map(decode_access_control, self.catalogue.contents(ACCESS_PROVIDERS))
        return {control.external_id: control for control in controls}

    def _file(self, name: str, records: tuple[Record, ...]) -> Path:
        path = self._folder / name
        path.write_text(json.dumps(list(records)))
        return path


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


def test_known_access_providers_are_updated_only_where_they_differ(source: Source) -> None:
    source.take_in_data_objects(data_object("x"), data_object("y", "x"))
    first = access_provider("p", who=who(users=["a", "b"]), what=[what("x", "s3:A", "s3:B"), what("y", "s3:C")])
    source.take_in(first)

    same = {**first, "who": who(users=["b", "a"]), "what": [what("y", "s3:C"), what("x", "s3:B", "s3:A")]}
    assert source.take_in(same) == ((0, 0, 0), [])
    assert source.take_in({**first, "what": [what("x", "s3:A"), what("y", "s3:C")]}) == ((0, 1, 0), [])
    assert source.take_in({**first, "incomplete": True}) == ((0, 1, 0), [])


def test_null_and_nobody_are_kept_apart(source: Source) -> None:
    for unlike in (who(), who(users=[]), None):
        source.take_in(access_provider("p", who=unlike))

        known = source.known()["p"].who
        assert (known and known.users) == (unlike and (() if unlike["users"] == [] else None))
        assert source.take_in(access_provider("p", who=unlike)) == ((0, 0, 0), [])


def test_what_the_file_does_not_hold_stays_or_goes_as_the_request_says(source: Source) -> None:
    source.take_in(access_provider("p"), access_provider("q"))

    assert source.take_in(access_provider("p"), delete=False)[0] == (0, 0, 0)
    assert source.take_in(access_provider("p"), delete=True)[0] == (0, 0, 1)
    assert list(source.known()) == ["p"]


def test_data_sources_are_apart(source: Source) -> None:
    source.take_in(access_provider("p"), access_provider("q"), source="one")

    assert source.take_in(access_provider("p"), source="other") == ((1, 0, 0), [])
    assert source.catalogue.external_ids(ACCESS_PROVIDERS, "one") == ["p", "q"]


class TestLocks:
    """Locks are those of the last file."""

    def test_locks_and_their_reasons_are_kept(self, source: Source) -> None:
        source.take_in(access_provider("p", whatLocked=True, whatLockedReason="kept by AWS", nameLocked=False))

        known = source.known()["p"]
        assert (known.what_locked, known.what_locked_reason, known.name_locked) == (True, "kept by AWS", False)
        assert (known.who_locked, known.who_locked_reason, known.delete_locked) == (None, None, None)

    def test_a_lock_that_comes_or_goes_is_an_update(self, source: Source) -> None:
        source.take_in(access_provider("p"))

        assert source.take_in(access_provider("p", whoLocked=True))[0] == (0, 1, 0)
        assert source.take_in(access_provider("p", whoLocked=True))[0] == (0, 0, 0)
        assert source.take_in(access_provider("p"))[0] == (0, 1, 0)
        assert source.known()["p"].who_locked is None


class TestWho:
    """Access providers that others inherit from."""

    def test_one_that_is_in_no_file_is_a_warning(self, source: Source) -> None:
        inherits = who(accessProviders=["role:r", "role:gone"])
        counts, warnings = source.take_in(
            access_provider("role:r"), access_provider("p", who=inherits), access_provider("q", who=inherits)
        )

        assert counts == (3, 0, 0)
        assert warnings == ["2 WHO items name an access provider that is not known: p → role:gone, q → role:gone"]
        assert source.known()["p"].who.access_providers == ("role:gone", "role:r")  # type: ignore[union-attr]

    def test_a_known_one_counts_as_long_as_it_stays(self, source: Source) -> None:
        source.take_in(access_provider("role:r"))
        inherits = access_provider("p", who=who(accessProviders=["role:r"]))

        assert source.take_in(inherits, delete=False) == ((1, 0, 0), [])
        assert source.take_in(inherits, delete=True) == (
            (0, 0, 1),
            ["1 WHO items name an access provider that is not known: p → role:r"],
        )

    def test_one_of_another_data_source_is_not_known(self, source: Source) -> None:
        source.take_in(access_provider("role:r"), source="other")

        _, [warning] = source.take_in(access_provider("p", who=who(accessProviders=["role:r"])), delete=False)

        assert warning.endswith("p → role:r")


class TestWhat:
    """Data objects that access is granted to."""

    def test_full_names_that_the_data_source_has_are_found_whatever_the_external_id(self, source: Source) -> None:
        source.take_in_data_objects(data_object("id-1", fullName="1:eu-west-1:b"))

        assert source.take_in(access_provider("p", what=[what("1:eu-west-1:b", "s3:A")])) == ((1, 0, 0), [])

    def test_one_that_the_data_source_does_not_have_is_a_warning(self, source: Source) -> None:
        source.take_in_data_objects(data_object("known"))
        source.take_in_data_objects(data_object("elsewhere"), source="other")
        items = [what("known", "s3:A"), what("elsewhere", "s3:A"), {"dataObject": None, "permissions": None}]

        counts, warnings = source.take_in(access_provider("p", what=items), access_provider("q", what=None))

        assert counts == (2, 0, 0)
        assert warnings == ["1 WHAT items name a data object that the data source does not have: p → elsewhere"]

    def test_of_many_ten_examples_are_named(self, source: Source) -> None:
        _, [warning] = source.take_in(access_provider("p", what=[what(f"b{n:02}", "s3:A") for n in range(12)]))

        assert warning.startswith("12 WHAT items name a data object that the data source does not have: p → b00, ")
        assert warning.endswith(", p → b09, and 2 more")


class TestTypes:
    """Types, where metadata was set."""

    METADATA = data_source_metadata(glue=False, organization=False)

    def test_without_metadata_any_type_will_do(self, source: Source) -> None:
        assert source.take_in(access_provider("p", type="odd"))[1] == []

    def test_a_type_that_is_not_declared_is_a_warning(self, source: Source) -> None:
        kinds = {"p": "aws_role", "q": "aws_sso_role", "r": None, "s": "aws_access_point"}
        records = [access_provider(name, type=kind) for name, kind in kinds.items()]

        assert source.take_in(*records, metadata=self.METADATA) == (
            (4, 0, 0),
            ["1 access providers have a type that the data source's metadata does not declare: q (aws_sso_role)"],
        )


def test_of_several_records_with_one_external_id_the_first_counts(source: Source) -> None:
    counts, warnings = source.take_in(access_provider("p", name="first"), access_provider("p", name="second"))

    assert (counts, source.known()["p"].name) == ((1, 0, 0), "first")
    assert warnings == ["1 records of access providers repeat an external id; the first of each counts: p"]


def test_an_import_that_fails_leaves_everything_as_it_was(source: Source) -> None:
    source.take_in(access_provider("p"))

    with pytest.raises(RequestRefusedError, match=r"1-accessProviders\.json: record 2: the externalId is empty"):
        source.take_in(access_provider("new"), access_provider(""))

    assert list(source.known()) == ["p"]


def test_looking_for_full_names_ends_when_the_server_stops(source: Source) -> None:
    source.take_in_data_objects(data_object("x"))
    with pytest.raises(ChangeAbandonedError), source.catalogue.change() as change:
        source.catalogue.abandon_changes()
        change.without_record(DATA_OBJECTS, "source", "fullName", {"y"})


def test_access_providers_are_imported_and_read_over_the_wire(client: WireClient) -> None:
    records = golden_json("e-access-import", "reference", "access-providers.json")
    job = client.create_job()

    done = client.import_file(job, "DA", "importAccessProvidersRequest", records, deleteUntouched=True)

    assert (done["status"], done["result"]["accessAdded"]) == ("COMPLETED", len(records))
    [unknown] = done["result"]["warnings"]
    assert "name a data object that the data source does not have" in unknown
    state = client.raito.state
    assert [c.external_id for c in state.access_controls()] == sorted(record["externalId"] for record in records)
    told = {record["externalId"]: record for record in records}
    for control in state.access_controls(client.raito.data_source_id):
        record = told[control.external_id]
        assert (control.name, control.incomplete, control.what_locked, control.what_locked_reason) == (
            record["name"],
            record.get("incomplete"),
            record.get("whatLocked"),
            record.get("whatLockedReason"),
        )
    assert state.access_controls("other") == []


NAMES = st.sampled_from("abcd")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    objects=st.sets(NAMES),
    files=st.lists(
        st.tuples(st.dictionaries(NAMES, st.tuples(st.sets(NAMES), st.sets(NAMES))), st.booleans()), max_size=4
    ),
)
def test_after_any_imports_the_data_source_holds_what_they_say(
    objects: set[str],
    files: list[tuple[dict[str, tuple[set[str], set[str]]], bool]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The law: added, updated and removed are the difference; unknown are just those names that nobody holds."""
    source = Source(tmp_path_factory.mktemp("law"))
    source.take_in_data_objects(*(data_object(name) for name in objects))
    held: dict[str, tuple[set[str], set[str]]] = {}
    for content, delete in files:
        records = [
            access_provider(
                name, who=who(accessProviders=list(above)), what=[what(full_name) for full_name in full_names]
            )
            for name, (above, full_names) in content.items()
        ]
        counts, warnings = source.take_in(*records, delete=delete)
        after = {**({} if delete else held), **content}
        added = after.keys() - held.keys()
        updated = [name for name in content.keys() & held.keys() if content[name] != held[name]]
        assert counts == (len(added), len(updated), len(held.keys() - after.keys()))
        unknown_who = sum(len(above - after.keys()) for above, _ in content.values())
        unknown_what = sum(len(full_names - objects) for _, full_names in content.values())
        told = [int(warning.partition(" ")[0]) for warning in warnings]
        assert told == [count for count in (unknown_who, unknown_what) if count]
        held = after
        assert list(source.known()) == sorted(held)
    source.catalogue.close()
