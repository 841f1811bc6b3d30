"""The push of a target's access controls to Raito: checks and guards first, then the file and the import."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from raito_aws_pipeline.access.checks import checks_of_access_controls
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.errors import CheckFailedError
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.checks import is_mass_delete
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.pushed_access_controls import PushedAccessControl
from raito_aws_pipeline.raito.import_files import write_import_file
from raito_aws_pipeline.raito.imports import import_access_controls
from raito_aws_pipeline.raito.subtasks import AccessProviderImportResult
from raito_aws_pipeline.raito.tasks import Task
from raito_aws_pipeline.sync.connections import RaitoOptions
from raito_aws_pipeline.sync.data_object_push import data_source_id
from raito_aws_pipeline.sync.push_guards import require_checks
from raito_aws_pipeline.sync.tables import ACCESS_CONTROLS, RAITO_ACCESS_CONTROLS
from raito_aws_pipeline.sync.written import TableWritten, write_table


@dataclass(frozen=True, slots=True)
class AccessPush:
    """What one push did: records and bytes sent, what Raito counted, and the table that remembers it."""

    job_id: str
    records: int
    bytes: int
    result: AccessProviderImportResult
    written: TableWritten


def push_access_controls(
    lake: Lake, target: Target, task: Task, *, allow_mass_delete: bool, options: RaitoOptions
) -> AccessPush:
    """Send the access controls that lie in the lake to Raito, within a running task.

    Args:
        lake: The lake.
        target: The target; it has a data source.
        task: The task DA of an open job.
        allow_mass_delete: Push even where more than half of the last push would be removed.
        options: How long Raito may work on the import.

    Raises:
        IncompleteDataError: Parts of AWS could not be read; nothing was sent.
        CheckFailedError: A check does not hold, or too much would be deleted; nothing was sent.
        PipelineError: Raito refuses, or cannot be reached.
    """
    store_id = data_source_id(target)
    key = ACCESS_CONTROLS.key(target)
    # Another run may replace the table at any time: what is incomplete before or after the read counts as incomplete.
    failures = lake.completeness(key).failures
    controls = lake.read_rows(key, AccessControl)
    failures = failures or lake.completeness(key).failures
    differences = lake.schema_differences(key, AccessControl)
    require_checks(checks_of_access_controls(controls, failures, differences), target, "access controls")
    before = _last_push(lake, target, store_id)
    if target.raito.delete_untouched and not (allow_mass_delete or target.raito.allow_mass_delete):
        _require_no_mass_delete(before, controls, target)
    with tempfile.TemporaryDirectory(prefix="raito-aws-pipeline-") as folder:
        path = Path(folder) / "access-controls.json"
        file = write_import_file(AccessControl, [to_batch(AccessControl, controls)], path)
        result = import_access_controls(
            task,
            store_id,
            file.path,
            delete_untouched=target.raito.delete_untouched,
            timeout=options.import_timeout_seconds,
        )
    held = {control.external_id: control.name for control in controls}
    if not target.raito.delete_untouched:
        held = {**{row.external_id: row.name for row in before}, **held}
    rows = [
        PushedAccessControl(data_source_id=store_id, external_id=external_id, name=held[external_id])
        for external_id in sorted(held)
    ]
    written = write_table(lake, target, RAITO_ACCESS_CONTROLS, [to_batch(PushedAccessControl, rows)])
    return AccessPush(task.address.job_id, file.records, file.bytes, result, written)


def _last_push(lake: Lake, target: Target, store_id: str) -> list[PushedAccessControl]:
    key = RAITO_ACCESS_CONTROLS.key(target)
    if not lake.completeness(key).written:
        return []
    return [row for row in lake.read_rows(key, PushedAccessControl) if row.data_source_id == store_id]


def _require_no_mass_delete(
    before: Sequence[PushedAccessControl], now: Sequence[AccessControl], target: Target
) -> None:
    kept = {control.external_id for control in now}
    removed = sum(row.external_id not in kept for row in before)
    if is_mass_delete(len(before), removed):
        raise CheckFailedError(
            f"Nothing was pushed, because it would remove {removed} of the {len(before)} access controls that the last "
            "push held.",
            target=target.name,
            remedy="Look whether they are really gone in AWS (right account? right profile?); if so, push once with "
            "--allow-mass-delete (in Dagster: allow_mass_delete in the run's config).",
        )
