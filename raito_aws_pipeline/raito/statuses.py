"""The states of jobs, tasks and subtasks: one set of words for all three (protocol 2.2)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from raito_aws_pipeline.errors import RaitoRejectedError


class Status(StrEnum):
    """State of a job, a task or a subtask."""

    STARTED = "STARTED"
    IN_PROGRESS = "IN_PROGRESS"
    DATA_RETRIEVE = "DATA_RETRIEVE"
    DATA_UPLOAD = "DATA_UPLOAD"
    QUEUED = "QUEUED"
    DATA_PROCESSING = "DATA_PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    TIMED_OUT = "TIMED_OUT"

    @property
    def terminal(self) -> bool:
        """Whether nothing follows."""
        return self in (Status.COMPLETED, Status.FAILED, Status.SKIPPED, Status.TIMED_OUT)


def parse_status(value: Any, call: str) -> Status:
    """The status that Raito's word means.

    Raises:
        RaitoRejectedError: The word is not known. Taking it for a running state, as other clients do, polls for ever.
    """
    try:
        return Status(value)
    except ValueError:
        raise RaitoRejectedError(
            f"Raito answered with the status {value!r}, which this version does not know.",
            call=call,
            remedy="Update raito-aws-pipeline; if there is no newer version, report a bug.",
        ) from None
