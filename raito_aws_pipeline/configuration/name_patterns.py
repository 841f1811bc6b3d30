"""Lists of names by pattern: `aws-user-excludes`, `aws-s3-include-buckets`, `lock-who-by-name`, …

Here: the dialect, the anchoring, what a list matches. Not here: which parameter holds which list (`parameters`).

The dialect is RE2's, which is also that of the reference (written in Go): no look-around, no back-references, and no
pattern that takes exponential time. pyarrow brings the library along.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

_WILDCARD_ALTERNATIVES = re.compile(r"[A-Za-z0-9._*|-]*")
_STAR_OF_WILDCARD = re.compile(r"(?<![.])\*")
_OPEN_QUANTIFIER = re.compile(r"\{[0-9]+$")


@dataclass(frozen=True)
class NamePatterns:
    """A list of anchored regular expressions: a name matches when one of them matches the whole of it.

    Args:
        written: The patterns as `raito.yml` has them, in order; none match nothing.
        expression: The one RE2 expression of all of them.
    """

    written: tuple[str, ...] = ()
    expression: str = ""

    def matches(self, name: str) -> bool:
        """Whether one of the patterns matches the whole name (case matters)."""
        return bool(self.written) and _search(self.expression, name)


def name_patterns(text: str, *, wildcards: bool = False) -> NamePatterns:
    """Read a comma list of patterns; spaces around commas and empty items do not count.

    Each alternative of an item is anchored too (`a|b` matches `a` and `b`, not `ab`).

    Args:
        text: The list, as in `raito.yml`.
        wildcards: Take an alternative made of letters, digits, `.`, `_`, `-` and `*` as a wildcard when it has a `*`
            and none of them after a `.`: `dev-*` is then everything that begins with `dev-`, while `dev-.*` stays
            the regular expression that it is (connector 1).

    Raises:
        ValueError: An item is no regular expression of RE2; says which and why.
    """
    items = tuple(item for item in (part.strip() for part in text.split(",")) if item)
    expressions = [_as_expression(item) if wildcards else item for item in items]
    for item, expression in zip(items, expressions, strict=True):
        if _OPEN_QUANTIFIER.search(item):
            raise ValueError(f"{item!r} is cut off: a comma separates patterns, so '{{2,3}}' cannot be written")
        try:
            _search(expression, "")  # by itself too: `a)|(?:b` is balanced only inside of the anchors
            _search(_anchored(expression), "")
        except pa.ArrowInvalid as error:
            reason = str(error).removeprefix("Invalid regular expression: ").split(": ")[0]
            raise ValueError(f"{item!r} is not a regular expression (RE2): {reason}") from None
    return NamePatterns(items, _anchored("|".join(f"(?:{expression})" for expression in expressions)))


def _anchored(expression: str) -> str:
    return rf"\A(?:{expression})\z"


def _search(expression: str, name: str) -> bool:
    return bool(pc.match_substring_regex(pa.scalar(name), expression).as_py())


def _as_expression(item: str) -> str:
    if not _WILDCARD_ALTERNATIVES.fullmatch(item):
        return item
    return "|".join(_as_alternative(alternative) for alternative in item.split("|"))


def _as_alternative(alternative: str) -> str:
    stars = alternative.count("*")
    if not stars or len(_STAR_OF_WILDCARD.findall(alternative)) < stars:
        return alternative
    return ".*".join(re.escape(part) for part in alternative.split("*"))
