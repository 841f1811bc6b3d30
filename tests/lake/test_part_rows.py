"""Files of the lake as streams: in small batches, with the columns of the definition, and plain about what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from raito_aws_pipeline.errors import LakeError
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.columns import Column, Row, schema_of, to_batch
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.tags import Tag

KEY = ("acme", "counts")


class Count(Row, frozen=True, kw_only=True):
    name: Annotated[str, Column("Name.", unique=True)]
    count: Annotated[int, Column("Number.")]
    note: Annotated[str | None, Column("Text.")] = None


class CountOfTomorrow(Count, frozen=True, kw_only=True):
    schema_version: ClassVar[int] = 2


def counts(rows: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {"name": [f"{i:07}" for i in range(rows)], "count": range(rows), "note": [None] * rows}, schema=schema_of(Count)
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def file(lake: Lake) -> Path:
    """The one file of the table, with 20,000 rows."""
    return Path(lake.write(KEY, Count, [counts(20_000)]).uri)


@pytest.mark.usefixtures("file")
def test_a_large_row_group_is_read_in_small_batches_in_order(lake: Lake) -> None:
    batches = list(lake.read(KEY, Count))
    assert max(batch.num_rows for batch in batches) <= 8192
    assert pa.Table.from_batches(batches).equals(pa.Table.from_batches([counts(20_000)]))


def test_a_table_without_rows_has_its_columns(lake: Lake) -> None:
    lake.write(KEY, Count, [])
    assert lake.read(KEY, Count).read_all().schema.equals(schema_of(Count))
    assert lake.rows(KEY) == 0


def test_rows_are_counted_without_reading_them_and_damage_is_one_clear_error(lake: Lake, file: Path) -> None:
    damaged = bytearray(file.read_bytes())
    damaged[4 : len(damaged) // 2] = bytes(len(damaged) // 2 - 4)
    file.write_bytes(damaged)
    assert lake.rows(KEY) == 20_000
    with pytest.raises(LakeError, match=r"counts/part-0\.parquet cannot be read"):
        lake.read(KEY, Count).read_all()


def test_columns_nobody_defined_are_left_out_and_narrower_numbers_are_widened(lake: Lake, file: Path) -> None:
    narrow = pa.table({"colour": ["red"], "count": pa.array([7], pa.int32()), "name": ["a"]})
    pq.write_table(narrow, file)
    assert lake.read_rows(KEY, Count) == [Count(name="a", count=7)]


def test_a_file_without_a_column_that_every_row_needs_is_refused(lake: Lake, file: Path) -> None:
    pq.write_table(pa.table({"name": ["a"]}), file)
    with pytest.raises(LakeError, match=r"part-0\.parquet lacks columns that every row needs: count\."):
        lake.read(KEY, Count).read_all()


@pytest.mark.usefixtures("file")
def test_a_file_that_a_newer_version_replaced_meanwhile_is_refused(lake: Lake) -> None:
    stream = lake.read(KEY, Count)
    lake.write(KEY, CountOfTomorrow, [])
    with pytest.raises(LakeError, match="has version 2 of its schema, and this program knows version 1"):
        stream.read_all()


def test_only_values_that_repeat_are_kept_in_a_dictionary(lake: Lake) -> None:
    row = DataObject(
        external_id="1", name="a", full_name="1", type="file", parent_external_id="", tags=(Tag("k", "v", "s"),)
    )
    part = lake.write(("acme", "data_objects"), DataObject, [to_batch(DataObject, [row])])
    group = pq.read_metadata(part.uri).row_group(0)
    columns = [group.column(index) for index in range(group.num_columns)]
    assert {c.path_in_schema for c in columns if "RLE_DICTIONARY" not in c.encodings} == {"external_id", "full_name"}
    assert any(c.path_in_schema.startswith("tags.") for c in columns)
