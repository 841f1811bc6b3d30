"""Wildcards as IAM has them (IAM: "Using wildcards in resource ARNs", "IAM policy elements: variables and tags").

Here: patterns of texts. `*` stands for any characters, `?` for one; in the first five segments of an ARN they do not
run over `:`, but for a `*` at the end of a segment of a pattern with less segments than an ARN has. `${*}`, `${?}` and
`${$}` are the characters themselves, other `${…}` a policy variable, both only where the document's version says so.
Not here: which things a pattern reaches (`actions`, `resources`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property, lru_cache
from itertools import groupby
from typing import Final


class Wildcard(IntEnum):
    """What stands for other characters; `_IN_SEGMENT`: for any but a colon."""

    ONE = 0
    ANY = 1
    ONE_IN_SEGMENT = 2
    ANY_IN_SEGMENT = 3


Part = str | Wildcard

_STARS: Final = (Wildcard.ANY, Wildcard.ANY_IN_SEGMENT)
_IN_SEGMENT: Final = (Wildcard.ONE_IN_SEGMENT, Wildcard.ANY_IN_SEGMENT)

CACHED: Final = 65_536
"""Patterns that are remembered: an account's policies name the same few thousand again and again."""


@dataclass(frozen=True)
class Pattern:
    """A pattern.

    Args:
        parts: Texts and wildcards; of neighbouring wildcards `?` come first, and no two `*` or texts stand together.
        has_variable: It holds a policy variable, in whose place a `*` stands.
    """

    parts: tuple[Part, ...]
    has_variable: bool = False

    @cached_property
    def literal(self) -> str | None:
        """The one text that it stands for; None: it has wildcards."""
        if not self.parts:
            return ""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], str) else None

    @cached_property
    def head(self) -> str:
        """The text before the first wildcard."""
        return self.parts[0] if self.parts and isinstance(self.parts[0], str) else ""

    @cached_property
    def longest_text(self) -> str:
        """The longest text that whatever matches has in it; empty: it is all wildcards."""
        return max((part for part in self.parts if isinstance(part, str)), key=len, default="")

    @cached_property
    def is_open(self) -> bool:
        """It ends in `*`: whatever follows a text that it matches, it still matches."""
        return bool(self.parts) and self.parts[-1] is Wildcard.ANY

    @cached_property
    def matches_all(self) -> bool:
        """It matches every text that is not empty."""
        return self.parts in ((Wildcard.ANY,), (Wildcard.ONE, Wildcard.ANY))

    @cached_property
    def tree(self) -> str | None:
        """`a/b` of the pattern `a/b/*`; None: it has another form."""
        if len(self.parts) == 2 and self.is_open and self.head.endswith("/"):
            return self.head[:-1]
        return None

    def has_text(self, text: str) -> bool:
        """Whether a text stands in it as such, not as part of what a wildcard stands for."""
        return any(isinstance(part, str) and text in part for part in self.parts)

    def matches(self, text: str) -> bool:
        """Whether it stands for this text."""
        if len(self.parts) == 1 and isinstance(self.parts[0], str):
            return self.parts[0] == text
        if not text.startswith(self.head):
            return False
        if self._expression is None:
            return any(not _residue(self._tokens, at) for at in _walk(self._tokens, text))
        return self._expression.fullmatch(text) is not None

    def covers_all_with(self, prefix: str) -> bool:
        """Whether it matches every text that begins with this one."""
        return self.is_open and self.matches(prefix)

    def after(self, prefix: str) -> tuple[Pattern, ...]:
        """Patterns of what may follow this beginning of a text; together they say exactly that. None: nothing may."""
        if not prefix:
            return (self,)
        if self.head.startswith(prefix):
            rest = self.head[len(prefix) :]
            return (Pattern((rest, *self.parts[1:]) if rest else self.parts[1:], self.has_variable),)
        if not prefix.startswith(self.head):
            return ()
        found = [Pattern(_joined(self._tokens[at:]), self.has_variable) for at in sorted(_walk(self._tokens, prefix))]
        return next(((one,) for one in found if one.parts == (Wildcard.ANY,)), tuple(found))

    def may_begin_with(self, prefix: str) -> bool:
        """Whether it matches any text that begins with this one."""
        return bool(self.after(prefix))

    def meets(self, other: Pattern) -> bool:
        """Whether some text matches both."""
        return _meet(self._tokens, other._tokens)

    def __str__(self) -> str:
        signs = {Wildcard.ONE: "?", Wildcard.ONE_IN_SEGMENT: "?"}
        return "".join(part if isinstance(part, str) else signs.get(part, "*") for part in self.parts)

    @cached_property
    def _tokens(self) -> tuple[Part, ...]:
        """One character or wildcard each."""
        return tuple(token for part in self.parts for token in (part if isinstance(part, str) else (part,)))

    @cached_property
    def _expression(self) -> re.Pattern[str] | None:
        """As a regular expression in linear time; None where wildcards stop at colons.

        Between two `*` the leftmost match is always as good as any other, so that no group is ever tried again.
        """
        if any(part in _IN_SEGMENT for part in self.parts):
            return None
        pieces = [
            [re.escape(part) if isinstance(part, str) else "." for part in group]
            for is_star, group in groupby(self.parts, lambda part: part is Wildcard.ANY)
            if not is_star
        ]
        first = "".join(pieces.pop(0)) if self.parts and self.parts[0] is not Wildcard.ANY else ""
        if len(self.parts) == 0 or Wildcard.ANY not in self.parts:
            return re.compile(first, re.DOTALL)
        last = "" if self.is_open else "".join(pieces.pop())
        between = "".join(f"(?>.*?{''.join(piece)})" for piece in pieces)
        return re.compile(f"{first}{between}.*{last}" if last else f"{first}{between}.*", re.DOTALL)


@lru_cache(CACHED)
def text_pattern(text: str, *, variables: bool = False) -> Pattern:
    """The pattern of a text in which wildcards run over everything, like the resource part of an ARN."""
    parts, has_variable = _parsed(text, variables=variables)
    return Pattern(_normalised(parts), has_variable)


@lru_cache(CACHED)
def arn_pattern(text: str, *, variables: bool = False) -> Pattern:
    """The pattern of an ARN, or of `*`."""
    parts, has_variable = _parsed(text, variables=variables)
    return Pattern(_normalised(_by_segment(parts)), has_variable)


@cache
def action_pattern(text: str) -> Pattern:
    """The pattern of an action, to be held against names in lower case."""
    return text_pattern(text.lower())


_SIGNS: Final = {"*": Wildcard.ANY, "?": Wildcard.ONE}
_ESCAPED: Final = frozenset("*?$")
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def _parsed(text: str, *, variables: bool) -> tuple[list[Part], bool]:
    if not variables or "${" not in text:
        return list(_signs(text)), False
    parts: list[Part] = []
    has_variable = False
    # Texts and names of variables alternate.
    for place, piece in enumerate(_VARIABLE.split(text)):
        if place % 2 == 0:
            parts.extend(_signs(piece))
        elif piece in _ESCAPED:
            parts.append(piece)
        else:
            parts.append(Wildcard.ANY)
            has_variable = True
    return parts, has_variable


def _signs(text: str) -> Iterator[Part]:
    for piece in re.split(r"([*?])", text):
        if piece:
            yield _SIGNS.get(piece, piece)


def _by_segment(parts: Sequence[Part]) -> list[Part]:
    """Let wildcards in the first five segments stop at colons, as far as IAM has them stop."""
    colons = sum(part.count(":") for part in parts if isinstance(part, str))
    if colons == 0:
        return list(parts)
    found: list[Part] = []
    seen = 0
    for place, part in enumerate(parts):
        if isinstance(part, str):
            seen += part.count(":")
            found.append(part)
            continue
        following = parts[place + 1] if place + 1 < len(parts) else ":"
        ends_segment = isinstance(following, str) and following.startswith(":")
        free = seen >= 5 or (colons < 5 and part is Wildcard.ANY and ends_segment)
        found.append(part if free else Wildcard.ANY_IN_SEGMENT if part is Wildcard.ANY else Wildcard.ONE_IN_SEGMENT)
    return found


def _normalised(parts: Iterable[Part]) -> tuple[Part, ...]:
    found: list[Part] = []
    for is_text, group in groupby(parts, lambda part: isinstance(part, str)):
        if is_text:
            found.append("".join(str(part) for part in group))
            continue
        wildcards = [part for part in group if isinstance(part, Wildcard)]
        found.extend(part for part in wildcards if part not in _STARS)
        # Of several stars in a row the one that runs furthest stands for all.
        stars = [part for part in wildcards if part in _STARS]
        if stars:
            found.append(Wildcard.ANY if Wildcard.ANY in stars else Wildcard.ANY_IN_SEGMENT)
    return tuple(found)


def _joined(tokens: Sequence[Part]) -> tuple[Part, ...]:
    return _normalised(tokens)


def _residue(tokens: Sequence[Part], at: int) -> bool:
    """Whether anything must still follow at this place of a pattern."""
    return any(token not in _STARS for token in tokens[at:])


def _walk(tokens: Sequence[Part], text: str) -> set[int]:
    """The places of a pattern where one may be once a text is read; a `*` that may still run is one place."""
    places = {0}
    for character in text:
        following: set[int] = set()
        for start in places:
            at = start
            while at < len(tokens):
                token = tokens[at]
                if token in _STARS and isinstance(token, Wildcard):
                    if token is Wildcard.ANY or character != ":":
                        following.add(at)
                    at += 1
                    continue
                if token == character or (isinstance(token, Wildcard) and (token is Wildcard.ONE or character != ":")):
                    following.add(at + 1)
                break
        places = following
        if not places:
            break
    return places


def _meet(one: Sequence[Part], other: Sequence[Part]) -> bool:
    """Whether some text goes through both patterns to their ends."""
    open_pairs = [(0, 0)]
    seen = set(open_pairs)
    while open_pairs:
        i, j = open_pairs.pop()
        if i == len(one) and j == len(other):
            return True
        first = one[i] if i < len(one) else None
        second = other[j] if j < len(other) else None
        following = []
        if first in _STARS:
            following.append((i + 1, j))
        if second in _STARS:
            following.append((i, j + 1))
        if first is not None and second is not None and _share_a_character(first, second):
            following.append((i if first in _STARS else i + 1, j if second in _STARS else j + 1))
        for pair in following:
            if pair not in seen:
                seen.add(pair)
                open_pairs.append(pair)
    return False


def _share_a_character(first: Part, second: Part) -> bool:
    if isinstance(first, str):
        return first == second if isinstance(second, str) else first != ":" or second not in _IN_SEGMENT
    return not isinstance(second, str) or second != ":" or first not in _IN_SEGMENT
