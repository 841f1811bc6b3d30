"""Tables of the lake: replaced as a whole, readable by anybody, and honest about what is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.errors import LakeError
from raito_aws_pipeline.lake import part_files
from raito_aws_pipeline.lake.layout import table_folder
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.columns import Column, Row, to_batch
from raito_aws_pipeline.model.identities import Group
from raito_aws_pipeline.model.read_failures import ReadFailure

KEY = ("acme", "groups")


def group(name: str) -> Group:
    return Group(external_id=name, name=name, display_name=name)


def failure(part: str) -> ReadFailure:
    return ReadFailure(part=part, call="iam:ListGroups", code="AccessDenied", message="no", remedy="Allow it.")


def names(lake: Lake) -> list[str]:
    return [row.name for row in lake.read_rows(KEY, Group)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def test_rows_come_back_and_a_second_write_replaces_them(lake: Lake) -> None:
    part = lake.write(KEY, Group, [to_batch(Group, [group("a"), group("b")])])
    assert (part.rows, names(lake)) == (2, ["a", "b"])
    lake.write(KEY, Group, [to_batch(Group, [group("c")])])
    assert names(lake) == ["c"]


def test_a_table_is_readable_by_pandas_and_duckdb_as_it_lies_there(lake: Lake, tmp_path: Path) -> None:
    for region in ("eu-west-1", "us-east-1"):
        lake.write(KEY, Group, [to_batch(Group, [group(region)])], partition={"region": region})
    folder = tmp_path / "lake" / "acme" / "groups"
    assert sorted(pd.read_parquet(folder)["region"]) == ["eu-west-1", "us-east-1"]
    query = f"select name, region from read_parquet('{folder}/**/*.parquet', hive_partitioning=true) order by name"
    assert duckdb.sql(query).fetchall() == [("eu-west-1", "eu-west-1"), ("us-east-1", "us-east-1")]


def test_the_same_rows_give_the_same_bytes(lake: Lake) -> None:
    def written() -> bytes:
        return Path(lake.write(KEY, Group, [to_batch(Group, [group("a")])]).uri).read_bytes()

    assert written() == written()


def test_a_write_that_fails_half_way_leaves_the_old_rows_and_no_file_of_its_own(lake: Lake, tmp_path: Path) -> None:
    lake.write(KEY, Group, [to_batch(Group, [group("old")])])

    def broken() -> Iterator[pa.RecordBatch]:
        yield to_batch(Group, [group("new")])
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        lake.write(KEY, Group, broken())
    assert names(lake) == ["old"]
    assert [p.name for p in (tmp_path / "lake").rglob("*") if p.is_file()] == ["part-0.parquet"]


def test_what_a_killed_writer_left_is_not_read_and_removed_after_a_day(lake: Lake, tmp_path: Path) -> None:
    left_over = tmp_path / "lake" / "acme" / "groups" / "_part-0.parquet.dead"
    lake.write(KEY, Group, [to_batch(Group, [group("a")])])
    left_over.write_bytes(b"half a file")
    assert names(lake) == ["a"]
    assert len(pd.read_parquet(left_over.parent)) == 1
    lake.write(KEY, Group, [to_batch(Group, [group("b")])])
    assert left_over.exists(), "it may belong to a writer that still runs"
    os.utime(left_over, (0, 0))
    lake.write(KEY, Group, [to_batch(Group, [group("c")])])
    assert not left_over.exists()


def test_two_writers_of_one_table_do_not_disturb_each_other(lake: Lake) -> None:
    def first() -> Iterator[pa.RecordBatch]:
        yield to_batch(Group, [group("first")])
        lake.write(KEY, Group, [to_batch(Group, [group("second")])])
        assert names(lake) == ["second"]

    lake.write(KEY, Group, first())
    assert names(lake) == ["first"]


def test_small_batches_become_large_row_groups(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_files, "ROW_GROUP_ROWS", 10)
    part = lake.write(KEY, Group, (to_batch(Group, [group(f"{i:02}")]) for i in range(25)))
    metadata = pq.read_metadata(part.uri)
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [10, 10, 5]
    assert metadata.row_group(0).column(0).compression == "ZSTD"


def test_a_table_never_written_is_not_complete_and_cannot_be_read(lake: Lake) -> None:
    assert not lake.completeness(KEY).written
    with pytest.raises(LakeError, match=r"acme/groups was never written\. What to do: Materialise"):
        lake.read(KEY, Group)


def test_failures_that_the_stream_adds_make_the_table_incomplete_until_it_is_written_whole(lake: Lake) -> None:
    failures: list[ReadFailure] = []

    def batches() -> Iterator[pa.RecordBatch]:
        yield to_batch(Group, [group("a")])
        failures.append(failure("groups"))

    lake.write(KEY, Group, batches(), failures=failures)
    found = lake.completeness(KEY)
    assert (found.written, found.complete, found.failures) == (True, False, (failure("groups"),))
    lake.write(KEY, Group, [to_batch(Group, [group("a")])])
    assert lake.completeness(KEY).complete
    assert lake.completeness(KEY).failures == ()


def test_an_incomplete_table_stays_incomplete_where_its_failures_were_lost(lake: Lake, tmp_path: Path) -> None:
    lake.write(KEY, Group, [to_batch(Group, [])], failures=[failure("groups")])
    shutil.rmtree(tmp_path / "lake" / "acme" / "failures")
    found = lake.completeness(KEY)
    assert not found.complete
    assert [f.code for f in found.failures] == ["FailuresLost"]


def test_one_incomplete_partition_makes_the_table_incomplete(lake: Lake) -> None:
    lake.write(KEY, Group, [to_batch(Group, [])], partition={"region": "eu-west-1"})
    lake.write(KEY, Group, [to_batch(Group, [])], partition={"region": "us-east-1"}, failures=[failure("us-east-1")])
    assert not lake.completeness(KEY, [{"region": "eu-west-1"}, {"region": "us-east-1"}]).complete
    assert lake.completeness(KEY, [{"region": "eu-west-1"}]).complete


def test_columns_that_an_older_file_lacks_are_null(lake: Lake) -> None:
    class GroupOfOld(Row, frozen=True, kw_only=True):
        external_id: Annotated[str, Column("Id.")]
        name: Annotated[str, Column("Name.")]
        display_name: Annotated[str, Column("Name.")]
        description: Annotated[str, Column("Text.")]

    old = GroupOfOld(external_id="1", name="a", display_name="a", description="")
    lake.write(KEY, GroupOfOld, [to_batch(GroupOfOld, [old])])
    assert lake.read_rows(KEY, Group) == [Group(external_id="1", name="a", display_name="a")]


def test_a_newer_schema_than_this_version_knows_is_refused(lake: Lake) -> None:
    class GroupOfTomorrow(Group, frozen=True, kw_only=True):
        schema_version: ClassVar[int] = 2

    lake.write(KEY, GroupOfTomorrow, [to_batch(GroupOfTomorrow, [])])
    with pytest.raises(LakeError, match="has version 2 of its schema, and this program knows version 1"):
        lake.read(KEY, Group)


def test_a_lake_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(LakeError, match="cannot be written"):
        Lake(str(tmp_path / "file" / "lake")).write(KEY, Group, [to_batch(Group, [])])


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_different_partition_values_have_different_folders_that_stay_within_the_table(first: str, second: str) -> None:
    def folder(value: str) -> tuple[str, ...]:
        return table_folder(KEY, {"region": value})

    assert (folder(first) == folder(second)) == (first == second)
    assert len(folder(first)) == len(KEY) + 1
    assert "/" not in folder(first)[-1]
