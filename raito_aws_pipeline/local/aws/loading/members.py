"""What all modules of this package need: names of members in messages, documents and tags as AWS holds them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from moto.core.exceptions import ServiceException
from moto.moto_api._internal import mock_random
from werkzeug.exceptions import HTTPException

from raito_aws_pipeline.local.aws.account import AccountError, Document, Tags

Entry = TypeVar("Entry")


@contextmanager
def member(path: str) -> Iterator[None]:
    """Name the member of the account in what moto objects to."""
    try:
        yield
    except (ServiceException, HTTPException) as error:
        reason = getattr(error, "message", None) or str(error)
        raise AccountError(f"{path}: {reason}") from None


def find(path: str, kind: str, name: str, entries: Mapping[str, Entry]) -> Entry:
    """The entry of a name.

    Raises:
        AccountError: There is none; the message names the member and the name.
    """
    if name not in entries:
        raise AccountError(f"{path}: the account has no {kind} {name!r}.")
    return entries[name]


def seed(*parts: str) -> None:
    """Make the random parts of the next ids depend on these names alone, so that they are the same every time."""
    mock_random.seed("/".join(parts))


def document_text(document: Document) -> str:
    """A document as AWS holds it."""
    return document if isinstance(document, str) else json.dumps(document)


def tag_pairs(tags: Tags) -> list[tuple[str, str]]:
    """Tags as pairs, in their order."""
    return list(tags.items()) if isinstance(tags, dict) else tags


def tag_list(tags: Tags) -> list[dict[str, str]]:
    """Tags as AWS's operations take them."""
    return [{"Key": key, "Value": value} for key, value in tag_pairs(tags)]
