"""What an import of access providers means (protocol 4, 6.5): which are added, changed, gone, and what is odd in them.

The rules, as far as the protocol leaves them open:

- An access provider is known by its external id. It counts as updated where it really differs; the order of WHO, of
  WHAT, of permissions and of tags does not matter.
- Its locks, with their reasons, are kept as the file has them: a lock that a later file leaves out is off again.
- `deleteUntouched`: access providers of the data source that the file does not hold are removed.
- An access provider in WHO that is neither in the file nor stays known is a warning; so are a data object in WHAT whose
  full name the data source does not have, and a type that the data source's metadata does not declare. Without metadata
  nothing is said of types.
- What a warning names is taken in all the same.
- Of several records with one external id the first counts, with a warning. An empty external id fails the import.

An import is done whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from raito_aws_pipeline.local.raito.catalogue import CatalogueChange, Incoming
from raito_aws_pipeline.local.raito.data_object_import import DATA_OBJECTS
from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.local.raito.import_warnings import Examples, repeated_ids
from raito_aws_pipeline.local.raito.record_files import read_records
from raito_aws_pipeline.model.access_controls import AccessControl, WhatItem, Who
from raito_aws_pipeline.model.records import record_type
from raito_aws_pipeline.model.tags import Tag

ACCESS_PROVIDERS = "accessProviders"
"""Kind of the catalogue's records of access providers."""

_RECORD = record_type(AccessControl)
_ItemT = TypeVar("_ItemT", str, Tag)


class _Named(msgspec.Struct):
    """What of an access provider names something else."""

    type: str | None
    who: Who | None
    what: tuple[WhatItem, ...] | None

    def access_providers(self) -> tuple[str, ...]:
        return (self.who.access_providers if self.who else None) or ()

    def full_names(self) -> list[str]:
        return [item.data_object.full_name for item in self.what or () if item.data_object]


_NAMED_BY = msgspec.json.Decoder(_Named).decode


def import_access_providers(
    change: CatalogueChange,
    settings: Mapping[str, Any],
    files: tuple[Path, ...],
    metadata: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Import a file of access providers.

    Memory: a batch of records, and the different names of data objects and access providers in the file. Full names are
    looked up in one pass over the data source's data objects: about two seconds for a million.

    Args:
        change: The change to make.
        settings: The request's settings: dataSource, deleteUntouched.
        files: The one file.
        metadata: The data source's metadata (protocol 5.1), or None where none was set.

    Returns:
        The members of an `AccessProviderImportResult`.

    Raises:
        RequestRefusedError: The file cannot be read, or a record has another shape or no external id.
    """
    [file] = files
    source = settings["dataSource"]
    delete_untouched = bool(settings.get("deleteUntouched"))
    change.stage(_incoming(file), keep_content=True)
    warnings = _odd_names(change, source, metadata, others_stay=not delete_untouched)
    done = change.apply(ACCESS_PROVIDERS, source, delete_untouched=delete_untouched)
    return {
        "__typename": "AccessProviderImportResult",
        "accessAdded": done.added,
        "accessUpdated": done.updated,
        "accessRemoved": done.removed,
        "warnings": [*repeated_ids("access providers", done), *warnings],
    }


def decode_access_control(content: bytes) -> AccessControl:
    """An access provider from its content in the catalogue."""
    return msgspec.json.decode(content, type=AccessControl)


def _incoming(file: Path) -> Iterator[Incoming]:
    encoder, number = msgspec.json.Encoder(order="deterministic"), 0
    for batch in read_records(file, _RECORD):
        for record in batch:
            number += 1
            control = msgspec.convert(record, AccessControl, from_attributes=True)
            if not control.external_id:
                raise RequestRefusedError(f"{file.name}: record {number}: the externalId is empty")
            yield Incoming(control.external_id, encoder.encode(_in_order(control)))


def _in_order(control: AccessControl) -> AccessControl:
    """The same access provider for all ways to write it."""
    who, what = control.who, control.what
    if who is not None:
        who = Who(*(_sorted(getattr(who, member)) for member in who.__struct_fields__))
    if what is not None:
        items = (
            msgspec.structs.replace(item, permissions=item.permissions and tuple(sorted(item.permissions)))
            for item in what
        )
        what = tuple(sorted(items, key=msgspec.json.encode))
    return msgspec.structs.replace(control, who=who, what=what, tags=_sorted(control.tags))


def _sorted(items: tuple[_ItemT, ...] | None) -> tuple[_ItemT, ...] | None:
    return None if items is None else tuple(sorted(items, key=msgspec.json.encode))


def _odd_names(
    change: CatalogueChange, source: str, metadata: Mapping[str, Any] | None, *, others_stay: bool
) -> list[str]:
    """The warnings on what the staged access providers name; `others_stay`: known ones need not be in the file."""
    undeclared = Examples("access providers have a type that the data source's metadata does not declare")
    unknown_who = Examples("WHO items name an access provider that is not known")
    unknown_what = Examples("WHAT items name a data object that the data source does not have")
    declared = None if metadata is None else {t["type"] for t in metadata.get("accessProviderTypes") or ()}
    named_providers: set[str] = set()
    named_objects: set[str] = set()
    for one in change.staged():
        named = _NAMED_BY(one.content)
        named_providers.update(named.access_providers())
        named_objects.update(named.full_names())
        if declared is not None and named.type is not None and named.type not in declared:
            undeclared.note(f"{one.external_id} ({named.type})")
    missing_providers = {
        name
        for name in named_providers
        if change.staged_content(name) is None
        and not (others_stay and change.content(ACCESS_PROVIDERS, source, name) is not None)
    }
    missing_objects = change.without_record(DATA_OBJECTS, source, "fullName", named_objects)
    if missing_providers or missing_objects:
        for one in change.staged():
            named = _NAMED_BY(one.content)
            for name in named.access_providers():
                if name in missing_providers:
                    unknown_who.note(f"{one.external_id} → {name}")
            for name in named.full_names():
                if name in missing_objects:
                    unknown_what.note(f"{one.external_id} → {name}")
    return [*undeclared.warnings(), *unknown_who.warnings(), *unknown_what.warnings()]
