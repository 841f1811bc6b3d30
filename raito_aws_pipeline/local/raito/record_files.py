"""Reading an import file: a JSON array of records, decoded and validated a batch at a time (protocol 6).

Here: the way from the file's bytes to records. Not here: what records mean (`imports`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO, TypeVar

import msgspec

from raito_aws_pipeline.local.raito.failures import RequestRefusedError

RecordT = TypeVar("RecordT", bound=msgspec.Struct)

RECORDS_AT_A_TIME = 5_000
_CHARACTERS_AT_A_TIME = 1 << 20
_WHITE_SPACE = re.compile(r"[ \t\n\r]*")


def read_records(
    path: Path, record: type[RecordT], *, characters_at_a_time: int = _CHARACTERS_AT_A_TIME
) -> Iterator[list[RecordT]]:
    """The records of an import file, in order, in batches of at most 5,000.

    White space between records does not matter. Bound of memory: one batch and about two megabytes of text, or twice
    the longest record where that is longer.

    Args:
        path: A file that holds one JSON array of objects, in UTF-8.
        record: The shape of a record; members that it does not know are ignored.
        characters_at_a_time: How much text is read at once.

    Raises:
        RequestRefusedError: The file is not such an array, ends too early, or goes on after it; or a record has
            another shape. The message names the file, and the record by its number, counted from 1.
    """
    batch: list[RecordT] = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for number, value in enumerate(_objects(_Text(file, characters_at_a_time)), start=1):
                batch.append(_record(value, record, number))
                if len(batch) == RECORDS_AT_A_TIME:
                    yield batch
                    batch = []
    except UnicodeDecodeError as error:
        raise RequestRefusedError(f"{path.name}: not UTF-8: {error.reason}") from None
    except _MalformedError as error:
        raise RequestRefusedError(f"{path.name}: {error}") from None
    if batch:
        yield batch


class _MalformedError(Exception):
    """What is wrong with the file."""


def _record(value: object, record: type[RecordT], number: int) -> RecordT:
    try:
        return msgspec.convert(value, record)
    except msgspec.ValidationError as error:
        raise _MalformedError(f"record {number}: {error}") from None


class _Text:
    """A window onto the file's text: `text` from `position` on is not used yet."""

    def __init__(self, file: TextIO, characters_at_a_time: int) -> None:
        self._file = file
        self._step = characters_at_a_time
        self.text = ""
        self.position = 0

    def read_on(self) -> bool:
        """Forget what is used and read more, as much again as is left, so that a long record is not begun too often."""
        more = self._file.read(max(self._step, len(self.text) - self.position))
        self.text = self.text[self.position :] + more
        self.position = 0
        return bool(more)

    def next_character(self) -> str:
        """The first character that is not white space, not used yet by this; empty at the end of the file."""
        while True:
            found = _WHITE_SPACE.match(self.text, self.position)
            self.position = found.end() if found else self.position
            if self.position < len(self.text):
                return self.text[self.position]
            if not self.read_on():
                return ""


def _objects(window: _Text) -> Iterator[object]:
    """The objects of the array as Python has them, of any shape."""
    _expect(window, "[", "the file is not a JSON array")
    if window.next_character() == "]":
        window.position += 1
    else:
        number = 0
        separator = ","
        while separator == ",":
            number += 1
            if window.next_character() != "{":
                raise _MalformedError(f"record {number} is not a JSON object, or is missing")
            yield _object(window, number)
            separator = window.next_character()
            window.position += 1
        if separator != "]":
            raise _MalformedError(f"the file ends, or is not JSON, after record {number}")
    if window.next_character():
        raise _MalformedError("the file goes on after its JSON array")


def _object(window: _Text, number: int) -> object:
    while True:
        try:
            value, end = _DECODER.raw_decode(window.text, window.position)
        except json.JSONDecodeError as error:
            # It may only be cut off by the end of the window.
            if not window.read_on():
                raise _MalformedError(f"record {number} is not JSON: {error.msg}") from None
        except RecursionError:
            raise _MalformedError(f"record {number} is nested too deeply") from None
        else:
            if window.text.find("\\u", window.position, end) >= 0:
                _require_whole_characters(value, number)
            window.position = end
            return value


def _require_whole_characters(value: object, number: int) -> None:
    """An escape may stand for half a character (a lone surrogate), which no text can hold."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _MalformedError(f"record {number} escapes half of a surrogate pair") from None


def _expect(window: _Text, character: str, otherwise: str) -> None:
    if window.next_character() != character:
        raise _MalformedError(otherwise)
    window.position += 1


def _no_such_number(text: str) -> object:
    raise _MalformedError(f"{text} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_such_number)
