"""A client without opinions: it sends what a test says, byte for byte, and returns what came."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import requests

from raito_aws_pipeline.local.raito.server import LocalRaito

INITIATE_AUTH = "AWSCognitoIdentityProviderService.InitiateAuth"
FINAL = ("COMPLETED", "FAILED")

POLL = """query jobSubtask {
  jobSubtask(jobId: "%s", jobType: "%s", subtaskId: "%s") {
    jobId jobType subtaskId status lastUpdate errors
    result {
      __typename
      ... on DataSourceImportResult { dataObjectsAdded dataObjectsRemoved dataObjectsUpdated warnings }
      ... on IdentityStoreImportResult {
        groupsAdded groupsRemoved groupsUpdated usersAdded usersRemoved usersUpdated warnings
      }
      ... on AccessProviderImportResult { accessAdded accessRemoved accessUpdated warnings }
      ... on DataUsageImportResult {
        edgesCreatedOrUpdated edgesRemoved statementsAdded statementsFailed statementsSkipped warnings
      }
      ... on AccessProviderExportResult { fileKey fileLocation warnings }
      ... on AccessProviderSyncFeedbackResult { accessNamesAdded warnings }
      ... on TagImportResult { tagsAdded tagsUpdated tagsRemoved warnings }
    }
  }
}"""


class WireClient:
    """Speaks to one embedded Raito. Logged in on first need.

    Args:
        raito: The server.
        url: Another base URL by which it can be reached.
    """

    def __init__(self, raito: LocalRaito, url: str | None = None) -> None:
        self.raito = raito
        self.url = url or raito.url
        self.session = requests.Session()
        self.session.trust_env = False
        self._headers: dict[str, str] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What every call but the organisation lookup carries."""
        if self._headers is None:
            token = self.log_in().json()["AuthenticationResult"]["IdToken"]
            self._headers = {"Authorization": f"token {token}", "Raito-Domain": self.raito.domain}
        return self._headers

    def client_id(self) -> str:
        answer = self.session.get(f"{self.url}/admin/org/{self.raito.domain}")
        return str(answer.json()["clientAppId"])

    def initiate_auth(self, flow: str, client_id: str | None = None, **parameters: str) -> requests.Response:
        return self.session.post(
            f"{self.url}/",
            data=json.dumps(
                {"AuthFlow": flow, "ClientId": client_id or self.client_id(), "AuthParameters": parameters}
            ),
            headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": INITIATE_AUTH},
        )

    def log_in(self, user: str | None = None, password: str | None = None) -> requests.Response:
        return self.initiate_auth(
            "USER_PASSWORD_AUTH", USERNAME=user or self.raito.user, PASSWORD=password or self.raito.secret
        )

    def post(self, body: bytes, **headers: str) -> requests.Response:
        return self.session.post(
            f"{self.url}/query", data=body, headers={**self.headers, "Content-Type": "application/json", **headers}
        )

    def query(self, document: str, **variables: Any) -> dict[str, Any]:
        """The whole answer of a GraphQL request."""
        answer = self.post(json.dumps({"query": document, "variables": variables}).encode())
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def data(self, document: str, **variables: Any) -> Any:
        """What a GraphQL request answers for its one field, which must succeed."""
        answer = self.query(document, **variables)
        assert "errors" not in answer, answer["errors"]
        [value] = answer["data"].values()
        return value

    def error(self, document: str, **variables: Any) -> str:
        """The one error of a GraphQL request, which must fail."""
        [error] = self.query(document, **variables)["errors"]
        return str(error["message"])

    def create_job(self) -> str:
        job = self.data(
            "mutation ($input:JobInput!){createJob(input: $input){jobId}}",
            input={
                "dataSourceId": self.raito.data_source_id,
                "identityStoreId": self.raito.identity_store_id,
                "eventTime": "2025-06-01T10:00:00.123456789+02:00",
            },
        )
        return str(job["jobId"])

    def sign(self, content: bytes, path: str = "file/upload/signed-url", **more: str) -> requests.Response:
        return self.session.get(
            f"{self.url}/{path}",
            params={"contentLength": str(len(content)), "sha256": sha256(content), **more},
            headers=self.headers,
        )

    def put(self, signed: dict[str, Any], content: bytes, **headers: str) -> requests.Response:
        asked = {name: value for name, [value] in signed["signedHeaders"].items()}
        return self.session.put(signed["URL"], data=content, headers={**asked, **headers})

    def upload(self, content: Any, path: str = "file/upload/signed-url", **more: str) -> str:
        """The key of a file; anything but bytes becomes JSON."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        signed = self.sign(body, path, **more).json()
        answer = self.put(signed, body)
        assert answer.status_code == 200, answer.text
        return str(signed["Key"])

    def import_identities(
        self, job: str, users: Any, groups: Any, *, store: str | None = None, **settings: Any
    ) -> dict[str, Any]:
        """Upload and import users and groups; the finished subtask."""
        arguments = {
            "identityStore": store or self.raito.identity_store_id,
            "usersFileKey": self.upload(users),
            "groupsFileKey": self.upload(groups),
            "deleteUntouched": True,
            "replaceGroups": True,
            "tagSourcesScope": [],
            **settings,
        }
        return self.finished(
            job,
            "IS",
            self.data(
                "mutation ($input:IdentityImportRequest!){importIdentityRequest(input:$input)"
                "{subtask{status subtaskId}}}",
                input={"jobId": job, "importSettings": arguments},
            ),
        )

    def import_file(self, job: str, job_type: str, field: str, content: Any, **settings: Any) -> dict[str, Any]:
        """Upload and import one file of a data source; the finished subtask."""
        arguments = {"dataSource": self.raito.data_source_id, "fileKey": self.upload(content), **settings}
        return self.finished(job, job_type, self.data(raw_mutation(field, {"jobId": job, "importSettings": arguments})))

    def poll(self, job: str, job_type: str, subtask: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.data(POLL % (job, job_type, subtask))
        return answer

    def finished(self, job: str, job_type: str, answer: dict[str, Any]) -> dict[str, Any]:
        """The subtask that an import's answer names, once it is finished."""
        assert answer["subtask"]["status"] == "QUEUED"
        while True:
            subtask = self.poll(job, job_type, answer["subtask"]["subtaskId"])
            if subtask["status"] in FINAL:
                return subtask
            time.sleep(0.01)


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; fails where it does not come to hold."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.005)


def raw_mutation(field: str, argument: dict[str, Any]) -> str:
    """A mutation with its argument in-lined, as the raw dialect has it."""
    return f"mutation {{{field}(input:{literal(argument)}){{subtask{{subtaskId status}}}}}}"


def literal(value: Any) -> str:
    """A value as a GraphQL literal."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{literal(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(literal, value)) + "]"
    return json.dumps(value)


def sha256(content: bytes) -> str:
    """The hash of a file as the protocol has it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def user(external_id: str, *groups: str, tags: Any = None, **more: Any) -> dict[str, Any]:
    """A record of a users file."""
    return {
        "externalId": external_id,
        "name": external_id,
        "userName": external_id,
        "email": f"{external_id}@example.com",
        "groupExternalIds": list(groups) or None,
        "tags": tags,
        "isMachine": None,
        **more,
    }


def group(external_id: str, *parents: str, **more: Any) -> dict[str, Any]:
    """A record of a groups file."""
    return {
        "externalId": external_id,
        "name": external_id,
        "displayName": external_id,
        "description": "",
        "parentGroupExternalIds": list(parents) or None,
        "tags": None,
        **more,
    }


def data_object(external_id: str, parent: str = "", **more: Any) -> dict[str, Any]:
    """A record of a data objects file: a data source, or a bucket where it has a parent."""
    return {
        "externalId": external_id,
        "name": external_id,
        "fullName": external_id,
        "type": "bucket" if parent else "datasource",
        "description": "",
        "parentExternalId": parent,
        "tags": None,
        **more,
    }


def statement(external_id: str, **more: Any) -> dict[str, Any]:
    """A record of a usage file."""
    return {
        "externalId": external_id,
        "accessedDataObjects": [
            {
                "permissions": ["s3:GetObject"],
                "globalPermission": "read",
                "dataObject": {"fullName": "123456789012:eu-west-1:corp/a.csv", "type": "file"},
            }
        ],
        "user": "ann",
        "success": True,
        "query": "",
        "startTime": 1717228800,
        "bytes": 450,
        **more,
    }
