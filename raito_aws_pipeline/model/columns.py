r"""One definition of a table: a `msgspec.Struct` whose fields are annotated with `Column`.

Here: what follows from such a definition for Parquet — schema, descriptions, rows ↔ record batches, the schema check.
Not here: the definitions themselves (one module a noun) and the records of import files (`model.records`).

A field's Python type decides its Arrow type:

| Python | Arrow |
|---|---|
| `str`, `bool`, `int`, `float` | string, bool, int64, float64 |
| `datetime.datetime` | timestamp in microseconds, UTC |
| `tuple[T, ...]` | list of T |
| another Struct | struct of its fields |
| `T \| None` | T, nullable |
"""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import msgspec
import pyarrow as pa

SCHEMA_VERSION_KEY = b"raito.schema_version"
"""Key of the Parquet metadata that holds the version of the table's definition, as decimal text."""

_SCALARS: dict[type, pa.DataType] = {
    str: pa.string(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    datetime.datetime: pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """What a definition says of one field beside its type.

    Args:
        description: Meaning, shown in the Dagster UI and kept in the Parquet file.
        unique: No two rows may have the same value; kept in the lake without a dictionary.
        lake_only: Kept in the lake, not part of the import file.
        omit_when_unset: Left out of the import file when it has its default (Go's `omitempty`).
    """

    description: str
    unique: bool = False
    lake_only: bool = False
    omit_when_unset: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all table definitions; `schema_version` goes up with each change of the columns."""

    schema_version: typing.ClassVar[int] = 1


RowT = typing.TypeVar("RowT", bound=Row)


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """A column as the rest of the house sees it."""

    name: str
    python_type: typing.Any
    arrow_type: pa.DataType
    nullable: bool
    column: Column


@cache
def columns_of(table: type[msgspec.Struct]) -> tuple[ColumnDefinition, ...]:
    """The columns of a table definition, in order.

    Raises:
        TypeError: A field has no `Column`, or a type that the table above does not name.
    """
    return tuple(_definition(table, name, hint) for name, hint in _hints(table).items())


@cache
def schema_of(table: type[Row]) -> pa.Schema:
    """The Arrow schema of a table: types, nullability, descriptions, and the schema version as metadata."""
    fields = [
        pa.field(c.name, c.arrow_type, nullable=c.nullable, metadata={"description": c.column.description})
        for c in columns_of(table)
    ]
    return pa.schema(fields, metadata={SCHEMA_VERSION_KEY: str(table.schema_version)})


def to_batch(table: type[Row], rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows as one record batch with the schema of the table; memory is that of the rows."""
    return pa.RecordBatch.from_pylist([msgspec.to_builtins(r, builtin_types=_BUILTINS) for r in rows], schema_of(table))


def from_batch(table: type[RowT], batch: pa.RecordBatch) -> list[RowT]:
    """The rows of one record batch.

    Raises:
        msgspec.ValidationError: A value does not fit the definition.
    """
    return msgspec.convert(batch.to_pylist(), list[table], builtin_types=_BUILTINS)  # type: ignore[valid-type]


def schema_version_in(metadata: Mapping[bytes, bytes] | None) -> int:
    """Version of the definition with which a file or schema was written; 1 where its metadata does not say."""
    return int((metadata or {}).get(SCHEMA_VERSION_KEY, b"1"))


def schema_differences(table: type[Row], actual: pa.Schema, ignored: Collection[str] = ()) -> list[str]:
    """How the schema of one file differs from a table's definition, a sentence each; empty where it fits.

    Order and metadata do not count; a nullable column where the definition has a required one does. A nullable column
    may be missing from a file of an older version of the definition: it reads as null.

    Args:
        table: The definition.
        actual: Schema of the file itself, its metadata included: a dataset's schema is that of one file for all.
        ignored: Columns that may be there undefined: dimensions of the partition, which the folders' names give too.
    """
    expected = schema_of(table)
    older = schema_version_in(actual.metadata) < table.schema_version
    found = []
    for field in expected:
        index = actual.get_field_index(field.name)
        if index < 0:
            if older and field.nullable:
                continue
            found.append(f"column '{field.name}' is missing")
        elif actual.field(index).type != field.type:
            found.append(f"column '{field.name}' is {actual.field(index).type}, not {field.type}")
        elif actual.field(index).nullable and not field.nullable:
            found.append(f"column '{field.name}' may be null")
    known = {*expected.names, *ignored}
    found.extend(f"column '{name}' is not defined" for name in actual.names if name not in known)
    return found


_BUILTINS = (datetime.datetime,)


def _hints(table: type[msgspec.Struct]) -> dict[str, typing.Any]:
    hints = typing.get_type_hints(table, include_extras=True)
    return {name: hints[name] for name in table.__struct_fields__}


def _definition(table: type, name: str, hint: typing.Any) -> ColumnDefinition:
    columns = [a for a in getattr(hint, "__metadata__", ()) if isinstance(a, Column)]
    if len(columns) != 1:
        raise TypeError(f"{table.__name__}.{name} needs exactly one Column annotation")
    python_type, nullable = without_none(typing.get_args(hint)[0])
    return ColumnDefinition(
        name, python_type, _arrow_type(python_type, f"{table.__name__}.{name}"), nullable, columns[0]
    )


def without_none(hint: typing.Any) -> tuple[typing.Any, bool]:
    """`T | None` as (T, True), any other type as (itself, False)."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        members = [a for a in typing.get_args(hint) if a is not type(None)]
        if len(members) == 1:
            return members[0], True
    return hint, False


def _arrow_type(hint: typing.Any, where: str) -> pa.DataType:
    if hint in _SCALARS:
        return _SCALARS[hint]
    if typing.get_origin(hint) is tuple:
        item, nullable = without_none(typing.get_args(hint)[0])
        return pa.list_(pa.field("element", _arrow_type(item, where), nullable=nullable))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return pa.struct([pa.field(c.name, c.arrow_type, nullable=c.nullable) for c in columns_of(hint)])
    raise TypeError(f"{where}: no Arrow type for {hint!r}")
