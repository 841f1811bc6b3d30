"""Arguments as literals of a GraphQL document: put into the parsed document, and printed by graphql-core.

So whatever a value holds is escaped. Not here: which documents are sent in this way (`raito.graphql`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import graphql
from graphql.language import ast


def with_arguments(text: str, arguments: Mapping[str, Any]) -> str:
    """A document with arguments of its top-level field as literals.

    Args:
        text: The document without them.
        arguments: None, bool, int, float, str, sequences and mappings of them.
    """
    parsed = graphql.parse(text)
    operation = parsed.definitions[0]
    assert isinstance(operation, ast.OperationDefinitionNode)
    field = operation.selection_set.selections[0]
    assert isinstance(field, ast.FieldNode)
    field.arguments = tuple(
        ast.ArgumentNode(name=ast.NameNode(value=name), value=_literal(value)) for name, value in arguments.items()
    )
    return graphql.print_ast(parsed)


def _literal(value: Any) -> ast.ValueNode:
    match value:
        case None:
            return ast.NullValueNode()
        case bool():
            return ast.BooleanValueNode(value=value)
        case int():
            return ast.IntValueNode(value=str(value))
        case float():
            return ast.FloatValueNode(value=repr(value))
        case str():
            return ast.StringValueNode(value=str(value), block=False)
        case Mapping():
            return ast.ObjectValueNode(
                fields=tuple(
                    ast.ObjectFieldNode(name=ast.NameNode(value=name), value=_literal(member))
                    for name, member in value.items()
                )
            )
        case Sequence():
            return ast.ListValueNode(values=tuple(_literal(item) for item in value))
        case _:
            raise TypeError(f"no GraphQL literal for a {type(value).__name__}")
