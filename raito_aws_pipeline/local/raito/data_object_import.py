"""What an import of data objects means (protocol 4, 6.4): which are added, changed, gone, and what is odd about them.

The rules, as far as the protocol leaves them open:

- A data object counts as updated where it really differs; the order of tags does not matter.
- `tagSourcesScope`: tags of these sources are those of the file, tags of others stay. Empty: all are those of the file.
- `deleteUntouched`: data objects of the data source that the file does not hold are removed.
- Parents may come after their children. A parent that is neither in the file nor stays known is a warning; so are no
  parent where the type is not `datasource`, a type that the data source's metadata does not declare, and a place below
  a type that by the metadata does not hold such ones. Without metadata nothing is said of types.
- What a warning names is taken in all the same.
- Of several records with one external id the first counts, with a warning. An empty external id fails the import.

An import is done whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from raito_aws_pipeline.local.raito.catalogue import CatalogueChange, Incoming
from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.local.raito.import_warnings import Examples, repeated_ids
from raito_aws_pipeline.local.raito.record_files import read_records
from raito_aws_pipeline.local.raito.tag_scope import reconciled_tags
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.records import record_type

DATA_OBJECTS = "dataObjects"
"""Kind of the catalogue's records of data objects."""

_RECORD = record_type(DataObject)
_PARENTS_AT_A_TIME = 10_000
"""How many parents' types are remembered: siblings follow each other, so that most are asked for once."""


class _Place(msgspec.Struct, rename="camel"):
    """What of a record says where its data object lies."""

    type: str
    parent_external_id: str


def import_data_objects(
    change: CatalogueChange,
    settings: Mapping[str, Any],
    files: tuple[Path, ...],
    metadata: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Import a file of data objects.

    Memory: a batch of records, and the types of 10,000 parents.

    Args:
        change: The change to make.
        settings: The request's settings: dataSource, deleteUntouched, tagSourcesScope.
        files: The one file.
        metadata: The data source's metadata (protocol 5.1), or None where none was set.

    Returns:
        The members of a `DataSourceImportResult`.

    Raises:
        RequestRefusedError: The file cannot be read, or a record has another shape or no external id.
    """
    [file] = files
    source = settings["dataSource"]
    delete_untouched = bool(settings.get("deleteUntouched"))
    scope = frozenset(settings.get("tagSourcesScope") or ())
    change.stage(_incoming(change, source, file, scope), keep_content=True)
    warnings = _odd_places(change, None if delete_untouched else source, metadata)
    done = change.apply(DATA_OBJECTS, source, delete_untouched=delete_untouched)
    return {
        "__typename": "DataSourceImportResult",
        "dataObjectsAdded": done.added,
        "dataObjectsUpdated": done.updated,
        "dataObjectsRemoved": done.removed,
        "warnings": [*repeated_ids("data objects", done), *warnings],
    }


def decode_data_object(content: bytes) -> DataObject:
    """A data object from its content in the catalogue."""
    return msgspec.convert(msgspec.json.decode(content, type=_RECORD), DataObject, from_attributes=True)


def _incoming(change: CatalogueChange, source: str, file: Path, scope: frozenset[str]) -> Iterator[Incoming]:
    encoder, number = msgspec.json.Encoder(), 0
    for batch in read_records(file, _RECORD):
        record: Any
        for record in batch:
            number += 1
            if not record.external_id:
                raise RequestRefusedError(f"{file.name}: record {number}: the externalId is empty")
            yield Incoming(record.external_id, encoder.encode(_with_tags(change, source, record, scope)))


def _with_tags(change: CatalogueChange, source: str, record: Any, scope: frozenset[str]) -> Any:
    before = change.content(DATA_OBJECTS, source, record.external_id) if scope else None
    if before is None and record.tags is None:
        return record
    known: Any = None if before is None else msgspec.json.decode(before, type=_RECORD)
    tags = reconciled_tags(record.tags, known and known.tags, scope)
    return msgspec.structs.replace(record, tags=tags or None)


def _odd_places(change: CatalogueChange, source: str | None, metadata: Mapping[str, Any] | None) -> list[str]:
    """The warnings on where the staged data objects lie.

    `source` is the data source whose other data objects stay known, None where they are removed.
    """
    unknown_parents = Examples("data objects name a parent that is not known")
    without_parent = Examples("data objects have no parent and are no data source")
    undeclared = Examples("data objects have a type that the data source's metadata does not declare")
    misplaced = Examples("data objects lie below a type that by the metadata does not hold theirs")
    children = None if metadata is None else _children(metadata)
    place_of = msgspec.json.Decoder(_Place).decode

    @lru_cache(_PARENTS_AT_A_TIME)
    def parent_type(external_id: str) -> str | None:
        content = change.staged_content(external_id)
        if content is None and source is not None:
            content = change.content(DATA_OBJECTS, source, external_id)
        return None if content is None else place_of(content).type

    for one in change.staged():
        place = place_of(one.content)
        declared = children is None or place.type in children
        if not declared:
            undeclared.note(f"{one.external_id} ({place.type})")
        if not place.parent_external_id:
            if place.type.lower() != "datasource":
                without_parent.note(one.external_id)
            continue
        above = parent_type(place.parent_external_id)
        if above is None:
            unknown_parents.note(f"{one.external_id} → {place.parent_external_id}")
        elif children is not None and declared and place.type not in children.get(above, (place.type,)):
            misplaced.note(f"{one.external_id} ({place.type} below {above})")
    return [
        *undeclared.warnings(),
        *without_parent.warnings(),
        *unknown_parents.warnings(),
        *misplaced.warnings(),
    ]


def _children(metadata: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The types that each declared type may hold."""
    types = metadata.get("dataObjectTypes") or ()
    return {declared["name"]: frozenset(declared.get("children") or ()) for declared in types}
