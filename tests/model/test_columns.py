"""One definition of a noun gives its schema, its rows in Arrow and back, and its schema check."""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.model.access_controls import AccessControl, AccessFeedback
from raito_aws_pipeline.model.columns import (
    SCHEMA_VERSION_KEY,
    Column,
    Row,
    columns_of,
    from_batch,
    schema_differences,
    schema_of,
    to_batch,
)
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.tags import Tag, TagAssignment
from raito_aws_pipeline.model.usage import UsageStatement

NOUNS = (User, Group, DataObject, AccessControl, AccessFeedback, UsageStatement, TagAssignment)

users = st.builds(
    User,
    external_id=st.text(),
    name=st.text(),
    user_name=st.text(),
    email=st.text(),
    group_external_ids=st.none() | st.lists(st.text()).map(tuple),
    tags=st.none() | st.lists(st.builds(Tag, st.text(), st.text(), st.text())).map(tuple),
    is_machine=st.none() | st.booleans(),
    arn=st.none() | st.text(),
    created_at=st.none() | st.datetimes(min_value=datetime.datetime(1970, 1, 1), timezones=st.just(datetime.UTC)),  # noqa: DTZ001
)


@pytest.mark.parametrize("noun", NOUNS)
def test_every_column_of_every_noun_is_described_in_the_schema(noun: type[Row]) -> None:
    schema = schema_of(noun)
    assert schema.names == list(noun.__struct_fields__)
    assert all(len(field.metadata[b"description"]) > 3 for field in schema)
    assert schema.metadata[SCHEMA_VERSION_KEY] == b"1"


@given(st.lists(users, max_size=5))
def test_rows_survive_the_way_through_arrow(rows: list[User]) -> None:
    assert from_batch(User, to_batch(User, rows)) == rows


def test_nullability_follows_the_annotation() -> None:
    assert not schema_of(User).field("external_id").nullable
    assert schema_of(User).field("tags").nullable
    assert [c.name for c in columns_of(User) if c.column.unique] == ["external_id"]


def test_the_schema_of_the_definition_fits_itself() -> None:
    assert schema_differences(User, schema_of(User)) == []


def test_each_kind_of_difference_of_a_schema_is_named() -> None:
    fields = [f for f in schema_of(Group) if f.name != "description"]
    fields[0] = pa.field("external_id", pa.int64(), nullable=False)
    fields[1] = fields[1].with_nullable(True)
    differences = schema_differences(Group, pa.schema([*fields, pa.field("colour", pa.string())]))
    assert differences == [
        "column 'external_id' is int64, not string",
        "column 'name' may be null",
        "column 'description' is missing",
        "column 'colour' is not defined",
    ]


def test_a_file_of_an_older_version_may_lack_columns_that_may_be_null_and_no_others() -> None:
    class GroupOfTomorrow(Group, frozen=True, kw_only=True):
        schema_version: ClassVar[int] = 2
        colour: Annotated[str | None, Column("Colour.")] = None
        size: Annotated[int, Column("Size.")]

    assert schema_differences(GroupOfTomorrow, schema_of(Group)) == ["column 'size' is missing"]
    same_version = pa.schema(list(schema_of(Group)), metadata=schema_of(GroupOfTomorrow).metadata)
    assert schema_differences(GroupOfTomorrow, same_version) == [
        "column 'colour' is missing",
        "column 'size' is missing",
    ]


def test_a_field_without_a_column_annotation_is_no_definition() -> None:
    class Undescribed(Row, frozen=True, kw_only=True):
        name: str

    class Unknown(Row, frozen=True, kw_only=True):
        name: Annotated[complex, Column("A type that Arrow lacks.")]

    with pytest.raises(TypeError, match="Undescribed.name needs exactly one Column annotation"):
        schema_of(Undescribed)
    with pytest.raises(TypeError, match="Unknown.name: no Arrow type"):
        schema_of(Unknown)
