"""The record that a noun becomes in an import file (protocol 6): camelCase keys, lake-only columns left out.

Here: the record's type, derived from the noun's definition, and rows → JSON text of one record. Not here: the file
around the records, which `raito.import_files` writes.
"""

from __future__ import annotations

import itertools
import typing
from collections.abc import Iterable
from functools import cache

import msgspec
import pyarrow as pa

from raito_aws_pipeline.model.columns import ColumnDefinition, Row, columns_of, without_none


@cache
def record_type(table: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The Struct whose JSON is one record of the import file, and that a decoder may use to validate one.

    A column is always present, `null` where it has no value, unless it says `omit_when_unset`. Keys that the definition
    does not know are ignored when decoding.
    """
    columns = [c for c in columns_of(table) if not c.column.lake_only]
    defaults = {f.name: f.default for f in msgspec.structs.fields(table)}
    fields: list[tuple[str, typing.Any] | tuple[str, typing.Any, typing.Any]] = []
    for c in columns:
        hint = _record_hint(c)
        if c.column.omit_when_unset:
            fields.append((c.name, hint, None if defaults[c.name] is msgspec.NODEFAULT else defaults[c.name]))
        else:
            fields.append((c.name, hint))
    return msgspec.defstruct(
        f"{table.__name__}Record", fields, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False
    )


def to_records(table: type[Row], rows: Iterable[Row]) -> list[msgspec.Struct]:
    """Rows as records, in order; `msgspec.json.encode` makes their text."""
    record = record_type(table)
    return [msgspec.convert(row, record, from_attributes=True) for row in rows]


def batch_records(table: type[Row], batch: pa.RecordBatch) -> list[msgspec.Struct]:
    """The rows of a batch as records for encoding, in order: the same texts as those of `to_records`, and faster.

    It goes column by column: strings leave Arrow in one call, and columns without values cost nothing. Columns that
    the table does not define are left out.

    Raises:
        ValueError: A column is missing or of another type, or has nulls where the table needs a value.
    """
    return _line_records(table, dict(zip(batch.schema.names, batch.columns, strict=True)), batch.num_rows)


_NEVER = object()
"""Equal to no value of a column."""


@cache
def _line_type(table: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """A record for encoding alone: made by position, not validated; `UNSET` leaves a member out."""
    fields = [(c.name, typing.Any) for c, _ in _line_columns(table)]
    return msgspec.defstruct(f"{table.__name__}Line", fields, frozen=True, rename="camel", gc=False)


@cache
def _line_columns(table: type[msgspec.Struct]) -> tuple[tuple[ColumnDefinition, typing.Any], ...]:
    """The columns of a record, each with the value for which it is left out."""
    defaults = {f.name: f.default for f in msgspec.structs.fields(table)}
    return tuple(
        (c, _omitted(defaults[c.name]) if c.column.omit_when_unset else _NEVER)
        for c in columns_of(table)
        if not c.column.lake_only
    )


def _omitted(default: typing.Any) -> typing.Any:
    return None if default is msgspec.NODEFAULT else default


def _line_records(table: type[msgspec.Struct], arrays: dict[str, pa.Array], rows: int) -> list[msgspec.Struct]:
    columns = []
    for c, omitted in _line_columns(table):
        where, values = f"{table.__name__}.{c.name}", arrays.get(c.name)
        if values is None:
            raise ValueError(f"{where} is missing")
        if values.type != c.arrow_type:
            raise ValueError(f"{where} is {values.type}, not {c.arrow_type}")
        columns.append(_line_column(c, omitted, values, where))
    return list(map(_line_type(table), *columns)) if rows else []


def _line_column(c: ColumnDefinition, omitted: typing.Any, values: pa.Array, where: str) -> Iterable[typing.Any]:
    if c.nullable and values.null_count == len(values):
        return itertools.repeat(msgspec.UNSET if omitted is None else None, len(values))
    found = _python_values(c.python_type, c.nullable, values, where)
    if omitted is _NEVER:
        return found
    return [msgspec.UNSET if value == omitted else value for value in found]


def _python_values(hint: typing.Any, nullable: bool, values: pa.Array, where: str) -> list[typing.Any]:
    """The values of an array, nulls as None, nested rows as records for encoding."""
    if values.null_count and not nullable:
        raise ValueError(f"{where} has no value in {values.null_count} places")
    found: list[typing.Any]
    if hint is str:
        found = values.to_numpy(zero_copy_only=False).tolist()
    elif typing.get_origin(hint) is tuple:
        item, item_nullable = without_none(typing.get_args(hint)[0])
        items = iter(_python_values(item, item_nullable, values.flatten(), where))
        lengths = values.value_lengths().to_pylist()
        found = [None if length is None else list(itertools.islice(items, length)) for length in lengths]
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        present = values.drop_null()
        names = [values.type.field(index).name for index in range(values.type.num_fields)]
        nested = iter(_line_records(hint, dict(zip(names, present.flatten(), strict=True)), len(present)))
        found = [next(nested) if valid else None for valid in values.is_valid().to_pylist()]
    else:
        found = values.to_pylist()
    return found


def _record_hint(c: ColumnDefinition) -> typing.Any:
    hint = _nested(c.python_type)
    return hint | None if c.nullable else hint


def _nested(hint: typing.Any) -> typing.Any:
    if typing.get_origin(hint) is tuple:
        item, nullable = without_none(typing.get_args(hint)[0])
        inner = _nested(item)
        return tuple[(inner | None if nullable else inner), ...]  # type: ignore[misc]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return record_type(hint)
    return hint
