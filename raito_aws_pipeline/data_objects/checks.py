"""What must hold of data objects before they are pushed; one function a check, shared by Dagster and the push.

The checks of the tree look at rows as they stream by, in bounded memory: `TreeCheck`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from raito_aws_pipeline.model.checks import COMPLETE, SCHEMA, CheckDefinition, CheckOutcome, outcome_of_check
from raito_aws_pipeline.model.data_objects import DataObjectType

DATA_OBJECTS, BUCKETS = "data_objects", "buckets"

UNIQUE_FULL_NAMES = "unique_full_names"
PARENTS_EXIST = "parents_exist"
NO_SUDDEN_DROP = "no_sudden_drop"
REGIONS_CONFIGURED = "regions_configured"
TAGS_READ = "tags_read"

DATA_OBJECT_CHECKS = (
    CheckDefinition(DATA_OBJECTS, SCHEMA, True, "The Parquet files have the columns of the definition."),
    CheckDefinition(
        DATA_OBJECTS, COMPLETE, False, "Everything could be read; if not, the push deletes nothing in Raito."
    ),
    CheckDefinition(DATA_OBJECTS, UNIQUE_FULL_NAMES, True, "No two rows have the same full name, the external id."),
    CheckDefinition(DATA_OBJECTS, PARENTS_EXIST, True, "The parent of each row exists, and comes before it."),
    CheckDefinition(
        DATA_OBJECTS, NO_SUDDEN_DROP, False, "No region has less than half of the data objects that it had before."
    ),
    CheckDefinition(BUCKETS, SCHEMA, True, "The Parquet file has the columns of the definition."),
    CheckDefinition(BUCKETS, COMPLETE, False, "All buckets and their regions could be read."),
    CheckDefinition(BUCKETS, REGIONS_CONFIGURED, False, "No bucket is left out because of its region."),
    CheckDefinition(BUCKETS, TAGS_READ, False, "The tags of all buckets that are imported could be read."),
)

_MOST_KEPT = 1000
"""Offenders of a check of the tree that are kept; a table that has so many is broken as a whole."""

_CONTAINERS = (DataObjectType.BUCKET, DataObjectType.FOLDER, DataObjectType.GLUE_TABLE, DataObjectType.DATASOURCE)


class TreeCheck:
    """Looks at data objects as they stream by: is each full name there once, and is each parent there before?

    Rows stand in `model.full_names.tree_order`, so that two of one name would be neighbours, and the parent of a row is
    one of the objects that are open. Memory: these, the names of the buckets, and a thousand offenders a check.

    Args:
        root: Full name of the object that all rows lie below: the data source, or where a partial sync begins.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._open: list[str] = [root]
        self._buckets: set[str] = set()
        self._last: str | None = None
        self._not_unique: list[str] = []
        self._orphans: list[str] = []

    def begin_partition(self) -> None:
        """The rows that follow are those of another partition, in an order of their own."""
        self._last = None
        self._open = [self._root]

    def add(self, batch: pa.RecordBatch) -> None:
        """Look at the next rows, which have the columns of `DataObject`."""
        if not batch.num_rows:
            return
        self._look_at_names(batch)
        self._look_at_parents(batch)

    def outcomes(self) -> list[CheckOutcome]:
        """What was found."""
        return [
            outcome_of_check(
                DATA_OBJECT_CHECKS,
                DATA_OBJECTS,
                UNIQUE_FULL_NAMES,
                self._not_unique,
                good="All full names differ",
                bad="Full names occur twice, or not in the order of the tree",
            ),
            outcome_of_check(
                DATA_OBJECT_CHECKS,
                DATA_OBJECTS,
                PARENTS_EXIST,
                self._orphans,
                good="All parents exist and come first",
                bad="Parents are missing, or come later",
            ),
        ]

    def _look_at_names(self, batch: pa.RecordBatch) -> None:
        names = batch.column("full_name")
        before = pa.concat_arrays([pa.array([self._last], pa.string()), names[:-1]])
        in_order = pc.less(_with_slash(before), _with_slash(names))
        offenders = names.filter(pc.invert(in_order.fill_null(True)))
        _keep(self._not_unique, offenders[:_MOST_KEPT].to_pylist())
        self._last = names[-1].as_py()

    def _look_at_parents(self, batch: pa.RecordBatch) -> None:
        names, parents = batch.column("full_name"), batch.column("parent_external_id")
        is_container = pc.is_in(batch.column("type"), pa.array(_CONTAINERS, pa.string()))
        same_parent = pc.equal(parents[1:], parents[:-1])
        # Between two objects that others can lie below, rows of one parent need one look.
        changed = pa.concat_arrays([pa.array([True]), pc.invert(same_parent)])
        looked_at = pc.or_(changed, is_container)
        rows = zip(
            names.filter(looked_at).to_pylist(),
            parents.filter(looked_at).to_pylist(),
            is_container.filter(looked_at).to_pylist(),
            batch.column("type").filter(looked_at).to_pylist(),
            strict=True,
        )
        for name, parent, container, kind in rows:
            while len(self._open) > 1 and self._open[-1] != parent:
                self._open.pop()
            if self._open[-1] != parent:
                _keep(self._orphans, [f"{name} below {parent}"])
            if container:
                self._open.append(name)
            if kind == DataObjectType.BUCKET:
                if name in self._buckets:
                    _keep(self._not_unique, [name])
                self._buckets.add(name)


def check_no_sudden_drop(before: Mapping[str, int], now: Mapping[str, int]) -> CheckOutcome:
    """No region has lost more than half of its data objects.

    Args:
        before: Data objects by region, as they were.
        now: As they are; regions that were not read again may be missing.
    """
    dropped = [
        f"{region} has {now[region]}, it had {before[region]}"
        for region in sorted(now)
        if now[region] * 2 < before.get(region, 0)
    ]
    return outcome_of_check(
        DATA_OBJECT_CHECKS,
        DATA_OBJECTS,
        NO_SUDDEN_DROP,
        dropped,
        good="No region has lost more than half of its data objects",
        bad="More than half of the data objects are gone",
    )


def check_regions_configured(buckets: Sequence[str]) -> CheckOutcome:
    """No bucket lies in a region that is not configured; `buckets` are those that do, with their regions."""
    return outcome_of_check(
        DATA_OBJECT_CHECKS,
        BUCKETS,
        REGIONS_CONFIGURED,
        buckets,
        good="No bucket is left out because of its region",
        bad="Buckets lie in regions that aws-regions does not name, and are not imported (name their regions, or name "
        "them in aws-s3-exclude-buckets)",
    )


def check_tags_read(buckets: Sequence[str]) -> CheckOutcome:
    """The tags of all buckets could be read; `buckets` are those whose tags could not, with the reason."""
    return outcome_of_check(
        DATA_OBJECT_CHECKS,
        BUCKETS,
        TAGS_READ,
        buckets,
        good="The tags of all buckets that are imported could be read",
        bad="Tags could not be read, and those of the last reading stay (allow s3:GetBucketTagging)",
    )


def _keep(offenders: list[str], found: Sequence[str]) -> None:
    offenders.extend(found[: _MOST_KEPT - len(offenders)])


def _with_slash(names: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(names, pa.scalar("/"), "")
