"""Rows into the lake: CPU against plain pyarrow, and memory as the table grows tenfold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.figures import Figure, at_most
from benchmarks.measuring import compare, peak_megabytes
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.columns import schema_of, to_batch
from raito_aws_pipeline.model.data_objects import DataObject

PAGE = 1000
PAGES = 200

_PROGRAM = """
import sys, tempfile
from benchmarks.parquet_writes import pages
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.data_objects import DataObject
with tempfile.TemporaryDirectory() as folder:
    Lake(folder).write(("bench", "data_objects"), DataObject, pages(int(sys.argv[1])))
"""


def pages(count: int) -> Iterator[pa.RecordBatch]:
    """Pages of 1,000 data objects each, made once and repeated."""
    rows = [
        DataObject(
            external_id=f"123456789012:eu-west-1:bucket/folder/{i:07}",
            name=f"{i:07}",
            full_name=f"123456789012:eu-west-1:bucket/folder/{i:07}",
            type="file",
            parent_external_id="123456789012:eu-west-1:bucket/folder",
        )
        for i in range(PAGE)
    ]
    batch = to_batch(DataObject, rows)
    for _ in range(count):
        yield batch


def figures() -> list[Figure]:
    """The lake's writer costs little beside pyarrow's own, and its memory does not grow with the table."""
    with tempfile.TemporaryDirectory() as folder:

        def ours() -> None:
            Lake(folder).write(("bench", "data_objects"), DataObject, pages(PAGES))

        def plain() -> None:
            pq.write_table(
                pa.Table.from_batches(pages(PAGES), schema_of(DataObject)),
                Path(folder) / "plain.parquet",
                compression="zstd",
            )

        lake, pyarrow = compare(ours, plain)
    small, large = (peak_megabytes(_PROGRAM, str(count)) for count in (300, 3000))
    return [
        at_most("lake write, CPU against pyarrow.parquet.write_table", lake / pyarrow, "x", 1.5),
        at_most("lake write, peak memory at 3,000,000 rows against 300,000", large / small, "x", 1.1),
    ]
