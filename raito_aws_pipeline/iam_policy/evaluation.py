"""What documents allow, by the letter of IAM's evaluation logic (IAM: "Policy evaluation logic").

Here: one action on one resource. It shares nothing with `matching`, `actions`, `scope` and `what` on purpose: it is
what they are held against. Not here: boundaries, bucket policies, SCPs and sessions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from raito_aws_pipeline.iam_policy.document import Document, MalformedDocument, Statement


class Decision(IntEnum):
    """Whether something is allowed."""

    NO = 0
    DEPENDS = 1
    """On a condition, on what a policy variable stands for, or on who asks."""
    YES = 2


def decide(documents: Iterable[Document | MalformedDocument], action: str, resource: str) -> Decision:
    """Whether documents that apply to one principal together allow an action on a resource.

    Malformed documents and statements say nothing. In policies of access points, an Allow counts for whomever it names,
    and a Deny that does not name everybody depends on who asks.

    Args:
        documents: All of them.
        action: `s3:GetObject`.
        resource: An ARN; `*` of an action that has no resource type.
    """
    allowed = denied = Decision.NO
    for document in documents:
        for statement in document.statements if isinstance(document, Document) else ():
            if statement.problem:
                continue
            applies = _applies(statement, action, resource)
            if statement.allows:
                allowed = max(allowed, applies)
            else:
                denied = max(denied, min(applies, Decision.DEPENDS) if _names_some(statement) else applies)
    return min(allowed, Decision(Decision.YES - denied))


def matches_action(pattern: str, action: str) -> bool:
    """Whether a pattern of actions means this one."""
    return _matches(_tokens(pattern.lower()), action.lower())


def matches_resource(pattern: str, resource: str, *, variables: bool) -> Decision:
    """Whether a pattern of resources means this one; it depends where a policy variable may stand for anything."""
    text = pattern
    found = Decision.YES
    if variables and "${" in pattern:
        text = re.sub(r"\$\{[^}]*\}", lambda m: _PLACES.get(m.group(), _VARIABLE), pattern)
        found = Decision.DEPENDS if _VARIABLE in text else found
    if not resource.startswith(_head(text)):
        return Decision.NO
    segments = text.split(":", 5)
    if len(segments) == 6:
        named = resource.split(":", 5)
        same = len(named) == 6 and all(
            _matches(_tokens(one), other) for one, other in zip(segments, named, strict=True)
        )
    else:
        tokens: list[_Token] = []
        for place, segment in enumerate(segments):
            runs_on = segment.endswith(("*", _VARIABLE))
            tokens += [":"] if place else []
            tokens += _tokens(segment[:-1] if runs_on else segment, colons=False)
            tokens += [_Sign(many=True, colons=True)] if runs_on else []
        same = _matches(tokens, resource)
    return found if same else Decision.NO


# Characters that no policy can hold: IAM takes none above U+00FF.
_PLACES = {"${*}": "\ue000", "${?}": "\ue001", "${$}": "\ue002"}
_WRITTEN = {"\ue000": "*", "\ue001": "?", "\ue002": "$"}
_VARIABLE = "\ue003"


def _applies(statement: Statement, action: str, resource: str) -> Decision:
    if any(matches_action(pattern, action) for pattern in statement.actions) == statement.not_action:
        return Decision.NO
    found = max(
        (matches_resource(pattern, resource, variables=statement.variables) for pattern in statement.resources or ()),
        default=Decision.NO,
    )
    if statement.not_resource:
        found = Decision(Decision.YES - found)
    uncertain = statement.condition is not None or statement.not_principal is not None
    return min(found, Decision.DEPENDS) if uncertain else found


def _names_some(statement: Statement) -> bool:
    who = statement.principal
    everybody = who == "*" or (isinstance(who, dict) and ("*" in _listed(who.get("AWS"))))
    return who is not None and not everybody


def _listed(element: object) -> Sequence[object]:
    return element if isinstance(element, list) else (element,)


@dataclass(frozen=True, slots=True)
class _Sign:
    """A wildcard: for one character or any number, for colons or not."""

    many: bool
    colons: bool


_Token = str | _Sign


@lru_cache(16_384)
def _head(text: str) -> str:
    """The characters before the first wildcard, with which all begins that matches."""
    return re.split(f"[*?{_VARIABLE}{''.join(_WRITTEN)}]", text, maxsplit=1)[0]


@lru_cache(16_384)
def _tokens(text: str, *, colons: bool = True) -> tuple[_Token, ...]:
    """A pattern of characters and wildcards."""
    signs = {"?": _Sign(many=False, colons=colons), "*": _Sign(many=True, colons=colons)}
    signs[_VARIABLE] = signs["*"]
    return tuple(signs.get(character, _WRITTEN.get(character, character)) for character in text)


def _matches(tokens: Sequence[_Token], text: str) -> bool:
    """Whether a text matches: character by character, from the first wildcard on with a table of all beginnings."""
    for place, token in enumerate(tokens):
        if isinstance(token, _Sign):
            return _matches_table(tokens[place:], text[place:])
        if text[place : place + 1] != token:
            return False
    return len(text) == len(tokens)


def _matches_table(tokens: Sequence[_Token], text: str) -> bool:
    reached = [True] + [False] * len(text)
    for token in tokens:
        many = isinstance(token, _Sign) and token.many
        following = [many and reached[0]]
        for at, character in enumerate(text):
            fits = token.colons or character != ":" if isinstance(token, _Sign) else token == character
            one_more = fits and (following[at] if many else reached[at])
            following.append(one_more or (many and reached[at + 1]))
        reached = following
    return reached[-1]
