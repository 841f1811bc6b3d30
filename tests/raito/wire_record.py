"""Requests as the golden wire record describes them, so that ours and the recorded ones can be compared as data.

The members are those of the record's README. Ids, keys, URLs and times become the record's placeholders.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import graphql
import requests
from graphql.language import ast

COUNTS = ("added", "updated", "removed", "failed")

TASKS = {
    "importDataSourceRequest": "DS",
    "importIdentityRequest": "IS",
    "importAccessProvidersRequest": "DA-import",
}
"""The subtask that an import is, as the record's placeholders call it."""


@dataclass
class WireRecorder:
    """Takes requests and answers in order; `requests` holds their descriptions.

    Args:
        placeholders: Value → placeholder; keys and URLs of uploads, the job and subtasks are added as they come.
        uploads: Names of the uploaded files in order, as the record's placeholders have them.
    """

    placeholders: dict[str, str]
    uploads: list[str]
    requests: list[dict[str, Any]] = field(default_factory=list)

    def add(self, request: requests.PreparedRequest, body: bytes, response: requests.Response) -> None:
        """Take one request, its whole body, and its answer."""
        if request.url in self.placeholders:
            description = self._put(request, body)
        elif "X-Amz-Target" in request.headers:
            description = self._login(request, json.loads(body))
        elif request.method == "POST":
            description = self._graphql(json.loads(body))
            self._learn_ids(response.json()["data"])
        else:
            description = self._get(request, response)
        self.requests.append({"method": request.method, **description})

    def _login(self, request: requests.PreparedRequest, body: Any) -> dict[str, Any]:
        headers = {name: request.headers[name] for name in ("Content-Type", "X-Amz-Target")}
        return {
            "path": "<cognito>/",
            "headers": {name.lower(): value for name, value in headers.items()},
            "body": self._placed(body),
        }

    def _get(self, request: requests.PreparedRequest, response: requests.Response) -> dict[str, Any]:
        target = urlsplit(request.url or "")
        if target.path.startswith("/admin/org/"):
            client_id = next(value for name, value in response.json().items() if name.lower() == "clientappid")
            self.placeholders[client_id] = "<client id>"
            return {"path": "/admin/org/<domain, lower case>"}
        name = self.uploads.pop(0)
        answer = response.json()
        self.placeholders[answer["URL"]] = f"<upload url {name}>"
        self.placeholders[answer["Key"]] = f"<key {name}>"
        stands_for = {"contentLength": "<bytes>", "sha256": "<base64>"}
        query = {name: stands_for.get(name, value) for name, [value] in parse_qs(target.query).items()}
        return {"path": target.path, "query": query}

    def _put(self, request: requests.PreparedRequest, body: bytes) -> dict[str, Any]:
        assert request.headers["Content-Length"] == str(len(body))
        return {
            "path": self.placeholders[request.url or ""],
            "headers": {"content-length": "<bytes>"},
            "upload": _content(body),
        }

    def _graphql(self, body: dict[str, Any]) -> dict[str, Any]:
        [operation] = graphql.parse(body["query"]).definitions
        assert isinstance(operation, ast.OperationDefinitionNode)
        [selected] = operation.selection_set.selections
        assert isinstance(selected, ast.FieldNode)
        description = {
            "path": "/query",
            "dialect": "raw" if "operationName" in body else "typed",
            "kind": operation.operation.value,
            "operation": selected.name.value,
            "selected": sorted(_paths(selected.selection_set)),
        }
        if operation.name:
            description["documentName"] = operation.name.value
        if "operationName" in body:
            description["operationName"] = body["operationName"]
        if operation.variable_definitions:
            description["variableTypes"] = {
                definition.variable.name.value: graphql.print_ast(definition.type)
                for definition in operation.variable_definitions
            }
            description["variables"] = self._placed(body["variables"])
        elif selected.arguments:
            description["arguments"] = self._placed(
                {a.name.value: graphql.value_from_ast_untyped(a.value) for a in selected.arguments}
            )
        return description

    def _learn_ids(self, data: dict[str, Any]) -> None:
        for operation, answer in data.items():
            if operation == "createJob":
                self.placeholders[answer["jobId"]] = "<job>"
            if "subtask" in answer:
                self.placeholders[answer["subtask"]["subtaskId"]] = f"<subtask {TASKS[operation]}>"

    def _placed(self, value: Any, member: str = "") -> Any:
        match value:
            case dict():
                return {name: self._placed(inner, name) for name, inner in value.items()}
            case list():
                return [self._placed(inner) for inner in value]
            case str() if member == "eventTime":
                return "<time>"
            case int() if member in COUNTS:
                return "<count>"
            case str():
                return self.placeholders.get(value, value)
        return value


def recorded(entry: dict[str, Any], poll_selection: list[str]) -> dict[str, Any]:
    """An entry of the golden record without what is the server's, arbitrary, or about time."""
    left_out = {"n", "response", "waitedBefore_s", "strayBytesAfterJson", "selectedId"}
    kept = {name: value for name, value in entry.items() if name not in left_out}
    if "selected" in kept:
        kept["selected"] = sorted(poll_selection if isinstance(kept["selected"], str) else kept["selected"])
    return _without_counts(kept)


def with_one_poll(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Polls that follow each other as one: how many there are is a matter of time."""
    return [
        entry
        for position, entry in enumerate(entries)
        if entry.get("operation") != "jobSubtask" or entries[position - 1].get("operation") != "jobSubtask"
    ]


def _without_counts(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: "<count>" if name in COUNTS and isinstance(inner, int) else _without_counts(inner)
            for name, inner in value.items()
        }
    return [_without_counts(inner) for inner in value] if isinstance(value, list) else value


def _paths(selection_set: ast.SelectionSetNode | None) -> list[str]:
    paths = []
    for selection in selection_set.selections if selection_set else ():
        if isinstance(selection, ast.InlineFragmentNode):
            name = f"<{selection.type_condition.name.value}>"
        else:
            assert isinstance(selection, ast.FieldNode)
            name = selection.name.value
        inner = _paths(selection.selection_set)
        paths += [f"{name}/{path}" for path in inner] or [name]
    return paths


def _content(body: bytes) -> dict[str, Any]:
    try:
        items = json.loads(body)
    except ValueError:
        return {"content": "text, one log line each"}
    members: dict[str, set[str]] = {}
    for item in items:
        _collect(item, "", members)
    types = {path: sorted(kinds) for path, kinds in members.items()}
    return {"content": "JSON array", "items": len(items), "members": types}


def _collect(value: Any, path: str, members: dict[str, set[str]]) -> None:
    if path and not (path.endswith("[]") and isinstance(value, dict)):
        members.setdefault(path, set()).add(_kind(value))
    if isinstance(value, dict):
        for name, inner in value.items():
            _collect(inner, f"{path}.{name}" if path else name, members)
    if isinstance(value, list):
        for inner in value:
            _collect(inner, f"{path}[]", members)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int"
        case str():
            return "string"
        case list():
            return "array" if value else "empty array"
    return "object"
