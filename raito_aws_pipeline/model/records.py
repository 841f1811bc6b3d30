"""The record that a noun becomes in an import file (protocol 6): camelCase keys, lake-only columns left out.

Here: the record's type, derived from the noun's definition, and rows → JSON text of one record. Not here: the file
around the records, which `raito.import_files` writes.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable
from functools import cache

import msgspec

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
