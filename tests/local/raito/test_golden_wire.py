"""Every request that the Raito CLI sent in one recorded run of all four tasks is answered with the recorded shape."""

from __future__ import annotations

from typing import Any

import requests

from raito_aws_pipeline.local.raito.server import LocalRaito
from tests.golden import golden_json
from tests.local.raito.golden_requests import Placeholders, differences, query_body, uploaded_file
from tests.local.raito.wire_client import WireClient, eventually, sha256

CLI_HEADERS = {"User-Agent": "Raito CLI v0.72.0 (2025-06-01)", "Accept-Encoding": "gzip"}


class Replay:
    """Sends the recorded requests in order, with what the answers taught."""

    def __init__(self, client: WireClient, poll_selection: list[str]) -> None:
        raito = client.raito
        self.client = client
        self.poll_selection = poll_selection
        self.file = b""
        self.signed_headers: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.placeholders = Placeholders(
            {
                "<data source>": raito.data_source_id,
                "<identity store>": raito.identity_store_id,
                "<user>": raito.user,
                "<password>": raito.secret,
            }
        )

    def send(self, entry: dict[str, Any], next_upload: dict[str, Any]) -> None:
        """Send one request and compare its answer."""
        path = entry["path"]
        if path == "/query":
            self._query(entry)
        elif path == "<cognito>/":
            self._log_in(entry)
        elif path.startswith("/admin/org/"):
            answer = self._request("GET", self.client.url + "/admin/org/local")
            assert sorted(answer.json()) == sorted(entry["response"]["shape"])
            self.placeholders.known["<client id>"] = answer.json()["clientAppId"]
        elif path.startswith("/file/upload/"):
            self._sign(entry, next_upload)
        elif entry["method"] == "PUT":
            self._request("PUT", self.placeholders.known[path], data=self.file, headers=self.signed_headers)
        else:
            file = self._request("GET", self.placeholders.known[path])
            assert list(file.json()) == ["lastCalculated", "accessProviders", "fileBuildTime"]

    def _request(self, method: str, url: str, **options: Any) -> requests.Response:
        answer = self.client.session.request(method, url, **options)
        assert answer.status_code == 200, answer.text
        return answer

    def _log_in(self, entry: dict[str, Any]) -> None:
        body = self.placeholders.fill(entry["body"])
        answer = self._request("POST", self.client.url + "/", json=body, headers=entry["headers"]).json()
        assert differences(_example(entry["response"]["shape"]), answer) == []
        token = answer["AuthenticationResult"]["IdToken"]
        self.headers = {"Authorization": f"token {token}", "Raito-Domain": "local", **CLI_HEADERS}

    def _sign(self, entry: dict[str, Any], next_upload: dict[str, Any]) -> None:
        self.file = uploaded_file(next_upload["upload"])
        stands_for = {"<bytes>": str(len(self.file)), "<base64>": sha256(self.file)}
        parameters = {name: stands_for.get(value, value) for name, value in entry["query"].items()}
        answer = self._request("GET", self.client.url + entry["path"], params=parameters, headers=self.headers).json()
        described = entry["response"]["body"]
        assert sorted(answer) == sorted(described)
        self.signed_headers = {name: value for name, [value] in answer.pop("signedHeaders").items()}
        self.placeholders.learn({name: described[name] for name in answer}, answer)

    def _query(self, entry: dict[str, Any]) -> None:
        described = entry["response"]["data"]
        if entry["operation"] == "jobSubtask" and described["jobSubtask"]["status"] == "COMPLETED":
            eventually(lambda: self._status(entry) == "COMPLETED")
        answer = self._answer(entry)
        assert list(answer) == ["data"], answer
        found = answer["data"]
        assert differences(described, found) == []
        if entry["operation"] == "jobSubtask":
            subtask = found["jobSubtask"]
            assert (subtask["status"] == "COMPLETED") == (subtask["result"] is not None)
            if described["jobSubtask"]["result"]:
                assert subtask["result"]["__typename"] == described["jobSubtask"]["result"]["__typename"]
                self.placeholders.learn(described, found)
        else:
            self.placeholders.learn(described, found)

    def _status(self, entry: dict[str, Any]) -> str:
        return str(self._answer(entry)["data"]["jobSubtask"]["status"])

    def _answer(self, entry: dict[str, Any]) -> dict[str, Any]:
        selected = self.poll_selection if isinstance(entry["selected"], str) else entry["selected"]
        body = query_body(entry, self.placeholders, selected)
        headers = {**self.headers, "Content-Type": "application/json"}
        content: dict[str, Any] = self._request("POST", self.client.url + "/query", data=body, headers=headers).json()
        return content


def _example(shape: Any) -> Any:
    if isinstance(shape, dict):
        return {name: _example(inner) for name, inner in shape.items()}
    return 1 if shape == "int" else ""


def test_the_recorded_run_of_the_raito_cli_is_answered_as_recorded(raito: LocalRaito, client: WireClient) -> None:
    entries = golden_json("wire", "sequence.json")["requests"]
    polls = [e["selected"] for e in entries if e.get("operation") == "jobSubtask" and isinstance(e["selected"], list)]
    replay = Replay(client, polls[0])
    for position, entry in enumerate(entries):
        replay.send(entry, entries[min(position + 1, len(entries) - 1)])
    [job] = raito.state.jobs()
    assert (job.status, job.errors) == ("COMPLETED", ())
    assert [file.path.name for file in raito.state.received_files(job.id)] == [
        "1-dataObjects.json", "2-log-DS.txt", "3-users.json", "4-groups.json", "5-log-IS.txt",
        "6-accessFeedback.json", "7-accessProviders.json", "8-log-DA.txt", "9-usage.json", "10-log-DU.txt",
    ]  # fmt: skip
    assert raito.state.counts() == {
        "accessFeedback": 5, "accessProviders": 9, "dataObjects": 22, "groups": 1, "usage": 9, "users": 4,
    }  # fmt: skip
    assert raito.state.events()[-1].kind == "endOfTargetsSync"
