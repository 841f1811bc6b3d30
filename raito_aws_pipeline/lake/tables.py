"""Tables of the lake: rows in, rows out, and whether they are all there.

A table has a key (that of its asset) and partitions. Beside the rows, each file says in its metadata which version of
the schema it has and whether everything was read; what was not read is in the table `failures` of the target. Command
line and Dagster read completeness here, so that they agree.

Who reads names the partitions. The files of one lie in its folder itself, never further down: a region that was taken
out of the configuration is not read, nor are partitions taken for a table that has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.fs as pafs

from raito_aws_pipeline.errors import LakeError
from raito_aws_pipeline.lake.layout import failures_folder, partition_name, table_folder
from raito_aws_pipeline.lake.location import Location, open_location
from raito_aws_pipeline.lake.part_files import PartFile, lake_failures, write_part
from raito_aws_pipeline.lake.part_rows import part_batches, part_metadata, part_schema, require_known_version
from raito_aws_pipeline.model.columns import (
    Row,
    RowT,
    columns_of,
    from_batch,
    schema_differences,
    schema_of,
    to_batch,
)
from raito_aws_pipeline.model.read_failures import ReadFailure

if TYPE_CHECKING:
    import pyarrow.dataset as pads

COMPLETE_KEY = "raito.complete"
"""Key of the Parquet metadata: `true` where everything that belongs into the file was read."""

NO_PARTITION: Mapping[str, str] = {}
NO_FACTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Completeness:
    """Whether partitions were ever written, and whether all that belongs into them was read.

    Args:
        written: Each of them was written, so that they can be read.
        complete: Each of them was written, and nothing is missing.
        failures: What is missing; empty only where they are complete.
    """

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
        facts: Mapping[str, str] = NO_FACTS,
    ) -> PartFile:
        """Replace one partition of a table by these rows.

        Args:
            key: Key of the table.
            table: Its definition.
            batches: The rows; consumed once, in bounded memory (`part_files`).
            failures: What could not be read. Looked at after the last batch, so that a stream may add to it.
            partition: Values of the partition's dimensions.
            facts: What else the file says of itself, for `facts`.

        Raises:
            LakeError: The file cannot be written; the rows of before stay.
        """

        def metadata() -> Mapping[str, str]:
            self._write_failures(key, failures, partition)
            return {**facts, COMPLETE_KEY: "false" if failures else "true"}

        distinct = [c.name for c in columns_of(table) if c.column.unique]
        return write_part(
            self.location, table_folder(key, partition), schema_of(table), batches, metadata, distinct=distinct
        )

    def read(
        self, key: tuple[str, ...], table: type[Row], partitions: Sequence[Mapping[str, str]] = (NO_PARTITION,)
    ) -> pa.RecordBatchReader:
        """All rows of these partitions of a table, in the order named, as a stream with the schema of its definition.

        Nullable columns that older files lack are null. Memory: `part_rows`, whatever the number of rows and files.

        Raises:
            LakeError: A partition was never written, cannot be read (now, or while the stream is read), or has a newer
                schema than this version knows.
        """
        files = self._existing_files(key, partitions)
        for path in files:
            require_known_version(path, part_metadata(self.location, path), table)
        batches = (batch for path in files for batch in part_batches(self.location, path, table))
        return pa.RecordBatchReader.from_batches(schema_of(table), batches)

    def read_rows(
        self, key: tuple[str, ...], table: type[RowT], partitions: Sequence[Mapping[str, str]] = (NO_PARTITION,)
    ) -> list[RowT]:
        """The rows of `read` at once: for tables whose size is that of an organisation (users, groups, failures)."""
        return [row for batch in self.read(key, table, partitions) for row in from_batch(table, batch)]

    def rows(self, key: tuple[str, ...], partitions: Sequence[Mapping[str, str]] = (NO_PARTITION,)) -> int:
        """How many rows these partitions have, from the footers of their files; no row is read.

        Raises:
            LakeError: A partition was never written, or cannot be read.
        """
        return sum(part_metadata(self.location, path).num_rows for path in self._existing_files(key, partitions))

    def schema_differences(
        self, key: tuple[str, ...], table: type[Row], partitions: Sequence[Mapping[str, str]] = (NO_PARTITION,)
    ) -> list[str]:
        """How the files of these partitions differ from the definition, as `model.columns.schema_differences` says it.

        Each file is looked at by itself, and named where there are several.

        Raises:
            LakeError: A partition was never written, or cannot be read.
        """
        files = self._existing_files(key, partitions)
        dimensions = {dimension for partition in partitions for dimension in partition}
        folder = self.location.path(*key) + "/"
        return [
            f"{path.removeprefix(folder)}: {difference}" if len(files) > 1 else difference
            for path in files
            for difference in schema_differences(table, part_schema(self.location, path), dimensions)
        ]

    def dataset(self, key: tuple[str, ...], partitions: Sequence[Mapping[str, str]] = (NO_PARTITION,)) -> pads.Dataset:
        """Files of a table as they lie there, partition columns included; for tables that the model does not define.

        Raises:
            LakeError: One of the partitions was never written, or cannot be read.
        """
        files = self._existing_files(key, partitions)
        with lake_failures(self._name(key), "read"):
            return _datasets().dataset(
                files,
                filesystem=self.location.filesystem,
                format="parquet",
                partitioning="hive",
                partition_base_dir=self.location.path(*key),
            )

    def completeness(
        self, key: tuple[str, ...], partitions: Sequence[Mapping[str, str]] = (NO_PARTITION,)
    ) -> Completeness:
        """Whether the rows of these partitions are all there; one never written is missing as a whole.

        Raises:
            LakeError: They cannot be listed or read.
        """
        found = [self._completeness(key, partition) for partition in _named(partitions)]
        return Completeness(
            written=all(one.written for one in found),
            complete=all(one.complete for one in found),
            failures=tuple(failure for one in found for failure in one.failures),
        )

    def facts(self, key: tuple[str, ...], partition: Mapping[str, str] = NO_PARTITION) -> Mapping[str, str]:
        """What the file of a partition says of itself; empty where it was never written.

        Raises:
            LakeError: It cannot be read.
        """
        said: dict[bytes, bytes] = {}
        for path in self._files(table_folder(key, partition)):
            said.update(part_metadata(self.location, path).metadata or {})
        return {name.decode(errors="replace"): value.decode(errors="replace") for name, value in said.items()}

    def _completeness(self, key: tuple[str, ...], partition: Mapping[str, str]) -> Completeness:
        files = self._files(table_folder(key, partition))
        name = partition_name(partition) or key[-1]
        if not files:
            return Completeness(written=False, complete=False, failures=(_never_materialised(name, key),))
        if all(
            (part_metadata(self.location, path).metadata or {}).get(COMPLETE_KEY.encode()) == b"true" for path in files
        ):
            return Completeness(written=True, complete=True, failures=())
        failures = self._failures(key, partition) or (_failures_lost(name),)
        return Completeness(written=True, complete=False, failures=failures)

    def _failures(self, key: tuple[str, ...], partition: Mapping[str, str]) -> tuple[ReadFailure, ...]:
        return tuple(
            row
            for path in self._files(failures_folder(key, partition))
            for batch in part_batches(self.location, path, ReadFailure)
            for row in from_batch(ReadFailure, batch)
        )

    def _write_failures(
        self, key: tuple[str, ...], failures: Sequence[ReadFailure], partition: Mapping[str, str]
    ) -> None:
        folder = failures_folder(key, partition)
        if not failures and not self._files(folder):
            return
        batch = to_batch(ReadFailure, failures)
        write_part(self.location, folder, schema_of(ReadFailure), [batch], lambda: {})

    def _existing_files(self, key: tuple[str, ...], partitions: Sequence[Mapping[str, str]]) -> list[str]:
        existing: list[str] = []
        for partition in _named(partitions):
            files = self._files(table_folder(key, partition))
            if not files:
                raise LakeError(
                    f"{'/'.join((self._name(key), *table_folder((), partition)))} was never written.",
                    remedy="Materialise the asset that it belongs to first.",
                )
            existing += files
        return existing

    def _files(self, folder: tuple[str, ...]) -> list[str]:
        path = self.location.path(*folder)
        with lake_failures(path, "listed"):
            entries = self.location.filesystem.get_file_info(pafs.FileSelector(path, allow_not_found=True))
        return sorted(
            e.path
            for e in entries
            if e.type == pafs.FileType.File and e.path.endswith(".parquet") and not e.base_name.startswith(("_", "."))
        )

    def _name(self, key: tuple[str, ...]) -> str:
        return "/".join((self.location.uri, *key))


def _named(partitions: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The partitions in order, each once. None at all is a mistake: no rows would then pass for all rows."""
    if not partitions:
        raise ValueError("no partitions are named")
    return list({table_folder((), partition): partition for partition in partitions}.values())


def _never_materialised(part: str, key: tuple[str, ...]) -> ReadFailure:
    return ReadFailure(
        part=part,
        call="",
        code="NeverMaterialised",
        message=f"{part} of {'/'.join(key)} was never written: nothing is known of its rows.",
        remedy=f"Materialise {part} of {'/'.join(key)}.",
    )


def _failures_lost(part: str) -> ReadFailure:
    """Stands for the failures of an incomplete table whose list does not say which: incomplete stays incomplete."""
    return ReadFailure(
        part=part,
        call="",
        code="FailuresLost",
        message="The rows say that they are incomplete, and the list of what is missing was cut off or replaced.",
        remedy="Materialise the table again.",
    )


def _datasets() -> Any:
    """`pyarrow.dataset`, imported at the first read: it imports pandas, which loading assets need not wait for."""
    import pyarrow.dataset  # noqa: PLC0415

    return pyarrow.dataset
