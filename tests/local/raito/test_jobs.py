"""Jobs, tasks and subtasks: what clients report, what they ask for, and what is kept of it."""

from __future__ import annotations

from typing import Any

import pytest

from raito_aws_pipeline.local.raito import worker
from raito_aws_pipeline.local.raito.journal import Journal
from raito_aws_pipeline.local.raito.server import LocalRaito
from tests.local.raito.wire_client import WireClient, data_object, eventually, group, user

NOW = "2025-06-01T10:00:00.123456789+02:00"
TASK_EVENT = "mutation ($input:TaskEventInput!){addTaskEvent(input: $input){jobId}}"
SUBTASK_EVENT = "mutation ($input:SubtaskInput!){addSubtaskEvent(input: $input){jobId}}"
UPDATE_JOB = "mutation ($id:String!$input:JobInput!){updateJob(id: $id, input: $input){jobId}}"
LOG = "mutation ($input:LogFileToTaskInput!){addLogFileToTask(input: $input){jobId,jobType}}"
END = (
    "mutation ($input:EndOfTargetsSyncInput!){endOfTargetsSync(input: $input)"
    "{... on EndOfTargetsSync{success},... on PermissionDeniedError{message}}}"
)
IMPORT = "mutation ($input:DataSourceImportRequest!){importDataSourceRequest(input:$input){subtask{subtaskId,status}}}"


KNOWN_TYPES = "known are DS, IS, DA, DU, RP, TAG."


def import_of(job: str, data_source: str) -> dict[str, Any]:
    return {"input": {"jobId": job, "importSettings": {"dataSource": data_source, "fileKey": "k"}}}


def log_of(job_type: str) -> dict[str, Any]:
    return {"input": {"jobId": "{job}", "jobType": job_type, "fileKey": "k"}}


def task_event(job: str, status: str, job_type: str = "IS", **more: Any) -> dict[str, Any]:
    return {"jobId": job, "jobType": job_type, "status": status, "eventTime": NOW, **more}


def test_a_job_has_the_state_that_its_client_last_told(client: WireClient) -> None:
    first, second = client.create_job(), client.create_job()
    client.data(UPDATE_JOB, id=first, input={"status": "IN_PROGRESS", "eventTime": NOW, "errors": None})
    client.data(UPDATE_JOB, id=first, input={"status": "FAILED", "eventTime": NOW, "errors": ["no"]})
    jobs = client.raito.state.jobs()
    assert [(j.id, j.status, j.errors) for j in jobs] == [(first, "FAILED", ("no",)), (second, "STARTED", ())]
    assert jobs[0].data_source_id == client.raito.data_source_id
    assert jobs[0].identity_store_id == client.raito.identity_store_id


def test_events_are_kept_in_order_as_they_came(client: WireClient) -> None:
    job = client.create_job()
    result = [{"objectType": "users", "added": 1, "updated": 0, "removed": 0, "failed": 0}]
    told = [
        task_event(job, "STARTED", errors=None, warnings=None, result=None),
        task_event(job, "COMPLETED", errors=None, warnings=["odd"], result=result),
    ]
    for content in told:
        assert client.data(TASK_EVENT, input=content) == {"jobId": job}
    subtask = {**task_event(job, "STARTED", "DA"), "subtaskId": "AccessSync", "receivedDate": None}
    client.data(SUBTASK_EVENT, input=subtask)
    key = client.upload(b"a line\n", "file/upload/logs/signed-url", task="IS")
    assert client.data(LOG, input={"jobId": job, "jobType": "IS", "fileKey": key}) == {"jobId": job, "jobType": "IS"}
    assert client.data(END, input={"jobIds": [job]}) == {"success": True}
    events = client.raito.state.events()
    assert [event.kind for event in events] == ["job", "task", "task", "subtask", "log", "endOfTargetsSync"]
    assert [event.content for event in events[1:4]] == [*told, subtask]
    assert [event.status for event in client.raito.state.task_events(job, "IS")] == ["STARTED", "COMPLETED"]
    assert client.raito.state.task_events(job, "DS") == []


def test_every_file_is_kept_with_its_job_number_and_kind(client: WireClient) -> None:
    job, other = client.create_job(), client.create_job()
    client.import_file(job, "DS", "importDataSourceRequest", b"[\n]")
    client.import_identities(job, [user("ann")], [group("all")])
    key = client.upload(b"a line\n", "file/upload/logs/signed-url", task="IS")
    client.data(LOG, input={"jobId": job, "jobType": "IS", "fileKey": key})
    client.import_identities(other, [], [])
    received = client.raito.state.received_files(job)
    assert [(file.number, file.kind, file.path.name, file.bytes) for file in received] == [
        (1, "dataObjects", "1-dataObjects.json", 3),
        (2, "users", "2-users.json", received[1].path.stat().st_size),
        (3, "groups", "3-groups.json", received[2].path.stat().st_size),
        (4, "log-IS", "4-log-IS.txt", 7),
    ]
    assert received[0].path.read_bytes() == b"[\n]"
    assert received[0].path.parts[-3:-1] == ("files", job)
    assert [file.path.name for file in client.raito.state.received_files(other)] == ["1-users.json", "2-groups.json"]


def test_an_import_is_queued_then_processed_then_completed(client: WireClient) -> None:
    job = client.create_job()
    settings = {"dataSource": client.raito.data_source_id, "fileKey": client.upload([data_object("a")])}
    with client.raito.faults.held_subtasks():
        first = client.data(IMPORT, input={"jobId": job, "importSettings": settings})
        second = client.data(IMPORT, input={"jobId": job, "importSettings": settings})
        eventually(lambda: status(client, job, first) == "DATA_PROCESSING")
        assert status(client, job, second) == "QUEUED"
        assert client.poll(job, "DS", first["subtask"]["subtaskId"])["result"] is None
    for answer, added in ((first, 1), (second, 0)):
        done = client.finished(job, "DS", answer)
        assert (done["status"], done["errors"], done["result"]["dataObjectsAdded"]) == ("COMPLETED", [], added)
        assert (done["jobId"], done["jobType"], done["lastUpdate"][-1]) == (job, "DS", "Z")
    assert [subtask.status for subtask in client.raito.state.subtasks(job)] == ["COMPLETED", "COMPLETED"]


def status(client: WireClient, job: str, answer: dict[str, Any]) -> str:
    return str(client.poll(job, "DS", answer["subtask"]["subtaskId"])["status"])


@pytest.mark.parametrize(
    ("document", "variables", "reason"),
    [
        (TASK_EVENT, {"input": task_event("job-9", "STARTED")}, "There is no job 'job-9'."),
        (TASK_EVENT, {"input": task_event("{job}", "STARTED", "../x")}, f"There is no job type '../x'; {KNOWN_TYPES}"),
        (TASK_EVENT, {"input": task_event("{job}", "STARTED", dataSourceId="x")}, "There is no data source 'x'."),
        (TASK_EVENT, {"input": task_event("{job}", "STARTED", identityStoreId="x")}, "There is no identity store 'x'."),
        (UPDATE_JOB, {"id": "job-9", "input": {"eventTime": NOW}}, "There is no job 'job-9'."),
        (END, {"input": {"jobIds": ["{job}", "job-9"]}}, "There is no job 'job-9'."),
        (LOG, log_of("IS"), "No file was uploaded under the key 'k'."),
        (LOG, log_of("../../x"), f"There is no job type '../../x'; {KNOWN_TYPES}"),
        (IMPORT, import_of("job-9", "{ds}"), "There is no job 'job-9'."),
        (IMPORT, import_of("{job}", "x"), "There is no data source 'x'."),
        (IMPORT, import_of("{job}", "{ds}"), "No file was uploaded under the key 'k'."),
    ],
)
def test_what_does_not_exist_is_named_in_the_error(
    client: WireClient, document: str, variables: dict[str, Any], reason: str
) -> None:
    known = {"{job}": client.create_job(), "{ds}": client.raito.data_source_id}
    before = client.raito.state.events()
    assert client.error(document, **filled(variables, known)) == reason
    assert client.raito.state.events() == before
    assert client.raito.state.received_files() == []


def filled(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, known) for inner in value]
    return known.get(value, value)


def test_an_import_whose_second_file_is_missing_takes_neither(client: WireClient) -> None:
    job, key = client.create_job(), client.upload([user("ann")])
    settings = {"identityStore": client.raito.identity_store_id, "usersFileKey": key, "groupsFileKey": "gone"}
    document = "mutation ($input:IdentityImportRequest!){importIdentityRequest(input:$input){subtask{subtaskId}}}"
    assert "'gone'" in client.error(document, input={"jobId": job, "importSettings": settings})
    assert client.raito.state.received_files(job) == []
    done = client.import_identities(job, [], [], usersFileKey=key)
    assert done["result"]["usersAdded"] == 1


def test_metadata_is_kept_as_it_was_last_set(client: WireClient) -> None:
    document = (
        "mutation ($id:ID!$input:DataSourceMetaDataInput!){setDataSourceMetaData(id: $id, input :$input)"
        "{... on DataSource{id},... on BaseError{message}}}"
    )
    raito: LocalRaito = client.raito
    metadata = {"type": "aws-account", "supportedFeatures": [""], "supportsApInheritance": True}
    for icon in ("old", "new"):
        answer = client.data(document, id=raito.data_source_id, input={**metadata, "icon": icon})
        assert answer == {"id": raito.data_source_id}
    assert raito.state.data_source_metadata(raito.data_source_id) == {**metadata, "icon": "new"}
    assert client.data(document, id="x", input=metadata) == {"message": "There is no data source 'x'."}
    assert raito.state.data_source_metadata("x") is None


def test_metadata_of_an_unknown_identity_store_is_not_found(client: WireClient) -> None:
    fragments = "... on IdentityStore{id} ... on NotFoundError{message}"
    document = 'mutation {setIdentityStoreMetaData(id:"%s",input:{type:"t"}){' + fragments + "}}"
    assert client.data(document % "x") == {"message": "There is no identity store 'x'."}
    client.data(document % client.raito.identity_store_id)
    assert client.raito.state.identity_store_metadata(client.raito.identity_store_id) == {"type": "t"}


def test_a_bug_in_an_import_fails_that_subtask_alone_and_is_logged(
    client: WireClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: Any) -> dict[str, Any]:
        raise ZeroDivisionError("a bug")

    job = client.create_job()
    with monkeypatch.context() as patched:
        patched.setattr(worker, "IMPORTS_WITH_METADATA", {"dataObjects": broken})
        failed = client.import_file(job, "DS", "importDataSourceRequest", [])
    assert (failed["status"], failed["errors"]) == ("FAILED", ["internal error: ZeroDivisionError('a bug')"])
    assert [record.getMessage() for record in caplog.records] == [f"Subtask dataObjects-1 of {job} failed"]
    assert client.import_file(job, "DS", "importDataSourceRequest", [])["status"] == "COMPLETED"


def test_a_bug_in_a_field_is_a_graphql_error_and_is_logged(
    client: WireClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: Any) -> str:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Journal, "add_job", broken)
    document = "mutation ($input:JobInput!){createJob(input: $input){jobId}}"
    assert client.error(document, input={"eventTime": NOW}) == "a bug"
    [record] = caplog.records
    assert record.exc_info
    assert isinstance(record.exc_info[1], ZeroDivisionError)
