"""What an import of data objects means."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.local.raito.catalogue import Catalogue, ChangeAbandonedError, Incoming
from raito_aws_pipeline.local.raito.data_object_import import (
    DATA_OBJECTS,
    decode_data_object,
    import_data_objects,
)
from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.model.tags import Tag
from tests.local.raito.wire_client import data_object

Record = dict[str, Any]

METADATA = {
    "dataObjectTypes": [
        {"name": "datasource", "children": ["bucket"]},
        {"name": "bucket", "children": ["folder", "file"]},
        {"name": "folder", "children": ["folder", "file"]},
        {"name": "file"},
    ]
}

ROOT = data_object("root")
BUCKET = data_object("bucket", "root")


class Source:
    """A catalogue that data objects are imported into, and read from."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self.catalogue = Catalogue(folder / "catalogue.sqlite")

    def take_in(
        self,
        *records: Record,
        delete: bool = True,
        scope: Sequence[str] = (),
        metadata: dict[str, Any] | None = None,
        source: str = "source",
    ) -> tuple[tuple[int, int, int], list[str]]:
        """Import; (added, updated, removed) and the warnings."""
        path = self._folder / "1-dataObjects.json"
        path.write_text(json.dumps(list(records)))
        arguments = {"dataSource": source, "deleteUntouched": delete, "tagSourcesScope": list(scope)}
        with self.catalogue.change() as change:
            result = import_data_objects(change, arguments, (path,), metadata)
        assert result["__typename"] == "DataSourceImportResult"
        counts = (result["dataObjectsAdded"], result["dataObjectsUpdated"], result["dataObjectsRemoved"])
        return counts, result["warnings"]

    def tags(self, external_id: str) -> set[tuple[str, str, str]]:
        contents = self.catalogue.contents(DATA_OBJECTS)
        [found] = [one for one in map(decode_data_object, contents) if one.external_id == external_id]
        return {(tag.key, tag.value, tag.source) for tag in found.tags or ()}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


def tag(value: str, source: str) -> dict[str, str]:
    return {"key": "k", "value": value, "source": source}


def test_known_data_objects_are_updated_only_where_they_differ(source: Source) -> None:
    source.take_in(ROOT, {**BUCKET, "tags": [tag("a", "s"), tag("b", "s")]})

    same = {**BUCKET, "tags": [tag("b", "s"), tag("a", "s")]}
    assert source.take_in(same, ROOT) == ((0, 0, 0), [])
    assert source.take_in(ROOT, {**same, "description": "new"}) == ((0, 1, 0), [])


def test_no_tags_and_null_are_the_same(source: Source) -> None:
    source.take_in({**ROOT, "tags": []})

    assert source.take_in({**ROOT, "tags": None}) == ((0, 0, 0), [])


def test_what_the_file_does_not_hold_stays_or_goes_as_the_request_says(source: Source) -> None:
    source.take_in(ROOT, BUCKET)

    assert source.take_in(ROOT, delete=False)[0] == (0, 0, 0)
    assert source.take_in(ROOT, delete=True)[0] == (0, 0, 1)
    assert source.catalogue.external_ids(DATA_OBJECTS) == ["root"]


def test_data_sources_are_apart(source: Source) -> None:
    source.take_in(ROOT, BUCKET, source="one")

    assert source.take_in(ROOT, source="other") == ((1, 0, 0), [])
    assert source.catalogue.external_ids(DATA_OBJECTS, "one") == ["bucket", "root"]


class TestTagScope:
    """`tagSourcesScope`."""

    def test_without_one_the_tags_are_those_of_the_file(self, source: Source) -> None:
        source.take_in({**ROOT, "tags": [tag("old", "aws-s3"), tag("old", "other")]})
        source.take_in({**ROOT, "tags": [tag("new", "aws-s3")]})

        assert source.tags("root") == {("k", "new", "aws-s3")}

    def test_tags_of_other_sources_stay(self, source: Source) -> None:
        source.take_in({**ROOT, "tags": [tag("old", "aws-s3"), tag("old", "other")]})
        source.take_in({**ROOT, "tags": [tag("new", "aws-s3"), tag("new", "other")]}, scope=["aws-s3"])

        assert source.tags("root") == {("k", "new", "aws-s3"), ("k", "old", "other")}

    def test_a_data_object_without_tags_loses_those_in_the_scope(self, source: Source) -> None:
        source.take_in({**ROOT, "tags": [tag("old", "aws-s3"), tag("old", "other")]})
        source.take_in(ROOT, scope=["aws-s3"])

        assert source.tags("root") == {("k", "old", "other")}


class TestParents:
    """Where data objects lie."""

    def test_a_parent_may_come_after_its_children(self, source: Source) -> None:
        assert source.take_in(BUCKET, ROOT) == ((2, 0, 0), [])

    def test_a_parent_that_is_in_no_file_is_a_warning(self, source: Source) -> None:
        counts, warnings = source.take_in(ROOT, data_object("a", "gone"), data_object("b", "gone"))

        assert counts == (3, 0, 0)
        assert warnings == ["2 data objects name a parent that is not known: a → gone, b → gone"]

    def test_of_many_warnings_of_a_kind_ten_examples_are_named(self, source: Source) -> None:
        _, [warning] = source.take_in(ROOT, *(data_object(f"{n:02}", "gone") for n in range(12)))

        assert warning.startswith("12 data objects name a parent that is not known: 00 → gone, ")
        assert warning.endswith(", 09 → gone, and 2 more")

    def test_a_known_parent_counts_as_long_as_it_stays(self, source: Source) -> None:
        source.take_in(ROOT)

        assert source.take_in(BUCKET, delete=False) == ((1, 0, 0), [])
        counts, warnings = source.take_in(BUCKET, delete=True)
        assert counts == (0, 0, 1)
        assert warnings == ["1 data objects name a parent that is not known: bucket → root"]

    def test_only_a_data_source_has_no_parent(self, source: Source) -> None:
        counts, warnings = source.take_in({**ROOT, "type": "DataSource"}, data_object("b", type="bucket"))

        assert counts == (2, 0, 0)
        assert warnings == ["1 data objects have no parent and are no data source: b"]


class TestTypes:
    """Types, where metadata was set."""

    def test_without_metadata_any_type_will_do(self, source: Source) -> None:
        assert source.take_in(ROOT, data_object("x", "root", type="odd"))[1] == []

    def test_a_type_that_is_not_declared_is_a_warning(self, source: Source) -> None:
        counts, warnings = source.take_in(ROOT, data_object("x", "root", type="odd"), metadata=METADATA)

        assert counts == (2, 0, 0)
        assert warnings == [
            "1 data objects have a type that the data source's metadata does not declare: x (odd)",
        ]

    def test_a_place_below_a_type_that_does_not_hold_such_ones_is_a_warning(self, source: Source) -> None:
        file = data_object("f", "bucket", type="file")
        below = data_object("g", "f", type="file")

        _, warnings = source.take_in(ROOT, BUCKET, file, below, metadata=METADATA)

        assert warnings == [
            "1 data objects lie below a type that by the metadata does not hold theirs: g (file below file)"
        ]

    def test_a_known_parents_type_counts_too(self, source: Source) -> None:
        source.take_in(ROOT, BUCKET)

        _, warnings = source.take_in(data_object("x", "root", type="file"), delete=False, metadata=METADATA)

        assert warnings == [
            "1 data objects lie below a type that by the metadata does not hold theirs: x (file below datasource)"
        ]


def test_of_several_records_with_one_external_id_the_first_counts(source: Source) -> None:
    counts, warnings = source.take_in(ROOT, BUCKET, {**BUCKET, "parentExternalId": "gone"}, metadata=METADATA)

    assert counts == (2, 0, 0)
    assert warnings == ["1 records of data objects repeat an external id; the first of each counts: bucket"]


def test_an_import_that_fails_leaves_everything_as_it_was(source: Source) -> None:
    source.take_in(ROOT, BUCKET)

    with pytest.raises(RequestRefusedError, match=r"1-dataObjects\.json: record 2: the externalId is empty"):
        source.take_in(data_object("new"), data_object(""))

    assert source.catalogue.external_ids(DATA_OBJECTS) == ["bucket", "root"]


def test_looking_at_what_is_staged_ends_when_the_server_stops(source: Source) -> None:
    with pytest.raises(ChangeAbandonedError), source.catalogue.change() as change:
        change.stage([Incoming("b", b"{}"), Incoming("a", b"{}")], keep_content=True)
        assert list(change.staged()) == [Incoming("a", b"{}"), Incoming("b", b"{}")]
        source.catalogue.abandon_changes()
        list(change.staged())


def test_data_objects_are_read_back_as_they_were_sent(source: Source) -> None:
    column = data_object("c", "t", type="column", dataType="bigint", description="Ü", tags=[tag("v", "aws-s3")])

    source.take_in(column)

    [found] = map(decode_data_object, source.catalogue.contents(DATA_OBJECTS))
    assert (found.external_id, found.parent_external_id, found.type) == ("c", "t", "column")
    assert (found.data_type, found.description, found.tags) == ("bigint", "Ü", (Tag("k", "v", "aws-s3"),))


NAMES = st.sampled_from("abcdef")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.tuples(st.dictionaries(NAMES, st.tuples(NAMES, NAMES)), st.booleans()), max_size=4))
def test_after_any_imports_the_data_source_holds_what_they_say(
    files: list[tuple[dict[str, tuple[str, str]], bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The law: added, updated and removed are the difference; unknown parents are just those that nobody holds."""
    source = Source(tmp_path_factory.mktemp("law"))
    held: dict[str, tuple[str, str]] = {}
    for content, delete in files:
        records = [data_object(name, parent, description=text) for name, (parent, text) in content.items()]
        counts, warnings = source.take_in(*records, delete=delete)
        after = {**({} if delete else held), **content}
        added = after.keys() - held.keys()
        updated = [name for name in content.keys() & held.keys() if content[name] != held[name]]
        assert counts == (len(added), len(updated), len(held.keys() - after.keys()))
        orphans = sorted(f"{name} → {parent}" for name, (parent, _) in content.items() if parent not in after)
        expected = f"{len(orphans)} data objects name a parent that is not known: {', '.join(orphans)}"
        assert warnings == ([expected] if orphans else [])
        held = after
        assert source.catalogue.external_ids(DATA_OBJECTS) == sorted(held)
    source.catalogue.close()
