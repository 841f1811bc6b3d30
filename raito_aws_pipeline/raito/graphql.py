"""The two dialects in which Raito is asked: documents with variables, and documents with their arguments inside.

Here: what a document is, the body that it becomes, and the answer's `data` and `errors` (protocol 1.7). Not here: the
documents themselves (`raito.documents`).

Why two: a variable must name its input type, and for some operations nobody outside knows how Raito calls the type.
Those carry their arguments as literals (`raito.literals`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from raito_aws_pipeline.errors import RaitoRejectedError
from raito_aws_pipeline.raito.session import RaitoSession


@dataclass(frozen=True, slots=True)
class TypedDocument:
    """An operation whose arguments travel as variables.

    Args:
        operation: Its one top-level field; names the call in messages.
        text: The document.
        repeatable: Whether it may be executed twice (`raito.transport`).
    """

    operation: str
    text: str
    repeatable: bool


@dataclass(frozen=True, slots=True)
class RawDocument:
    """An operation whose arguments are literals in the document.

    Args:
        operation: Its one top-level field; names the call in messages.
        text: The document without the arguments of that field.
        operation_name: Sent as `operationName` where the request has one.
        repeatable: Whether it may be executed twice (`raito.transport`).
    """

    operation: str
    text: str
    operation_name: str | None
    repeatable: bool


def send_typed(session: RaitoSession, document: TypedDocument, variables: Mapping[str, Any] | None = None) -> Any:
    """Execute a typed document; returns the value of its top-level field.

    Args:
        session: The session.
        document: The document.
        variables: JSON-like values; a `datetime` becomes RFC 3339 text.

    Raises:
        RaitoRejectedError: The answer holds errors, or no data.
    """
    body: dict[str, Any] = {"query": document.text}
    if variables:
        body["variables"] = variables
    return _send(session, document, body)


def send_raw(session: RaitoSession, document: RawDocument, arguments: Mapping[str, Any]) -> Any:
    """Execute a raw document with these arguments of its top-level field; returns the value of that field.

    The body is clean JSON: the stray bytes that other clients leave behind it (protocol 4) are not copied.

    Raises:
        RaitoRejectedError: The answer holds errors, or no data.
    """
    # graphql-core takes a while to import, and Dagster loads code locations without sending anything.
    from raito_aws_pipeline.raito.literals import with_arguments  # noqa: PLC0415

    body: dict[str, Any] = {"query": with_arguments(document.text, arguments)}
    if document.operation_name:
        body |= {"operationName": document.operation_name, "variables": {}}
    return _send(session, document, body)


def _send(session: RaitoSession, document: TypedDocument | RawDocument, body: dict[str, Any]) -> Any:
    call = document.operation
    answer = session.post_graphql(msgspec.json.encode(body), call=call, repeatable=document.repeatable)
    errors = answer.get("errors")
    if errors:
        raise RaitoRejectedError(
            f"Raito refused: {'; '.join(_messages(errors))}.",
            call=call,
            remedy="Check the ids of the target in raito.yml and the role of the API user in Raito; "
            "Raito's support knows more of its own message.",
        )
    data = answer.get("data")
    if not isinstance(data, dict) or call not in data:
        raise RaitoRejectedError(
            f"The answer holds no data for {call}.",
            call=call,
            remedy="Check the base URL of Raito: another server seems to answer there.",
        )
    return data[call]


def _messages(errors: object) -> list[str]:
    entries = errors if isinstance(errors, list) else [errors]
    return [
        str(entry["message"]).rstrip(".") if isinstance(entry, dict) and "message" in entry else str(entry)
        for entry in entries
    ]
