"""What an import of users and groups means (protocol 4, 6.2, 6.3): who is added, changed, gone, and whose memberships.

The rules, as far as the protocol leaves them open:

- A user or group counts as updated where it really differs; the order of memberships and tags does not matter, and no
  memberships are the same as null.
- `replaceGroups`: memberships are those of the file. Without it they are added to those that are known.
- `tagSourcesScope`: tags of these sources are those of the file, tags of others stay. Empty: all are those of the file.
- `deleteUntouched`: users and groups of the store that the files do not hold are removed, also from memberships.
- A membership of a group that is neither in the file nor stays known is left out, with a warning.
- Of several records with one external id the first counts, with a warning. An empty external id fails the import.

An import is done whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from raito_aws_pipeline.local.raito.catalogue import CatalogueChange, Incoming
from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.local.raito.import_warnings import Examples, repeated_ids
from raito_aws_pipeline.local.raito.record_files import read_records
from raito_aws_pipeline.local.raito.tag_scope import reconciled_tags
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.records import record_type

IdentityT = TypeVar("IdentityT", User, Group)


def import_identities(change: CatalogueChange, settings: Mapping[str, Any], files: tuple[Path, ...]) -> dict[str, Any]:
    """Import a users file and a groups file, in this order in `files`.

    Memory: a batch of records, and the external ids of all groups.

    Returns:
        The members of an `IdentityStoreImportResult`.

    Raises:
        RequestRefusedError: A file cannot be read, or a record has another shape or no external id.
    """
    users, groups = files
    store = settings["identityStore"]
    delete_untouched = bool(settings.get("deleteUntouched"))
    scope = frozenset(settings.get("tagSourcesScope") or ())
    known_groups = {group.external_id for group in _read(groups, Group)}
    if not delete_untouched:
        known_groups.update(change.known_ids("groups", store))
    unknown_parents = Examples("parents of groups name groups that are not known, and were left out")
    unknown_groups = Examples("memberships name groups that are not known, and were left out")

    def merged_groups() -> Iterator[Group]:
        for group in _read(groups, Group):
            before = _known(change, store, "groups", group) if scope else None
            parents = _known_only(group.external_id, group.parent_group_external_ids, known_groups, unknown_parents)
            yield msgspec.structs.replace(
                group,
                parent_group_external_ids=parents,
                tags=reconciled_tags(group.tags, before.tags if before else None, scope),
            )

    def merged_users() -> Iterator[User]:
        replace_groups = bool(settings.get("replaceGroups"))
        for user in _read(users, User):
            before = _known(change, store, "users", user) if scope or not replace_groups else None
            memberships = set(_known_only(user.external_id, user.group_external_ids, known_groups, unknown_groups))
            if before and not replace_groups:
                memberships.update(known_groups.intersection(before.group_external_ids or ()))
            yield msgspec.structs.replace(
                user,
                group_external_ids=tuple(sorted(memberships)),
                tags=reconciled_tags(user.tags, before.tags if before else None, scope),
            )

    change.stage(_incoming(merged_groups()), keep_content=True)
    of_groups = change.apply("groups", store, delete_untouched=delete_untouched)
    change.stage(_incoming(merged_users()), keep_content=True)
    of_users = change.apply("users", store, delete_untouched=delete_untouched)
    warnings = [
        *repeated_ids("users", of_users),
        *repeated_ids("groups", of_groups),
        *unknown_groups.warnings(),
        *unknown_parents.warnings(),
    ]
    return {
        "__typename": "IdentityStoreImportResult",
        "usersAdded": of_users.added,
        "usersUpdated": of_users.updated,
        "usersRemoved": of_users.removed,
        "groupsAdded": of_groups.added,
        "groupsUpdated": of_groups.updated,
        "groupsRemoved": of_groups.removed,
        "warnings": warnings,
    }


def _read(path: Path, noun: type[IdentityT]) -> Iterator[IdentityT]:
    number = 0
    for batch in read_records(path, record_type(noun)):
        for record in batch:
            number += 1
            identity = msgspec.convert(record, noun, from_attributes=True)
            if not identity.external_id:
                raise RequestRefusedError(f"{path.name}: record {number}: the externalId is empty")
            yield identity


def _known(change: CatalogueChange, store: str, kind: str, identity: IdentityT) -> IdentityT | None:
    content = change.content(kind, store, identity.external_id)
    return None if content is None else msgspec.json.decode(content, type=type(identity))


def _known_only(member: str, groups: tuple[str, ...] | None, known: set[str], unknown: Examples) -> tuple[str, ...]:
    named = sorted(set(groups or ()))
    for group in named:
        if group not in known:
            unknown.note(f"{member} → {group}")
    return tuple(group for group in named if group in known)


def _incoming(identities: Iterable[User | Group]) -> Iterator[Incoming]:
    return (Incoming(identity.external_id, msgspec.json.encode(identity)) for identity in identities)
