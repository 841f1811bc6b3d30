"""What became of one task of one target, in a form that holds for every task: the terminal shows it as it is."""

from __future__ import annotations

from dataclasses import dataclass

from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.sync.written import TableWritten


@dataclass(frozen=True, slots=True)
class Pushed:
    """One kind of object that Raito was sent.

    Args:
        what: The objects, in the plural (`users`).
        records: Records of the import file.
        bytes: Size of the import file.
        added: What Raito counted as added.
        updated: What Raito counted as updated.
        removed: What Raito counted as removed.
    """

    what: str
    records: int
    bytes: int
    added: int
    updated: int
    removed: int


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What one task did, or why it was left out.

    Args:
        job_type: The kind of task.
        written: The tables that it wrote to the lake, in that order.
        pushed: What it sent to Raito; empty where it failed before Raito had counted.
        warnings: What is worth a look though the task was done: what is missing, what Raito remarked on the import.
        skipped: Why it was left out, a clause; None: it was done, or begun at least.
    """

    job_type: JobType
    written: tuple[TableWritten, ...] = ()
    pushed: tuple[Pushed, ...] = ()
    warnings: tuple[str, ...] = ()
    skipped: str | None = None
