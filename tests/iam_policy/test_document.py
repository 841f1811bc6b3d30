"""Documents are read tolerantly; what is wrong with one is a value, and nothing of a statement is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.iam_policy.document import Document, MalformedDocument, Statement, parse_document

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def statements_of(*statements: Any, **members: Any) -> tuple[Statement, ...]:
    document = parse_document(json.dumps({"Version": "2012-10-17", "Statement": list(statements), **members}))
    assert isinstance(document, Document)
    return document.statements


def malformed(text: str) -> str:
    document = parse_document(text)
    assert isinstance(document, MalformedDocument)
    return document.problem


def test_single_values_stand_for_lists_and_a_statement_without_sid_has_its_number() -> None:
    document = parse_document('\ufeff{"Statement": {"Effect": "Deny", "NotAction": "s3:*", "NotResource": ["a", "b"]}}')
    assert document == Document(
        "",
        (
            Statement(
                number=1,
                sid="#1",
                text='{"Effect":"Deny","NotAction":"s3:*","NotResource":["a","b"]}',
                actions=("s3:*",),
                not_action=True,
                resources=("a", "b"),
                not_resource=True,
            ),
        ),
    )


def test_a_statement_is_kept_whole_with_sorted_keys_and_members_nobody_knows() -> None:
    (statement,) = statements_of({**ALLOW, "Sid": "Read", "Comment": {"b": 1, "a": "ü"}})
    assert (statement.sid, statement.allows, statement.problem) == ("Read", True, "")
    assert statement.text == (
        '{"Action":"s3:GetObject","Comment":{"a":"ü","b":1},"Effect":"Allow","Resource":"*","Sid":"Read"}'
    )


def test_variables_are_understood_from_2012_on_only() -> None:
    assert statements_of(ALLOW)[0].variables
    assert not statements_of(ALLOW, Version="2008-10-17")[0].variables
    assert not statements_of(ALLOW, Version=None)[0].variables


def test_an_empty_condition_is_none() -> None:
    assert statements_of({**ALLOW, "Condition": {}})[0].condition is None
    assert statements_of({**ALLOW, "Condition": {"Bool": {"a": "b"}}})[0].condition == {"Bool": {"a": "b"}}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("no json", "it is no JSON"),
        ('{"Statement": NaN}', "it is no JSON: NaN"),
        ('{"Statement": [{"Condition": {"a": 1e999}}]}', "it is no JSON: 1e999"),
        (f'{{"Statement": [{{"Condition": {{"a": {"9" * 5000}}}}}]}}', "it is no JSON"),
        ("[]", "it is no JSON object"),
        ('"text"', "it is no JSON object"),
        ("{}", "it has no Statement"),
        ('{"Statement": "x"}', "its Statement is neither"),
        ('{"Statement": [], "Statement": []}', "it names an element twice"),
        ("[" * 100_000, "it is nested too deeply"),
        ('{"Statement": ' + "[" * 100_000, "it is nested too deeply"),
        ('{"Statement": [{"Sid": "\\ud800"}]}', "it holds half a surrogate pair"),
    ],
)
def test_what_is_no_document_says_why(text: str, problem: str) -> None:
    assert malformed(text).startswith(problem)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("x", "the statement is no object"),
        ({**ALLOW, "Effect": "allow"}, "its Effect is neither Allow nor Deny"),
        ({"Effect": "Allow", "Resource": "*"}, "it has neither Action nor NotAction"),
        ({**ALLOW, "NotAction": "s3:*"}, "it has Action and NotAction"),
        ({**ALLOW, "NotResource": "*"}, "it has Resource and NotResource"),
        ({**ALLOW, "Action": []}, "its Action is neither"),
        ({**ALLOW, "Resource": ["a", 1]}, "its Resource is neither"),
        ({**ALLOW, "Condition": "x"}, "its Condition is no object"),
        ({**ALLOW, "Principal": "x"}, "its Principal is neither"),
        ({**ALLOW, "Principal": {"AWS": []}}, "its Principal is neither"),
        ({**ALLOW, "condition": {"Bool": {}}}, "condition is written in another case"),
    ],
)
def test_a_statement_that_aws_would_not_take_says_why_and_the_others_stay(statement: Any, problem: str) -> None:
    wrong, right = statements_of(statement, ALLOW)
    assert wrong.problem.startswith(problem)
    assert wrong.text == json.dumps(statement, sort_keys=True, separators=(",", ":"))
    assert (right.problem, right.sid) == ("", "#2")


def test_a_member_that_is_named_twice_is_a_problem_and_both_are_kept() -> None:
    document = parse_document('{"Statement": {"Effect": "Allow", "Action": "a", "Action": "b", "Resource": "*"}}')
    assert isinstance(document, Document)
    assert document.statements[0].problem == "it names a member twice"
    assert document.statements[0].text == '{"Action":"a","Action (2)":"b","Effect":"Allow","Resource":"*"}'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("Allow"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Statement", "Effect", "Action", "Resource", "Principal", "x"]), inner)
    ),
    max_leaves=12,
)


@given(JSON.map(json.dumps) | st.text(st.characters(exclude_categories=()), max_size=20))
def test_no_text_is_too_odd(text: str) -> None:
    document = parse_document(text)
    if isinstance(document, MalformedDocument):
        document.text.encode()
        assert document.problem
    else:
        assert all(s.problem or s.actions for s in document.statements)
