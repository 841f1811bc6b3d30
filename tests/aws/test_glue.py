"""The Glue catalogue: what is read of databases, tables and columns, and what becomes of those that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.glue import GlueColumn, GluePage, GlueTable, read_glue_tables
from raito_aws_pipeline.errors import CredentialsError, UnavailableError
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.model.columns import from_batch, to_batch
from raito_aws_pipeline.model.tags import Tag
from tests.aws.scripted_aws import Answer, Asked, json_answer, json_refusal, scripted_aws

REGION = "eu-central-1"


@pytest.fixture
def local_aws(running_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    running_aws.reset()
    for name, value in running_aws.environment().items():
        monkeypatch.setenv(name, value)
    return running_aws


def catalogue(databases: Mapping[str, list[dict[str, Any]]], region: str = REGION) -> dict[str, Any]:
    """An account with these databases and their tables."""
    entries = [{"name": name, "tables": tables} for name, tables in databases.items()]
    return {"account": "123456789012", "aws": {"glue": [{"region": region, "databases": entries}]}}


def numbered(count: int) -> list[dict[str, Any]]:
    """So many tables, the last one first."""
    return [{"name": f"t{n}", "location": f"s3://lake/t{n}"} for n in reversed(range(count))]


def read(
    clients: AwsClients | None = None,
    *,
    exclude_databases: Callable[[str], bool] = lambda _: False,
    exclude_tables: Callable[[str], bool] = lambda _: False,
    page_size: int = 100,
) -> GluePage:
    """Everything of the region, as one page."""
    pages = list(
        read_glue_tables(
            clients or AwsClients(max_attempts=2),
            REGION,
            exclude_databases=exclude_databases,
            exclude_tables=exclude_tables,
            page_size=page_size,
        )
    )
    return GluePage(
        [table for page in pages for table in page.tables], [failure for page in pages for failure in page.failures]
    )


def names(page: GluePage) -> list[str]:
    return [f"{table.database}.{table.name}" for table in page.tables]


def test_tables_come_with_storage_columns_then_partition_keys_and_parameters_as_tags(local_aws: LocalAws) -> None:
    table = {
        "name": "orders",
        "location": "s3://lake/orders/",
        "description": "All orders",
        "parameters": {"owner": "ann", "classification": "parquet"},
        "columns": [{"name": "id", "type": "bigint", "comment": "key", "parameters": {"pii": "no"}}, {"name": "a"}],
        "partition_keys": [{"name": "day", "type": "date"}],
    }
    local_aws.load(catalogue({"sales": [table]}))
    page = read()
    assert page.tables == [
        GlueTable(
            region=REGION,
            database="sales",
            name="orders",
            location="s3://lake/orders/",
            description="All orders",
            parameters=(Tag("classification", "parquet", "aws-s3"), Tag("owner", "ann", "aws-s3")),
            columns=(
                GlueColumn("id", False, "bigint", "key", (Tag("pii", "no", "aws-s3"),)),
                GlueColumn("a"),
                GlueColumn("day", True, "date"),
            ),
        )
    ]
    assert from_batch(GlueTable, to_batch(GlueTable, page.tables)) == page.tables


@pytest.mark.parametrize(("page_size", "database_pages", "table_pages"), [(100, 1, 3), (2, 2, 5)])
def test_databases_and_tables_of_all_pages_come_by_name(
    local_aws: LocalAws, page_size: int, database_pages: int, table_pages: int
) -> None:
    local_aws.load(catalogue({"web": numbered(5), "empty": [], "crm": numbered(2)}))
    local_aws.forget_calls()
    assert names(read(page_size=page_size)) == ["crm.t0", "crm.t1", *(f"web.t{n}" for n in range(5))]
    assert local_aws.calls()["glue:GetDatabases"] == database_pages
    assert local_aws.calls()["glue:GetTables"] == table_pages


def test_only_the_catalogue_of_the_region_is_read(local_aws: LocalAws) -> None:
    local_aws.load(catalogue({"sales": numbered(1)}, region="eu-west-1"))
    assert read() == GluePage([], [])


def test_excluded_databases_are_not_asked_for_and_excluded_tables_not_given(local_aws: LocalAws) -> None:
    local_aws.load(catalogue({"sales": numbered(3), "scratch": numbered(1)}))
    local_aws.forget_calls()
    page = read(exclude_databases="scratch".__eq__, exclude_tables="t1".__eq__)
    assert names(page) == ["sales.t0", "sales.t2"]
    assert local_aws.calls()["glue:GetTables"] == 1


def test_a_throttled_call_is_tried_again(local_aws: LocalAws) -> None:
    local_aws.load(catalogue({"sales": numbered(1)}))
    local_aws.faults.throttle("glue:GetTables")
    page = read()
    assert (names(page), page.failures) == (["sales.t0"], [])


def test_a_database_that_is_denied_is_a_failure_and_the_others_are_read(local_aws: LocalAws) -> None:
    local_aws.load(catalogue({"crm": numbered(1), "hr": numbered(1), "web": numbered(1)}))
    local_aws.faults.deny("glue:GetTables", DatabaseName="hr")
    page = read()
    assert names(page) == ["crm.t0", "web.t0"]
    assert [(f.part, f.subject, f.call, f.code) for f in page.failures] == [
        (REGION, "hr", "glue:GetTables", "AccessDeniedException")
    ]
    assert "glue:GetTables" in page.failures[0].remedy


def test_a_page_of_tables_that_fails_keeps_the_tables_before_it(local_aws: LocalAws) -> None:
    local_aws.load(catalogue({"sales": numbered(4)}))
    local_aws.faults.fail("glue:GetTables", after=1)
    page = read(page_size=2)
    assert len(page.tables) == 2
    assert [(f.part, f.subject) for f in page.failures] == [(REGION, "sales")]


def test_databases_that_may_not_be_listed_are_a_failure_of_the_region(local_aws: LocalAws) -> None:
    local_aws.load(catalogue({"sales": numbered(1)}))
    local_aws.faults.deny("glue:GetDatabases")
    page = read()
    assert page.tables == []
    assert [(f.part, f.subject, f.call) for f in page.failures] == [(REGION, "", "glue:GetDatabases")]


def test_a_page_of_databases_that_fails_keeps_the_databases_before_it(local_aws: LocalAws) -> None:
    local_aws.load(catalogue({"a": numbered(1), "b": numbered(1), "c": numbered(1)}))
    local_aws.faults.deny("glue:GetDatabases", after=1)
    page = read(page_size=1)
    assert names(page) == ["a.t0"]
    assert [(f.part, f.subject) for f in page.failures] == [(REGION, "")]


def test_credentials_that_expire_meanwhile_end_the_read(local_aws: LocalAws) -> None:
    local_aws.load(catalogue({"sales": numbered(1), "web": numbered(1)}))
    local_aws.faults.refuse("glue:GetTables", 400, "ExpiredTokenException", "The security token is expired")
    with pytest.raises(CredentialsError, match="glue:GetTables"):
        read()


def test_an_endpoint_where_nobody_answers_ends_the_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(UnavailableError, match="glue:GetDatabases"):
        read(AwsClients(max_attempts=1))


def read_scripted(monkeypatch: pytest.MonkeyPatch, databases: list[Any], tables: Mapping[str, Answer]) -> GluePage:
    """What is read of a catalogue with these answers to GetDatabases and, by database, to GetTables."""

    def answer(asked: Asked) -> Answer:
        if asked.action == "GetDatabases":
            return json_answer(DatabaseList=databases)
        return tables[json.loads(asked.body)["DatabaseName"]]

    with scripted_aws(answer) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        return read(AwsClients(concurrency=2, max_attempts=1))


def test_a_database_that_was_deleted_since_it_was_listed_has_no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {"gone": json_refusal("EntityNotFoundException"), "sales": json_answer(TableList=[{"Name": "orders"}])}
    page = read_scripted(monkeypatch, [{"Name": "sales"}, {"Name": "gone"}], tables)
    assert (names(page), page.failures) == (["sales.orders"], [])


def test_links_to_databases_of_others_are_read_by_their_own_name_or_are_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    databases = [
        {"Name": "link", "TargetDatabase": {"CatalogId": "999999999999", "DatabaseName": "theirs"}},
        {"Name": "federated", "FederatedDatabase": {"Identifier": "share", "ConnectionName": "redshift"}},
    ]
    shared = {"Name": "t", "DatabaseName": "theirs", "CatalogId": "999999999999"}
    tables = {
        "link": json_answer(TableList=[shared]),
        "federated": json_refusal("FederationSourceException"),
    }
    page = read_scripted(monkeypatch, databases, tables)
    assert names(page) == ["link.t"]
    assert [(f.subject, f.code) for f in page.failures] == [("federated", "FederationSourceException")]


def test_what_a_catalogue_entry_lacks_is_lacking_in_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        {"Name": "link", "TargetTable": {"DatabaseName": "db", "Name": "other"}},
        {"Name": "nulls", "StorageDescriptor": None, "PartitionKeys": None, "Parameters": None, "Description": None},
        {
            "Name": "odd",
            "StorageDescriptor": {"Location": "", "Columns": [{"Name": "untyped", "Parameters": {"note": None}}]},
            "Parameters": {"b": None, "a": ""},
            "PartitionKeys": [{"Name": "empty", "Type": "", "Comment": ""}],
        },
        {"Name": "view", "TableType": "VIRTUAL_VIEW", "StorageDescriptor": {"Columns": None}},
    ]
    page = read_scripted(monkeypatch, [{"Name": "db"}], {"db": json_answer(TableList=entries)})
    bare: dict[str, Any] = {"region": REGION, "database": "db"}
    assert page.failures == []
    assert page.tables == [
        GlueTable(**bare, name="link"),
        GlueTable(**bare, name="nulls"),
        GlueTable(
            **bare,
            name="odd",
            location="",
            parameters=(Tag("a", "", "aws-s3"), Tag("b", "", "aws-s3")),
            columns=(
                GlueColumn("untyped", parameters=(Tag("note", "", "aws-s3"),)),
                GlueColumn("empty", partition_key=True, comment=""),
            ),
        ),
        GlueTable(**bare, name="view"),
    ]
