"""What one run over targets is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.sync.connections import RaitoOptions
from raito_aws_pipeline.sync.data_object_subtree import Subtree
from raito_aws_pipeline.sync.tables import Table
from raito_aws_pipeline.sync.written import TableWritten


def _nobody_asks(_: TableWritten) -> None:
    pass


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What one run is asked to do.

    Args:
        allow_mass_delete: Push even where more than half of the last push would be removed.
        raito: What holds for all talk with Raito.
        only: The tasks to run, the others are SKIPPED; empty: all.
        subtree: Read and push only what lies below one data object; None: all data objects.
        written_before: Tables of the target that earlier tasks of this run wrote.
        on_written: Called with each table once it lies in the lake, so that the report of a task that fails later
            tells of it.
    """

    allow_mass_delete: bool
    raito: RaitoOptions
    only: frozenset[JobType] = frozenset()
    subtree: Subtree | None = None
    written_before: frozenset[Table] = frozenset()
    on_written: Callable[[TableWritten], None] = field(default=_nobody_asks)
