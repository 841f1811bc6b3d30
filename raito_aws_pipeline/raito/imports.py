"""Imports: files to Raito, a request to read them, and the wait until it has (protocol 4).

Here: one function a kind of import, all of one course: DATA_UPLOAD, uploads, the request, QUEUED, polling, the result
on the task. Not here: the files (`raito.import_files`) and when a task begins or ends (`raito.tasks`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from raito_aws_pipeline.errors import RaitoRejectedError
from raito_aws_pipeline.raito.documents import IMPORT_ACCESS_PROVIDERS, IMPORT_DATA_OBJECTS, IMPORT_IDENTITIES
from raito_aws_pipeline.raito.files import upload_file
from raito_aws_pipeline.raito.graphql import RawDocument, send_raw
from raito_aws_pipeline.raito.statuses import Status, parse_status
from raito_aws_pipeline.raito.subtasks import (
    AccessProviderImportResult,
    DataSourceImportResult,
    IdentityStoreImportResult,
    Subtask,
    SubtaskResult,
    wait_for_subtask,
)
from raito_aws_pipeline.raito.tasks import Task, TaskResult

DEFAULT_TIMEOUT_SECONDS = 3600.0
"""How long Raito may work on one import."""

ResultT = TypeVar("ResultT", bound=SubtaskResult)


class _SubtaskReference(msgspec.Struct, rename="camel"):
    subtask_id: str
    status: str


class _ImportAnswer(msgspec.Struct):
    subtask: _SubtaskReference


def import_identities(
    task: Task,
    identity_store_id: str,
    users_file: Path,
    groups_file: Path,
    *,
    delete_untouched: bool = True,
    replace_groups: bool = True,
    tag_sources_scope: Sequence[str] = (),
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
) -> IdentityStoreImportResult:
    """Import users and groups into an identity store; the counts become results of the task.

    Args:
        task: The running task.
        identity_store_id: The identity store.
        users_file: Import file of users (protocol 6.2).
        groups_file: Import file of groups (protocol 6.3).
        delete_untouched: Remove what the identity store holds and the files do not.
        replace_groups: Replace the memberships of users instead of adding to them.
        tag_sources_scope: Sources whose tags are reconciled; empty: those that occur in the files.
        timeout: Seconds that Raito may work on it.

    Raises:
        RaitoRejectedError: Raito refuses the files or the import.
        RaitoTimeoutError: It takes longer than `timeout`.
        PipelineError: Raito cannot be reached.
    """
    users_key, groups_key = _upload(task, users_file, groups_file)
    settings = {
        "identityStore": identity_store_id,
        "deleteUntouched": delete_untouched,
        "replaceGroups": replace_groups,
        "usersFileKey": users_key,
        "groupsFileKey": groups_key,
        "tagSourcesScope": list(tag_sources_scope),
    }
    result = _import(task, IMPORT_IDENTITIES, settings, IdentityStoreImportResult, timeout)
    task.results += [
        TaskResult(
            object_type="users", added=result.users_added, updated=result.users_updated, removed=result.users_removed
        ),
        TaskResult(
            object_type="groups",
            added=result.groups_added,
            updated=result.groups_updated,
            removed=result.groups_removed,
        ),
    ]
    return result


def import_data_objects(
    task: Task,
    data_source_id: str,
    file: Path,
    *,
    delete_untouched: bool,
    tag_sources_scope: Sequence[str] = (),
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
) -> DataSourceImportResult:
    """Import data objects into a data source; the counts become the task's result, warnings counted as failed.

    Args:
        task: The running task.
        data_source_id: The data source.
        file: Import file of data objects (protocol 6.4).
        delete_untouched: Remove what the data source holds and the file does not; false for a file that is not whole.
        tag_sources_scope: Sources whose tags are reconciled; empty: those that occur in the file.
        timeout: Seconds that Raito may work on it.

    Raises:
        RaitoRejectedError: Raito refuses the file or the import.
        RaitoTimeoutError: It takes longer than `timeout`.
        PipelineError: Raito cannot be reached.
    """
    [file_key] = _upload(task, file)
    settings = {
        "dataSource": data_source_id,
        "deleteUntouched": delete_untouched,
        "fileKey": file_key,
        "tagSourcesScope": list(tag_sources_scope),
    }
    result = _import(task, IMPORT_DATA_OBJECTS, settings, DataSourceImportResult, timeout)
    task.results.append(
        TaskResult(
            object_type="data objects",
            added=result.data_objects_added,
            updated=result.data_objects_updated,
            removed=result.data_objects_removed,
            failed=len(result.warnings or ()),
        )
    )
    return result


def import_access_controls(
    task: Task,
    data_source_id: str,
    file: Path,
    *,
    delete_untouched: bool,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
) -> AccessProviderImportResult:
    """Import access controls into a data source; the counts become the task's result, warnings counted as failed.

    Args:
        task: The running task.
        data_source_id: The data source.
        file: Import file of access controls (protocol 6.5).
        delete_untouched: Remove what the data source holds and the file does not; false for a file that is not whole.
        timeout: Seconds that Raito may work on it.

    Raises:
        RaitoRejectedError: Raito refuses the file or the import.
        RaitoTimeoutError: It takes longer than `timeout`.
        PipelineError: Raito cannot be reached.
    """
    [file_key] = _upload(task, file)
    settings = {"dataSource": data_source_id, "deleteUntouched": delete_untouched, "fileKey": file_key}
    result = _import(task, IMPORT_ACCESS_PROVIDERS, settings, AccessProviderImportResult, timeout)
    task.results.append(
        TaskResult(
            object_type="imported access providers",
            added=result.access_added,
            updated=result.access_updated,
            removed=result.access_removed,
            failed=len(result.warnings or ()),
        )
    )
    return result


def _upload(task: Task, *files: Path) -> list[str]:
    if not task.session.connection.skip_file_upload:
        task.event(Status.DATA_UPLOAD)
    return [upload_file(task.session, file) for file in files]


def _import(
    task: Task, document: RawDocument, settings: Mapping[str, Any], result_type: type[ResultT], timeout: float
) -> ResultT:
    answer = send_raw(task.session, document, {"input": {"jobId": task.address.job_id, "importSettings": settings}})
    subtask = _subtask(task, document, answer)
    if subtask.status is Status.QUEUED:
        task.event(Status.QUEUED)
    result = wait_for_subtask(task.session, subtask, result_type, timeout=timeout)
    for warning in result.warnings or ():
        task.warn(warning)
    return result


def _subtask(task: Task, document: RawDocument, answer: Any) -> Subtask:
    try:
        reference = msgspec.convert(answer, _ImportAnswer).subtask
    except msgspec.ValidationError as failure:
        raise RaitoRejectedError(
            f"Raito took the request and named no subtask for it ({failure}).",
            call=document.operation,
            remedy="Look at the job in Raito, then run again; if it stays so, tell Raito's support.",
        ) from None
    return Subtask(
        job_id=task.address.job_id,
        job_type=task.address.job_type,
        subtask_id=reference.subtask_id,
        status=parse_status(reference.status, document.operation),
    )
