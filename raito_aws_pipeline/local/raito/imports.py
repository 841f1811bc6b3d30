"""What each kind of import does with its files: shape, counts and what is remembered.

Here: feedback, usage and tags, whose records are remembered by external id; and the table of all kinds. Not here: users
and groups (`identity_import`), data objects (`data_object_import`), access providers (`access_provider_import`), and
when an import runs (`worker`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from raito_aws_pipeline.local.raito.access_provider_import import ACCESS_PROVIDERS, import_access_providers
from raito_aws_pipeline.local.raito.catalogue import CatalogueChange, Change, Incoming, UsageWindow
from raito_aws_pipeline.local.raito.data_object_import import DATA_OBJECTS, import_data_objects
from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.local.raito.identity_import import import_identities
from raito_aws_pipeline.local.raito.import_warnings import Examples, repeated_ids
from raito_aws_pipeline.local.raito.record_files import read_records
from raito_aws_pipeline.model.access_controls import AccessFeedback
from raito_aws_pipeline.model.columns import Row
from raito_aws_pipeline.model.records import record_type
from raito_aws_pipeline.model.tags import TagAssignment
from raito_aws_pipeline.model.usage import UsageStatement

Import = Callable[[CatalogueChange, Mapping[str, Any], tuple[Path, ...]], dict[str, Any]]
"""Takes the change to make, the request's settings and the files; returns the members of the subtask's result.

Raises RequestRefusedError where a file cannot be read or a record has another shape.
"""

ImportWithMetadata = Callable[
    [CatalogueChange, Mapping[str, Any], tuple[Path, ...], Mapping[str, Any] | None], dict[str, Any]
]
"""The same, with the metadata of the data source, or None where none was set."""


def import_feedback(change: CatalogueChange, settings: Mapping[str, Any], files: tuple[Path, ...]) -> dict[str, Any]:
    """Take in the feedback on exported access providers (protocol 7.6); a name counts where one was given."""
    names = 0
    for record in _records(AccessFeedback, files):
        names += sum(bool(entry.actual_name) for entry in record.access)
        change.stage([Incoming(record.external_id, msgspec.json.encode(record))], keep_content=False)
    done = _apply(change, "accessFeedback", settings)
    return {
        "__typename": "AccessProviderSyncFeedbackResult",
        "accessNamesAdded": names,
        "warnings": repeated_ids("feedback", done),
    }


def import_usage(change: CatalogueChange, settings: Mapping[str, Any], files: tuple[Path, ...]) -> dict[str, Any]:
    """Import usage statements (protocol 6.6): one that is known by its external id is skipped.

    A statement with an error or a query text counts as failed and is not remembered. Edges are the accessed data
    objects of the statements that did not fail.
    """
    failed = Examples("statements have an error or a query, and were not taken in")
    failures = edges = 0
    window: UsageWindow | None = None

    def statements() -> Iterator[Incoming]:
        nonlocal failures, edges, window
        for record in _records(UsageStatement, files):
            if record.error or record.query:
                failures += 1
                failed.note(record.external_id)
                continue
            edges += len(record.accessed_data_objects)
            if record.start_time is not None:
                window = _widened(window, record.start_time)
            yield Incoming(record.external_id, msgspec.json.encode(record))

    change.stage(statements(), keep_content=False)
    done = change.apply("usage", settings["dataSource"], delete_untouched=False, update=False)
    if window:
        change.widen_usage_window(settings["dataSource"], window)
    return {
        "__typename": "DataUsageImportResult",
        "statementsAdded": done.added,
        "statementsSkipped": done.unchanged + done.repeated,
        "statementsFailed": failures,
        "edgesCreatedOrUpdated": edges,
        "edgesRemoved": 0,
        "warnings": failed.warnings(),
    }


def import_tags(change: CatalogueChange, settings: Mapping[str, Any], files: tuple[Path, ...]) -> dict[str, Any]:
    """Import tags given apart from their objects (protocol 6.7), one a tagged object, key and source."""
    owner = settings.get("dataSource") or settings.get("identitySource") or ""
    for record in _records(TagAssignment, files):
        identity = [record.data_object_full_name, record.user_id, record.key, record.source]
        change.stage([Incoming(json.dumps(identity), msgspec.json.encode(record))], keep_content=False)
    done = change.apply("tags", owner, delete_untouched=False)
    return {
        "__typename": "TagImportResult",
        "tagsAdded": done.added,
        "tagsUpdated": done.updated,
        "tagsRemoved": done.removed,
        "warnings": repeated_ids("tags", done),
    }


IMPORTS: Mapping[str, Import] = {
    "identities": import_identities,
    "accessFeedback": import_feedback,
    "usage": import_usage,
    "tags": import_tags,
}
"""By kind of subtask."""

IMPORTS_WITH_METADATA: Mapping[str, ImportWithMetadata] = {
    DATA_OBJECTS: import_data_objects,
    ACCESS_PROVIDERS: import_access_providers,
}
"""By kind of subtask."""


def _widened(window: UsageWindow | None, seconds: int) -> UsageWindow:
    if window is None:
        return UsageWindow(seconds, seconds)
    return UsageWindow(min(window.first_used, seconds), max(window.last_used, seconds))


def _apply(change: CatalogueChange, kind: str, settings: Mapping[str, Any]) -> Change:
    return change.apply(kind, settings["dataSource"], delete_untouched=bool(settings.get("deleteUntouched")))


def _records(noun: type[Row], files: tuple[Path, ...]) -> Iterator[Any]:
    record = record_type(noun)
    for path in files:
        number = 0
        for batch in read_records(path, record):
            for one in batch:
                number += 1
                if getattr(one, "external_id", None) == "":
                    raise RequestRefusedError(f"{path.name}: record {number}: the externalId is empty")
                yield one
