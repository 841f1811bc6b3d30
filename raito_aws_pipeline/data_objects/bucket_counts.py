"""How many data objects each bucket has, counted as they stream by."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from raito_aws_pipeline.model.data_objects import DataObjectType


class BucketCounts:
    """Counts rows in the order of the tree, where a bucket's own row comes right before what lies in it.

    `rows` has them by full name of the bucket, its own row included. Memory: one number a bucket.
    """

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self._bucket = ""

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the next rows, which have the columns of `DataObject`."""
        counted = 0
        for position in pc.indices_nonzero(pc.equal(batch.column("type"), DataObjectType.BUCKET.value)).to_pylist():
            self._count(position - counted)
            self._bucket, counted = batch.column("full_name")[position].as_py(), position
        self._count(batch.num_rows - counted)

    def _count(self, rows: int) -> None:
        if rows:
            self.rows[self._bucket] = self.rows.get(self._bucket, 0) + rows
