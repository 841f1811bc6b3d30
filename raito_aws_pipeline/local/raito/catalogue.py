"""What the embedded Raito knows from imports: records by kind, owner and external id.

Here: the tables of the catalogue, and the one way in which imports change them — a record is added, updated where it
really differs, and removed where an import says that it is all there is. Not here: what a kind's records mean
(`imports`, `identity_import`, `data_object_import`, `access_provider_import`).
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from raito_aws_pipeline.local.raito.database import Database

_VERSION = 1
_TABLES = """
CREATE TABLE record (
    kind TEXT NOT NULL, owner TEXT NOT NULL, external_id TEXT NOT NULL, digest BLOB NOT NULL, content BLOB,
    PRIMARY KEY (kind, owner, external_id)
) WITHOUT ROWID;
CREATE TABLE usage_window (data_source TEXT PRIMARY KEY, first_used INTEGER NOT NULL, last_used INTEGER NOT NULL)
"""
_INCOMING = """
CREATE TEMP TABLE IF NOT EXISTS incoming (
    external_id TEXT PRIMARY KEY, digest BLOB NOT NULL, content BLOB, repeats INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID
"""
_MEMBER = "json_extract(CAST(content AS TEXT), ?3)"
"""A member of a record's content, by its path as third parameter."""

_NAMED_REPEATS = 10
"""How many repeated external ids a change names."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record on its way in.

    Args:
        external_id: Unique within its kind and owner.
        content: Its JSON; equal contents are the same bytes.
    """

    external_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """What an import changed; `repeated` counts records whose external id came before in the same import."""

    added: int
    updated: int
    removed: int
    unchanged: int
    repeated: int
    repeated_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsageWindow:
    """First and last use that statements told, in seconds since 1970."""

    first_used: int
    last_used: int


class ChangeAbandonedError(Exception):
    """The server stops, and the change with it; nothing of it stays."""


class Catalogue:
    """Reads and changes the catalogue; may be used from any thread."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _TABLES, _VERSION)
        self._abandoned = threading.Event()

    def close(self) -> None:
        """Let go of the file; reading still works."""
        self._database.close()

    def abandon_changes(self) -> None:
        """Make the change that runs now, and any later one, fail soon, so that nothing of it stays."""
        self._abandoned.set()
        self._database.interrupt()

    @contextmanager
    def change(self) -> Iterator[CatalogueChange]:
        """One import: all of it, or nothing where the block raises."""
        with self._database.transaction() as connection:
            yield CatalogueChange(connection, self._abandoned)

    def contents(self, kind: str, owner: str | None = None) -> list[bytes]:
        """The kept contents of all records of a kind, by owner and external id."""
        rows = self._database.rows(
            "SELECT content FROM record WHERE kind = ?1 AND (owner = ?2 OR ?2 IS NULL) AND content IS NOT NULL"
            " ORDER BY owner, external_id",
            (kind, owner),
        )
        return [r["content"] for r in rows]

    def contents_where(self, kind: str, member: str, value: str, owner: str | None = None) -> list[bytes]:
        """The kept contents of the records of a kind whose JSON has this text as a member; looks at all of them."""
        rows = self._database.rows(
            f"SELECT content FROM record WHERE kind = ?1 AND (owner = ?2 OR ?2 IS NULL) AND {_MEMBER} = ?4"  # noqa: S608
            " ORDER BY owner, external_id",
            (kind, owner, f"$.{member}", value),
        )
        return [r["content"] for r in rows]

    def counts_by(self, kind: str, member: str, owner: str | None = None) -> dict[str, int]:
        """How many records of a kind there are for each value of a member of their JSON; looks at all of them."""
        rows = self._database.rows(
            f"SELECT {_MEMBER} AS value, count(*) AS records FROM record"  # noqa: S608
            " WHERE kind = ?1 AND (owner = ?2 OR ?2 IS NULL) AND content IS NOT NULL GROUP BY value ORDER BY value",
            (kind, owner, f"$.{member}"),
        )
        return {r["value"]: r["records"] for r in rows}

    def external_ids(self, kind: str, owner: str | None = None) -> list[str]:
        """External ids of all records of a kind, by owner, sorted."""
        rows = self._database.rows(
            "SELECT external_id FROM record WHERE kind = ?1 AND (owner = ?2 OR ?2 IS NULL) ORDER BY owner, external_id",
            (kind, owner),
        )
        return [r["external_id"] for r in rows]

    def counts(self) -> dict[str, int]:
        """How many records there are of each kind that has any."""
        return {
            r["kind"]: r["records"]
            for r in self._database.rows("SELECT kind, count(*) AS records FROM record GROUP BY kind ORDER BY kind")
        }

    def usage_window(self, data_source: str) -> UsageWindow | None:
        """First and last use of a data source; None where no statement told a time."""
        rows = self._database.rows("SELECT * FROM usage_window WHERE data_source = ?", (data_source,))
        return UsageWindow(rows[0]["first_used"], rows[0]["last_used"]) if rows else None


class CatalogueChange:
    """One import in progress: records are staged, then applied, kind by kind, in one transaction."""

    def __init__(self, connection: sqlite3.Connection, abandoned: threading.Event) -> None:
        self._connection = connection
        self._abandoned = abandoned
        connection.execute(_INCOMING)

    def known_ids(self, kind: str, owner: str) -> Iterator[str]:
        """External ids of a kind before this change is applied."""
        rows = self._connection.execute("SELECT external_id FROM record WHERE kind = ? AND owner = ?", (kind, owner))
        return (external_id for (external_id,) in rows)

    def content(self, kind: str, owner: str, external_id: str) -> bytes | None:
        """The kept content of one record."""
        row = self._connection.execute(
            "SELECT content FROM record WHERE kind = ? AND owner = ? AND external_id = ?", (kind, owner, external_id)
        ).fetchone()
        return None if row is None else row["content"]

    def without_record(self, kind: str, owner: str, member: str, values: set[str]) -> set[str]:
        """Those of the values that no record of a kind and owner has as this member of its JSON.

        Looks at all records of the kind until every value is found.

        Raises:
            ChangeAbandonedError: The server stops.
        """
        missing = set(values)
        if not missing:
            return missing
        rows = self._connection.execute(
            f"SELECT {_MEMBER} AS value FROM record WHERE kind = ?1 AND owner = ?2",  # noqa: S608 - constant text
            (kind, owner, f"$.{member}"),
        )
        for row in rows:
            if self._abandoned.is_set():
                raise ChangeAbandonedError
            missing.discard(row["value"])
            if not missing:
                break
        return missing

    def stage(self, records: Iterable[Incoming], *, keep_content: bool) -> None:
        """Take records in. Of several with one external id the first counts; the others are counted as repeated.

        Args:
            records: Any number; they are written as they come.
            keep_content: Keep the content, not only what is needed to see whether it changed.

        Raises:
            ChangeAbandonedError: The server stops.
        """
        self._connection.executemany(
            "INSERT INTO incoming (external_id, digest, content) VALUES (?, ?, ?)"
            " ON CONFLICT (external_id) DO UPDATE SET repeats = repeats + 1",
            (self._row(record, keep_content) for record in records),
        )

    def staged(self) -> Iterator[Incoming]:
        """What is staged with its content, by external id.

        Raises:
            ChangeAbandonedError: The server stops.
        """
        for row in self._connection.execute("SELECT external_id, content FROM incoming ORDER BY external_id"):
            if self._abandoned.is_set():
                raise ChangeAbandonedError
            yield Incoming(row["external_id"], row["content"])

    def staged_content(self, external_id: str) -> bytes | None:
        """The content of one staged record."""
        row = self._connection.execute("SELECT content FROM incoming WHERE external_id = ?", (external_id,)).fetchone()
        return None if row is None else row["content"]

    def _row(self, record: Incoming, keep_content: bool) -> tuple[str, bytes, bytes | None]:
        if self._abandoned.is_set():
            raise ChangeAbandonedError
        digest = hashlib.blake2b(record.content, digest_size=16).digest()
        return record.external_id, digest, record.content if keep_content else None

    def apply(self, kind: str, owner: str, *, delete_untouched: bool, update: bool = True) -> Change:
        """Make the staged records those of a kind and owner, and forget the stage.

        Args:
            kind: Kind of the records.
            owner: Id of the data source or identity store that they belong to.
            delete_untouched: Remove the owner's other records of the kind.
            update: Replace what differs; else known records stay as they are.
        """
        execute = self._connection.execute
        staged, repeated = execute("SELECT count(*), coalesce(sum(repeats), 0) FROM incoming").fetchone()
        known, differing = execute(
            "SELECT count(*), coalesce(sum(record.digest <> incoming.digest), 0) FROM incoming CROSS JOIN record"
            " ON record.kind = ? AND record.owner = ? AND record.external_id = incoming.external_id",
            (kind, owner),
        ).fetchone()
        repeated_ids = execute(
            "SELECT external_id FROM incoming WHERE repeats > 0 ORDER BY external_id LIMIT ?", (_NAMED_REPEATS,)
        ).fetchall()
        removed = 0
        if delete_untouched:
            removed = execute(
                "DELETE FROM record WHERE kind = ? AND owner = ?"
                " AND NOT EXISTS (SELECT 1 FROM incoming WHERE incoming.external_id = record.external_id)",
                (kind, owner),
            ).rowcount
        execute(
            f"INSERT OR {'REPLACE' if update else 'IGNORE'} INTO record"  # noqa: S608 - constant text
            " SELECT ?, ?, external_id, digest, content FROM incoming ORDER BY external_id",
            (kind, owner),
        )
        execute("DELETE FROM incoming")
        updated = differing if update else 0
        return Change(
            added=staged - known,
            updated=updated,
            removed=removed,
            unchanged=known - updated,
            repeated=repeated,
            repeated_ids=tuple(external_id for (external_id,) in repeated_ids),
        )

    def widen_usage_window(self, data_source: str, window: UsageWindow) -> None:
        """Count uses at these times among those of a data source."""
        self._connection.execute(
            "INSERT INTO usage_window VALUES (?, ?, ?) ON CONFLICT (data_source) DO UPDATE SET"
            " first_used = min(first_used, excluded.first_used), last_used = max(last_used, excluded.last_used)",
            (data_source, window.first_used, window.last_used),
        )
