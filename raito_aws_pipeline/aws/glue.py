"""The Glue catalogue: tables and their columns, as AWS tells them (connector 3).

Not here: which data objects they become (`data_objects.glue`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from raito_aws_pipeline.aws.calls import ServiceCalls
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.concurrent_calls import in_order
from raito_aws_pipeline.aws.failures import ends_reading, read_failure
from raito_aws_pipeline.errors import NotFoundError, PipelineError
from raito_aws_pipeline.model.columns import Column, Row
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.model.tags import AWS_TAG_SOURCE, Tag

PAGE_SIZE = 100
"""The most databases or tables that Glue gives in one answer (AWS: Glue API reference, MaxResults)."""


class GlueColumn(msgspec.Struct, frozen=True):
    """A column or partition key of a table."""

    name: Annotated[str, Column("Name of the column.")]
    partition_key: Annotated[bool, Column("Whether the table is partitioned by it.")] = False
    data_type: Annotated[str | None, Column("Data type, as Glue spells it; null: the catalogue has none.")] = None
    comment: Annotated[str | None, Column("Comment.")] = None
    parameters: Annotated[tuple[Tag, ...], Column("Its parameters as tags, by key.")] = ()


class GlueTable(Row, frozen=True, kw_only=True):
    """A table or view of the catalogue of one region; region, database and name are unique together."""

    region: Annotated[str, Column("Region of the catalogue.")]
    database: Annotated[str, Column("Database by which it was read; a resource link has its own name.")]
    name: Annotated[str, Column("Name of the table.")]
    location: Annotated[str | None, Column("Where it is stored, as the catalogue says; null: it does not.")] = None
    description: Annotated[str | None, Column("Description.")] = None
    parameters: Annotated[tuple[Tag, ...], Column("Its parameters as tags, by key.")] = ()
    columns: Annotated[tuple[GlueColumn, ...], Column("Storage columns, then partition keys, in AWS's order.")] = ()


@dataclass(frozen=True, slots=True)
class GluePage:
    """The tables of one database, and what could not be read: a database, or the list of them (no subject)."""

    tables: Sequence[GlueTable] = ()
    failures: Sequence[ReadFailure] = ()


def read_glue_tables(
    clients: AwsClients,
    region: str,
    *,
    exclude_databases: Callable[[str], bool],
    exclude_tables: Callable[[str], bool],
    page_size: int = PAGE_SIZE,
) -> Iterator[GluePage]:
    """Read the tables of one region's catalogue: a page a database, by name, its tables by name.

    Databases are read `clients.concurrency` at a time. One that cannot be read is a failure of the region with the
    database as its subject, and the tables that were read of it are kept; one that is gone meanwhile, or links to one
    that is gone, has no tables. Memory: the names of all databases, and the tables of twice `clients.concurrency`
    databases.

    Args:
        clients: Clients of the account.
        region: Region of the catalogue; the `part` of failures.
        exclude_databases: Whether a database is left out, by name (`aws-glue-exclude-databases`).
        exclude_tables: Whether a table is left out, by name (`aws-glue-exclude-tables`).
        page_size: Databases or tables a call.

    Raises:
        PipelineError: No call can succeed (no credentials, AWS cannot be reached).
    """
    calls = ServiceCalls(clients.client("glue", region), "glue")

    def tables_of(database: str) -> GluePage:
        return _tables(calls, region, database, exclude_tables, page_size)

    databases, failures = _databases(calls, region, page_size)
    if failures:
        yield GluePage(failures=failures)
    with ThreadPoolExecutor(clients.concurrency, thread_name_prefix="glue") as executor:
        kept = (database for database in databases if not exclude_databases(database))
        yield from in_order(tables_of, kept, executor, clients.concurrency * 2)


def _databases(calls: ServiceCalls, region: str, page_size: int) -> tuple[list[str], list[ReadFailure]]:
    names: set[str] = set()
    failures: list[ReadFailure] = []
    try:
        for page in calls.pages("GetDatabases", page_size):
            names.update(database["Name"] for database in page.get("DatabaseList", ()))
    except PipelineError as error:
        failures.append(_failure(error, region))
    return sorted(names), failures


def _tables(
    calls: ServiceCalls, region: str, database: str, exclude_tables: Callable[[str], bool], page_size: int
) -> GluePage:
    tables: list[GlueTable] = []
    failures: list[ReadFailure] = []
    try:
        for page in calls.pages("GetTables", page_size, DatabaseName=database):
            named = (table for table in page.get("TableList", ()) if not exclude_tables(table["Name"]))
            tables.extend(_table(region, database, table) for table in named)
    except NotFoundError:
        return GluePage()  # Deleted since it was listed.
    except PipelineError as error:
        failures.append(_failure(error, region, database))
    return GluePage(sorted(tables, key=lambda table: table.name), failures)


def _table(region: str, database: str, table: Mapping[str, Any]) -> GlueTable:
    # A view or a link to another table may have no storage at all, and an engine may write null for what it lacks.
    storage = table.get("StorageDescriptor") or {}
    return GlueTable(
        region=region,
        database=database,
        name=table["Name"],
        location=storage.get("Location"),
        description=table.get("Description"),
        parameters=_tags(table.get("Parameters")),
        columns=(
            *_columns(storage.get("Columns"), partition_key=False),
            *_columns(table.get("PartitionKeys"), partition_key=True),
        ),
    )


def _columns(columns: Iterable[Mapping[str, Any]] | None, *, partition_key: bool) -> Iterator[GlueColumn]:
    for column in columns or ():
        yield GlueColumn(
            name=column["Name"],
            partition_key=partition_key,
            data_type=column.get("Type") or None,
            comment=column.get("Comment"),
            parameters=_tags(column.get("Parameters")),
        )


def _tags(parameters: Mapping[str, str | None] | None) -> tuple[Tag, ...]:
    return tuple(Tag(key, value or "", AWS_TAG_SOURCE) for key, value in sorted((parameters or {}).items()))


def _failure(error: PipelineError, region: str, database: str = "") -> ReadFailure:
    """The failure as a row.

    Raises:
        PipelineError: The failure itself, where no further call can succeed.
    """
    if ends_reading(error):
        raise error
    return read_failure(error, part=region, subject=database)
