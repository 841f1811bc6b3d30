"""What the journal holds, as values: a job, an event, a received file, a subtask.

Not here: how they come about and are kept (`journal`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its events left it."""

    id: str
    data_source_id: str | None
    identity_store_id: str | None
    status: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a client told; `content` is the GraphQL input as it came.

    `kind` is job, task, subtask, log or endOfTargetsSync; the last belongs to no single job.
    """

    position: int
    received_at: str
    kind: str
    job_id: str | None
    job_type: str | None
    status: str | None
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that an import or a task log named, as it lies below `files/`."""

    job_id: str
    number: int
    kind: str
    path: Path
    bytes: int


@dataclass(frozen=True, slots=True)
class Subtask:
    """An import or export that a client asked for.

    Args:
        kind: What is imported, or `export`.
        settings: The request's settings as they came.
        files: Paths of the files to import.
        result: Members of the result, `__typename` among them; None while it runs and where it failed.
    """

    position: int
    job_id: str
    job_type: str
    id: str
    kind: str
    settings: Mapping[str, Any]
    files: tuple[Path, ...]
    status: str
    last_update: str
    errors: tuple[str, ...]
    result: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class FileToImport:
    """A file that a request names by its upload key; `kind` becomes part of its name."""

    key: str
    kind: str
    suffix: str = "json"
