"""Joining columns gives the very text that encoding the records gives, or nothing at all."""

from __future__ import annotations

from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.record_lines import plain_lines
from raito_aws_pipeline.model.records import batch_records
from raito_aws_pipeline.model.tags import Tag


def data_object(name: str, **members: Any) -> DataObject:
    return DataObject(
        external_id=name, name=name, full_name=f"a:b:c/{name}", type="file", parent_external_id="a:b:c", **members
    )


def encoded(batch: pa.RecordBatch) -> bytes:
    lines = msgspec.json.Encoder().encode_lines(batch_records(DataObject, batch))
    return lines[:-1].replace(b"\n", b",\n")


def test_plain_texts_become_the_records_of_the_protocol() -> None:
    batch = to_batch(DataObject, [data_object("ü 日本 <&>"), data_object("")])
    assert plain_lines(DataObject, batch) == encoded(batch)


@pytest.mark.parametrize("odd", ['"', "\\", "\n", "\x00", "\x1f"])
def test_a_text_that_json_escapes_is_left_to_the_encoder(odd: str) -> None:
    assert plain_lines(DataObject, to_batch(DataObject, [data_object(f"a{odd}b")])) is None
    assert plain_lines(DataObject, to_batch(DataObject, [data_object("a\x7f'b")])) is not None


def test_values_that_are_no_text_are_left_to_the_encoder() -> None:
    tagged = to_batch(DataObject, [data_object("a", tags=(Tag("k", "v", "aws-s3"),)), data_object("b")])
    assert plain_lines(DataObject, tagged) is None
    typed = to_batch(DataObject, [data_object("a", data_type="int"), data_object("b")])
    assert plain_lines(DataObject, typed) is None


def test_a_column_that_is_omitted_when_unset_is_written_where_each_row_has_it() -> None:
    batch = to_batch(DataObject, [data_object("a", data_type="int"), data_object("b", data_type="text")])
    assert plain_lines(DataObject, batch) == encoded(batch)


def test_a_batch_that_does_not_fit_is_left_to_the_encoder_which_says_why() -> None:
    batch = to_batch(Group, [Group(external_id="1", name="g", display_name="g")])
    assert plain_lines(User, batch) is None


@given(st.lists(st.text(max_size=6), min_size=1, max_size=12), st.integers(0, 11), st.integers(1, 12))
def test_any_part_of_a_batch_is_the_same_text_or_left_to_the_encoder(names: list[str], start: int, count: int) -> None:
    names = [name.encode("utf-8", "replace").decode() for name in names]
    batch = to_batch(DataObject, [data_object(name) for name in names]).slice(start % len(names), count)
    lines = plain_lines(DataObject, batch)
    escaped = any(c < " " or c in '"\\' for name in batch.column("name").to_pylist() for c in name)
    assert lines is None if escaped else lines == encoded(batch)
