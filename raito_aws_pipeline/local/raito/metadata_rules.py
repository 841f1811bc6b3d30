"""What a data source's metadata must hold to, beyond the shape that the GraphQL schema gives it (protocol 5.1).

Raito's own rules are not known; these are what the metadata's members mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_GLOBAL_PERMISSIONS = ("read", "write", "admin")


def metadata_complaints(metadata: Mapping[str, Any]) -> list[str]:
    """What is wrong with a data source's metadata, a clause each; empty where nothing is."""
    data_object_types = metadata.get("dataObjectTypes") or ()
    access_control_types = metadata.get("accessProviderTypes") or ()
    return [
        *_data_object_types(data_object_types),
        *_access_control_types(access_control_types, _names(data_object_types, "name")),
        *_usage_levels(metadata.get("usageMetaInfo") or {}, _names(data_object_types, "name")),
    ]


def _data_object_types(types: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    names = _names(types, "name")
    yield from _repeats("data object type", names)
    for declared in types:
        name = declared["name"]
        yield from _undeclared(f"data object type '{name}' may hold", declared.get("children"), names)
        permissions = declared.get("permissions") or ()
        yield from _repeats(f"permission of data object type '{name}'", _names(permissions, "permission"))
        for permission in permissions:
            for member in ("globalPermissions", "usageGlobalPermissions"):
                for level in permission.get(member) or ():
                    if level not in _GLOBAL_PERMISSIONS:
                        yield f"permission '{permission['permission']}' of '{name}' has '{level}' among {member}"


def _access_control_types(types: Iterable[Mapping[str, Any]], data_object_types: list[str]) -> Iterator[str]:
    names = _names(types, "type")
    yield from _repeats("access provider type", names)
    for declared in types:
        name = declared["type"]
        allowed = declared.get("allowedWhoAccessProviderTypes")
        yield from _undeclared(f"access provider type '{name}' allows as WHO", allowed, names)
        parent = declared.get("commonParentType")
        yield from _undeclared(
            f"access provider type '{name}' has as common parent", [parent] if parent else (), data_object_types
        )


def _usage_levels(usage: Mapping[str, Any], data_object_types: list[str]) -> Iterator[str]:
    levels = usage.get("levels") or ()
    default = usage.get("defaultLevel") or ""
    if levels and default.lower() not in {level["name"].lower() for level in levels}:
        yield f"the default usage level '{default}' is none of the levels"
    for level in levels:
        yield from _undeclared(
            f"usage level '{level['name']}' is over", level.get("dataObjectTypes"), data_object_types
        )


def _names(declared: Iterable[Mapping[str, Any]], member: str) -> list[str]:
    return [one[member] for one in declared]


def _repeats(noun: str, names: list[str]) -> Iterator[str]:
    return (f"{noun} '{name}' is declared {count} times" for name, count in Counter(names).items() if count > 1)


def _undeclared(what: str, names: Iterable[str] | None, declared: list[str]) -> Iterator[str]:
    return (f"{what} '{name}', which is not declared" for name in names or () if name not in declared)
