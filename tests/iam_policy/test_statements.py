"""WHAT becomes statements that grant just it, and statements → WHAT → statements keep the meaning."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.iam_policy.actions import all_actions
from raito_aws_pipeline.iam_policy.document import Document, NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.evaluation import Decision, decide
from raito_aws_pipeline.iam_policy.grants import GrantedItem
from raito_aws_pipeline.iam_policy.statements import LeftOut, LeftOutReason, document_text, statements_of
from tests.iam_policy.test_law import DOCUMENTS
from tests.iam_policy.world import ABC, ACCESS_POINT, ACCOUNT, LAKE, OBJECTS, is_granted, requests, understood

S3 = "arn:aws:s3:::"


def item(full_name: str, *permissions: str, kind: str | None = None) -> GrantedItem:
    return GrantedItem(full_name, kind or OBJECTS[full_name], permissions)


def test_each_kind_of_data_object_has_resources_that_really_grant() -> None:
    written = statements_of(
        [
            item(ACCOUNT, "s3:ListAllMyBuckets", "s3:GetBucketLocation"),
            item(LAKE, "s3:ListBucket", "s3:GetObject"),
            item(f"{LAKE}/orders", "s3:PutObject"),
            item(f"{LAKE}/sales", "s3:GetObject"),
            item(f"{LAKE}/sales/2026/q1*.csv", "s3:PutObject"),
            item(f"{LAKE}/sales", "s3:PutObject", "s3:GetObject"),
        ]
    )
    assert written.left_out == ()
    assert written.statements == (
        {"Action": ["s3:GetBucketLocation", "s3:ListAllMyBuckets"], "Effect": "Allow", "Resource": ["*"]},
        {"Action": ["s3:ListBucket"], "Effect": "Allow", "Resource": [f"{S3}acme-lake"]},
        {"Action": ["s3:GetObject"], "Effect": "Allow", "Resource": [f"{S3}acme-lake/*"]},
        {
            "Action": ["s3:PutObject"],
            "Effect": "Allow",
            "Resource": [f"{S3}acme-lake/orders/*", f"{S3}acme-lake/sales/2026/q1${{*}}.csv"],
        },
        {"Action": ["s3:GetObject", "s3:PutObject"], "Effect": "Allow", "Resource": [f"{S3}acme-lake/sales/*"]},
    )
    assert json.loads(document_text(written.statements))["Version"] == "2012-10-17"


def test_an_access_point_has_its_own_resources() -> None:
    written = statements_of(
        [
            item(LAKE, "s3:ListBucket", "s3:GetObject", "s3:PutBucketPolicy"),
            item(f"{LAKE}/sales", "s3:PutObject"),
            item(f"{LAKE}/hr/people.csv", "s3:PutObject"),
            item(ABC, "s3:GetObject"),
            item(ACCOUNT, "s3:GetObject"),
        ],
        access_point=ACCESS_POINT,
    )
    arn = ACCESS_POINT.arn
    assert [(s["Action"], s["Resource"]) for s in written.statements] == [
        (["s3:ListBucket"], [arn]),
        (["s3:GetObject"], [f"{arn}/object/*"]),
        (["s3:PutObject"], [f"{arn}/object/hr/people.csv", f"{arn}/object/sales/*"]),
    ]
    assert written.left_out == (
        LeftOut(LAKE, "s3:PutBucketPolicy", LeftOutReason.NO_EFFECT),
        LeftOut(ABC, "", LeftOutReason.OTHER_BUCKET),
        LeftOut(ACCOUNT, "", LeftOutReason.OTHER_BUCKET),
    )


@pytest.mark.parametrize(
    ("wanted", "permission", "reason"),
    [
        (item(LAKE, "s3:FlyToTheMoon"), "s3:FlyToTheMoon", LeftOutReason.UNKNOWN_PERMISSION),
        (item(LAKE, "s3:*"), "s3:*", LeftOutReason.UNKNOWN_PERMISSION),
        (item(LAKE, "s3:ListJobs"), "s3:ListJobs", LeftOutReason.NO_EFFECT),
        (item(f"{LAKE}/sales", "s3:ListBucket"), "s3:ListBucket", LeftOutReason.NO_EFFECT),
        (item(f"{LAKE}/orders/id", "s3:GetObject"), "s3:GetObject", LeftOutReason.NO_EFFECT),
        (item(LAKE, "s3:GetObject", kind="table"), "", LeftOutReason.UNKNOWN_TYPE),
        (item("lake", "s3:GetObject", kind="bucket"), "", LeftOutReason.NO_FULL_NAME),
        (item(LAKE, "s3:GetObject", kind="folder"), "", LeftOutReason.NO_FULL_NAME),
        (item(f"{LAKE}/sales", "s3:GetObject", kind="bucket"), "", LeftOutReason.NO_FULL_NAME),
        (item(f"{LAKE}/日本", "s3:GetObject", kind="folder"), "", LeftOutReason.UNWRITABLE_NAME),
    ],
)
def test_what_cannot_be_written_is_left_out_and_never_made_wider(
    wanted: GrantedItem, permission: str, reason: LeftOutReason
) -> None:
    written = statements_of([wanted])
    assert (written.statements, written.left_out) == ((), (LeftOut(wanted.full_name, permission, reason),))


def parsed(items: tuple[GrantedItem, ...]) -> NamedDocument:
    return NamedDocument("written", parse_document(document_text(statements_of(items).statements)))


ITEMS = st.lists(
    st.builds(
        lambda name, permissions: GrantedItem(name, OBJECTS[name], tuple(sorted(permissions))),
        st.sampled_from(sorted(name for name, kind in OBJECTS.items() if kind != "column")),
        st.sets(st.sampled_from(sorted(all_actions())), min_size=1, max_size=8),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(ITEMS, st.randoms())
def test_what_is_written_is_read_as_the_same_whatever_its_order(items: list[GrantedItem], random: object) -> None:
    written = statements_of(items)
    shuffled = sorted(items, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert document_text(statements_of(shuffled).statements) == document_text(written.statements)
    left_out = {(left.full_name, left.permission) for left in written.left_out}
    wanted = {(i.full_name, p) for i in items for p in i.permissions} - left_out
    found = understood(NamedDocument("written", parse_document(document_text(written.statements))))
    assert {(i.full_name, p) for i in found.what for p in i.permissions} == wanted
    assert (found.remainder, found.incomplete) == ((), False)
    assert statements_of(found.what).statements == written.statements


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_statements_of_what_statements_mean_allow_the_same(documents: list[NamedDocument]) -> None:
    found = understood(*documents)
    written = parsed(found.what).document
    assert isinstance(written, Document)
    for action, arn in requests():
        assert is_granted(found.what, action, arn) == (decide([written], action, arn) is Decision.YES)
