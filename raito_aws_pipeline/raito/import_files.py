"""Import files: the JSON arrays in which Raito takes users, groups, data objects, … (protocol 6).

Here: record batches of a noun → the file. Not here: the records' members (`model.records`) and the upload
(`raito.files`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa

from raito_aws_pipeline.model.columns import Row
from raito_aws_pipeline.model.record_lines import plain_lines
from raito_aws_pipeline.model.records import batch_records

_ROWS_AT_A_TIME = 8192


@dataclass(frozen=True, slots=True)
class ImportFile:
    """An import file on disk."""

    path: Path
    records: int
    bytes: int


def write_import_file(table: type[Row], batches: Iterable[pa.RecordBatch], path: Path) -> ImportFile:
    """Write the rows of batches as one JSON array, a compact record a line, in the order in which they come.

    Bound of memory: one batch, and the text of 8,192 of its rows. Without rows the file holds the empty array.

    Args:
        table: The noun.
        batches: Batches with its columns; columns that it does not define are left out.
        path: The file; an existing one is replaced. It is gone when writing it fails.

    Raises:
        ValueError: A batch lacks a column, or has no value where the noun needs one.
        OSError: The file cannot be written.
    """
    encoder = msgspec.json.Encoder()
    records = 0
    try:
        with path.open("wb") as file:
            file.write(b"[")
            for batch in batches:
                for start in range(0, batch.num_rows, _ROWS_AT_A_TIME):
                    rows = batch.slice(start, _ROWS_AT_A_TIME)
                    lines: memoryview | bytes | None = plain_lines(table, rows)
                    if lines is None:
                        encoded = encoder.encode_lines(batch_records(table, rows))
                        # Within JSON's strings a line feed is escaped: each one here stands between two records.
                        lines = encoded[:-1].replace(b"\n", b",\n")
                    file.write(b",\n" if records else b"\n")
                    file.write(lines)
                    records += rows.num_rows
            file.write(b"\n]")
            size = file.tell()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return ImportFile(path, records, size)
