"""Patterns of actions over the table of S3's actions."""

from __future__ import annotations

import json

import pytest

from raito_aws_pipeline.iam_policy.actions import (
    Service,
    actions_on,
    all_actions,
    s3_actions_of,
    s3_actions_of_statement,
    service_of,
    typed_actions,
)
from raito_aws_pipeline.iam_policy.document import Document, parse_document


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("s3:GetObject", {"s3:GetObject"}),
        ("S3:GETOBJECT", {"s3:GetObject"}),
        ("s3:Get?bject", {"s3:GetObject"}),
        ("s3:*Object", {"s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:ReplicateObject", "s3:RestoreObject"}),
        ("s3:GetObject?", set()),
        ("s3:FlyToTheMoon", set()),
        ("ec2:*", set()),
        ("s3express:*", set()),
    ],
)
def test_wildcards_stand_anywhere_and_case_does_not_count(pattern: str, expected: set[str]) -> None:
    assert s3_actions_of(pattern) == expected


def test_everything_is_the_whole_table() -> None:
    assert s3_actions_of("*") == s3_actions_of("s3:*") == all_actions()
    assert typed_actions() < all_actions()
    assert "s3:ListBucket" in actions_on("bucket") - actions_on("object")
    assert "s3:GetObject" in actions_on("object") & actions_on("accesspointobject")
    assert "s3:ListAllMyBuckets" in actions_on("")
    assert not actions_on("bucket") & actions_on("object")


def test_not_action_is_the_table_less_what_it_names() -> None:
    document = parse_document('{"Statement": {"Effect": "Allow", "NotAction": ["s3:get*", "ec2:*"], "Resource": "*"}}')
    assert isinstance(document, Document)
    assert s3_actions_of_statement(document.statements[0]) == {
        name for name in all_actions() if not name.startswith("s3:Get")
    }
    assert json.loads(document.statements[0].text)["NotAction"] == ["s3:get*", "ec2:*"]


@pytest.mark.parametrize(
    ("pattern", "service"),
    [
        ("s3:Get*", Service.S3),
        ("S3:nothing", Service.S3),
        ("s3express:*", Service.OTHER_S3),
        ("s3-object-lambda:GetObject", Service.OTHER_S3),
        ("s3tables:*", Service.OTHER_S3),
        ("s3-outposts:*", Service.OTHER_S3),
        ("ec2:*", Service.OTHER),
        ("nothing", Service.OTHER),
        ("*", Service.SEVERAL),
        ("*:ListBucket", Service.SEVERAL),
        ("ec*:Run", Service.OTHER),
    ],
)
def test_the_service_of_a_pattern(pattern: str, service: Service) -> None:
    assert service_of(pattern) is service
