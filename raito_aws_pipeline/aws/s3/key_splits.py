"""Where to cut a range of keys in two that is listed by one worker and is too long for it.

Nothing is known of a bucket but the pages that were read. Where the keys of one page begin to differ is the place in
the key that changes every thousand keys; the characters before it change more slowly. Raising one of those gives a key
some pages ahead: keys are not asked for beforehand, and no structure (folders, dates, numbers) is supposed.
"""

from __future__ import annotations

from itertools import takewhile
from operator import eq

_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_CANDIDATES = (2, 1)
"""How many characters before the first difference one is raised: the farther cut first."""


def split_key(first: str, last: str, end: str | None) -> str | None:
    """A key between `last` and `end` at which to cut; None: there is none that may be worth it.

    Args:
        first: First key of the page read last.
        last: Its last key; all keys up to it are known.
        end: Last key of the range; None: the range has no end.
    """
    differing = sum(1 for _ in takewhile(bool, map(eq, first, last)))
    for back in _CANDIDATES:
        raised = _raised(last, max(differing - back, 0))
        if raised is not None and last < raised and (end is None or raised < end):
            return raised
    return None


def _raised(key: str, position: int) -> str | None:
    """The smallest key after all those that begin like this one, up to and with a position."""
    if position >= len(key):
        return None
    code = ord(key[position]) + 1
    if code in _SURROGATES:
        code = _SURROGATES.stop
    return None if code > _LAST else f"{key[:position]}{chr(code)}"
