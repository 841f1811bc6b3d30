"""The text of records straight from Arrow's columns, where no text must be escaped: the fast way to an import file.

Here: a batch → its lines. Not here: what a record is (`model.records`), whose encoder makes the same text of any batch,
and the file around the lines (`raito.import_files`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import pyarrow as pa

from raito_aws_pipeline.model.columns import ColumnDefinition, Row, columns_of
from raito_aws_pipeline.model.records import record_type

_ESCAPED = bytes(range(0x20)) + b'"\\'
"""What JSON escapes within a string."""


def plain_lines(table: type[Row], batch: pa.RecordBatch) -> memoryview | None:
    r"""The records of a batch as JSON, a line each, `,\n` between them: the same text that encoding them gives.

    Memory is that of the text.

    Returns:
        The text; None where it cannot be joined from the columns as they are: a text needs an escape, a column is no
        text and has values, or the batch does not fit the table.
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - it imports pandas, which loading assets need not wait for

    pieces: list[Any] = []
    text = "{"
    for column, key in _members(table):
        position = batch.schema.get_field_index(column.name)
        if position < 0 or batch.schema.field(position).type != column.arrow_type:
            return None
        values = batch.column(position)
        if column.nullable and values.null_count == len(values):
            if not column.column.omit_when_unset:
                text += f'"{key}":null,'
        elif column.python_type is str and not values.null_count and _is_plain(values):
            pieces += [pa.scalar(f'{text}"{key}":"'), values]
            text = '",'
        else:
            return None
    if not pieces:
        return None
    joined = pc.binary_join_element_wise(*pieces, pa.scalar(f"{text[:-1]}}},\n"), "")
    # One line after the other, as Arrow keeps them: the last separator is cut off.
    return memoryview(joined.buffers()[2]).cast("B")[: pc.sum(pc.binary_length(joined)).as_py() - len(",\n")]


def _is_plain(values: pa.StringArray) -> bool:
    """Whether no text of an array has a character that JSON escapes."""
    _, offsets, data = values.buffers()
    ends = memoryview(offsets).cast("i")
    text = bytes(memoryview(data)[ends[values.offset] : ends[values.offset + len(values)]]) if data else b""
    return len(text.translate(None, _ESCAPED)) == len(text)


@cache
def _members(table: type[Row]) -> tuple[tuple[ColumnDefinition, str], ...]:
    keys = {field.name: field.encode_name for field in msgspec.structs.fields(record_type(table))}
    return tuple((column, keys[column.name]) for column in columns_of(table) if column.name in keys)
