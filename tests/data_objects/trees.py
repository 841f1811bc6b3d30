"""Rows of data objects as the tests make them: whole trees of buckets, single rows, batches cut anywhere."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from raito_aws_pipeline.data_objects.bucket_tree import BucketTree
from raito_aws_pipeline.model.columns import schema_of
from raito_aws_pipeline.model.data_objects import DataObject

ACCOUNT = "123456789012"

SEGMENTS = st.sampled_from(["", "a", "b", "a-1", "same", "same-1", "ü", "\n", "\U0010ffff"])
KEYS = st.builds("/".join, st.lists(SEGMENTS, min_size=1, max_size=5)).filter(bool)
BUCKETS = st.dictionaries(st.sampled_from(["lake", "lake-1", "raw"]), st.sets(KEYS, max_size=12), min_size=1)

Rows = list[dict[str, Any]]


def tree(buckets: dict[str, set[str]], *, region: str = "eu-west-1", emulate_folders: bool = True) -> Rows:
    """The data objects of buckets of one region: each bucket and what the tree makes of its keys."""
    rows: Rows = []
    for bucket in sorted(buckets, key=lambda name: f"{name}/"):
        full_name = f"{ACCOUNT}:{region}:{bucket}"
        rows.append(row(full_name, ACCOUNT, "bucket"))
        made = BucketTree(full_name, max_depth=4, emulate_folders=emulate_folders)
        batches = [made.add(sorted(buckets[bucket], key=str.encode)), made.finish()]
        rows += [row for batch in batches for row in batch.to_pylist()]
    return rows


def row(full_name: str, parent: str, kind: str) -> dict[str, Any]:
    """One data object."""
    empty: dict[str, Any] = dict.fromkeys(schema_of(DataObject).names)
    return empty | {
        "external_id": full_name,
        "full_name": full_name,
        "name": full_name.rpartition("/")[2],
        "type": kind,
        "parent_external_id": parent,
        "description": "",
    }


def in_batches(rows: Rows, size: int) -> list[pa.RecordBatch]:
    """The rows, so many in a batch."""
    schema = schema_of(DataObject)
    return [pa.RecordBatch.from_pylist(rows[at : at + size], schema) for at in range(0, len(rows), size)]
