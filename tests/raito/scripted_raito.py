"""A Raito that can be told to refuse things: answers each GraphQL operation as the test says, and remembers it.

For refusals and odd answers; what a well-behaved Raito does is tried against the embedded one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import graphql
from graphql.language import ast

from raito_aws_pipeline.raito.connection import RaitoConnection
from raito_aws_pipeline.raito.session import RaitoSession
from tests.raito.scripted_server import Answer, Request, scripted_server

JOB = "job-1"


@dataclass
class ScriptedRaito:
    """What it answers, operation by operation, and what it was asked.

    Args:
        answers: Operation → the value of its field, or a list of values for one request after the other.
        refused: Operations that are answered with a GraphQL error.
        asked: (operation, variables or inlined arguments) of each GraphQL request; other requests as (method path, {}).
    """

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        if request.path != "/query":
            self.asked.append((f"{request.method} {request.path}", {}))
            return Answer({"URL": f"{self.url}/storage", "Key": "key"})
        operation, arguments = read_request(request.json)
        self.asked.append((operation, arguments))
        if operation in self.refused:
            return Answer({"data": None, "errors": [{"message": f"no {operation} today"}]})
        answer = self.answers.get(operation, {"jobId": JOB})
        return Answer({"data": {operation: answer.pop(0) if isinstance(answer, list) else answer}})

    @property
    def operations(self) -> list[str]:
        """What was asked, in order."""
        return [operation for operation, _ in self.asked]

    @property
    def statuses(self) -> list[tuple[str, str, list[str] | None]]:
        """(operation, status, errors) of every event of jobs and tasks, in order."""
        return [
            (operation, arguments["input"]["status"], arguments["input"]["errors"])
            for operation, arguments in self.asked
            if operation in ("updateJob", "addTaskEvent")
        ]


def read_request(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The top-level field of a GraphQL request and its variables, or else its arguments."""
    [definition] = graphql.parse(body["query"]).definitions
    assert isinstance(definition, ast.OperationDefinitionNode)
    [selected] = definition.selection_set.selections
    assert isinstance(selected, ast.FieldNode)
    inlined = {a.name.value: graphql.value_from_ast_untyped(a.value) for a in selected.arguments}
    return selected.name.value, body.get("variables") or inlined


@contextmanager
def scripted_raito() -> Iterator[tuple[ScriptedRaito, RaitoSession]]:
    """A scripted Raito and a session with it, without a login."""
    raito = ScriptedRaito()
    with scripted_server(raito) as server:
        raito.url = server.url
        connection = RaitoConnection(
            url=server.url, domain="acme", user="u", secret=lambda: "s", skip_authentication=True
        )
        with RaitoSession(connection, back_off=0) as session:
            yield raito, session
