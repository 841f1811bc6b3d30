"""What clients told the embedded Raito, in order, and how far their requests are: jobs, events, uploads, subtasks.

Here: the tables of the journal and everything that reads or writes them. Not here: what imports changed (`catalogue`).
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from raito_aws_pipeline.local.raito.database import Database
from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.local.raito.journal_entries import Event, FileToImport, Job, ReceivedFile, Subtask
from raito_aws_pipeline.local.raito.state_directory import StateDirectory

JOB_TYPES = ("DS", "IS", "DA", "DU", "RP", "TAG")
"""Types of task that a job may have (protocol 2.1)."""

RUNNING = ("QUEUED", "DATA_PROCESSING")
"""States of a subtask that is not finished."""

_VERSION = 1
_TABLES = """
CREATE TABLE job (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    data_source TEXT, identity_store TEXT, status TEXT NOT NULL, errors TEXT NOT NULL
);
CREATE TABLE event (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at TEXT NOT NULL, kind TEXT NOT NULL, job TEXT, job_type TEXT, status TEXT, content TEXT NOT NULL
);
CREATE TABLE subtask (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL, job_type TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, settings TEXT NOT NULL,
    files TEXT NOT NULL, status TEXT NOT NULL, last_update TEXT NOT NULL, errors TEXT NOT NULL, result TEXT,
    UNIQUE (job, job_type, id)
);
CREATE TABLE upload (key TEXT PRIMARY KEY, path TEXT NOT NULL);
CREATE TABLE received_file (
    job TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (job, number)
);
CREATE TABLE metadata (kind TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (kind, id))
"""


class Journal:
    """Reads and writes the journal; may be used from any thread.

    Files are remembered relative to the folder, so that the folder may be moved while nobody uses it.
    """

    def __init__(self, directory: StateDirectory) -> None:
        self._database = Database(directory.journal, _TABLES, _VERSION)
        self._directory = directory

    def close(self) -> None:
        """Let go of the file; reading still works."""
        self._database.close()

    # ---- jobs and events

    def add_job(self, content: Mapping[str, Any]) -> str:
        """Begin a job; returns its id."""
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO job (data_source, identity_store, status, errors) VALUES (?, ?, 'STARTED', '[]')",
                (content.get("dataSourceId"), content.get("identityStoreId")),
            ).lastrowid
            job = f"job-{number}"
            _add_event(connection, "job", {**content, "jobId": job})
        return job

    def update_job(self, job: str, content: Mapping[str, Any]) -> None:
        """Take over the state that a client reports of a job.

        Raises:
            RequestRefusedError: There is no such job.
        """
        self._require_job(job)
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE job SET status = coalesce(?, status), errors = ? WHERE 'job-' || number = ?",
                (content.get("status"), json.dumps(content.get("errors") or []), job),
            )
            _add_event(connection, "job", {**content, "jobId": job})

    def add_event(self, kind: str, content: Mapping[str, Any]) -> None:
        """Record an event of a task or subtask.

        Raises:
            RequestRefusedError: There is no such job or type of job.
        """
        self._require_task(content["jobId"], content["jobType"])
        with self._database.transaction() as connection:
            _add_event(connection, kind, content)

    def add_log(self, content: Mapping[str, Any]) -> None:
        """Keep an uploaded log file with its task.

        Raises:
            RequestRefusedError: There is no such job, type of job, or uploaded file.
        """
        self._require_task(content["jobId"], content["jobType"])
        file = FileToImport(content["fileKey"], f"log-{content['jobType']}", "txt")
        with self._claimed(content["jobId"], [file]) as (connection, _):
            _add_event(connection, "log", content)

    def end_targets_sync(self, content: Mapping[str, Any]) -> None:
        """Record the end of a run.

        Raises:
            RequestRefusedError: One of its jobs does not exist.
        """
        for job in content["jobIds"]:
            self._require_job(job)
        with self._database.transaction() as connection:
            _add_event(connection, "endOfTargetsSync", content)

    def jobs(self) -> list[Job]:
        """All jobs, oldest first."""
        return [
            Job(
                f"job-{r['number']}", r["data_source"], r["identity_store"], r["status"], tuple(json.loads(r["errors"]))
            )
            for r in self._database.rows("SELECT * FROM job ORDER BY number")
        ]

    def events(self, job: str | None = None) -> list[Event]:
        """All events, or those of one job, in the order in which they came."""
        return [
            Event(
                r["position"], r["received_at"], r["kind"], r["job"], r["job_type"], r["status"],
                json.loads(r["content"]),
            )
            for r in self._database.rows("SELECT * FROM event WHERE job = ?1 OR ?1 IS NULL ORDER BY position", (job,))
        ]  # fmt: skip

    # ---- uploads and received files

    def add_upload(self, key: str, path: Path) -> None:
        """Remember that a file was uploaded; once more changes nothing."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO upload VALUES (?, ?)", (key, self._relative(path)))

    def is_uploaded(self, key: str) -> bool:
        """Whether a file was uploaded under a key."""
        return bool(self._database.rows("SELECT 1 FROM upload WHERE key = ?", (key,)))

    def received_files(self, job: str | None = None) -> list[ReceivedFile]:
        """All received files, or those of one job, in the order in which they were named."""
        rows = self._database.rows("SELECT * FROM received_file WHERE job = ?1 OR ?1 IS NULL ORDER BY rowid", (job,))
        return [ReceivedFile(r["job"], r["number"], r["kind"], self._absolute(r["path"]), r["bytes"]) for r in rows]

    # ---- subtasks

    def add_subtask(
        self, job: str, job_type: str, kind: str, settings: Mapping[str, Any], files: Sequence[FileToImport]
    ) -> Subtask:
        """Queue an import or export; its files get their place below `files/`.

        Raises:
            RequestRefusedError: There is no such job or type of job, or a file was not uploaded.
        """
        self._require_task(job, job_type)
        with self._claimed(job, files) as (connection, paths):
            (others,) = connection.execute("SELECT count(*) FROM subtask WHERE job = ?", (job,)).fetchone()
            subtask = f"{kind}-{others + 1}"
            connection.execute(
                "INSERT INTO subtask (job, job_type, id, kind, settings, files, status, last_update, errors)"
                " VALUES (?, ?, ?, ?, ?, ?, 'QUEUED', ?, '[]')",
                (
                    job, job_type, subtask, kind, json.dumps(settings), json.dumps([self._relative(p) for p in paths]),
                    current_time(),
                ),
            )  # fmt: skip
        return self.subtask(job, job_type, subtask)

    def set_subtask(
        self,
        position: int,
        status: str,
        *,
        errors: Sequence[str] = (),
        result: Mapping[str, Any] | None = None,
    ) -> None:
        """Take a subtask to its next state."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE subtask SET status = ?, last_update = ?, errors = ?, result = ? WHERE position = ?",
                (status, current_time(), json.dumps(list(errors)), result and json.dumps(result), position),
            )

    def subtask(self, job: str, job_type: str, subtask: str) -> Subtask:
        """One subtask.

        Raises:
            RequestRefusedError: There is no such subtask.
        """
        rows = self._database.rows(
            "SELECT * FROM subtask WHERE job = ? AND job_type = ? AND id = ?", (job, job_type, subtask)
        )
        if not rows:
            raise RequestRefusedError(f"There is no subtask '{subtask}' of task {job_type} of job '{job}'.")
        return self._subtask(rows[0])

    def subtasks(self, job: str) -> list[Subtask]:
        """The subtasks of a job, in the order in which they were asked for."""
        return [
            self._subtask(r)
            for r in self._database.rows("SELECT * FROM subtask WHERE job = ? ORDER BY position", (job,))
        ]

    def running_subtasks(self) -> list[Subtask]:
        """Subtasks that are not finished, oldest first."""
        return [
            self._subtask(r)
            for r in self._database.rows("SELECT * FROM subtask WHERE status IN (?, ?) ORDER BY position", RUNNING)
        ]

    # ---- metadata

    def set_metadata(self, kind: str, identifier: str, content: Mapping[str, Any]) -> None:
        """Replace the metadata of a data source (kind `dataSource`) or identity store (`identityStore`)."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO metadata VALUES (?, ?, ?)", (kind, identifier, json.dumps(content))
            )

    def metadata(self, kind: str, identifier: str) -> Mapping[str, Any] | None:
        """The metadata as last set."""
        rows = self._database.rows("SELECT content FROM metadata WHERE kind = ? AND id = ?", (kind, identifier))
        return json.loads(rows[0]["content"]) if rows else None

    # ---- inside

    def _require_job(self, job: str) -> None:
        if not self._database.rows("SELECT 1 FROM job WHERE 'job-' || number = ?", (job,)):
            raise RequestRefusedError(f"There is no job '{job}'.")

    def _require_task(self, job: str, job_type: str) -> None:
        self._require_job(job)
        if job_type not in JOB_TYPES:
            raise RequestRefusedError(f"There is no job type '{job_type}'; known are {', '.join(JOB_TYPES)}.")

    @contextmanager
    def _claimed(self, job: str, files: Sequence[FileToImport]) -> Iterator[tuple[sqlite3.Connection, list[Path]]]:
        """A transaction that gives uploaded files their places below `files/`; those are handed to the block."""
        with self._database.transaction() as connection:
            sources = [self._uploaded(connection, file.key) for file in files]
            (last,) = connection.execute(
                "SELECT coalesce(max(number), 0) FROM received_file WHERE job = ?", (job,)
            ).fetchone()
            places = []
            for number, (file, source) in enumerate(zip(files, sources, strict=True), start=last + 1):
                place = self._directory.files / job / f"{number}-{file.kind}.{file.suffix}"
                _link(source, place)
                connection.execute(
                    "INSERT INTO received_file VALUES (?, ?, ?, ?, ?)",
                    (job, number, file.kind, self._relative(place), place.stat().st_size),
                )
                connection.execute("UPDATE upload SET path = ? WHERE key = ?", (self._relative(place), file.key))
                places.append(place)
            yield connection, places
        for source in sources:
            if source.is_relative_to(self._directory.uploads):
                source.unlink(missing_ok=True)

    def _uploaded(self, connection: sqlite3.Connection, key: str) -> Path:
        row = connection.execute("SELECT path FROM upload WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise RequestRefusedError(f"No file was uploaded under the key '{key}'.")
        return self._absolute(row["path"])

    def _subtask(self, r: sqlite3.Row) -> Subtask:
        return Subtask(
            position=r["position"],
            job_id=r["job"],
            job_type=r["job_type"],
            id=r["id"],
            kind=r["kind"],
            settings=json.loads(r["settings"]),
            files=tuple(self._absolute(path) for path in json.loads(r["files"])),
            status=r["status"],
            last_update=r["last_update"],
            errors=tuple(json.loads(r["errors"])),
            result=json.loads(r["result"]) if r["result"] else None,
        )

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._directory.root).as_posix()

    def _absolute(self, path: str) -> Path:
        return self._directory.root / path


def current_time() -> str:
    """Now, as the scalar Time has it: RFC 3339 in UTC, in microseconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _add_event(connection: sqlite3.Connection, kind: str, content: Mapping[str, Any]) -> None:
    connection.execute(
        "INSERT INTO event (received_at, kind, job, job_type, status, content) VALUES (?, ?, ?, ?, ?, ?)",
        (
            current_time(), kind, content.get("jobId"), content.get("jobType"), content.get("status"),
            json.dumps(content),
        ),
    )  # fmt: skip


def _link(source: Path, place: Path) -> None:
    """The same file under a second name; a copy where the file system has no links."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    try:
        os.link(source, place)
    except OSError:
        shutil.copyfile(source, place)
