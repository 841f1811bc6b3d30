"""Golden data objects the whole way, from the embedded AWS to the import file: the recorded ones but for named ones."""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.model.data_object_remainder import DataObjectRemainder
from raito_aws_pipeline.sync.data_object_subtree import Subtree
from raito_aws_pipeline.sync.tables import region_partition
from tests.golden import golden_json
from tests.sync.data_objects import ACCOUNT, Record, asked, sent, sync
from tests.world import World

LAKE = f"{ACCOUNT}:eu-central-1:acme-lake"


def serve(world: World, case: str) -> dict[str, Any]:
    """Let the embedded AWS be the account of a case; the keys of its target."""
    data = golden_json(case, "case.json")
    world.serve(data)
    return {key.replace("-", "_"): value for key, value in data["parameters"].items()}


def with_us_east_1(record: Record) -> Record:
    return {key: v.replace("::", ":us-east-1:") if isinstance(v, str) else v for key, v in record.items()}


def by_name(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: str(record["fullName"]))


def test_folders_come_out_as_recorded_with_no_more_calls(world: World) -> None:
    keys = serve(world, "b-objects-folders")
    assert sync(world, **keys, aws_s3_legacy_us_east_1_names=True).error is None
    # One external id, one row: of the key `same` beside `same/child` the folder has it.
    recorded = [
        record
        for record in golden_json("b-objects-folders", "reference", "data-objects.json")
        if (record["fullName"], record["type"]) != (f"{LAKE}/same", "file")
    ]
    assert by_name(sent(world)) == by_name(recorded)
    reported = world.lake.read_rows(
        ("acme", "data_object_remainder"), DataObjectRemainder, [region_partition("eu-central-1")]
    )
    assert [(row.source, row.full_name) for row in reported] == [("s3://acme-lake/same", f"{LAKE}/same")]
    calls, made = golden_json("b-objects-folders", "reference", "calls.json")["counts"], world.aws.calls()
    assert made["s3:ListObjectsV2"] <= calls["s3:ListObjectsV2"]
    assert "s3:GetBucketLocation" not in made and calls["s3:GetBucketLocation"]
    # us-east-1 is spelled, unless the old names are asked for.
    assert sync(world, **keys).error is None
    assert by_name(sent(world)) == by_name([with_us_east_1(record) for record in recorded])


def test_a_partial_sync_gives_what_lies_below_the_parent_where_the_reference_gives_nothing(world: World) -> None:
    keys = serve(world, "b2-objects-partial")
    case = golden_json("b2-objects-partial", "case.json")
    subtree = Subtree(case["data_object_parent"], tuple(case["data_object_excludes"]))
    assert sync(world, **keys, subtree=subtree).error is None
    assert golden_json("b2-objects-partial", "reference", "data-objects.json") == []
    # The rows are those of the full sync.
    recorded = {
        record["fullName"]: record for record in golden_json("b-objects-folders", "reference", "data-objects.json")
    }
    below = ["2026", "2026/q1", "2026/q1/notes.md", "2026/q1/report.csv", "2026/q2"]
    assert sent(world) == [recorded[f"{LAKE}/sales/{path}"] for path in below]
    assert asked(world)["deleteUntouched"] is False


def test_the_glue_catalogue_reaches_raito_whole(world: World) -> None:
    """Its rows one by one: tests/data_objects/test_glue_golden.py."""
    keys = serve(world, "d-glue")
    assert sync(world, **keys).error is None
    recorded = {record["fullName"]: record for record in golden_json("d-glue", "reference", "data-objects.json")}
    records = {record["fullName"]: record for record in sent(world)}
    assert len(records) == len(sent(world))
    assert records[ACCOUNT] == recorded[ACCOUNT]
    same = [name for name, record in records.items() if recorded.get(name) == record]
    # Of the recorded rows 8 have another region, 2 another path, and 2 folders are tables (differences.md).
    assert len(same) == len(recorded) - 12
    assert records[f"{LAKE}/warehouse/sales/orders/dt"]["dataType"] == "date"
    assert asked(world)["deleteUntouched"] is True
