"""Reading import files: any JSON array of records, however it is laid out, in bounded memory."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.local.raito.record_files import RECORDS_AT_A_TIME, read_records


class Thing(msgspec.Struct, rename="camel", frozen=True):
    external_id: str
    size: int | None
    parts: list[dict[str, str]]


WHITE_SPACE = st.text(alphabet=" \t\r\n", max_size=3)
THING = st.builds(
    Thing,
    st.text(st.characters(exclude_categories=["Cs"])),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.lists(st.dictionaries(st.text('a{}[],:"\\ é', max_size=4), st.text('x{}[],"\\\n', max_size=4)), max_size=3),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files") / "1-things.json"


def read(path: Path, text: str | bytes, step: int = 1 << 20) -> list[Thing]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [thing for batch in read_records(path, Thing, characters_at_a_time=step) for thing in batch]


@st.composite
def layouts(draw: st.DrawFn) -> tuple[list[Thing], str]:
    """Things, and a file that holds them in some layout."""
    things = draw(st.lists(THING))
    indent, ascii_only = draw(st.none() | st.integers(0, 3)), draw(st.booleans())
    space = iter(draw(st.lists(WHITE_SPACE, min_size=4 + 2 * len(things), max_size=4 + 2 * len(things))))
    texts = [json.dumps(msgspec.to_builtins(t), indent=indent, ensure_ascii=ascii_only) for t in things]
    records = ",".join(f"{next(space)}{text}{next(space)}" for text in texts)
    return things, f"{next(space)}[{next(space)}{records}{next(space)}]{next(space)}"


@settings(deadline=None)
@given(layout=layouts(), step=st.integers(1, 60))
def test_white_space_layout_and_the_size_of_reads_do_not_matter(
    path: Path, layout: tuple[list[Thing], str], step: int
) -> None:
    things, text = layout
    assert read(path, text, step) == things


@settings(deadline=None)
@given(things=st.lists(THING, min_size=1, max_size=4), step=st.integers(1, 60), data=st.data())
def test_a_file_that_ends_too_early_is_refused(path: Path, things: list[Thing], step: int, data: Any) -> None:
    text = json.dumps([msgspec.to_builtins(thing) for thing in things])
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(RequestRefusedError):
        read(path, text[:cut], step)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is not a JSON array"),
        (" \n", "the file is not a JSON array"),
        ('{"externalId":"a"}', "the file is not a JSON array"),
        ("\ufeff[]", "the file is not a JSON array"),
        ("[", "record 1 is not a JSON object, or is missing"),
        ("[1]", "record 1 is not a JSON object, or is missing"),
        ("[null]", "record 1 is not a JSON object, or is missing"),
        ("[THING,]", "record 2 is not a JSON object, or is missing"),
        ("[,THING]", "record 1 is not a JSON object, or is missing"),
        ("[THING THING]", "the file ends, or is not JSON, after record 1"),
        ("[THING", "the file ends, or is not JSON, after record 1"),
        ("[THING]]", "the file goes on after its JSON array"),
        ("[THING][THING]", "the file goes on after its JSON array"),
        ("[THING,{THING]", "record 2 is not JSON: Expecting property name enclosed in double quotes"),
        ('[{"externalId":"a\n"}]', "record 1 is not JSON: Invalid control character at"),
        ('[{"externalId":"a","size":NaN,"parts":[]}]', "NaN is not JSON"),
        ('[{"externalId":1,"size":null,"parts":[]}]', "record 1: Expected `str`, got `int` - at `$.externalId`"),
        ('[THING,{"externalId":"a","size":null}]', "record 2: Object missing required field `parts`"),
        ('[{"externalId":"a","size":null,"parts":' + "[" * 100_000, "record 1 is nested too deeply"),
        (b'["\xff"]', "not UTF-8: invalid start byte"),
    ],
)
def test_a_file_of_another_form_is_refused_with_its_name_the_record_and_the_reason(
    path: Path, text: str | bytes, reason: str
) -> None:
    if isinstance(text, str):
        text = text.replace("THING", '{"externalId":"a","size":null,"parts":[]}')
    with pytest.raises(RequestRefusedError) as refusal:
        read(path, text)
    assert str(refusal.value) == f"1-things.json: {reason}"


def test_escapes_stand_for_whole_characters(path: Path) -> None:
    thing = '[{"externalId":"%s","size":1,"parts":[]}]'
    assert read(path, thing % "\\u003c\\ud83d\\ude00") == [Thing("<😀", 1, [])]
    with pytest.raises(RequestRefusedError, match="record 1 escapes half of a surrogate pair"):
        read(path, thing % "\\ud800")


def test_members_that_are_not_known_are_ignored(path: Path) -> None:
    assert read(path, '[{"externalId":"a","size":1,"parts":[],"more":{"x":[1.5e3]}}]') == [Thing("a", 1, [])]


def test_memory_does_not_grow_with_the_file(path: Path) -> None:
    def peak(records: int) -> int:
        record = json.dumps({"externalId": "x" * 200, "size": 1, "parts": []})
        path.write_text("[" + ",\n".join([record] * records) + "]")
        tracemalloc.start()
        count = sum(len(batch) for batch in read_records(path, Thing))
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == records
        return highest

    assert peak(RECORDS_AT_A_TIME * 12) < 1.3 * peak(RECORDS_AT_A_TIME * 3)


def test_a_record_much_longer_than_a_read_is_read_once_more_only_a_few_times(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[int] = []
    decode = json.JSONDecoder.raw_decode

    def counted(decoder: json.JSONDecoder, text: str, position: int = 0) -> tuple[Any, int]:
        attempts.append(position)
        return decode(decoder, text, position)

    monkeypatch.setattr(json.JSONDecoder, "raw_decode", counted)
    [thing] = read(path, json.dumps([{"externalId": "x" * 1_000_000, "size": 1, "parts": []}]), step=1000)
    assert len(thing.external_id) == 1_000_000
    assert len(attempts) < 15
