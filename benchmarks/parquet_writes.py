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
from raito_aws_pipeline.model.columns import schema_of
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
    """Pages of 1,000 data objects each, as a listing gives them: sorted, a folder a page, no two of one name."""
    schema = schema_of(DataObject)
    constant = {"type": "file", "description": ""}
    for page in range(count):
        parent = f"123456789012:eu-west-1:acme-warehouse/orders/2025/folder-{page:07}"
        names = [f"part-{row:010}.parquet" for row in range(page * PAGE, (page + 1) * PAGE)]
        ids = pa.array([f"{parent}/{name}" for name in names])
        columns = {
            "external_id": ids,
            "full_name": ids,
            "name": pa.array(names),
            "parent_external_id": pa.array([parent] * PAGE),
            **{name: pa.array([value] * PAGE) for name, value in constant.items()},
        }
        yield pa.RecordBatch.from_arrays(
            [columns[field.name] if field.name in columns else pa.nulls(PAGE, field.type) for field in schema],
            schema=schema,
        )


def figures() -> list[Figure]:
    """The lake's writer costs little beside pyarrow's own, and its memory does not grow with the table."""
    listed = list(pages(PAGES))
    with tempfile.TemporaryDirectory() as folder:

        def ours() -> None:
            Lake(folder).write(("bench", "data_objects"), DataObject, listed)

        def plain() -> None:
            pq.write_table(
                pa.Table.from_batches(listed, schema_of(DataObject)),
                Path(folder) / "plain.parquet",
                compression="zstd",
            )

        lake, pyarrow = compare(ours, plain)
    small, large = (peak_megabytes(_PROGRAM, str(count)) for count in (300, 3000))
    return [
        at_most("lake write, CPU against pyarrow.parquet.write_table", lake / pyarrow, "x", 1.5),
        at_most("lake write, peak memory at 3,000,000 rows against 300,000", large / small, "x", 1.1),
    ]
