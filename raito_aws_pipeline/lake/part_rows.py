"""One Parquet file read as a stream: its rows with the columns of a definition. Writing one is `lake.part_files`.

One row group after the other: its bytes are fetched in a few large reads and let go before the next one's, where a scan
over the whole file keeps what it has fetched. Memory is bounded by one row group as it lies there (compressed) plus one
batch of 8,192 rows, however long the file is.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from raito_aws_pipeline.errors import LakeError
from raito_aws_pipeline.lake.location import Location
from raito_aws_pipeline.lake.part_files import lake_failures
from raito_aws_pipeline.model.columns import Row, schema_of, schema_version_in

_BATCH_ROWS = 8192


def part_metadata(location: Location, path: str) -> pq.FileMetaData:
    """Footer of a file: counts and key-value metadata; no row is read.

    Raises:
        LakeError: It cannot be read.
    """
    with lake_failures(path, "read"):
        return pq.read_metadata(path, filesystem=location.filesystem)


def part_schema(location: Location, path: str) -> pa.Schema:
    """The columns that a file itself has; dimensions in the names of its folders are none of them.

    Raises:
        LakeError: It cannot be read.
    """
    with lake_failures(path, "read"), _opened(location, path) as file:
        return file.schema_arrow


def require_known_version(path: str, metadata: pq.FileMetaData, table: type[Row]) -> None:
    """Refuse a file of a newer version of the definition than this program knows.

    Raises:
        LakeError: It is newer.
    """
    version = schema_version_in(metadata.metadata)
    if version > table.schema_version:
        raise LakeError(
            f"{path} has version {version} of its schema, and this program knows version {table.schema_version}.",
            remedy="Upgrade raito-aws-pipeline, or materialise the asset again with this version.",
        )


def part_batches(location: Location, path: str, table: type[Row]) -> Iterator[pa.RecordBatch]:
    """Rows of a file in order, with the schema of the definition; nullable columns that it lacks are null.

    Columns that the definition does not know are not read; values of another type are converted where none is lost.

    Raises:
        LakeError: It cannot be read, is of a newer version, or lacks a column that must have a value.
    """
    schema = schema_of(table)
    with lake_failures(path, "read"), _opened(location, path) as file:
        # Asked again: another writer may have replaced the file since the stream was made.
        require_known_version(path, file.metadata, table)
        present = [name for name in schema.names if name in file.schema_arrow.names]
        _require_columns(path, schema, present)
        for group in range(file.num_row_groups):
            # Threads cost CPU and memory here, and the consumer is the slower one.
            for batch in file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=present, use_threads=False):
                yield _conformed(batch, schema)


def _opened(location: Location, path: str) -> pq.ParquetFile:
    return pq.ParquetFile(path, filesystem=location.filesystem, pre_buffer=True)


def _require_columns(path: str, schema: pa.Schema, present: list[str]) -> None:
    missing = [field.name for field in schema if not field.nullable and field.name not in present]
    if missing:
        raise LakeError(
            f"{path} lacks columns that every row needs: {', '.join(missing)}.",
            remedy="Materialise the asset again with this version.",
        )


def _conformed(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    if batch.schema.equals(schema):
        return batch
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    return pa.RecordBatch.from_arrays(
        [
            columns[field.name].cast(field.type) if field.name in columns else pa.nulls(batch.num_rows, field.type)
            for field in schema
        ],
        schema=schema,
    )
