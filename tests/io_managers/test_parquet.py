"""What people's own assets return goes to the lake, and what they annotate comes from it, on disk and on S3."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads
import pytest

from raito_aws_pipeline.io_managers.parquet import DIMENSION_METADATA_KEY, ParquetIOManager

REGIONS = dg.StaticPartitionsDefinition(["eu-west-1", "us-east-1"])
DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-04")
REGION_DAYS = dg.MultiPartitionsDefinition({"region": REGIONS, "day": DAYS})

ROWS = {"name": ["a", "b"], "size": [1, 2]}


@pytest.fixture(scope="module")
def instance() -> Any:
    with dg.DagsterInstance.ephemeral() as shared:
        yield shared


def run(instance: dg.DagsterInstance, folder: Path, *assets: Any, **options: Any) -> dg.ExecuteInProcessResult:
    resources = {"io_manager": ParquetIOManager(lake_uri=str(folder))}
    return dg.materialize(list(assets), instance=instance, resources=resources, **options)


def returning(value: Any) -> Any:
    @dg.asset(name="source")
    def source() -> Any:
        return value

    return source


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame(ROWS),
        pa.table(ROWS),
        pa.table(ROWS).to_reader(),
        pads.dataset(pa.table(ROWS)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_rows_is_written_and_counted(instance: dg.DagsterInstance, tmp_path: Path, value: Any) -> None:
    result = run(instance, tmp_path, returning(value))
    metadata = result.asset_materializations_for_node("source")[0].metadata
    assert metadata["dagster/row_count"].value == 2
    assert pd.read_parquet(tmp_path / "source").to_dict("list") == ROWS


def test_a_downstream_asset_gets_the_form_that_it_annotates(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    got: dict[str, Any] = {}

    @dg.asset
    def as_frame(source: pd.DataFrame) -> None:
        got["frame"] = source.to_dict("list")

    @dg.asset
    def as_table(source: pa.Table) -> None:
        got["table"] = source.to_pydict()

    @dg.asset
    def as_reader(source: pa.RecordBatchReader) -> None:
        got["reader"] = source.read_all().to_pydict()

    @dg.asset
    def as_dataset(source: pads.Dataset) -> None:
        got["dataset"] = source.to_table().to_pydict()

    run(instance, tmp_path, returning(pa.table(ROWS)), as_frame, as_table, as_reader, as_dataset)
    assert got == dict.fromkeys(("frame", "table", "reader", "dataset"), ROWS)


def test_a_run_over_a_range_writes_each_partition_and_its_row_count(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    @dg.asset(name="ranged", partitions_def=REGION_DAYS)
    def ranged(context: dg.AssetExecutionContext) -> Mapping[str, pa.Table]:
        return {str(key): pa.table({"n": list(range(i))}) for i, key in enumerate(sorted(context.partition_keys), 1)}

    read = []

    @dg.asset
    def total(ranged: pd.DataFrame) -> None:
        read.extend(sorted(set(zip(ranged["region"], ranged["day"], strict=True))))

    tags = {
        "dagster/asset_partition_range_start": "2026-01-01|eu-west-1",
        "dagster/asset_partition_range_end": "2026-01-02|us-east-1",
    }
    result = run(instance, tmp_path, ranged, tags=tags)
    counts = {
        str(m.partition): m.metadata["dagster/partition_row_count"].value
        for m in result.asset_materializations_for_node("ranged")
    }
    assert counts == {
        "2026-01-01|eu-west-1": 1,
        "2026-01-01|us-east-1": 2,
        "2026-01-02|eu-west-1": 3,
        "2026-01-02|us-east-1": 4,
    }
    assert (tmp_path / "ranged" / "region=eu-west-1" / "day=2026-01-02" / "part-0.parquet").is_file()
    files = f"read_parquet('{tmp_path}/ranged/**/*.parquet', hive_partitioning=true)"
    assert duckdb.sql(f"select count(*) from {files} where region='us-east-1'").fetchall() == [(6,)]
    for key in ("2026-01-03|eu-west-1", "2026-01-03|us-east-1"):
        run(instance, tmp_path, ranged, partition_key=key)
    run(instance, tmp_path, ranged, total, selection=[total])
    assert len(read) == 6


def test_one_partition_replaces_only_itself(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    sizes = iter([1, 2, 3])

    @dg.asset(partitions_def=REGIONS, metadata={DIMENSION_METADATA_KEY: "region"})
    def by_region() -> pa.Table:
        return pa.table({"n": list(range(next(sizes)))})

    rows = []

    @dg.asset(partitions_def=REGIONS)
    def copy(by_region: pa.Table) -> pa.Table:
        rows.append(by_region.num_rows)
        return by_region

    for region in ("eu-west-1", "us-east-1", "eu-west-1"):
        run(instance, tmp_path, by_region, copy, partition_key=region)
    assert rows == [1, 2, 3]
    frame = pd.read_parquet(tmp_path / "by_region")
    assert frame.groupby("region", observed=True).size().to_dict() == {"eu-west-1": 3, "us-east-1": 2}
    assert (tmp_path / "copy" / "partition=eu-west-1").is_dir()


def test_what_is_no_rows_is_refused_with_what_would_be(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="returned a datetime; the lake keeps pandas DataFrames and pyarrow"):
        run(instance, tmp_path, returning(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)))


def test_several_partitions_without_a_mapping_are_refused(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    @dg.asset(partitions_def=REGIONS)
    def by_region() -> pa.Table:
        return pa.table(ROWS)

    tags = {
        "dagster/asset_partition_range_start": "eu-west-1",
        "dagster/asset_partition_range_end": "us-east-1",
    }
    with pytest.raises(TypeError, match="ran for 2 partitions and returned a Table: return a mapping"):
        run(instance, tmp_path, by_region, tags=tags)
