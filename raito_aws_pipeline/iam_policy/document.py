"""Policy documents as data: identity policies, trust policies, policies of access points and buckets.

Here: a document's text taken apart, tolerantly, since AWS's own grammar lets lists of one be left out and older
documents are odd. What is wrong is a value (`MalformedDocument`, `Statement.problem`), never an exception. Not here:
what the elements mean.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

Json = Mapping[str, Any]

VARIABLES_SINCE: Final = "2012-10-17"
"""The version of the policy language that knows policy variables; without a version, a document is of 2008-10-17."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement.

    Args:
        number: Its place in the document, 1 the first.
        sid: Its Sid, else `#<number>`.
        text: The whole statement as canonical JSON: keys sorted, no white space.
        problem: Why it is none that AWS would take; empty: nothing is wrong. The fields below are then not to be used.
        allows: Effect `Allow`, else `Deny`.
        actions: Patterns of actions; those of `NotAction` where `not_action`.
        not_action: The patterns say which actions are not meant.
        resources: Patterns of resources; those of `NotResource` where `not_resource`; None: the statement has neither.
        not_resource: The patterns say which resources are not meant.
        principal: The element `Principal` as it stands: `*`, or a mapping; None: there is none.
        not_principal: The element `NotPrincipal`; None: there is none.
        condition: The element `Condition`, None where it is absent or empty.
        variables: Policy variables and `${*}` are understood, by the version of the document.
    """

    number: int
    sid: str
    text: str
    problem: str = ""
    allows: bool = False
    actions: tuple[str, ...] = ()
    not_action: bool = False
    resources: tuple[str, ...] | None = None
    not_resource: bool = False
    principal: Any = None
    not_principal: Any = None
    condition: Json | None = None
    variables: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its version as it says, else empty, and its statements."""

    version: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class MalformedDocument:
    """A text that is no policy document.

    Args:
        text: The text; what cannot be stored as UTF-8 is replaced.
        problem: What is wrong with it, a sentence without a full stop.
    """

    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document and where it stands: the name or ARN of the policy, `trust`, or a bucket's name."""

    name: str
    document: Document | MalformedDocument


def parse_document(text: str) -> Document | MalformedDocument:
    """A policy document, or what is wrong with the text. Single values stand for lists of one; a BOM is skipped."""
    problem = ""
    try:
        return _document(text.removeprefix("\ufeff"))
    except _MalformedError as malformed:
        problem = str(malformed)
    except RecursionError:
        problem = "it is nested too deeply"
    except (ValueError, OverflowError) as invalid:
        problem = f"it is no JSON: {invalid}"
    return MalformedDocument(_storable(text), _storable(problem))


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and without white space: equal content gives equal text."""
    return msgspec.json.encode(value, order="deterministic").decode()


class _MalformedError(ValueError):
    """Of the whole document; says what is wrong."""


class _Repeated(dict[str, Any]):
    """A JSON object that names a member twice; the second is kept as `<member> (2)`."""


def _document(text: str) -> Document:
    if not text.strip():
        raise _MalformedError("it is empty")
    content = json.loads(text, object_pairs_hook=_members, parse_constant=_no_number, parse_float=_number)
    if not isinstance(content, dict):
        raise _MalformedError("it is no JSON object")
    if isinstance(content, _Repeated):
        raise _MalformedError("it names an element twice")
    if "\\u" in text or not text.isascii():
        _check_characters(content)
    if "Statement" not in content:
        raise _MalformedError("it has no Statement")
    version = content.get("Version")
    version = version if isinstance(version, str) else ""
    listed = content["Statement"]
    statements = [listed] if isinstance(listed, dict) else listed
    if not isinstance(statements, list):
        raise _MalformedError("its Statement is neither an object nor a list")
    variables = version == VARIABLES_SINCE
    return Document(version, tuple(_statement(i, s, variables=variables) for i, s in enumerate(statements, 1)))


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    kept = _Repeated()
    for key, value in pairs:
        name, count = key, 1
        while name in kept:
            count += 1
            name = f"{key} ({count})"
        kept[name] = value
    return kept


def _number(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _no_number(constant: str) -> Any:
    raise _MalformedError(f"it is no JSON: {constant}")


def _check_characters(content: Any) -> None:
    """Half a surrogate pair is no character, and no file can hold it."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _MalformedError("it holds half a surrogate pair") from None


def _storable(text: str) -> str:
    return text.encode(errors="replace").decode()


_ELEMENTS = frozenset(
    ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"),
)
_ELEMENTS_WITHOUT_CASE = frozenset(element.lower() for element in _ELEMENTS)


def _statement(number: int, content: Any, *, variables: bool) -> Statement:
    text = canonical_json(content)
    if not isinstance(content, dict):
        return Statement(number=number, sid=f"#{number}", text=text, problem="the statement is no object")
    sid = content.get("Sid")
    sid = sid if isinstance(sid, str) and sid else f"#{number}"
    problem = _problem(content)
    if problem:
        return Statement(number=number, sid=sid, text=text, problem=problem)
    not_action = "NotAction" in content
    not_resource = "NotResource" in content
    return Statement(
        number=number,
        sid=sid,
        text=text,
        allows=content["Effect"] == "Allow",
        actions=_texts(content["NotAction" if not_action else "Action"]) or (),
        not_action=not_action,
        resources=_texts(content.get("NotResource" if not_resource else "Resource")),
        not_resource=not_resource,
        principal=content.get("Principal"),
        not_principal=content.get("NotPrincipal"),
        condition=content.get("Condition") or None,
        variables=variables,
    )


def _problem(content: dict[str, Any]) -> str:
    if _names_twice(content):
        return "it names a member twice"
    for key in content.keys() - _ELEMENTS:
        if key.lower() in _ELEMENTS_WITHOUT_CASE:
            return f"{key} is written in another case than AWS's"
    if content.get("Effect") not in ("Allow", "Deny"):
        return "its Effect is neither Allow nor Deny"
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")):
        if one in content and other in content:
            return f"it has {one} and {other}"
    if "Action" not in content and "NotAction" not in content:
        return "it has neither Action nor NotAction"
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        if element in content and not _texts(content[element]):
            return f"its {element} is neither a text nor a list of texts"
    if not isinstance(content.get("Condition", {}), dict):
        return "its Condition is no object"
    for element in ("Principal", "NotPrincipal"):
        if element in content and not _is_principal(content[element]):
            return f"its {element} is neither '*' nor an object of texts"
    return ""


def _is_principal(element: Any) -> bool:
    if isinstance(element, dict):
        return bool(element) and all(_texts(named) for named in element.values())
    return bool(element == "*")


def _texts(element: Any) -> tuple[str, ...] | None:
    """A text or a list of texts as a tuple; None: it is neither, or empty."""
    if isinstance(element, str):
        return (element,)
    if isinstance(element, list) and element and all(isinstance(text, str) for text in element):
        return tuple(element)
    return None


def _names_twice(content: Any) -> bool:
    if isinstance(content, dict):
        return isinstance(content, _Repeated) or any(map(_names_twice, content.values()))
    return isinstance(content, list) and any(map(_names_twice, content))
