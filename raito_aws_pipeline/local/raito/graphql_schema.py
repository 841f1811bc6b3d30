"""The executable GraphQL schema: the text of `schema.graphql`, its scalars, and the resolvers of its root fields."""

from __future__ import annotations

import datetime
import re
from importlib import resources
from typing import Any

import graphql

from raito_aws_pipeline.local.raito.resolvers import MUTATIONS, QUERIES

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_INT64 = range(-(2**63), 2**63)


def executable_schema() -> graphql.GraphQLSchema:
    """The schema with everything that executing it needs.

    The argument `input` reaches a resolver as `request`.
    """
    text = resources.files(__package__ or "").joinpath("schema.graphql").read_text(encoding="utf-8")
    schema = graphql.build_schema(text)
    _define(schema, "Time", _time)
    _define(schema, "Int64", _int64)
    for root, resolvers in ((schema.query_type, QUERIES), (schema.mutation_type, MUTATIONS)):
        assert root is not None
        for name, field in root.fields.items():
            field.resolve = resolvers[name]
            if "input" in field.args:
                field.args["input"].out_name = "request"
    return schema


def _define(schema: graphql.GraphQLSchema, name: str, parse: Any) -> None:
    scalar = schema.type_map[name]
    assert isinstance(scalar, graphql.GraphQLScalarType)
    scalar.parse_value = parse  # type: ignore[method-assign]
    scalar.parse_literal = lambda node, variables=None: parse(  # type: ignore[method-assign]
        graphql.value_from_ast_untyped(node, variables)
    )


def _time(value: Any) -> str:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise graphql.GraphQLError(f"Time must be a string as RFC 3339 has it, not {value!r}.")
    try:
        datetime.datetime.fromisoformat(found[1] + found[2])
    except ValueError as error:
        raise graphql.GraphQLError(f"Time {value!r} does not exist: {error}.") from None
    return str(value)


def _int64(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in _INT64:
        raise graphql.GraphQLError(f"Int64 must be a whole number of at most 64 bits, not {value!r}.")
    return value
