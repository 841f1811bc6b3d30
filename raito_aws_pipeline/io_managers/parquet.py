"""The Parquet IO manager: what an asset returns goes to the lake, what a downstream asset annotates comes from it.

| annotation of the input | what the asset gets |
|---|---|
| `pandas.DataFrame` | all rows in memory |
| `pyarrow.Table` | all rows in memory |
| `pyarrow.RecordBatchReader` | a stream, one batch in memory |
| `pyarrow.dataset.Dataset`, or none | the files, nothing read yet |

Returned may be any of these, or, from a run over several partitions, a mapping of partition key to any of these. The
project's own assets write through `sync/` and return no value; this manager serves what people build on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import dagster as dg
import pyarrow as pa

from raito_aws_pipeline.lake.layout import table_folder
from raito_aws_pipeline.lake.part_files import PartFile, write_part
from raito_aws_pipeline.lake.tables import Lake

DIMENSION_METADATA_KEY = "lake/dimension"
"""Key of an asset's metadata that names the dimension of its plain (not multi-dimensional) partitions definition."""


class ParquetIOManager(dg.ConfigurableIOManager):
    """Keeps assets as Parquet in the lake, one file a partition, at the asset's key.

    Args:
        lake_uri: A folder or `s3://bucket/prefix`.
    """

    lake_uri: str

    @cached_property
    def _lake(self) -> Lake:
        return Lake(self.lake_uri)

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write what an asset returned, in place of what was there.

        Raises:
            TypeError: It is of a kind that the table above does not name, or several partitions without a mapping.
        """
        if not context.has_asset_partitions:
            part = self._write(context, {}, obj)
            context.add_output_metadata(
                {
                    "dagster/row_count": part.rows,
                    "dagster/uri": part.uri,
                    "bytes": part.bytes,
                }
            )
            return
        keys = sorted(context.asset_partition_keys)
        if not isinstance(obj, Mapping):
            if len(keys) != 1:
                raise TypeError(
                    f"{context.asset_key.to_user_string()} ran for {len(keys)} partitions and returned a "
                    f"{type(obj).__name__}: return a mapping of partition key to rows instead."
                )
            obj = {keys[0]: obj}
        self._write_partitions(context, {str(key): rows for key, rows in obj.items()})

    def load_input(self, context: dg.InputContext) -> Any:
        """Read what a downstream asset asks for, in the form that it annotates."""
        key = tuple(context.asset_key.path)
        partitions: Sequence[Mapping[str, str]] = [{}]
        if context.has_asset_partitions:
            metadata = context.upstream_output.definition_metadata if context.upstream_output else {}
            partitions = [
                _partition(context.asset_partitions_def, key_, metadata)
                for key_ in sorted(map(str, context.asset_partition_keys))
            ]
        dataset = self._lake.dataset(key, partitions)
        annotation = context.dagster_type.typing_type
        if _is_pandas_frame(annotation):
            return dataset.to_table().to_pandas()
        if annotation is pa.Table:
            return dataset.to_table()
        if annotation is pa.RecordBatchReader:
            return dataset.scanner().to_reader()
        return dataset

    def _write_partitions(self, context: dg.OutputContext, rows: Mapping[str, Any]) -> None:
        total = 0
        for key in sorted(rows):
            partition = _partition(context.asset_partitions_def, key, context.definition_metadata)
            part = self._write(context, partition, rows[key])
            total += part.bytes
            context.step_context.add_asset_metadata(
                asset_key=context.asset_key,
                partition_key=key,
                metadata={"dagster/partition_row_count": part.rows, "dagster/uri": part.uri, "bytes": part.bytes},
            )
        context.add_output_metadata({"bytes_written_in_run": total})

    def _write(self, context: dg.OutputContext, partition: Mapping[str, str], rows: Any) -> PartFile:
        schema, batches = _stream(rows)
        folder = table_folder(tuple(context.asset_key.path), partition)
        return write_part(self._lake.location, folder, schema, batches, lambda: {})


def _partition(definition: dg.PartitionsDefinition[Any], key: str, asset_metadata: Mapping[str, Any]) -> dict[str, str]:
    """A partition key as dimension → value; the dimension of a plain definition is named by the asset, else guessed."""
    if isinstance(definition, dg.MultiPartitionsDefinition):
        return dict(definition.get_partition_key_from_str(key).keys_by_dimension)
    default = "day" if isinstance(definition, dg.DailyPartitionsDefinition) else "partition"
    return {str(asset_metadata.get(DIMENSION_METADATA_KEY, default)): key}


def _is_pandas_frame(kind: Any) -> bool:
    """Whether a type is pandas' DataFrame, found without importing pandas: who uses it has imported it."""
    return getattr(kind, "__name__", "") == "DataFrame" and kind.__module__.partition(".")[0] == "pandas"


def _stream(rows: Any) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    if _is_pandas_frame(type(rows)):
        rows = pa.Table.from_pandas(rows, preserve_index=False)
    if type(rows).__module__.startswith("pyarrow._dataset"):
        rows = rows.scanner().to_reader()
    if isinstance(rows, pa.Table):
        rows = rows.to_reader()
    if isinstance(rows, pa.RecordBatchReader):
        return rows.schema, iter(rows)
    raise TypeError(
        f"An asset returned a {type(rows).__name__}; the lake keeps pandas DataFrames and pyarrow Tables, "
        "RecordBatchReaders and Datasets."
    )
