"""Where the keys will be some pages ahead: a guess from one page, nothing is asked for.

Where the keys of a page begin to differ stands what goes up from page to page: a number, the first digits of a hash, a
date, the name of a folder. A page moves it by so many characters as the page shows there; some pages ahead it will have
moved by so many more, with carries as in any number, past the folder into the digits of the folders above. So no
structure (folders, dates, numbers) is supposed. The guess is too near where the numbers have gaps (there is no 32nd
day), which `key_ranges` finds out and corrects.
"""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import eq

_HEX = "abcdef"
_ALPHABETS = (
    string.digits,
    string.digits + _HEX,
    string.digits + _HEX.upper(),
    string.ascii_lowercase,
    string.ascii_uppercase,
    string.digits + string.ascii_lowercase,
    string.digits + string.ascii_uppercase,
    string.digits + string.ascii_uppercase + string.ascii_lowercase,
    "-" + string.digits + string.ascii_uppercase + "_" + string.ascii_lowercase,
)
"""What names are written with, each ascending; the first that has all characters seen at a place is supposed there."""

_LONGEST_KEY = 1024
"""Bytes of a key (AWS: naming Amazon S3 objects)."""

_LARGEST = ("", "\x7f", "\u07ff", "\uffff", "\U0010ffff")
"""The last character that UTF-8 writes with so many bytes."""


@dataclass(frozen=True, slots=True)
class KeyStep:
    """How far the keys of a page go.

    Args:
        last: Last key of the page, up to and with the place where its keys begin to differ.
        folder: The folder that the whole page lies in, with its `/`; empty: the bucket.
        alphabet: The characters that are supposed at that place, ascending.
        step: By how many of them the page moves it.
    """

    last: str
    folder: str
    alphabet: str
    step: int

    def ahead(self, pages: float) -> str | None:
        """A key about so many pages after the page's last one; None: the names show none that would be so far."""
        carry = max(1, math.ceil(self.step * pages))
        key = list(self.last)
        for place in range(len(key) - 1, -1, -1):
            alphabet = self.alphabet if place >= len(self.folder) else string.digits
            rank = alphabet.find(key[place])
            if rank < 0:
                continue  # A separator, or other characters: they stay as they are.
            carry, rank = divmod(rank + carry, len(alphabet))
            key[place] = alphabet[rank]
            if not carry:
                return "".join(key)
        return None


def key_step(keys: Sequence[str]) -> KeyStep | None:
    """How far a page goes; None where it has no two keys.

    Args:
        keys: Keys and common prefixes of a page, ascending.
    """
    if len(keys) < 2:
        return None
    place = sum(1 for _ in takewhile(bool, map(eq, keys[0], keys[-1])))
    symbols = {key[place] for key in keys if len(key) > place}
    alphabet = next((a for a in _ALPHABETS if symbols.issubset(a)), "".join(sorted(symbols)))
    folder = keys[0][: keys[0].rfind("/", 0, place) + 1]
    return KeyStep(keys[-1][: place + 1], folder, alphabet, max(1, len(symbols) - 1))


def behind(folder: str) -> str:
    """A key after which those behind a folder come: no key below it is likely to come later.

    Args:
        folder: The folder with its `/`.
    """
    room = _LONGEST_KEY - len(folder.encode())
    return folder + _LARGEST[min(room, len(_LARGEST) - 1)]
