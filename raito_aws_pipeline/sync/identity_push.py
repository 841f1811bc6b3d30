"""The push of a target's identities to Raito: checks and guards first, then metadata, files and the import."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from raito_aws_pipeline.configuration.targets import Target, TargetKind
from raito_aws_pipeline.errors import CheckFailedError, ConfigurationError
from raito_aws_pipeline.identities.mass_delete import mass_delete
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.pushed_identities import PushedIdentity
from raito_aws_pipeline.raito.import_files import write_import_file
from raito_aws_pipeline.raito.imports import import_identities
from raito_aws_pipeline.raito.metadata import set_identity_store_metadata
from raito_aws_pipeline.raito.subtasks import IdentityStoreImportResult
from raito_aws_pipeline.raito.tasks import Task
from raito_aws_pipeline.sync.connections import RaitoOptions
from raito_aws_pipeline.sync.identities import IdentitiesInLake, read_identities
from raito_aws_pipeline.sync.push_guards import require_checks
from raito_aws_pipeline.sync.tables import GROUPS, RAITO_IDENTITY_STORE, USERS, Table
from raito_aws_pipeline.sync.written import TableWritten, write_table


@dataclass(frozen=True, slots=True)
class IdentityPush:
    """What one push did: records and bytes sent, what Raito counted, and the table that remembers it."""

    job_id: str
    users: int
    users_bytes: int
    groups: int
    groups_bytes: int
    result: IdentityStoreImportResult
    written: TableWritten


def push_identities(
    lake: Lake, target: Target, task: Task, *, allow_mass_delete: bool, options: RaitoOptions
) -> IdentityPush:
    """Send the users and groups that lie in the lake to Raito, within a running task.

    Args:
        lake: The lake.
        target: The target; it has an identity store.
        task: The task IS of an open job.
        allow_mass_delete: Push even where more than half of the last push would be removed.
        options: How long Raito may work on the import.

    Raises:
        IncompleteDataError: Parts of AWS could not be read; nothing was sent.
        CheckFailedError: A check does not hold, or too much would be deleted; nothing was sent.
        PipelineError: Raito refuses, or cannot be reached.
    """
    store_id = _identity_store_id(target)
    identities = read_identities(lake, target)
    require_checks(identities.checks, target, "users or groups")
    now = _pushed(identities, store_id)
    before = _last_push(lake, target, store_id)
    if target.raito.delete_untouched and not (allow_mass_delete or target.raito.allow_mass_delete):
        _require_no_mass_delete(before, now, target)
    _set_metadata(target, task, store_id)
    with tempfile.TemporaryDirectory(prefix="raito-aws-pipeline-") as folder:
        users = write_import_file(User, [to_batch(User, identities.users)], Path(folder) / "users.json")
        groups = write_import_file(Group, [to_batch(Group, identities.groups)], Path(folder) / "groups.json")
        result = import_identities(
            task,
            store_id,
            users.path,
            groups.path,
            delete_untouched=target.raito.delete_untouched,
            replace_groups=target.raito.replace_groups,
            timeout=options.import_timeout_seconds,
        )
    held = now if target.raito.delete_untouched else _together(before, now)
    written = write_table(lake, target, RAITO_IDENTITY_STORE, [to_batch(PushedIdentity, held)])
    return IdentityPush(
        job_id=task.address.job_id,
        users=users.records,
        users_bytes=users.bytes,
        groups=groups.records,
        groups_bytes=groups.bytes,
        result=result,
        written=written,
    )


def _identity_store_id(target: Target) -> str:
    if not target.raito.identity_store_id:
        raise ConfigurationError(
            "The target has no identity store in Raito to push to.",
            target=target.name,
            missing="identity-store-id",
            remedy="Add it to the target; Raito shows it on the identity store's page.",
        )
    return target.raito.identity_store_id


def _pushed(identities: IdentitiesInLake, store_id: str) -> list[PushedIdentity]:
    tables: tuple[tuple[Table, Sequence[User | Group]], ...] = ((USERS, identities.users), (GROUPS, identities.groups))
    return [
        PushedIdentity(identity_store_id=store_id, noun=table.name, external_id=row.external_id, name=row.name)
        for table, rows in tables
        for row in rows
    ]


def _last_push(lake: Lake, target: Target, store_id: str) -> list[PushedIdentity]:
    key = RAITO_IDENTITY_STORE.key(target)
    if not lake.completeness(key).written:
        return []
    return [row for row in lake.read_rows(key, PushedIdentity) if row.identity_store_id == store_id]


def _together(before: Sequence[PushedIdentity], now: Sequence[PushedIdentity]) -> list[PushedIdentity]:
    """What Raito holds after a push that removed nothing: of each identity its last state, sorted."""
    latest = {(row.noun, row.external_id): row for row in (*before, *now)}
    return [latest[key] for key in sorted(latest)]


def _require_no_mass_delete(before: list[PushedIdentity], now: list[PushedIdentity], target: Target) -> None:
    reason = mass_delete(_by_noun(before), _by_noun(now))
    if reason:
        raise CheckFailedError(
            f"Nothing was pushed, because {reason}.",
            target=target.name,
            remedy="Look whether they are really gone in AWS (right account? right profile?); if so, push once with "
            "--allow-mass-delete (in Dagster: allow_mass_delete in the run's config).",
        )


def _by_noun(rows: list[PushedIdentity]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {USERS.name: set(), GROUPS.name: set()}
    for row in rows:
        found[row.noun].add(row.external_id)
    return found


def _set_metadata(target: Target, task: Task, store_id: str) -> None:
    is_organization = target.kind is TargetKind.ORGANIZATION
    set_identity_store_metadata(
        task.session,
        store_id,
        store_type=target.kind.value,
        can_be_linked=is_organization,
        can_be_master=is_organization,
    )
