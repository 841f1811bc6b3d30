"""The root fields of the GraphQL API: what each does, in terms of journal, catalogue and worker.

Here: one function a field. A refusal is an exception whose text becomes a GraphQL error. Not here: how a request
becomes a call of these (`query`), and what imports do (`imports`).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo

from raito_aws_pipeline.local.raito.catalogue import Catalogue
from raito_aws_pipeline.local.raito.exports import Exports
from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.local.raito.journal import Journal
from raito_aws_pipeline.local.raito.journal_entries import FileToImport
from raito_aws_pipeline.local.raito.metadata_rules import metadata_complaints
from raito_aws_pipeline.local.raito.worker import EXPORT, Worker

Answer = Mapping[str, Any]
Input = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SupportedVersions:
    """What the version gate answers: constraints as protocol 1.8 has them.

    Args:
        supported: Versions that may go on.
        deprecated: Versions that may go on with a warning; None: there are none.
        message: What those are told.
    """

    supported: str = ">= 0.60.0"
    deprecated: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """What resolvers work with."""

    journal: Journal
    catalogue: Catalogue
    worker: Worker
    data_sources: Sequence[str]
    identity_stores: Sequence[str]
    versions: SupportedVersions


@dataclass(frozen=True, slots=True)
class Caller:
    """The request that is being answered: for whom, and by which address the server was reached."""

    services: Services
    user: str
    base_url: str


# ---- login and versions


def supported_versions(_: Any, info: GraphQLResolveInfo) -> Answer:
    """The version gate (protocol 1.8)."""
    versions = _services(info).versions
    deprecated = versions.deprecated and {"deprecatedVersions": versions.deprecated, "msg": versions.message}
    return {"supportedVersions": versions.supported, "deprecatedVersions": deprecated}


def current_user(_: Any, info: GraphQLResolveInfo) -> Answer:
    """Who is logged in."""
    return {"email": info.context.user}


# ---- jobs, tasks, subtasks


def create_job(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Begin a job (protocol 2.3)."""
    _require_stores(info, request)
    return {"jobId": _services(info).journal.add_job(request)}


def update_job(_: Any, info: GraphQLResolveInfo, id: str, request: Input) -> Answer:  # noqa: A002 - the name is the API's
    """Take over the state of a job (protocol 2.4)."""
    _require_stores(info, request)
    _services(info).journal.update_job(id, request)
    return {"jobId": id}


def add_task_event(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Record the state of a task (protocol 2.5)."""
    _require_stores(info, request)
    _services(info).journal.add_event("task", request)
    return {"jobId": request["jobId"]}


def add_subtask_event(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Record the state of a subtask that the client itself runs (protocol 2.5)."""
    _require_stores(info, request)
    _services(info).journal.add_event("subtask", request)
    return {"jobId": request["jobId"]}


def add_log_file_to_task(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Keep the log of a task (protocol 3.5)."""
    _services(info).journal.add_log(request)
    return {"jobId": request["jobId"], "jobType": request["jobType"]}


def end_of_targets_sync(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Record the end of a run (protocol 2.5)."""
    _services(info).journal.end_targets_sync(request)
    return {"__typename": "EndOfTargetsSync", "success": True}


def job_subtask(
    _: Any,
    info: GraphQLResolveInfo,
    jobId: str,  # noqa: N803 - the names are the API's
    jobType: str,  # noqa: N803
    subtaskId: str,  # noqa: N803
) -> Answer:
    """How far a subtask is (protocol 2.6)."""
    subtask = _services(info).journal.subtask(jobId, jobType, subtaskId)
    result = subtask.result
    if result and "fileKey" in result:
        result = {**result, "fileLocation": Exports.location(info.context.base_url, result["fileKey"])}
    return {
        "jobId": subtask.job_id,
        "jobType": subtask.job_type,
        "subtaskId": subtask.id,
        "status": subtask.status,
        "lastUpdate": subtask.last_update,
        "errors": list(subtask.errors),
        "result": result,
    }


# ---- data sources and identity stores


def data_source(_: Any, info: GraphQLResolveInfo, id: str) -> Answer:  # noqa: A002
    """A data source, and when it was first and last used (protocol 8)."""
    services = _services(info)
    if id not in services.data_sources:
        return _not_found("data source", id)
    window = services.catalogue.usage_window(id)
    return {
        "__typename": "DataSource",
        "id": id,
        "name": id,
        "usageFirstUsed": window and _time(window.first_used),
        "usageLastUsed": window and _time(window.last_used),
    }


def identity_store(_: Any, info: GraphQLResolveInfo, id: str) -> Answer:  # noqa: A002
    """An identity store."""
    if id not in _services(info).identity_stores:
        return _not_found("identity store", id)
    return {"__typename": "IdentityStore", "id": id, "name": id}


def set_data_source_metadata(_: Any, info: GraphQLResolveInfo, id: str, request: Input) -> Answer:  # noqa: A002
    """Replace the metadata of a data source (protocol 5.1); metadata that contradicts itself is refused."""
    answer = data_source(None, info, id)
    if answer["__typename"] == "DataSource":
        if complaints := metadata_complaints(request):
            message = f"The metadata of data source '{id}' is refused: {'; '.join(complaints)}."
            return {"__typename": "InvalidInputError", "message": message}
        _services(info).journal.set_metadata("dataSource", id, request)
    return answer


def set_identity_store_metadata(_: Any, info: GraphQLResolveInfo, id: str, request: Input) -> Answer:  # noqa: A002
    """Replace the metadata of an identity store (protocol 5.3)."""
    answer = identity_store(None, info, id)
    if answer["__typename"] == "IdentityStore":
        _services(info).journal.set_metadata("identityStore", id, request)
    return answer


# ---- imports and the export


def import_identities(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Queue an import of users and groups."""
    settings = request["importSettings"]
    _require_identity_store(info, settings["identityStore"])
    files = [FileToImport(settings["usersFileKey"], "users"), FileToImport(settings["groupsFileKey"], "groups")]
    return _queue(info, request, ("IS", "identities"), settings, files)


def import_data_objects(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Queue an import of data objects."""
    return _queue_data_source_file(info, request, "DS", "dataObjects")


def import_access_providers(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Queue an import of access providers."""
    return _queue_data_source_file(info, request, "DA", "accessProviders")


def import_feedback(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Queue an import of the feedback on exported access providers."""
    return _queue_data_source_file(info, request, "DA", "accessFeedback")


def import_usage(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Queue an import of usage statements, of any number of files."""
    settings = request["importSettings"]
    _require_data_source(info, settings["dataSource"])
    files = [FileToImport(key, "usage") for key in settings["fileKeys"]]
    return _queue(info, request, ("DU", "usage"), settings, files)


def import_tags(_: Any, info: GraphQLResolveInfo, request: Input) -> Answer:
    """Queue an import of tags of data objects or users."""
    settings = request["importSettings"]
    if not settings.get("dataSource") and not settings.get("identitySource"):
        raise RequestRefusedError("Tags need a data source or an identity source that they belong to.")
    if settings.get("dataSource"):
        _require_data_source(info, settings["dataSource"])
    if settings.get("identitySource"):
        _require_identity_store(info, settings["identitySource"])
    return _queue(info, request, ("TAG", "tags"), settings, [FileToImport(settings["fileKey"], "tags")])


def export_access_providers(
    _: Any,
    info: GraphQLResolveInfo,
    request: Input,
    filter: Input | None = None,  # noqa: A002 - the name is the API's
) -> Answer:
    """Queue an export of access providers; without a change since the last one a filter has nothing to leave out."""
    settings = {**request["exportSettings"], "filter": filter}
    _require_data_source(info, settings["dataSource"])
    return _queue(info, request, ("DA", EXPORT), settings, [])


def cli_trigger_url(_: Any, info: GraphQLResolveInfo) -> Answer:
    """No triggers: an empty URL says so (protocol 7.9)."""
    del info
    return {"__typename": "CliTriggerUrl", "url": ""}


QUERIES: Mapping[str, Callable[..., Any]] = {
    "SupportedCLIVersion": supported_versions,
    "currentUser": current_user,
    "jobSubtask": job_subtask,
    "dataSource": data_source,
    "identityStore": identity_store,
    "exportAccessProvidersRequest": export_access_providers,
    "cliTriggerUrl": cli_trigger_url,
}

MUTATIONS: Mapping[str, Callable[..., Any]] = {
    "createJob": create_job,
    "updateJob": update_job,
    "addTaskEvent": add_task_event,
    "addSubtaskEvent": add_subtask_event,
    "addLogFileToTask": add_log_file_to_task,
    "endOfTargetsSync": end_of_targets_sync,
    "setDataSourceMetaData": set_data_source_metadata,
    "setIdentityStoreMetaData": set_identity_store_metadata,
    "importIdentityRequest": import_identities,
    "importDataSourceRequest": import_data_objects,
    "importAccessProvidersRequest": import_access_providers,
    "importAccessProvidersSyncFeedback": import_feedback,
    "importDataUsageRequest": import_usage,
    "importTagsRequest": import_tags,
}


def _services(info: GraphQLResolveInfo) -> Services:
    caller: Caller = info.context
    return caller.services


def _queue_data_source_file(info: GraphQLResolveInfo, request: Input, job_type: str, kind: str) -> Answer:
    settings = request["importSettings"]
    _require_data_source(info, settings["dataSource"])
    return _queue(info, request, (job_type, kind), settings, [FileToImport(settings["fileKey"], kind)])


def _queue(
    info: GraphQLResolveInfo, request: Input, task: tuple[str, str], settings: Input, files: Sequence[FileToImport]
) -> Answer:
    """`task` is the job type and the kind of subtask."""
    services = _services(info)
    subtask = services.journal.add_subtask(request["jobId"], *task, settings, files)
    services.worker.add(subtask)
    return {"subtask": {"subtaskId": subtask.id, "status": subtask.status}}


def _require_stores(info: GraphQLResolveInfo, request: Input) -> None:
    if request.get("dataSourceId") is not None:
        _require_data_source(info, request["dataSourceId"])
    if request.get("identityStoreId") is not None:
        _require_identity_store(info, request["identityStoreId"])


def _require_data_source(info: GraphQLResolveInfo, identifier: str) -> None:
    if identifier not in _services(info).data_sources:
        raise RequestRefusedError(_unknown("data source", identifier))


def _require_identity_store(info: GraphQLResolveInfo, identifier: str) -> None:
    if identifier not in _services(info).identity_stores:
        raise RequestRefusedError(_unknown("identity store", identifier))


def _not_found(noun: str, identifier: str) -> Answer:
    return {"__typename": "NotFoundError", "message": _unknown(noun, identifier)}


def _unknown(noun: str, identifier: str) -> str:
    return f"There is no {noun} '{identifier}'."


def _time(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat().replace("+00:00", "Z")
