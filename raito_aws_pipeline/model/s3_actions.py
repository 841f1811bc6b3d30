"""The S3 actions of IAM: what each acts on, and as what Raito counts it.

Here: reading the table `s3_actions.tsv`, which `make s3-actions` generates and nobody edits. Not here: how the table is
made (`development/s3_actions.py`), what Raito is told of it (`data_objects.metadata`), and matching of actions against
patterns of policies.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType


class AccessLevel(StrEnum):
    """IAM's own classes of actions."""

    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    TAGGING = "Tagging"
    PERMISSIONS_MANAGEMENT = "Permissions management"
    NOT_IN_IAM = "not in IAM"
    """Raito knows the action, IAM no longer does: it has no resource types and grants nothing."""


class GlobalPermission(StrEnum):
    """Raito's classes of permissions, each above the one before."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Action:
    """One S3 action.

    Args:
        name: As IAM spells it, `s3:` included.
        access_level: IAM's class of the action.
        resource_types: IAM's resource types that a statement with the action may name (bucket, object, accesspoint, …),
            sorted. Empty: only a statement on `*` grants it.
        in_object_list: Raito offers it on folders and files.
        in_access_point_list: Raito offers it on access points and Glue tables.
        global_permission: The lowest global permission that includes it, when it is granted.
        usage_permission: The global permission as which its use counts.
        description: What it allows, in one sentence.
    """

    name: str
    access_level: AccessLevel
    resource_types: tuple[str, ...]
    in_object_list: bool
    in_access_point_list: bool
    global_permission: GlobalPermission
    usage_permission: GlobalPermission
    description: str


@cache
def s3_actions() -> Mapping[str, S3Action]:
    """All S3 actions by name, sorted by name; about 170. The file is read once a process."""
    text = resources.files(__package__ or "").joinpath("s3_actions.tsv").read_text(encoding="utf-8")
    return MappingProxyType({action.name: action for action in parse_table(text)})


_COLUMNS = (
    "action",
    "access_level",
    "resource_types",
    "object_list",
    "access_point_list",
    "global_permission",
    "usage_permission",
    "description",
)
_YES_OR_NO = {"yes": True, "no": False}


def parse_table(text: str) -> Iterator[S3Action]:
    """The actions of a table's text, in its order.

    Raises:
        KeyError: A column is missing, or holds another word than yes or no.
        ValueError: An access level or a permission is none.
    """
    for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        yield S3Action(
            name=row["action"],
            access_level=AccessLevel(row["access_level"]),
            resource_types=tuple(row["resource_types"].split(",")) if row["resource_types"] else (),
            in_object_list=_YES_OR_NO[row["object_list"]],
            in_access_point_list=_YES_OR_NO[row["access_point_list"]],
            global_permission=GlobalPermission(row["global_permission"]),
            usage_permission=GlobalPermission(row["usage_permission"]),
            description=row["description"],
        )


def format_table(actions: Iterable[S3Action]) -> str:
    """The text of a table with these actions, in their order; `parse_table` gives them back."""
    words = {value: word for word, value in _YES_OR_NO.items()}
    rows = [
        (
            action.name,
            action.access_level,
            ",".join(action.resource_types),
            words[action.in_object_list],
            words[action.in_access_point_list],
            action.global_permission,
            action.usage_permission,
            action.description,
        )
        for action in actions
    ]
    return "".join("\t".join(row) + "\n" for row in (_COLUMNS, *rows))
