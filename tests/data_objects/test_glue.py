"""Glue mode: which buckets, folders, tables and columns the catalogues' tables become, and what becomes none."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.aws.glue import GlueColumn, GlueTable
from raito_aws_pipeline.data_objects.glue import GlueDataObjects, glue_data_objects, source_of
from raito_aws_pipeline.data_objects.glue_locations import S3Location, s3_location
from raito_aws_pipeline.model.data_object_remainder import Reason
from raito_aws_pipeline.model.full_names import FullNames, tree_order
from raito_aws_pipeline.model.tags import Tag

ACCOUNT = "123456789012"
REGIONS = ("eu-west-1", "us-east-1")
BUCKETS = {"lake": "eu-west-1", "logs": "us-east-1", "far": "ap-south-1"}
OWNER = (Tag("owner", "ann", "aws-s3"),)


def table(
    name: str, location: str | None, *columns: str, database: str = "db", region: str = "eu-west-1", **more: Any
) -> GlueTable:
    """A table with columns of type int."""
    return GlueTable(
        region=region,
        database=database,
        name=name,
        location=location,
        columns=tuple(GlueColumn(column, data_type="int") for column in columns),
        **more,
    )


def home(*tables: GlueTable, region: str = "eu-west-1", legacy_us_east_1: bool = False) -> GlueDataObjects:
    """The data objects whose home is a region."""
    names = FullNames(ACCOUNT, legacy_us_east_1)
    return glue_data_objects(tables, region=region, regions=REGIONS, names=names, bucket_regions=BUCKETS)


def tree(found: GlueDataObjects) -> list[str]:
    """`<type> <full name without the account>` of each row, in order."""
    return [f"{row.type} {row.full_name.removeprefix(f'{ACCOUNT}:')}" for row in found.objects]


def reported(found: GlueDataObjects) -> list[tuple[str, str, str]]:
    """Source, reason and the full name without the account of each remainder row, in order."""
    return [(row.source, row.reason, row.full_name.removeprefix(f"{ACCOUNT}:")) for row in found.remainder]


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("s3://lake/a/b", S3Location("lake", "a/b")),
        ("s3://lake/a/b/", S3Location("lake", "a/b")),
        ("s3a://lake/a", S3Location("lake", "a")),
        ("S3N://lake/a", S3Location("lake", "a")),
        ("s3://lake/a//b//", S3Location("lake", "a//b")),
        ("s3://lake//a", S3Location("lake", "/a")),
        ("s3://lake", S3Location("lake", "")),
        ("s3://lake/", S3Location("lake", "")),
        ("s3://lake///", S3Location("lake", "")),
        ("s3://Old_Bucket.1/a", S3Location("Old_Bucket.1", "a")),
        ("s3://", Reason.NO_BUCKET_NAME),
        ("s3:///a", Reason.NO_BUCKET_NAME),
        ("s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/name/a", Reason.NO_BUCKET_NAME),
        ("jdbc:mysql://db/sales.orders", Reason.NO_S3_LOCATION),
        ("hdfs://s3/a", Reason.NO_S3_LOCATION),
        ("s3", Reason.NO_S3_LOCATION),
        ("", Reason.NO_S3_LOCATION),
        (None, Reason.NO_S3_LOCATION),
    ],
)
def test_a_location_is_a_bucket_and_a_path_without_slashes_at_its_end(
    location: str | None, expected: S3Location | Reason
) -> None:
    assert s3_location(location) == expected


def test_a_table_stands_below_its_bucket_and_folders_with_its_columns_below_it() -> None:
    day = GlueColumn("day", True, "date", "UTC", (Tag("pii", "no", "aws-s3"),))
    found = home(
        GlueTable(
            region="eu-west-1",
            database="sales",
            name="orders_v2",
            location="s3://lake/warehouse/orders/",
            description="All orders",
            parameters=OWNER,
            columns=(GlueColumn("id"), day),
        )
    )
    bucket = f"{ACCOUNT}:eu-west-1:lake"
    orders = f"{bucket}/warehouse/orders"
    assert [
        (row.type, row.external_id, row.name, row.parent_external_id, row.description, row.tags, row.data_type)
        for row in found.objects
    ] == [
        ("bucket", bucket, "lake", ACCOUNT, "", None, None),
        ("folder", f"{bucket}/warehouse", "warehouse", bucket, "", None, None),
        ("glue-table", orders, "orders", f"{bucket}/warehouse", "All orders", OWNER, None),
        ("column", f"{orders}/day", "day", orders, "UTC", day.parameters, "date"),
        ("column", f"{orders}/id", "id", orders, "", (), None),
    ]
    assert found.remainder == ()


def test_a_table_above_others_is_a_table_and_not_a_folder() -> None:
    found = home(table("below", "s3://lake/a/b/c", "x"), table("above", "s3://lake/a", "y"))
    assert tree(found) == [
        "bucket eu-west-1:lake",
        "glue-table eu-west-1:lake/a",
        "folder eu-west-1:lake/a/b",
        "glue-table eu-west-1:lake/a/b/c",
        "column eu-west-1:lake/a/b/c/x",
        "column eu-west-1:lake/a/y",
    ]


def test_slashes_at_the_beginning_and_between_are_folders_without_a_name() -> None:
    found = home(table("t", "s3://lake//a//b//"))
    assert [(row.type, row.name, row.full_name.removeprefix(f"{ACCOUNT}:eu-west-1:")) for row in found.objects] == [
        ("bucket", "lake", "lake"),
        ("folder", "", "lake/"),
        ("folder", "a", "lake//a"),
        ("folder", "", "lake//a/"),
        ("glue-table", "b", "lake//a//b"),
    ]


def test_of_several_tables_at_one_place_the_first_by_database_and_name_has_the_row() -> None:
    found = home(
        table("a", "s3://lake/t", "lost", database="z"),
        table("b", "s3a://lake/t/", "kept", database="m", region="us-east-1"),
        table("c", "s3://lake/t//", database="m"),
    )
    assert tree(found)[1:] == ["glue-table eu-west-1:lake/t", "column eu-west-1:lake/t/kept"]
    assert reported(found) == [
        ("eu-west-1:m.c", "same_location", "eu-west-1:lake/t"),
        ("eu-west-1:z.a", "same_location", "eu-west-1:lake/t"),
        ("eu-west-1:z.a.lost", "same_location", "eu-west-1:lake/t"),
    ]
    assert found.remainder[0].detail == "The row is that of us-east-1:m.b."


def test_of_tables_with_one_database_and_name_that_of_the_first_region_has_the_row() -> None:
    found = home(table("t", "s3://lake/t", region="us-east-1"), table("t", "s3://lake/t"))
    assert reported(found) == [("us-east-1:db.t", "same_location", "eu-west-1:lake/t")]


def test_the_first_table_at_a_buckets_root_describes_the_bucket_and_all_are_reported() -> None:
    found = home(
        table("b", "s3://lake/", "y", description="second"),
        table("a", "s3://lake", "x", description="first", parameters=OWNER),
        table("c", "s3://lake/x"),
    )
    bucket = found.objects[0]
    assert (bucket.type, bucket.description, bucket.tags) == ("bucket", "first", OWNER)
    assert tree(found) == ["bucket eu-west-1:lake", "glue-table eu-west-1:lake/x"]
    assert reported(found) == [
        (f"eu-west-1:db.{source}", "table_at_bucket_root", "eu-west-1:lake") for source in ("a", "a.x", "b", "b.y")
    ]
    assert {row.detail for row in found.remainder} == {"The bucket has the description and tags of eu-west-1:db.a."}


def test_a_column_whose_path_is_a_tables_or_a_folders_is_reported() -> None:
    found = home(
        table("zone", "s3://lake/zone", "p", "f", "own"),
        table("p", "s3://lake/zone/p"),
        table("deep", "s3://lake/zone/f/deep"),
    )
    assert [row for row in tree(found) if row.startswith("column")] == ["column eu-west-1:lake/zone/own"]
    assert reported(found) == [
        ("eu-west-1:db.zone.f", "column_is_object", "eu-west-1:lake/zone/f"),
        ("eu-west-1:db.zone.p", "column_is_object", "eu-west-1:lake/zone/p"),
    ]
    assert found.remainder[0].detail == "The row is that of a folder; this column has data type int."


def test_a_column_that_the_table_has_already_is_reported() -> None:
    found = home(table("t", "s3://lake/t", "id", "id"))
    assert [row for row in tree(found) if row.startswith("column")] == ["column eu-west-1:lake/t/id"]
    assert reported(found) == [("eu-west-1:db.t.id", "same_column", "eu-west-1:lake/t/id")]


def test_of_columns_of_two_tables_with_one_path_the_one_nearer_to_its_table_has_the_row() -> None:
    found = home(table("above", "s3://lake/t", "a/b"), table("below", "s3://lake/t/a", "b"))
    assert [(row.name, row.parent_external_id) for row in found.objects if row.type == "column"] == [
        ("b", f"{ACCOUNT}:eu-west-1:lake/t/a")
    ]
    assert reported(found) == [("eu-west-1:db.above.a/b", "column_is_object", "eu-west-1:lake/t/a/b")]


def test_a_table_outside_of_s3_is_reported_in_its_catalogues_region() -> None:
    tables = (
        table("jdbc", "jdbc:mysql://db/t", "x", region="us-east-1"),
        table("view", None, region="us-east-1"),
        table("point", "s3://arn:aws:s3:eu-west-1:1:accesspoint/n", region="us-east-1"),
    )
    assert home(*tables) == GlueDataObjects((), ())
    found = home(*tables, region="us-east-1")
    assert found.objects == ()
    assert reported(found) == [
        ("us-east-1:db.jdbc", "no_s3_location", ""),
        ("us-east-1:db.jdbc.x", "no_s3_location", ""),
        ("us-east-1:db.point", "no_bucket_name", ""),
        ("us-east-1:db.view", "no_s3_location", ""),
    ]
    assert found.remainder[0].detail == "Its location is jdbc:mysql://db/t."


def test_a_table_is_at_home_in_its_buckets_region_whatever_the_catalogue() -> None:
    tables = (table("t", "s3://logs/t"), table("u", "s3://lake/u", region="us-east-1"))
    assert tree(home(*tables)) == ["bucket eu-west-1:lake", "glue-table eu-west-1:lake/u"]
    assert tree(home(*tables, region="us-east-1")) == ["bucket us-east-1:logs", "glue-table us-east-1:logs/t"]
    assert tree(home(*tables, region="us-east-1", legacy_us_east_1=True)) == ["bucket :logs", "glue-table :logs/t"]


def test_a_bucket_in_a_region_that_is_not_configured_is_at_home_in_the_first_one_that_names_it() -> None:
    tables = (table("t", "s3://far/t", region="us-east-1"),)
    assert tree(home(*tables)) == []
    assert tree(home(*tables, region="us-east-1")) == ["bucket ap-south-1:far", "glue-table ap-south-1:far/t"]
    both = (*tables, table("u", "s3://far/u"))
    assert len(home(*both).objects) == 3
    assert home(*both, region="us-east-1").objects == ()


def test_a_bucket_that_is_not_located_keeps_the_catalogues_region_and_is_reported() -> None:
    tables = (table("t", "s3://theirs/t", "x"), table("t", "s3://theirs", region="us-east-1"))
    found = home(*tables)
    assert tree(found) == [
        "bucket eu-west-1:theirs",
        "glue-table eu-west-1:theirs/t",
        "column eu-west-1:theirs/t/x",
    ]
    assert reported(found) == [("eu-west-1:db.t", "bucket_not_located", "eu-west-1:theirs/t")]
    assert reported(home(*tables, region="us-east-1")) == [
        ("us-east-1:db.t", "bucket_not_located", "us-east-1:theirs"),
        ("us-east-1:db.t", "table_at_bucket_root", "us-east-1:theirs"),
    ]


segments = st.sampled_from(["", "a", "b", "a-1", "a b", "ü", "%2F"])
locations = st.none() | st.builds(
    lambda scheme, bucket, path: f"{scheme}://{bucket}/{'/'.join(path)}",
    st.sampled_from(["s3", "s3a", "S3N", "hdfs"]),
    st.sampled_from([*BUCKETS, "theirs", ""]),
    st.lists(segments, max_size=4),
)
columns = st.builds(GlueColumn, st.sampled_from(["", "a", "b", "a/b", "id"]), st.booleans(), st.none() | st.just("int"))
tables_of_all_regions = st.lists(
    st.builds(
        GlueTable,
        region=st.sampled_from(REGIONS),
        database=st.sampled_from(["d", "e"]),
        name=st.sampled_from(["t", "u", "v", "w"]),
        location=locations,
        columns=st.lists(columns, max_size=4).map(tuple),
    ),
    max_size=12,
    unique_by=lambda t: (t.region, t.database, t.name),
)


@given(tables_of_all_regions, st.booleans())
def test_rows_are_one_tree_in_order_each_in_one_region_and_nothing_is_lost(
    tables: list[GlueTable], legacy_us_east_1: bool
) -> None:
    homes = [home(*tables, region=region, legacy_us_east_1=legacy_us_east_1) for region in REGIONS]
    rows = [row for found in homes for row in found.objects]
    remainder = [row for found in homes for row in found.remainder]

    assert len({row.full_name for row in rows}) == len(rows)
    for found in homes:
        order = [tree_order(row.full_name) for row in found.objects]
        assert all(before < after for before, after in itertools.pairwise(order))
        by_name = {row.full_name: row for row in found.objects}
        needed = {ACCOUNT} | {row.parent_external_id for row in found.objects}
        for row in found.objects:
            if row.type == "bucket":
                assert row.parent_external_id == ACCOUNT
            else:
                parent = by_name[row.parent_external_id]
                assert parent.type in {"bucket", "folder", "glue-table"}
                assert row.full_name == f"{parent.full_name}/{row.name}"
            assert row.type != "folder" or row.full_name in needed, "a folder is there for what lies below it"
            assert row.type != "glue-table" or row.name, "a table has a name"
        assert {row.full_name for row in found.remainder} <= {*by_name, ""}

    # Tables and columns are rows or reported as none, as often as there are of them.
    none = [row for row in remainder if row.reason != Reason.BUCKET_NOT_LOCATED]
    types = Counter(row.type for row in rows)
    assert types["glue-table"] + types["column"] + len(none) == sum(1 + len(t.columns) for t in tables)
    sources = Counter(source_of(t, c) for t in tables for c in (None, *t.columns))
    assert Counter(row.source for row in none) <= sources

    shuffled = [home(*reversed(tables), region=region, legacy_us_east_1=legacy_us_east_1) for region in REGIONS]
    assert shuffled == homes
