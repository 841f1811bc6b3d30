"""`POST /query`: the HTTP side of GraphQL, tolerant of what the Raito CLI sends (protocol 1.7, 4)."""

from __future__ import annotations

import json
import logging
import zlib
from typing import Any

import graphql
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.local.raito.faults import Faults
from raito_aws_pipeline.local.raito.graphql_schema import executable_schema
from raito_aws_pipeline.local.raito.login import Login
from raito_aws_pipeline.local.raito.resolvers import Caller, Services

logger = logging.getLogger(__name__)

_LARGEST_BODY = 64 * 2**20
_GZIP = 16 + zlib.MAX_WBITS


class Query:
    """Answers GraphQL requests, exactly with what they select."""

    def __init__(self, services: Services, login: Login, faults: Faults) -> None:
        self._services = services
        self._login = login
        self._faults = faults
        self._schema = executable_schema()

    def routes(self) -> list[Route]:
        """The one path; it needs a token."""
        return [Route("/query", self._answer, methods=["POST"])]

    async def _answer(self, request: Request) -> Response:
        user = self._login.require_token(request)
        body = first_json_value(_decoded(await request.body(), request.headers.get("content-encoding", "")))
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise HTTPException(400, "The body must be a JSON object with a member query, a GraphQL document.")
        caller = Caller(self._services, user, str(request.base_url))
        return await run_in_threadpool(self._execute, body, caller)

    def _execute(self, body: dict[str, Any], caller: Caller) -> Response:
        try:
            document = graphql.parse(body["query"])
        except graphql.GraphQLError as error:
            return _errors([error])
        status = self._faults.query_status(_top_level_fields(document))
        if status is not None:
            raise HTTPException(status, "The request was made to fail.")
        invalid = graphql.validate(self._schema, document)
        if invalid:
            return _errors(invalid)
        result = graphql.execute(
            self._schema,
            document,
            context_value=caller,
            variable_values=body.get("variables") or {},
            operation_name=body.get("operationName") or None,
        )
        assert isinstance(result, graphql.ExecutionResult)
        for failure in result.errors or ():
            _log_unexpected(failure)
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [failure.formatted for failure in result.errors]
        return JSONResponse(answer)


def first_json_value(body: bytes) -> Any:
    """The first JSON value of a body; what follows it does not matter (protocol 4: stray bytes).

    Raises:
        HTTPException: 400, the body begins otherwise.
    """
    try:
        value, _ = json.JSONDecoder().raw_decode(body.decode("utf-8", errors="strict").lstrip(" \t\r\n"))
    except ValueError as error:
        raise HTTPException(400, f"The body is not JSON: {error}.") from None
    return value


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding.lower() in ("", "identity"):
        return body
    if encoding.lower() != "gzip":
        raise HTTPException(415, f"The body may be plain or gzip, not {encoding}.")
    decompressor = zlib.decompressobj(_GZIP)
    try:
        plain = decompressor.decompress(body, _LARGEST_BODY)
    except zlib.error as error:
        raise HTTPException(400, f"The body is not gzip: {error}.") from None
    if decompressor.unconsumed_tail:
        raise HTTPException(413, f"The body holds more than {_LARGEST_BODY} bytes.")
    return plain


def _top_level_fields(document: graphql.DocumentNode) -> tuple[str, ...]:
    return tuple(
        selection.name.value
        for definition in document.definitions
        if isinstance(definition, graphql.OperationDefinitionNode)
        for selection in definition.selection_set.selections
        if isinstance(selection, graphql.FieldNode)
    )


def _errors(errors: list[graphql.GraphQLError]) -> Response:
    return JSONResponse({"errors": [error.formatted for error in errors]})


def _log_unexpected(error: graphql.GraphQLError) -> None:
    original = error.original_error
    if original is not None and not isinstance(original, RequestRefusedError | graphql.GraphQLError):
        logger.error("A resolver failed", exc_info=original)
