"""Grants while they are being added up: permissions on data objects, and the ARNs that each stands for.

Here: what is granted where, until Deny statements have taken from it. Not here: which statements grant (`what`) and
which take away (`denials`).
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from functools import cache

from raito_aws_pipeline.iam_policy.actions import (
    NOTHING,
    Actions,
    actions_on,
    all_actions,
    listing_actions,
    typed_actions,
)
from raito_aws_pipeline.iam_policy.scope import Breadth, Scope
from raito_aws_pipeline.model.data_objects import DataObjectType
from raito_aws_pipeline.model.full_names import tree_order


@dataclass(frozen=True, slots=True)
class GrantedItem:
    """Permissions on one data object, sorted."""

    full_name: str
    type: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """ARNs: one, or all that begin with a text."""

    arn: str
    is_beginning: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A data object and its ARNs.

    Args:
        full_name: Its full name.
        type: Its type.
        itself: The ARN of a bucket or file; empty: a folder has none.
        below: The beginning of the ARNs of what lies below it; empty: nothing does.
    """

    full_name: str
    type: str
    itself: str
    below: str

    def extent(self, *, of_objects: bool) -> Extent:
        """The ARNs that actions act on: those of objects, or the bucket's own."""
        if of_objects and self.below:
            return Extent(self.below, is_beginning=True)
        return Extent(self.itself, is_beginning=False)


@dataclass(slots=True)
class Grants:
    """Permissions on places, and on the data source by how much of it a statement reaches."""

    of_places: dict[Place, set[str]] = field(default_factory=dict)
    of_data_source: dict[str, Breadth] = field(default_factory=dict)

    def add(self, place: Place, actions: Set[str]) -> None:
        """Grant actions on a data object."""
        self.of_places.setdefault(place, set()).update(actions)

    def add_to_data_source(self, breadth: Breadth, actions: Actions) -> None:
        """Grant actions on the data source."""
        for action in actions:
            self.of_data_source[action] = max(breadth, self.of_data_source.get(action, breadth))

    def items(self, scope: Scope) -> tuple[GrantedItem, ...]:
        """All that is granted, one item a data object, in the order of the tree; none without permissions."""
        found: dict[tuple[str, str], set[str]] = {}
        if self.of_data_source:
            found[scope.names.account_id, DataObjectType.DATASOURCE.value] = set(self.of_data_source)
        for place, actions in self.of_places.items():
            found.setdefault((place.full_name, place.type), set()).update(actions)
        return tuple(sorted(_items(found), key=lambda item: tree_order(item.full_name)))


def _items(found: dict[tuple[str, str], set[str]]) -> Iterator[GrantedItem]:
    for (full_name, kind), actions in found.items():
        if actions:
            yield GrantedItem(full_name, kind, tuple(sorted(actions)))


def bucket_place(scope: Scope, bucket: str) -> Place:
    """An imported bucket."""
    return Place(
        scope.bucket_name(bucket),
        DataObjectType.BUCKET.value,
        scope.access_point.arn if scope.access_point else scope.bucket_arn(bucket),
        objects_arn(scope, bucket),
    )


def tree_place(scope: Scope, bucket: str, full_name: str, kind: str) -> Place:
    """A folder or Glue table of an imported bucket."""
    path = full_name.partition("/")[2]
    return Place(full_name, kind, "", f"{objects_arn(scope, bucket)}{path}/")


def file_place(scope: Scope, bucket: str, full_name: str) -> Place:
    """A file of an imported bucket."""
    key = full_name.partition("/")[2]
    return Place(full_name, DataObjectType.FILE.value, f"{objects_arn(scope, bucket)}{key}", "")


def objects_arn(scope: Scope, bucket: str) -> str:
    """What the ARNs of a bucket's objects begin with."""
    return f"{scope.access_point.arn}/object/" if scope.access_point else scope.bucket_arn(f"{bucket}/")


@cache
def actions_reached(breadth: Breadth) -> Actions:
    """The actions that a statement on as much of the data source as this grants."""
    return {
        Breadth.NONE: NOTHING,
        Breadth.BUCKETS: actions_on("bucket") | actions_on("object") | listing_actions(),
        Breadth.S3: typed_actions() | listing_actions(),
        Breadth.EVERYTHING: all_actions(),
    }[breadth]
