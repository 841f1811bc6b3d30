"""How a GraphQL request may look, and what its answer holds."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.local.raito.wire_client import POLL, WireClient, user

JOB = '{dataSourceId:null,identityStoreId:null,eventTime:\\"2025-06-01T10:00:00Z\\"}'


@pytest.fixture
def client(shared_client: WireClient) -> WireClient:
    return shared_client


def test_the_typed_dialect_has_variables_and_no_operation_name(client: WireClient) -> None:
    answer = client.post(
        b'{"query":"mutation ($input:JobInput!){createJob(input: $input){jobId}}",'
        b'"variables":{"input":{"dataSourceId":null,"identityStoreId":null,'
        b'"eventTime":"2025-06-01T10:00:00.123456789+02:00"}}}\n'
    )
    assert answer.json()["data"]["createJob"]["jobId"].startswith("job-")


@pytest.mark.parametrize("stray", ["", '"', '"\\n\t', "}", " and more", "\n{"])
def test_the_raw_dialect_has_literals_an_operation_name_and_stray_bytes(client: WireClient, stray: str) -> None:
    body = '{"operationName":"Begin","variables":{},"query":"mutation Begin {createJob(input:%s){jobId}}"}%s'
    answer = client.post((body % (JOB, stray)).encode())
    assert answer.json()["data"]["createJob"]["jobId"].startswith("job-")


def test_an_operation_name_may_be_only_in_the_document(client: WireClient) -> None:
    assert client.query("query Who{currentUser{email}}") == {"data": {"currentUser": {"email": client.raito.user}}}


def test_an_operation_name_that_the_document_lacks_is_an_error(client: WireClient) -> None:
    answer = client.post(b'{"operationName":"Other","query":"query Who{currentUser{email}}"}')
    assert answer.status_code == 200
    assert [e["message"] for e in answer.json()["errors"]] == ["Unknown operation named 'Other'."]


def test_trailing_commas_within_an_input_are_nothing(client: WireClient) -> None:
    settings = 'id:"%s",input:{type:"t",icon:"",canBeLinked:false,}'
    document = f"mutation {{setIdentityStoreMetaData({settings}){{...on IdentityStore{{id}}}}}}"
    assert client.data(document % client.raito.identity_store_id) == {"id": client.raito.identity_store_id}


def test_an_answer_holds_what_is_selected_and_nothing_else(client: WireClient) -> None:
    job = client.create_job()
    done = client.import_identities(job, [user("ann")], [])
    subtask = f'jobId:"{job}",jobType:"IS",subtaskId:"{done["subtaskId"]}"'
    document = f"{{jobSubtask({subtask}){{status result{{... on IdentityStoreImportResult{{usersAdded}}}}}}}}"
    assert client.query(document) == {"data": {"jobSubtask": {"status": "COMPLETED", "result": {"usersAdded": 1}}}}


def test_a_member_of_a_union_that_has_no_fragment_answers_with_nothing(client: WireClient) -> None:
    answer = client.query("{cliTriggerUrl{... on PermissionDeniedError{err: message}}}")
    assert answer == {"data": {"cliTriggerUrl": {}}}


def test_there_are_no_triggers(client: WireClient) -> None:
    answers = "... on CliTriggerUrl{url} ... on PermissionDeniedError{err: message}"
    assert client.data(f"query CliTriggerWebSocket {{cliTriggerUrl{{{answers}}}}}") == {"url": ""}


def test_the_version_gate_names_supported_and_deprecated_versions(client: WireClient) -> None:
    document = "{SupportedCLIVersion{supportedVersions,deprecatedVersions{deprecatedVersions,msg}}}"
    assert client.data(document) == {"supportedVersions": ">= 0.60.0", "deprecatedVersions": None}


def test_a_body_may_be_gzip(client: WireClient) -> None:
    answer = client.post(gzip.compress(b'{"query":"{currentUser{email}}"}'), **{"Content-Encoding": "gzip"})
    assert answer.json() == {"data": {"currentUser": {"email": client.raito.user}}}


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"", "", 400),
        (b"query {}", "", 400),
        (b'"text"', "", 400),
        (b'{"variables":{}}', "", 400),
        (b'{"query":"\xff"}', "", 400),
        (b"not gzip", "gzip", 400),
        (b"{}", "br", 415),
        (gzip.compress(b" " * (64 * 2**20 + 1)), "gzip", 413),
    ],
)
def test_a_body_that_is_no_request_is_refused(client: WireClient, body: bytes, encoding: str, status: int) -> None:
    answer = client.post(body, **({"Content-Encoding": encoding} if encoding else {}))
    assert (answer.status_code, list(answer.json())) == (status, ["message"])


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "Syntax Error"),
        ("{currentUser{name}}", "Cannot query field 'name'"),
        ("mutation {createJob(input:{}){jobId}}", "Field 'JobInput.eventTime' of required type 'Time!'"),
        ('mutation {createJob(input:{eventTime:"yesterday"}){jobId}}', "RFC 3339"),
        ('mutation {createJob(input:{eventTime:"2025-02-30T00:00:00Z"}){jobId}}', "does not exist"),
        ('mutation {createJob(input:{eventTime:"2025-02-03T00:00:00Z",status:DONE}){jobId}}', "JobStatus"),
    ],
)
def test_a_document_that_does_not_fit_the_schema_is_an_error_with_status_200(
    client: WireClient, document: str, message: str
) -> None:
    answer = client.query(document)
    assert "data" not in answer
    assert any(message in error["message"] for error in answer["errors"])


@pytest.mark.parametrize("received", [0, 1711140795865, 2**63 - 1, None])
def test_a_received_date_is_a_number_of_64_bits(client: WireClient, received: int | None) -> None:
    document = "mutation ($input:SubtaskInput!){addSubtaskEvent(input: $input){jobId}}"
    event: dict[str, Any] = {
        "jobId": client.create_job(),
        "jobType": "DA",
        "subtaskId": "AccessSync",
        "status": "COMPLETED",
        "eventTime": "2025-06-01T10:00:00Z",
        "receivedDate": received,
    }
    client.data(document, input=event)
    assert client.raito.state.events(event["jobId"])[-1].content == event


@pytest.mark.parametrize("received", [2**63, 1.5, "1", True])
def test_another_received_date_is_an_error(client: WireClient, received: object) -> None:
    document = "mutation ($input:SubtaskInput!){addSubtaskEvent(input: $input){jobId}}"
    event: dict[str, Any] = {
        "jobId": client.create_job(),
        "jobType": "DA",
        "subtaskId": "AccessSync",
        "status": "COMPLETED",
        "eventTime": "2025-06-01T10:00:00Z",
        "receivedDate": received,
    }
    assert "Int64" in client.error(document, input=event)


def test_ids_are_escaped_as_json_escapes_them(client: WireClient) -> None:
    odd = 'a"b\\c'
    document = POLL % (json.dumps(odd)[1:-1], "IS", "x")
    assert client.error(document) == f"There is no subtask 'x' of task IS of job '{odd}'."
