"""Glue mode: from the tables of the catalogues to buckets, folders, Glue tables and columns (connector 3).

Here: which data objects there are, one row an external id, and what is none. Not here: where a table lies
(`data_objects.glue_locations`), reading the catalogue (`aws.glue`), and the root of the tree, which the push
puts first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from raito_aws_pipeline.aws.glue import GlueColumn, GlueTable
from raito_aws_pipeline.data_objects.glue_locations import Place, Places
from raito_aws_pipeline.model.data_object_remainder import DataObjectRemainder, Reason
from raito_aws_pipeline.model.data_objects import DataObject, DataObjectType
from raito_aws_pipeline.model.full_names import FullNames, tree_order
from raito_aws_pipeline.model.tags import Tag


@dataclass(frozen=True, slots=True)
class GlueDataObjects:
    """The data objects of one home region in the order of the tree, and what is none, by its name in AWS."""

    objects: tuple[DataObject, ...]
    remainder: tuple[DataObjectRemainder, ...]


def glue_data_objects(
    tables: Sequence[GlueTable],
    *,
    region: str,
    regions: Sequence[str],
    names: FullNames,
    bucket_regions: Mapping[str, str],
) -> GlueDataObjects:
    """The data objects whose home is one region; each external id has one home.

    A table is in the home of its bucket (`Places`), whatever catalogue it stands in, so all tables are needed for each
    region. Of several tables at one place the first by database, name and order of regions has the row. Memory is that
    of the account's catalogues and of one home region's rows.

    Args:
        tables: All tables of all configured regions, in any order.
        region: The home region, one of `regions`.
        regions: The configured regions, in order.
        names: Writes the full names.
        bucket_regions: Region of each bucket of the account, by name, where it is known.
    """
    places = Places(tables, regions, bucket_regions)
    position = {name: index for index, name in enumerate(regions)}
    tree = _Tree(names)
    for table in sorted(tables, key=lambda table: (table.database, table.name, position[table.region])):
        place = places.of(table)
        if isinstance(place, Place):
            if place.home == region:
                tree.add_table(table, place)
        elif table.region == region:
            tree.report(table, place, detail=f"Its location is {table.location}." if table.location else "")
    tree.add_buckets_tables_and_folders()
    tree.add_columns()
    return GlueDataObjects(
        tuple(sorted(tree.objects.values(), key=lambda row: tree_order(row.full_name))),
        tuple(sorted(tree.remainder, key=lambda row: (row.source, row.reason, row.full_name))),
    )


@dataclass(slots=True)
class _Tree:
    """The rows of one home region as they are found: all tables are added first, columns last."""

    names: FullNames
    objects: dict[str, DataObject] = field(default_factory=dict)
    remainder: list[DataObjectRemainder] = field(default_factory=list)
    buckets: dict[str, str] = field(default_factory=dict)
    """Full name → name."""
    bucket_tables: dict[str, GlueTable] = field(default_factory=dict)
    """Full name of a bucket → the table at its root that describes it."""
    tables: dict[str, GlueTable] = field(default_factory=dict)
    """Full name → the table that has the row."""

    def add_table(self, table: GlueTable, place: Place) -> None:
        bucket = self.names.bucket(place.region, place.bucket)
        full_name = f"{bucket}/{place.path}" if place.path else bucket
        self.buckets[bucket] = place.bucket
        if not place.located:
            detail = "The bucket is another account's or its region is unknown: that of the catalogue stands for it."
            self._report_one(source_of(table), Reason.BUCKET_NOT_LOCATED, full_name, detail)
        if not place.path:
            first = self.bucket_tables.setdefault(full_name, table)
            detail = f"The bucket has the description and tags of {source_of(first)}."
            self.report(table, Reason.TABLE_AT_BUCKET_ROOT, full_name, detail)
            return
        first = self.tables.setdefault(full_name, table)
        if first is not table:
            self.report(table, Reason.SAME_LOCATION, full_name, f"The row is that of {source_of(first)}.")

    def add_buckets_tables_and_folders(self) -> None:
        for full_name, name in self.buckets.items():
            parent = self.names.account_id
            table = self.bucket_tables.get(full_name)
            if table is None:
                self._add(full_name, name, DataObjectType.BUCKET, parent)
            else:
                self._add(
                    full_name,
                    name,
                    DataObjectType.BUCKET,
                    parent,
                    description=table.description,
                    tags=table.parameters or None,
                )
        for full_name, table in self.tables.items():
            parent, _, name = full_name.rpartition("/")
            self._add(
                full_name, name, DataObjectType.GLUE_TABLE, parent, description=table.description, tags=table.parameters
            )
            while parent not in self.objects and parent not in self.tables:
                folder = parent
                parent, _, name = folder.rpartition("/")
                self._add(folder, name, DataObjectType.FOLDER, parent)

    def add_columns(self) -> None:
        # A name with a slash may be the path of a column of a table below; the column nearer to its table has the row.
        for parent in sorted(self.tables, key=len, reverse=True):
            table = self.tables[parent]
            for column in table.columns:
                full_name = f"{parent}/{column.name}"
                there = self.objects.get(full_name)
                if there is None:
                    self._add(
                        full_name,
                        column.name,
                        DataObjectType.COLUMN,
                        parent,
                        description=column.comment,
                        tags=column.parameters,
                        data_type=column.data_type,
                    )
                    continue
                same_table = there.type == DataObjectType.COLUMN and there.parent_external_id == parent
                self._report_one(
                    source_of(table, column),
                    Reason.SAME_COLUMN if same_table else Reason.COLUMN_IS_OBJECT,
                    full_name,
                    f"The row is that of a {there.type}; this column has data type {column.data_type or 'unknown'}.",
                )

    def report(self, table: GlueTable, reason: Reason, full_name: str = "", detail: str = "") -> None:
        """Report a table and each of its columns."""
        self._report_one(source_of(table), reason, full_name, detail)
        for column in table.columns:
            self._report_one(source_of(table, column), reason, full_name, detail)

    def _report_one(self, source: str, reason: Reason, full_name: str, detail: str) -> None:
        self.remainder.append(
            DataObjectRemainder(reason=reason.value, source=source, full_name=full_name, detail=detail)
        )

    def _add(
        self,
        full_name: str,
        name: str,
        kind: str,
        parent: str,
        *,
        description: str | None = None,
        tags: tuple[Tag, ...] | None = None,
        data_type: str | None = None,
    ) -> None:
        self.objects[full_name] = DataObject(
            external_id=full_name,
            name=name,
            full_name=full_name,
            type=kind,
            description=description or "",
            parent_external_id=parent,
            tags=tags,
            data_type=data_type,
        )


def source_of(table: GlueTable, column: GlueColumn | None = None) -> str:
    """What a table or a column is called in AWS: `<region>:<database>.<table>[.<column>]`."""
    source = f"{table.region}:{table.database}.{table.name}"
    return source if column is None else f"{source}.{column.name}"
