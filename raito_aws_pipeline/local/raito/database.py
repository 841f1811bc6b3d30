"""One SQLite file: one writer at a time in transactions, any number of readers beside it.

Here: connections and their locking. Not here: tables (`journal`, `catalogue`).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from raito_aws_pipeline.local.raito.failures import LocalRaitoError

_PATIENCE_SECONDS = 30.0
"""How long a statement waits for another process's lock, such as that of a person's sqlite3 shell."""


class Database:
    """A SQLite file with the tables of `schema`, made on first use. May be used from any thread.

    It survives the death of the process (write-ahead log): what a transaction has committed stays.

    Args:
        path: The file.
        schema: `CREATE TABLE` statements.
        version: Number of the schema, kept in the file.

    Raises:
        LocalRaitoError: The file has another version of the schema.
    """

    def __init__(self, path: Path, schema: str, version: int) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._writer = self._connect()
        self._writer.execute("PRAGMA journal_mode = WAL")
        self._writer.execute("PRAGMA synchronous = NORMAL")
        (found,) = self._writer.execute("PRAGMA user_version").fetchone()
        if found == 0:
            self._writer.executescript(f"BEGIN; {schema}; PRAGMA user_version = {version}; COMMIT")
        elif found != version:
            self._writer.close()
            raise LocalRaitoError(
                f"{path} was written by another version of the embedded Raito (format {found}, not {version}).",
                "Start with another folder, or remove this one.",
            )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block's changes, or none where it raises. Readers see the state before until it ends."""
        with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """The rows of a query, as last committed. Works after `close`, too."""
        with closing(self._connect()) as reader:
            return reader.execute(statement, parameters).fetchall()

    def interrupt(self) -> None:
        """Make a transaction's statement that runs now raise `sqlite3.OperationalError`, so that it ends soon."""
        if self._writer.in_transaction:
            self._writer.interrupt()

    def close(self) -> None:
        """Wait for the transaction that runs now, then let go of the file."""
        with self._lock:
            self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        return connection
