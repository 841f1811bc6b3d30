"""Glue mode on the golden accounts, from the embedded AWS to records: the recorded ones but for named differences."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.glue import GlueTable, read_glue_tables
from raito_aws_pipeline.configuration.name_patterns import name_patterns
from raito_aws_pipeline.data_objects.glue import GlueDataObjects, glue_data_objects
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.full_names import FullNames
from raito_aws_pipeline.model.records import to_records
from tests.golden import golden_json

ACCOUNT = "123456789012"
Record = dict[str, Any]


@pytest.fixture
def aws(running_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    running_aws.reset()
    for name, value in running_aws.environment().items():
        monkeypatch.setenv(name, value)
    return running_aws


def found_by_region(aws: LocalAws, case: str) -> dict[str, GlueDataObjects]:
    """The data objects of each configured region of a golden account."""
    data = golden_json(case, "case.json")
    aws.load(data)
    parameters = data["parameters"]
    regions = parameters["aws-regions"].split(",")
    clients = AwsClients(regions=tuple(regions))
    excluded = [
        name_patterns(parameters.get(f"aws-glue-exclude-{what}", "")).matches for what in ("databases", "tables")
    ]
    tables: list[GlueTable] = []
    for region in regions:
        for page in read_glue_tables(clients, region, exclude_databases=excluded[0], exclude_tables=excluded[1]):
            assert page.failures == []
            tables.extend(page.tables)
    buckets = {bucket["name"]: bucket["region"] for bucket in data["aws"]["buckets"]}
    return {
        region: glue_data_objects(
            tables, region=region, regions=regions, names=FullNames(ACCOUNT), bucket_regions=buckets
        )
        for region in regions
    }


def records_of(found: dict[str, GlueDataObjects]) -> dict[str, Record]:
    """The records as the import file has them, by full name without the account."""
    rows = [row for region in found.values() for row in region.objects]
    return by_name(json.loads(msgspec.json.encode(to_records(DataObject, rows))))


def by_name(records: list[Record]) -> dict[str, Record]:
    found = {record["fullName"].removeprefix(f"{ACCOUNT}:"): record for record in records}
    assert len(found) == len(records)
    return found


def record(kind: str, parent: str, name: str, *, data_type: str | None = None, description: str = "") -> Record:
    """A record without tags; `parent` is a full name without the account, empty for a bucket."""
    full_name = f"{ACCOUNT}:{parent}/{name}" if parent else f"{ACCOUNT}:{name}"
    return {
        "externalId": full_name,
        "fullName": full_name,
        "name": name.rpartition(":")[2],
        "type": kind,
        "description": description,
        "parentExternalId": f"{ACCOUNT}:{parent}" if parent else ACCOUNT,
        "tags": None if kind in ("bucket", "folder") else [],
    } | ({"dataType": data_type} if data_type else {})


def reported(found: dict[str, GlueDataObjects]) -> dict[str, list[tuple[str, str]]]:
    """Sources by reason, each with the full name without the account."""
    reasons: dict[str, list[tuple[str, str]]] = {}
    for row in (row for region in found.values() for row in region.remainder):
        reasons.setdefault(row.reason, []).append((row.source, row.full_name.removeprefix(f"{ACCOUNT}:")))
    return reasons


LAKE = "eu-central-1:acme-lake"
US = "us-east-1:acme-useast"

NOT_OURS = {
    # The root of the tree is added at the push.
    ACCOUNT,
    # A bucket's region is its own, not the catalogue's.
    *(f"eu-central-1:acme-raw{path}" for path in ("", "/in", "/in/events", "/in/events/ts")),
    *(f"eu-central-1:acme-useast{path}" for path in ("", "/data", "/data/us", "/data/us/u")),
    # All slashes at the end go.
    f"{LAKE}/warehouse//odd/",
    f"{LAKE}/warehouse//odd//z",
}
OURS = by_name(
    [
        record("bucket", "", US),
        record("folder", US, "data"),
        record("glue-table", f"{US}/data", "us"),
        record("column", f"{US}/data/us", "u", data_type="string"),
        record("column", f"{LAKE}/warehouse//odd", "z", data_type="int"),
        # Partition keys are columns.
        record("column", f"{LAKE}/warehouse/sales/orders", "dt", data_type="date", description="day"),
        # s3a:// is S3.
        record("folder", LAKE, "hadoop"),
        record("glue-table", f"{LAKE}/hadoop", "a"),
        record("column", f"{LAKE}/hadoop/a", "q", data_type="int"),
        # A table above others.
        record("column", f"{LAKE}/warehouse/sales", "late", data_type="string"),
    ]
)
CHANGED = by_name(
    [
        record("glue-table", f"{LAKE}/warehouse", "sales"),
        record("glue-table", f"{LAKE}/warehouse/", "odd"),
    ]
)


def test_two_catalogues_become_the_recorded_rows_but_for_the_named_differences(aws: LocalAws) -> None:
    reference = by_name(golden_json("d-glue", "reference", "data-objects.json"))
    ours = records_of(found_by_region(aws, "d-glue"))
    assert reference.keys() - ours.keys() == NOT_OURS
    assert {name: row for name, row in ours.items() if name not in reference} == OURS
    assert {name: row for name, row in ours.items() if reference.get(name, row) != row} == CHANGED


def test_two_catalogues_lose_nothing(aws: LocalAws) -> None:
    events, orders = "eu-west-1:acme-raw/in/events", f"{LAKE}/warehouse/sales/orders"
    assert reported(found_by_region(aws, "d-glue")) == {
        "bucket_not_located": [("eu-central-1:warehouse.foreign", "eu-central-1:not-our-bucket/data/f")],
        "no_s3_location": [
            (f"eu-central-1:sales.{source}", "")
            for source in ("a_view", "empty_location", "empty_location.q", "jdbc", "jdbc.q")
        ],
        "same_location": [
            *((f"eu-central-1:sales.orders_copy{column}", orders) for column in ("", ".extra", ".id")),
            *((f"eu-central-1:warehouse.elsewhere{column}", events) for column in ("", ".ts")),
        ],
        "table_at_bucket_root": [
            (f"eu-central-1:sales.{source}", LAKE)
            for source in ("at_root", "at_root.x", "at_root_slash", "at_root_slash.y")
        ],
    }


def test_each_region_has_the_buckets_that_are_at_home_there(aws: LocalAws) -> None:
    found = found_by_region(aws, "d-glue")
    assert {region: [row.name for row in rows.objects if row.type == "bucket"] for region, rows in found.items()} == {
        "eu-central-1": ["acme-lake", "not-our-bucket", "acme-useast"],
        "eu-west-1": ["acme-raw"],
    }


def test_a_column_at_the_path_of_a_table_is_the_one_difference_of_the_clash(aws: LocalAws) -> None:
    found = found_by_region(aws, "d2-glue-clash")
    clash = f"{LAKE}/zone/p"
    reference = [
        row
        for row in golden_json("d2-glue-clash", "reference", "data-objects.json")
        if row["type"] != "datasource" and (row["type"], row["fullName"]) != ("column", f"{ACCOUNT}:{clash}")
    ]
    assert records_of(found) == by_name(reference)
    assert reported(found) == {"column_is_object": [("eu-central-1:db.a_parent.p", clash)]}


@pytest.mark.parametrize("case", ["d-glue", "d2-glue-clash"])
def test_as_many_calls_are_made_as_were_recorded(aws: LocalAws, case: str) -> None:
    found_by_region(aws, case)
    recorded = golden_json(case, "reference", "calls.json")["counts"]
    made = aws.calls()
    assert made["glue:GetDatabases"] == recorded["glue:GetDatabases"]
    assert made["glue:GetTables"] == recorded["glue:GetTables"]
