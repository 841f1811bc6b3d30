"""Partitioned tables: only the partitions that are named count, and one that was never written is missing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.errors import LakeError
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.columns import schema_of, to_batch
from raito_aws_pipeline.model.identities import Group
from raito_aws_pipeline.model.read_failures import ReadFailure

KEY = ("acme", "groups")
EU, US = {"region": "eu-west-1"}, {"region": "us-east-1"}
REGIONS = ("eu-west-1", "eu-west-10", "us-east-1", "us-east-1/x")


def batch(*names: str) -> pa.RecordBatch:
    return to_batch(Group, [Group(external_id=name, name=name, display_name=name) for name in names])


def failure(part: str) -> ReadFailure:
    return ReadFailure(part=part, call="s3:ListBucket", code="AccessDenied", message="no", remedy="Allow it.")


def names(lake: Lake, *partitions: dict[str, str]) -> list[str]:
    return [row.name for row in lake.read_rows(KEY, Group, partitions)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(st.sampled_from(REGIONS), st.integers(0, 3), min_size=1),
    st.lists(st.sampled_from(REGIONS), min_size=1, unique=True),
)
def test_what_is_read_counted_and_judged_is_what_was_written_of_the_partitions_named(
    written: dict[str, int], named: Sequence[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(folder)
        for region, rows in written.items():
            lake.write(KEY, Group, [batch(*(f"{region} {i}" for i in range(rows)))], partition={"region": region})
        partitions = [{"region": region} for region in named]
        missing = [region for region in named if region not in written]
        found = lake.completeness(KEY, partitions)
        assert [f.part for f in found.failures] == missing
        assert (found.written, found.complete) == (not missing, not missing)
        if missing:
            with pytest.raises(LakeError, match="was never written"):
                lake.rows(KEY, partitions)
            return
        expected = [f"{region} {i}" for region in named for i in range(written[region])]
        assert names(lake, *partitions) == expected
        assert lake.rows(KEY, partitions) == len(expected)


def test_a_region_that_is_no_longer_named_is_not_read(lake: Lake) -> None:
    lake.write(KEY, Group, [batch("in eu")], partition=EU)
    lake.write(KEY, Group, [batch("in us")], partition=US, failures=[failure("us-east-1")])
    assert names(lake, EU) == ["in eu"]
    assert lake.completeness(KEY, [EU]).complete


def test_a_region_named_twice_is_read_once(lake: Lake) -> None:
    lake.write(KEY, Group, [batch("in eu")], partition=EU)
    assert names(lake, EU, EU) == ["in eu"]


def test_a_partition_never_written_is_named_as_missing_beside_what_the_others_miss(lake: Lake) -> None:
    lake.write(KEY, Group, [batch("in eu")], partition=EU, failures=[failure("bucket-of-eu")])
    found = lake.completeness(KEY, [EU, US])
    assert (found.written, found.complete) == (False, False)
    assert [(f.part, f.code) for f in found.failures] == [
        ("bucket-of-eu", "AccessDenied"),
        ("us-east-1", "NeverMaterialised"),
    ]
    assert found.failures[1].remedy == "Materialise us-east-1 of acme/groups."
    with pytest.raises(LakeError, match=r"acme/groups/region=us-east-1 was never written\. What to do: Materialise"):
        lake.read(KEY, Group, [EU, US])


def test_a_partition_of_two_dimensions_is_named_by_both_values(lake: Lake) -> None:
    found = lake.completeness(KEY, [{"day": "2025-01-31", "region": "eu-west-1"}])
    assert [f.part for f in found.failures] == ["eu-west-1/2025-01-31"]


def test_partitions_are_not_taken_for_a_table_without_any(lake: Lake) -> None:
    lake.write(KEY, Group, [batch("in eu")], partition=EU)
    assert not lake.completeness(KEY).written
    assert [(f.part, f.code) for f in lake.completeness(KEY).failures] == [("groups", "NeverMaterialised")]
    for read in (lake.rows, lake.dataset):
        with pytest.raises(LakeError, match=r"acme/groups was never written"):
            read(KEY)


def test_rows_above_and_below_a_partition_are_not_its_own(lake: Lake) -> None:
    lake.write(KEY, Group, [batch("of all")], failures=[failure("all")])
    lake.write(KEY, Group, [batch("in eu")], partition=EU)
    lake.write(KEY, Group, [batch("of a day")], partition={**EU, "day": "2025-01-31"}, failures=[failure("day")])
    assert (names(lake, {}), names(lake, EU)) == (["of all"], ["in eu"])
    assert lake.completeness(KEY, [EU]).complete
    assert lake.completeness(KEY).failures == (failure("all"),)
    assert lake.dataset(KEY, [EU]).count_rows() == 1


def test_to_name_no_partition_is_a_mistake_because_no_rows_would_pass_for_all(lake: Lake) -> None:
    for read in (lake.completeness, lake.rows, lake.dataset):
        with pytest.raises(ValueError, match="no partitions are named"):
            read(KEY, [])


def test_the_columns_of_every_file_are_compared_and_the_file_is_named(lake: Lake, tmp_path: Path) -> None:
    lake.write(KEY, Group, [batch("in eu")], partition=EU)
    lake.write(KEY, Group, [batch("in us")], partition=US)
    assert lake.schema_differences(KEY, Group, [EU, US]) == []
    folder = tmp_path / "lake" / "acme" / "groups" / "region=us-east-1"
    pq.write_table(pa.Table.from_batches([batch("in us")]).drop_columns(["description"]), folder / "part-0.parquet")
    assert lake.schema_differences(KEY, Group, [US]) == ["column 'description' is missing"]
    assert lake.schema_differences(KEY, Group, [EU, US]) == [
        "region=us-east-1/part-0.parquet: column 'description' is missing"
    ]


def test_a_file_may_repeat_the_dimensions_of_its_folder(lake: Lake, tmp_path: Path) -> None:
    folder = tmp_path / "lake" / "acme" / "groups" / "region=eu-west-1"
    folder.mkdir(parents=True)
    rows = pa.Table.from_batches([batch("in eu")])
    field = pa.field("region", pa.string())
    pq.write_table(rows.append_column(field, pa.array(["eu-west-1"])), folder / "part-0.parquet")
    assert lake.schema_differences(KEY, Group, [EU]) == []
    assert lake.read(KEY, Group, [EU]).read_all().schema.equals(schema_of(Group))
