"""One Parquet file: written as a stream, seen only when whole. Reading one is `lake.part_rows`.

Memory is bounded by one row group (131,072 rows or 64 MiB of Arrow data, whichever comes first) plus one batch.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from raito_aws_pipeline.errors import LakeError
from raito_aws_pipeline.lake.layout import PART_FILE
from raito_aws_pipeline.lake.location import Location

ROW_GROUP_ROWS = 131_072
ROW_GROUP_BYTES = 64 * 1024 * 1024

LEFT_OVER_SECONDS = 24 * 3600
"""A temporary file that nobody has written to for so long was left by a writer that was killed."""


@dataclass(frozen=True, slots=True)
class PartFile:
    """A file that was written: where, how many rows and how many bytes."""

    uri: str
    rows: int
    bytes: int


def write_part(
    location: Location,
    folder: tuple[str, ...],
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    metadata: Callable[[], Mapping[str, str]],
    *,
    distinct: Collection[str] = (),
) -> PartFile:
    """Write the one file of a partition in place of the one before.

    The rows go to a temporary file first (beside the target on disk, in the system's temporary folder for S3) and are
    published by a rename or one upload, so that a reader sees the old file or the new one, and a writer that dies or
    whose `batches` raise leaves the old one.

    Args:
        location: The lake.
        folder: Folders below the root.
        schema: Schema of all batches.
        batches: The rows; consumed once.
        metadata: Asked after the last batch; becomes the file's key-value metadata.
        distinct: Names of columns whose values hardly repeat; a dictionary of them would be built only to be dropped.

    Raises:
        LakeError: The file cannot be written.
    """
    final = location.path(*folder, PART_FILE)
    with _temporary_file(location, folder) as temporary:
        rows = _write(temporary, schema, batches, metadata, distinct)
        with lake_failures(f"{location.uri}/{'/'.join(folder)}/{PART_FILE}", "written"):
            size = temporary.stat().st_size
            if location.is_local:
                temporary.replace(final)
            else:
                pafs.copy_files(str(temporary), final, pafs.LocalFileSystem(), location.filesystem)
    return PartFile("/".join((location.uri, *folder, PART_FILE)), rows, size)


@contextmanager
def lake_failures(where: str, done: str) -> Iterator[None]:
    """Turn the errors of a file system into a LakeError that says what could not be done with which file."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise LakeError(
            f"{where} cannot be {done}: {error}",
            remedy="Check that lake-uri is reachable and has room, and that this process may read and write it.",
        ) from error


def _write(
    path: Path,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    metadata: Callable[[], Mapping[str, str]],
    distinct: Collection[str],
) -> int:
    rows = 0
    # The writer is closed by hand: leaving it by an exception must not finish the file.
    with lake_failures(str(path), "written"):
        dictionaries = list(_dictionary_leaves(schema, distinct)) if distinct else True
        writer = pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=dictionaries)
    for group in _row_groups(schema, batches):
        with lake_failures(str(path), "written"):
            writer.write_table(group, row_group_size=max(group.num_rows, 1))
        rows += group.num_rows
    writer.add_key_value_metadata(dict(metadata()))
    with lake_failures(str(path), "written"):
        writer.close()
    return rows


def _dictionary_leaves(schema: pa.Schema, distinct: Collection[str]) -> Iterator[str]:
    """Paths of the Parquet columns that get a dictionary; pyarrow knows nested ones by their leaves only."""
    for field in schema:
        if field.name not in distinct:
            yield from _leaves(field.name, field.type)


def _leaves(path: str, kind: pa.DataType) -> Iterator[str]:
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    elif pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    else:
        yield path


def _row_groups(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    pending: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        pending.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if rows >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
            yield pa.Table.from_batches(pending, schema)
            pending, rows, size = [], 0, 0
    if pending:
        yield pa.Table.from_batches(pending, schema)


def _remove_left_overs(directory: Path) -> None:
    """Remove what killed writers left; a young file may belong to a writer that still runs."""
    for path in directory.glob(f"_{PART_FILE}.*"):
        try:
            if time.time() - path.stat().st_mtime > LEFT_OVER_SECONDS:
                path.unlink()
        except FileNotFoundError:
            continue


@contextmanager
def _temporary_file(location: Location, folder: tuple[str, ...]) -> Iterator[Path]:
    if not location.is_local:
        with tempfile.TemporaryDirectory(prefix="raito-aws-pipeline-") as scratch:
            yield Path(scratch) / PART_FILE
        return
    directory = Path(location.path(*folder))
    with lake_failures(str(directory), "written"):
        directory.mkdir(parents=True, exist_ok=True)
        _remove_left_overs(directory)
    path = directory / f"_{PART_FILE}.{uuid.uuid4().hex}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
