"""The evaluator, by the letter of IAM's logic."""

from __future__ import annotations

from typing import Any

import pytest

from raito_aws_pipeline.iam_policy.document import MalformedDocument
from raito_aws_pipeline.iam_policy.evaluation import Decision, decide
from tests.iam_policy.world import allow, deny, document

KEY = "arn:aws:s3:::lake/home/ann/x"
CONDITION = {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}


def decision(*statements: dict[str, Any], action: str = "s3:GetObject", resource: str = KEY) -> Decision:
    return decide([document(*statements).document, MalformedDocument("", "it is empty")], action, resource)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], Decision.NO),
        ([allow("s3:get*", "arn:aws:s3:::lake/*")], Decision.YES),
        ([allow("s3:Put*", "*")], Decision.NO),
        ([allow("*", "arn:aws:s3:::lake/home.ann/x")], Decision.NO),
        ([allow("*", "arn:aws:s3:::lake?home/*")], Decision.YES),
        ([allow("*", "arn:*:home/*")], Decision.NO),
        ([allow("*", "arn:*:lake/*")], Decision.YES),
        ([allow("*", "arn:aws:s3:*")], Decision.YES),
        ([allow("*", "*"), deny("s3:GetObject", "arn:aws:s3:::lake/*")], Decision.NO),
        ([allow("*", "*"), deny("s3:GetObject", "arn:aws:s3:::lake/*", **CONDITION)], Decision.DEPENDS),
        ([deny("*", "*", **CONDITION)], Decision.NO),
        ([allow("*", "*", **CONDITION)], Decision.DEPENDS),
        ([allow("*", "*", **CONDITION), allow("*", "*")], Decision.YES),
        ([allow("*", "arn:aws:s3:::lake/home/${aws:username}/*")], Decision.DEPENDS),
        ([allow("*", "arn:aws:s3:::lake/office/${aws:username}/*")], Decision.NO),
        ([allow("*", "arn:aws:s3:::lake/home/ann/${*}")], Decision.NO),
        ([{"Effect": "Allow", "NotAction": "s3:Put*", "NotResource": "arn:aws:s3:::other/*"}], Decision.YES),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::lake/*"}], Decision.NO),
        ([{"Effect": "Maybe", "Action": "*", "Resource": "*"}], Decision.NO),
    ],
)
def test_decisions(statements: list[dict[str, Any]], expected: Decision) -> None:
    assert decision(*statements) is expected


def test_an_action_without_a_resource_type_needs_everything() -> None:
    assert decision(allow("s3:*", "*"), action="s3:ListJobs", resource="*") is Decision.YES
    assert decision(allow("s3:*", "arn:aws:s3:::*"), action="s3:ListJobs", resource="*") is Decision.NO


def test_a_deny_that_names_some_depends_on_who_asks() -> None:
    who = {"Principal": {"AWS": "arn:aws:iam::123456789012:user/ann"}}
    assert decision(allow("*", "*", **who)) is Decision.YES
    assert decision(allow("*", "*", **who), deny("*", "*", **who)) is Decision.DEPENDS
    assert decision(allow("*", "*", **who), deny("*", "*", Principal={"AWS": "*"})) is Decision.NO
