"""Documents against the schema that is known of Raito, and arguments inside documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import graphql
import pytest
from graphql.language import ast
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.raito import documents
from raito_aws_pipeline.raito.graphql import RawDocument, TypedDocument
from raito_aws_pipeline.raito.literals import with_arguments

SCHEMA = Path(__file__).resolve().parents[3] / "shared" / "spec" / "raito.graphql"

DOCUMENTS = [value for value in vars(documents).values() if isinstance(value, TypedDocument | RawDocument)]

ARGUMENTS: dict[str, Mapping[str, Any]] = {
    "jobSubtask": {"jobId": "j", "jobType": "IS", "subtaskId": "s"},
    "setIdentityStoreMetaData": {
        "id": "i",
        "input": {"type": "aws-account", "icon": "", "canBeLinked": False, "canBeMaster": False},
    },
    "importDataSourceRequest": {
        "input": {
            "jobId": "j",
            "importSettings": {
                "dataSource": "d",
                "deleteUntouched": True,
                "fileKey": "f",
                "tagSourcesScope": ["aws-s3"],
            },
        }
    },
    "importAccessProvidersRequest": {
        "input": {"jobId": "j", "importSettings": {"dataSource": "d", "deleteUntouched": True, "fileKey": "f"}}
    },
    "importIdentityRequest": {
        "input": {
            "jobId": "j",
            "importSettings": {
                "identityStore": "i",
                "deleteUntouched": True,
                "replaceGroups": True,
                "usersFileKey": "u",
                "groupsFileKey": "g",
                "tagSourcesScope": [],
            },
        }
    },
}
"""Arguments of each raw document, as the client sends them."""


@pytest.fixture(scope="module")
def schema() -> graphql.GraphQLSchema:
    if not SCHEMA.is_file():
        pytest.skip(f"the schema known of Raito is not here: {SCHEMA}")
    return graphql.build_schema(SCHEMA.read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.operation)
def test_every_document_is_valid(document: TypedDocument | RawDocument, schema: graphql.GraphQLSchema) -> None:
    raw = isinstance(document, RawDocument)
    text = with_arguments(document.text, ARGUMENTS[document.operation]) if raw else document.text

    assert graphql.validate(schema, graphql.parse(text)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.operation)
def test_a_document_is_named_after_its_one_field(document: TypedDocument | RawDocument) -> None:
    fields = _operation(document.text).selection_set.selections

    assert [field.name.value for field in fields] == [document.operation]


@pytest.mark.parametrize(
    "document", [d for d in DOCUMENTS if isinstance(d, RawDocument) and d.operation_name], ids=lambda d: d.operation
)
def test_the_operation_name_is_the_documents(document: RawDocument) -> None:
    name = _operation(document.text).name

    assert name is not None
    assert name.value == document.operation_name


_texts = st.text(st.characters(exclude_categories=["Cs"]))
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | _texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z][A-Za-z0-9_]{0,5}", fullmatch=True), inner)
    ),
    max_leaves=12,
)


@given(_values)
def test_any_argument_is_read_back_as_it_was(value: Any) -> None:
    document = RawDocument("field", "mutation M{field{id}}", operation_name="M", repeatable=False)

    [field] = _operation(with_arguments(document.text, {"input": value})).selection_set.selections

    assert isinstance(field, ast.FieldNode)
    [argument] = field.arguments
    assert graphql.value_from_ast_untyped(argument.value) == value


def _operation(text: str) -> ast.OperationDefinitionNode:
    [operation] = graphql.parse(text).definitions
    assert isinstance(operation, ast.OperationDefinitionNode)
    return operation
