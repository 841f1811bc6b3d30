"""WHAT as statements of policies (connector 6: documents).

Here: the way back from `what`, with resources that really grant, and text that is the same for equal content. Not here:
whom an access point's statements are for, the limits of documents, and how a document that AWS has is kept or changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from raito_aws_pipeline.iam_policy.actions import Actions, actions_on, all_actions
from raito_aws_pipeline.iam_policy.document import VARIABLES_SINCE, canonical_json
from raito_aws_pipeline.iam_policy.grants import GrantedItem
from raito_aws_pipeline.iam_policy.scope import AccessPoint
from raito_aws_pipeline.model.data_objects import DataObjectType
from raito_aws_pipeline.model.full_names import bucket_of

StatementContent = Mapping[str, Any]


class LeftOutReason(StrEnum):
    """Why a permission is in no statement: it is never made wider instead."""

    NO_EFFECT = "it acts on no such data object"
    UNKNOWN_PERMISSION = "IAM has no such action"
    UNKNOWN_TYPE = "there is no such type of data objects"
    NO_FULL_NAME = "it is no full name of a data object"
    UNWRITABLE_NAME = "IAM accepts no character above U+00FF"
    OTHER_BUCKET = "the access point is of another bucket"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A permission that no statement grants; empty: none of the item's."""

    full_name: str
    permission: str
    reason: LeftOutReason


@dataclass(frozen=True, slots=True)
class WrittenStatements:
    """Statements in canonical order, and what is in none of them."""

    statements: tuple[StatementContent, ...]
    left_out: tuple[LeftOut, ...]


def statements_of(
    items: Iterable[GrantedItem], *, partition: str = "aws", access_point: AccessPoint | None = None
) -> WrittenStatements:
    """The statements that grant exactly these items.

    Permissions on one resource are one set, and resources with the same set are one statement.

    Args:
        items: WHAT; a data object may occur more than once.
        partition: The account's.
        access_point: Write the statements of this access point's policy, to which the caller adds the principals.
    """
    writing = _Writing(partition, access_point)
    for item in items:
        writing.add(item)
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for resource, actions in writing.actions.items():
        by_actions.setdefault(tuple(sorted(actions)), []).append(resource)
    statements = [
        {"Action": list(actions), "Effect": "Allow", "Resource": sorted(resources)}
        for actions, resources in by_actions.items()
    ]
    statements.sort(key=lambda statement: (statement["Resource"], statement["Action"]))
    return WrittenStatements(tuple(statements), tuple(dict.fromkeys(writing.left_out)))


def document_text(statements: Sequence[StatementContent]) -> str:
    """The text of a document with these statements; equal content gives equal text."""
    return canonical_json({"Version": VARIABLES_SINCE, "Statement": list(statements)})


_TREES = (DataObjectType.FOLDER.value, DataObjectType.GLUE_TABLE.value)
_SIGNS = re.compile(r"[*?$]")


def _literal(name: str) -> str:
    """A name in which no character is a wildcard or begins a variable."""
    return _SIGNS.sub(lambda sign: f"${{{sign.group()}}}", name)


class _Writing:
    def __init__(self, partition: str, access_point: AccessPoint | None) -> None:
        self.actions: dict[str, set[str]] = {}
        self.left_out: list[LeftOut] = []
        self._buckets = f"arn:{partition}:s3:::"
        self._access_point = access_point
        self._on_bucket = actions_on("bucket" if access_point is None else "accesspoint")
        self._on_objects = actions_on("object" if access_point is None else "accesspointobject")

    def add(self, item: GrantedItem) -> None:
        """Write an item's permissions to its resources, or leave them out."""
        resources = self._resources(item)
        if isinstance(resources, LeftOutReason):
            self.left_out.append(LeftOut(item.full_name, "", resources))
            return
        written: set[str] = set()
        for resource, possible in resources:
            if actions := possible & frozenset(item.permissions):
                self.actions.setdefault(resource, set()).update(actions)
                written |= actions
        for permission in sorted(set(item.permissions) - written):
            known = permission in all_actions()
            reason = LeftOutReason.NO_EFFECT if known else LeftOutReason.UNKNOWN_PERMISSION
            self.left_out.append(LeftOut(item.full_name, permission, reason))

    def _resources(self, item: GrantedItem) -> Sequence[tuple[str, Actions]] | LeftOutReason:
        """The resources of an item with the actions that act on them."""
        if item.type == DataObjectType.DATASOURCE.value:
            return [("*", all_actions())] if self._access_point is None else LeftOutReason.OTHER_BUCKET
        if item.type not in tuple(DataObjectType):
            return LeftOutReason.UNKNOWN_TYPE
        named = bucket_of(item.full_name)
        if named is None or (named[1] is None) != (item.type == DataObjectType.BUCKET.value):
            return LeftOutReason.NO_FULL_NAME
        bucket, path = named
        if any(character > "\u00ff" for character in f"{bucket.bucket}{path}"):
            return LeftOutReason.UNWRITABLE_NAME
        if self._access_point is not None and self._access_point.bucket != bucket.bucket:
            return LeftOutReason.OTHER_BUCKET
        return list(self._of_bucket(item.type, bucket.bucket, path or ""))

    def _of_bucket(self, kind: str, bucket: str, path: str) -> Iterator[tuple[str, Actions]]:
        itself = f"{self._buckets}{_literal(bucket)}" if self._access_point is None else self._access_point.arn
        objects = f"{itself}/" if self._access_point is None else f"{itself}/object/"
        if kind == DataObjectType.BUCKET.value:
            yield itself, self._on_bucket
            yield f"{objects}*", self._on_objects
        elif kind in _TREES:
            yield f"{objects}{_literal(path)}/*", self._on_objects
        elif kind == DataObjectType.FILE.value:
            yield f"{objects}{_literal(path)}", self._on_objects
        # A column is no resource of S3: nothing acts on it alone.
