"""The import file of data objects: rows of the lake, checked as they pass, and the root where all of them are meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.checks import TreeCheck
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_objects import DataObject, DataObjectType
from raito_aws_pipeline.raito.import_files import ImportFile, write_import_file
from raito_aws_pipeline.sync.push_guards import require_checks


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
        CheckFailedError: Full names occur twice, or parents are missing.
        LakeError: The rows cannot be read.
    """

    def checked() -> Iterator[pa.RecordBatch]:
        if first is not None:
            yield to_batch(DataObject, [first])
        for batch in batches:
            check.add(batch)
            yield batch

    file = write_import_file(DataObject, checked(), path)
    require_checks(check.outcomes(), target, "data objects")
    return file
