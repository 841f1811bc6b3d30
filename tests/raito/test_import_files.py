"""Import files hold exactly the rows that go in, in Raito's form."""

from __future__ import annotations

import datetime
import json
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.model.access_controls import AccessControl, AccessFeedback
from raito_aws_pipeline.model.columns import Row, schema_of, to_batch
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.records import to_records
from raito_aws_pipeline.model.tags import Tag, TagAssignment
from raito_aws_pipeline.model.usage import UsageStatement
from raito_aws_pipeline.raito.import_files import write_import_file

NOUNS = [User, Group, DataObject, AccessControl, AccessFeedback, UsageStatement, TagAssignment]

_SCALARS: dict[type, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime.datetime: st.datetimes(timezones=st.just(datetime.UTC)),
}


def _values(hint: Any) -> st.SearchStrategy[Any]:
    if hint in _SCALARS:
        return _SCALARS[hint]
    if typing.get_origin(hint) is typing.Annotated:
        return _values(typing.get_args(hint)[0])
    if isinstance(hint, types.UnionType):
        return st.one_of(*(st.none() if a is type(None) else _values(a) for a in typing.get_args(hint)))
    if typing.get_origin(hint) is tuple:
        return st.lists(_values(typing.get_args(hint)[0]), max_size=3).map(tuple)
    hints = typing.get_type_hints(hint, include_extras=True)
    return st.builds(hint, **{name: _values(hints[name]) for name in hint.__struct_fields__})


@pytest.mark.parametrize("noun", NOUNS)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_the_file_holds_the_rows_whatever_they_are(noun: type[Row], data: st.DataObject, tmp_path: Path) -> None:
    batches = data.draw(st.lists(st.lists(_values(noun), max_size=4), max_size=3))
    rows = [row for batch in batches for row in batch]

    file = write_import_file(noun, (to_batch(noun, batch) for batch in batches), tmp_path / "rows.json")

    # The reference is the slow way: one record at a time, checked against the noun's record type.
    expected = json.loads(msgspec.json.encode(to_records(noun, rows)))
    assert json.loads(file.path.read_bytes()) == expected
    assert (file.records, file.bytes) == (len(rows), file.path.stat().st_size)


def test_each_record_stands_compact_on_its_own_line(tmp_path: Path) -> None:
    groups = [Group(external_id=i, name="line\nfeed", display_name="ünï") for i in ("g1", "g2")]

    file = write_import_file(Group, [to_batch(Group, groups)], tmp_path / "groups.json")

    record = (
        '{"externalId":"%s","name":"line\\nfeed","displayName":"ünï","description":"",'
        '"parentGroupExternalIds":null,"tags":null}'
    )
    assert file.path.read_text(encoding="utf-8") == "[\n" + record % "g1" + ",\n" + record % "g2" + "\n]"


def test_without_rows_the_file_is_the_empty_array_as_the_raito_cli_writes_it(tmp_path: Path) -> None:
    for batches in ([], [to_batch(User, [])]):
        file = write_import_file(User, batches, tmp_path / "users.json")

        assert file.path.read_bytes() == b"[\n]"
        assert (file.records, file.bytes) == (0, 3)


def test_what_is_only_for_the_lake_stays_there_and_an_unset_option_is_left_out(tmp_path: Path) -> None:
    user = User(external_id="u", name="n", user_name="n", email="e", arn="arn:aws:iam::1:user/n", path="/")
    column = DataObject(
        external_id="c", name="c", full_name="c", type="column", parent_external_id="t", data_type="int"
    )
    table = DataObject(external_id="t", name="t", full_name="t", type="glue-table", parent_external_id="")

    users = write_import_file(User, [to_batch(User, [user])], tmp_path / "users.json")
    objects = write_import_file(DataObject, [to_batch(DataObject, [column, table])], tmp_path / "objects.json")

    [written] = json.loads(users.path.read_bytes())
    assert "arn" not in written
    assert "path" not in written
    assert written["isMachine"] is None
    assert ["dataType" in record for record in json.loads(objects.path.read_bytes())] == [True, False]


def test_rows_of_a_slice_and_beyond_one_piece_come_whole_and_in_order(tmp_path: Path) -> None:
    users = [
        User(
            external_id=f"u{n}",
            name=f"n{n}",
            user_name=f"n{n}",
            email="e",
            group_external_ids=tuple(f"g{k}" for k in range(n % 3)) if n % 4 else None,
            tags=(Tag("k", str(n), "aws-s3"),) if n % 2 else None,
        )
        for n in range(20_000)
    ]
    batch = to_batch(User, users).slice(7, 19_000)

    file = write_import_file(User, [batch], tmp_path / "users.json")

    assert file.path.read_bytes().count(b"\n") == 19_000 + 1
    assert json.loads(file.path.read_bytes()) == json.loads(msgspec.json.encode(to_records(User, users[7:19_007])))


def test_columns_may_come_in_another_order_and_with_others(tmp_path: Path) -> None:
    batch = to_batch(Group, [Group(external_id="g", name="n", display_name="d")])
    mixed = batch.select(list(reversed(batch.schema.names))).append_column("region", pa.array(["eu-west-1"]))

    file = write_import_file(Group, [mixed], tmp_path / "groups.json")

    assert json.loads(file.path.read_bytes())[0]["externalId"] == "g"


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (None, "Group.name is missing"),
        (pa.array([1]), "Group.name is int64, not string"),
        (pa.array([None], pa.string()), "Group.name has no value in 1 places"),
    ],
)
def test_a_batch_that_does_not_fit_the_noun_leaves_no_file(
    column: pa.Array | None, message: str, tmp_path: Path
) -> None:
    batch = to_batch(Group, [Group(external_id="g", name="n", display_name="d")])
    columns = {field: batch.column(field) for field in schema_of(Group).names if field != "name"}
    if column is not None:
        columns["name"] = column

    with pytest.raises(ValueError, match=message):
        write_import_file(Group, [pa.RecordBatch.from_pydict(columns)], tmp_path / "groups.json")

    assert list(tmp_path.iterdir()) == []


def test_a_source_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield to_batch(Group, [Group(external_id="g", name="n", display_name="d")])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_import_file(Group, batches(), tmp_path / "groups.json")

    assert list(tmp_path.iterdir()) == []
