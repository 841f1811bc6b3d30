"""A table of a target written to the lake, as reports and materialisations show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.lake.tables import NO_FACTS, NO_PARTITION, Lake
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.sync.tables import Table


@dataclass(frozen=True, slots=True)
class TableWritten:
    """One table, or partition of one, after it was written: rows, bytes as Parquet, how many parts are missing."""

    table: Table
    uri: str
    rows: int
    bytes: int
    failures: int
    partition: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The table's name, with the partition's values behind it."""
        return " ".join((self.table.name, *self.partition.values()))


def write_table(
    lake: Lake,
    target: Target,
    table: Table,
    batches: Iterable[pa.RecordBatch],
    failures: Sequence[ReadFailure] = (),
    *,
    partition: Mapping[str, str] = NO_PARTITION,
    facts: Mapping[str, str] = NO_FACTS,
) -> TableWritten:
    """Write a table, or one partition of it, in place of what lies there, in bounded memory (`lake.part_files`).

    Args:
        lake: The lake.
        target: Whose table it is.
        table: The table.
        batches: Its rows.
        failures: What could not be read of it; may still grow while the batches are taken.
        partition: Values of the partition's dimensions.
        facts: What else the file says of itself.

    Raises:
        LakeError: It cannot be written.
    """
    part = lake.write(table.key(target), table.row, batches, failures=failures, partition=partition, facts=facts)
    return TableWritten(table, part.uri, part.rows, part.bytes, len(failures), partition)
