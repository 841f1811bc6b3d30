"""Names of files and folders: `<lake>/<key>/…/region=…/day=…/part-0.parquet`.

The key is that of the Dagster asset, the target's slug first. Names that begin with `_` are ours and no rows: Athena,
Spark and pyarrow's datasets pass over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

PART_FILE = "part-0.parquet"
FAILURES_TABLE = "failures"
"""Name of the table, one a target, that holds what could not be read, partitioned by `asset`."""

DOCUMENTS_FOLDER = "_documents"
"""Folder below a target for small JSON documents (open Raito jobs)."""

_DIMENSION_ORDER = ("asset", "region", "day")


def table_folder(key: tuple[str, ...], partition: Mapping[str, str]) -> tuple[str, ...]:
    """Folders of one partition below the root; dimensions in a fixed order, values escaped as Hive does."""
    return (*key, *(f"{name}={quote(partition[name], safe=' :@')}" for name in _ordered(partition)))


def partition_name(partition: Mapping[str, str]) -> str:
    """What people call a partition: its values in the order of the folders; empty for the one of a whole table."""
    return "/".join(partition[name] for name in _ordered(partition))


def failures_folder(key: tuple[str, ...], partition: Mapping[str, str]) -> tuple[str, ...]:
    """Folders of the failures of one partition of a table."""
    *target, asset = key
    return table_folder((*target, FAILURES_TABLE), {"asset": asset, **partition})


def _ordered(partition: Mapping[str, str]) -> list[str]:
    return sorted(partition, key=lambda name: (_rank(name), name))


def _rank(dimension: str) -> int:
    return _DIMENSION_ORDER.index(dimension) if dimension in _DIMENSION_ORDER else len(_DIMENSION_ORDER)
