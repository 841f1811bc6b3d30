"""The import file of data objects: rows of the lake, checked as they pass, and the root where all of them are meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.checks import TreeCheck
from raito_aws_pipeline.errors import CheckFailedError, LakeError
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_objects import DataObject, DataObjectType
from raito_aws_pipeline.raito.import_files import ImportFile, write_import_file
from raito_aws_pipeline.sync.push_guards import require_checks

_TYPES_OF_S3 = [DataObjectType.FILE.value]
_TYPES_OF_GLUE = [DataObjectType.GLUE_TABLE.value, DataObjectType.COLUMN.value]
"""Types that only one of the modes gives."""


def data_source_object(account_id: str) -> DataObject:
    """The root of the tree (connector 3)."""
    return DataObject(
        external_id=account_id,
        name=account_id,
        full_name=account_id,
        type=DataObjectType.DATASOURCE,
        description=f"DataSource for AWS account {account_id}",
        parent_external_id="",
    )


def write_data_object_file(
    target: Target, check: TreeCheck, first: DataObject | None, batches: Iterable[pa.RecordBatch], path: Path
) -> ImportFile:
    """Write the import file, and refuse one whose rows are no tree. Memory is that of a batch.

    Args:
        target: The target.
        check: Looks at each batch.
        first: The record before all others; None: there is none.
        batches: The rows, as `DataObject`.
        path: The file.

    Raises:
        CheckFailedError: Full names occur twice, parents are missing, or the rows are those of another mode.
        LakeError: The rows cannot be read, or the file cannot be written.
    """
    foreign = pa.array(_TYPES_OF_S3 if target.aws.aws_glue_enabled else _TYPES_OF_GLUE, pa.string())

    def checked() -> Iterator[pa.RecordBatch]:
        if first is not None:
            yield to_batch(DataObject, [first])
        for batch in batches:
            _require_own_mode(target, batch, foreign)
            check.add(batch)
            yield batch

    try:
        file = write_import_file(DataObject, checked(), path)
    except OSError as error:
        raise LakeError(
            f"The import file cannot be written to {path}: {error.strerror or error}.",
            target=target.name,
            remedy="Make room there, about 400 bytes a data object, or set TMPDIR to a folder that has it.",
        ) from error
    require_checks(check.outcomes(), target, "data objects")
    return file


def _require_own_mode(target: Target, batch: pa.RecordBatch, foreign: pa.Array) -> None:
    """Refuse rows that the other mode (S3 or Glue) has read: a region that was not read since the mode was switched."""
    if pc.any(pc.is_in(batch.column("type"), foreign)).as_py():
        raise CheckFailedError(
            "Nothing was pushed, because data objects lie in the lake that were read in another mode (S3 or Glue).",
            target=target.name,
            remedy="Materialise data_objects of every region again, then push; `sync` reads all regions anyway.",
        )
