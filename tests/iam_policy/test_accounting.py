"""Every element of every document is in WHO or WHAT, or is a row."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from moto.iam.aws_managed_policies import aws_managed_policies_data

from raito_aws_pipeline.iam_policy.accounting import Unaccounted, unaccounted, unaccounted_principals
from raito_aws_pipeline.iam_policy.document import Document, NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.what import Understood
from raito_aws_pipeline.iam_policy.who import Principals, trust_users
from tests.iam_policy.test_law import DOCUMENTS
from tests.iam_policy.world import ACCOUNT, allow, document, scope, understood


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS)
def test_nothing_of_any_document_is_lost(documents: list[NamedDocument]) -> None:
    assert unaccounted(documents, understood(*documents), scope()) == ()


def test_nothing_of_the_policies_that_aws_manages_is_lost() -> None:
    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    assert len(policies) > 1400
    for name, policy in policies.items():
        named = NamedDocument(name, parse_document(json.dumps(policy["Document"])))
        assert isinstance(named.document, Document)
        assert not any(statement.problem for statement in named.document.statements)
        found = understood(named)
        assert unaccounted([named], found, scope()) == ()


def test_what_is_lost_is_found() -> None:
    documents = [
        document(
            allow(["s3:GetObject", "ec2:*"], ["arn:aws:s3:::abc/*", "arn:aws:s3:::other/*"]),
            {**allow("s3:*", "*"), "Effect": "Deny", "Sid": "No"},
            {"Effect": "Neither"},
        ),
        NamedDocument("broken", parse_document("{")),
    ]
    found = understood(*documents)
    assert unaccounted(documents, found, scope()) == ()
    nothing = Understood((), (), (), incomplete=False)
    assert unaccounted(documents, nothing, scope()) == (
        Unaccounted("policy", "#1", "s3:GetObject"),
        Unaccounted("policy", "#1", "ec2:*"),
        Unaccounted("policy", "#1", "arn:aws:s3:::abc/*"),
        Unaccounted("policy", "#1", "arn:aws:s3:::other/*"),
        Unaccounted("policy", "No", ""),
        Unaccounted("policy", "#3", ""),
        Unaccounted("broken", "", ""),
    )
    without_bucket = replace(found, remainder=tuple(r for r in found.remainder if r.reason != "unknown_bucket"))
    assert unaccounted(documents, without_bucket, scope()) == (Unaccounted("policy", "#1", "arn:aws:s3:::other/*"),)


def test_a_principal_that_is_lost_is_found() -> None:
    ann = f"arn:aws:iam::{ACCOUNT}:user/ann"
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": [ann, "*"]}}
    trust = document(statement, {**statement, "Effect": "Deny"}, name="trust")
    found = trust_users(trust, Principals(ACCOUNT, {"ann"}))
    assert unaccounted_principals(trust, found.remainder, ["ann"]) == ()
    assert unaccounted_principals(trust, [], []) == (
        Unaccounted("trust", "#1", ann),
        Unaccounted("trust", "#1", "*"),
        Unaccounted("trust", "#2", ""),
    )
