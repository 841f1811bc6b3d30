"""Tables of the lake: rows in, rows out, and whether they are all there.

A table has a key (that of its asset) and partitions. Beside the rows, each file says in its metadata which version of
the schema it has and whether everything was read; what was not read is in the table `failures` of the target. Command
line and Dagster read completeness here, so that they agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from raito_aws_pipeline.errors import LakeError
from raito_aws_pipeline.lake.layout import failures_folder, table_folder
from raito_aws_pipeline.lake.location import Location, open_location
from raito_aws_pipeline.lake.part_files import PartFile, lake_failures, write_part
from raito_aws_pipeline.model.columns import SCHEMA_VERSION_KEY, Row, RowT, from_batch, schema_of, to_batch
from raito_aws_pipeline.model.read_failures import ReadFailure

if TYPE_CHECKING:
    import pyarrow.dataset as pads

COMPLETE_KEY = "raito.complete"
"""Key of the Parquet metadata: `true` where everything that belongs into the file was read."""

NO_PARTITION: Mapping[str, str] = {}

_READ_AHEAD_BATCHES = 2
_BATCH_ROWS = 32_768

_FAILURES_LOST = ReadFailure(
    part="",
    call="",
    code="FailuresLost",
    message="The rows say that they are incomplete, and the list of what is missing was cut off or replaced.",
    remedy="Materialise the table again.",
)
"""Stands for the failures of an incomplete table whose list does not say which: incomplete stays incomplete."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """Whether a table was ever written, and whether all that belongs into it was read."""

    written: bool
    complete: bool
    failures: tuple[ReadFailure, ...]


class Lake:
    """The tables below one root. Opened at the first use; holds no other state."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    @cached_property
    def location(self) -> Location:
        """The opened root."""
        return open_location(self.uri)

    def write(
        self,
        key: tuple[str, ...],
        table: type[Row],
        batches: Iterable[pa.RecordBatch],
        *,
        failures: Sequence[ReadFailure] = (),
        partition: Mapping[str, str] = NO_PARTITION,
    ) -> PartFile:
        """Replace one partition of a table by these rows.

        Args:
            key: Key of the table.
            table: Its definition.
            batches: The rows; consumed once, in bounded memory (`part_files`).
            failures: What could not be read. Looked at after the last batch, so that a stream may add to it.
            partition: Values of the partition's dimensions.

        Raises:
            LakeError: The file cannot be written; the rows of before stay.
        """

        def metadata() -> Mapping[str, str]:
            self._write_failures(key, failures, partition)
            return {COMPLETE_KEY: "false" if failures else "true"}

        return write_part(self.location, table_folder(key, partition), schema_of(table), batches, metadata)

    def read(self, key: tuple[str, ...], table: type[Row]) -> pa.RecordBatchReader:
        """All rows of a table as a stream with the schema of its definition; columns that older files lack are null.

        Memory: a row group (`part_files`) of one file, and a few batches of 32,768 rows.

        Raises:
            LakeError: The table was never written, cannot be read, or has a newer schema than this version knows.
        """
        files = self._existing_files(key, NO_PARTITION)
        known = table.schema_version
        for path in files:
            version = int((self._metadata(path).get(SCHEMA_VERSION_KEY) or b"1").decode())
            if version > known:
                raise LakeError(
                    f"{path} has version {version} of its schema, and this program knows version {known}.",
                    remedy="Upgrade raito-aws-pipeline, or materialise the asset again with this version.",
                )
        with lake_failures(self._name(key), "read"):
            dataset = _datasets().dataset(
                files, schema=schema_of(table), filesystem=self.location.filesystem, format="parquet"
            )
            return dataset.scanner(
                batch_size=_BATCH_ROWS, batch_readahead=_READ_AHEAD_BATCHES, fragment_readahead=1
            ).to_reader()

    def read_rows(self, key: tuple[str, ...], table: type[RowT]) -> list[RowT]:
        """All rows of a table at once: for tables whose size is that of an organisation (users, groups, failures)."""
        return [row for batch in self.read(key, table) for row in from_batch(table, batch)]

    def dataset(self, key: tuple[str, ...], partitions: Sequence[Mapping[str, str]] = (NO_PARTITION,)) -> pads.Dataset:
        """Files of a table as they lie there, partition columns included; for tables that the model does not define.

        Raises:
            LakeError: One of the partitions was never written, or cannot be read.
        """
        files = [path for partition in partitions for path in self._existing_files(key, partition)]
        with lake_failures(self._name(key), "read"):
            return _datasets().dataset(
                files,
                filesystem=self.location.filesystem,
                format="parquet",
                partitioning="hive",
                partition_base_dir=self.location.path(*key),
            )

    def completeness(self, key: tuple[str, ...], partition: Mapping[str, str] = NO_PARTITION) -> Completeness:
        """Whether the rows of a table (or of one partition) are all there."""
        files = self._files(table_folder(key, partition))
        if not files:
            return Completeness(written=False, complete=False, failures=())
        if all(self._metadata(path).get(COMPLETE_KEY.encode()) == b"true" for path in files):
            return Completeness(written=True, complete=True, failures=())
        return Completeness(written=True, complete=False, failures=self._failures(key, partition) or (_FAILURES_LOST,))

    def _failures(self, key: tuple[str, ...], partition: Mapping[str, str]) -> tuple[ReadFailure, ...]:
        rows: list[ReadFailure] = []
        for path in self._files(failures_folder(key, partition)):
            with lake_failures(path, "read"):
                table = pq.read_table(path, filesystem=self.location.filesystem, partitioning=None)
            for batch in table.to_batches():
                rows.extend(from_batch(ReadFailure, batch))
        return tuple(rows)

    def _write_failures(
        self, key: tuple[str, ...], failures: Sequence[ReadFailure], partition: Mapping[str, str]
    ) -> None:
        folder = failures_folder(key, partition)
        if not failures and not self._files(folder):
            return
        batch = to_batch(ReadFailure, failures)
        write_part(self.location, folder, schema_of(ReadFailure), [batch], lambda: {})

    def _existing_files(self, key: tuple[str, ...], partition: Mapping[str, str]) -> list[str]:
        files = self._files(table_folder(key, partition))
        if not files:
            raise LakeError(
                f"{'/'.join((self._name(key), *table_folder((), partition)))} was never written.",
                remedy="Materialise the asset that it belongs to first.",
            )
        return files

    def _files(self, folder: tuple[str, ...]) -> list[str]:
        path = self.location.path(*folder)
        with lake_failures(path, "listed"):
            entries = self.location.filesystem.get_file_info(
                pafs.FileSelector(path, allow_not_found=True, recursive=True)
            )
        return sorted(
            e.path
            for e in entries
            if e.type == pafs.FileType.File and e.path.endswith(".parquet") and not e.base_name.startswith(("_", "."))
        )

    def _metadata(self, path: str) -> Mapping[bytes, bytes]:
        with lake_failures(path, "read"):
            return pq.read_metadata(path, filesystem=self.location.filesystem).metadata or {}

    def _name(self, key: tuple[str, ...]) -> str:
        return "/".join((self.location.uri, *key))


def _datasets() -> Any:
    """`pyarrow.dataset`, imported at the first read: it imports pandas, which loading assets need not wait for."""
    import pyarrow.dataset  # noqa: PLC0415

    return pyarrow.dataset
