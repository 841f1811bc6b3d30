"""The Glue catalogue."""

from __future__ import annotations

from typing import Any

from moto.glue.models import glue_backends

from raito_aws_pipeline.local.aws.account import CREATED, Account, Column, Table
from raito_aws_pipeline.local.aws.loading.members import member


def load(account: Account) -> None:
    """Create the databases and tables of an account."""
    for c, catalogue in enumerate(account.aws.glue):
        glue = glue_backends[account.account][catalogue.region]
        for d, database in enumerate(catalogue.databases):
            path = f"aws.glue[{c}].databases[{d}]"
            with member(path):
                description = {"Description": database.description} if database.description else {}
                glue.create_database(database.name, {"Name": database.name} | description).created_time = CREATED
            for t, table in enumerate(database.tables):
                with member(f"{path}.tables[{t}]"):
                    glue.create_table(database.name, table.name, _table_input(table)).created_time = CREATED


def _table_input(table: Table) -> dict[str, Any]:
    written: dict[str, Any] = {
        "Name": table.name,
        "Parameters": table.parameters,
        "PartitionKeys": [_column(column) for column in table.partition_keys],
    }
    if table.description:
        written["Description"] = table.description
    if table.table_type:
        written["TableType"] = table.table_type
    storage: dict[str, Any] = {}
    if table.location is not None:
        storage["Location"] = table.location
    if table.columns:
        storage["Columns"] = [_column(column) for column in table.columns]
    if storage:
        written["StorageDescriptor"] = storage
    return written


def _column(column: Column) -> dict[str, Any]:
    members = {
        "Name": column.name,
        "Type": column.type,
        "Comment": column.comment,
        "Parameters": column.parameters,
    }
    return {name: value for name, value in members.items() if value is not None}
