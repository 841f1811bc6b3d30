"""What all assets that are tables of the lake have in common: key, description, column schema, row count.

All assets of a target are one group, named by the target's slug.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import dagster as dg

from raito_aws_pipeline.configuration.targets import BrokenTarget, Target
from raito_aws_pipeline.io_managers.parquet import DIMENSION_METADATA_KEY
from raito_aws_pipeline.model.columns import columns_of
from raito_aws_pipeline.sync.tables import Table
from raito_aws_pipeline.sync.written import TableWritten

OWNERS = ["team:data-platform"]


def asset_key(table: Table, target: Target | BrokenTarget) -> dg.AssetKey:
    """Key of a table's asset: the target's slug, then the table's name."""
    return dg.AssetKey([target.slug, table.name])


def table_spec(
    table: Table,
    target: Target | BrokenTarget,
    *,
    kinds: set[str],
    description: str,
    deps: Sequence[dg.AssetKey | dg.AssetDep] = (),
    partitions: dg.PartitionsDefinition[str] | None = None,
    dimension: str | None = None,
) -> dg.AssetSpec:
    """The asset of a table, as the UI shows it before anything ran; `dimension` is that of its plain partitions."""
    metadata = {
        "dagster/column_schema": column_schema(table),
        "dagster/table_name": f"{target.slug}.{table.name}",
        **({DIMENSION_METADATA_KEY: dimension} if dimension else {}),
    }
    return dg.AssetSpec(
        asset_key(table, target),
        deps=deps,
        partitions_def=partitions,
        group_name=target.slug,
        kinds=kinds,
        owners=OWNERS,
        description=f"{description}\n\nOne row: {inspect.cleandoc(table.row.__doc__ or '')}",
        metadata=metadata,
        tags={"raito/target": target.slug},
    )


def column_schema(table: Table) -> dg.TableSchema:
    """Columns of a table with types and descriptions, from its one definition."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=c.name,
                type=str(c.arrow_type),
                description=c.column.description,
                constraints=dg.TableColumnConstraints(nullable=c.nullable, unique=c.column.unique),
            )
            for c in columns_of(table.row)
        ]
    )


def table_metadata(written: TableWritten) -> dict[str, Any]:
    """What a materialisation says of the table that it wrote."""
    return {
        "dagster/row_count": written.rows,
        "dagster/uri": written.uri,
        "bytes": written.bytes,
        "parts_not_read": written.failures,
    }


def partition_metadata(written: TableWritten) -> dict[str, Any]:
    """What a materialisation says of the partition that it wrote."""
    metadata = table_metadata(written)
    return {"dagster/partition_row_count": metadata.pop("dagster/row_count"), **metadata}
