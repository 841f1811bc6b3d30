"""The law: WHAT is what an evaluator of IAM would allow, or a row of the remainder says where not."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.iam_policy.document import Document, NamedDocument
from raito_aws_pipeline.iam_policy.evaluation import Decision, decide
from tests.iam_policy.world import ACCESS_POINT, document, is_granted, requests, understood

ACTIONS = st.sampled_from(
    [
        "s3:GetObject",
        "s3:PutObject",
        "s3:ListBucket",
        "s3:Get*",
        "s3:*Object*",
        "s3:?etObject",
        "s3:*",
        "*",
        "s3:*Bucket*",
        "s3:ListAllMyBuckets",
        "S3:getobject",
        "ec2:*",
        "s3:Nothing",
        "s3tables:*",
        "*:ListJobs",
    ]
)
BUCKET_PATTERNS = st.sampled_from(
    [
        "acme-lake",
        "acme-raw",
        "acme-*",
        "acme-l?ke",
        "*",
        "*lake",
        "?bc",
        "ab*",
        "a*c",
        "acme-secret",
        "other",
        "acme-lake*",
    ]
)
KEY_PATTERNS = st.sampled_from(
    [
        "",
        "/*",
        "/sales/*",
        "/sales",
        "/sales/",
        "/sales*",
        "/*/q1.csv",
        "/hr/people.csv",
        "/?r/*",
        "/*/sales/*",
        "//*",
        "/",
        "/?*",
        "/nothing/*",
        "/orders/*",
        "/orders/id/*",
        "/sales/2026/*",
        "/sales/2026/q1${*}.csv",
        "/${aws:username}/*",
        "/orders",
    ]
)
RESOURCES = st.one_of(
    st.builds("arn:aws:s3:::{}{}".format, BUCKET_PATTERNS, KEY_PATTERNS),
    st.builds("arn:*:s3:*:*:{}{}".format, BUCKET_PATTERNS, KEY_PATTERNS),
    st.builds("arn:aws:s3:::{}".format, st.text("abc-*?/eklms", min_size=1, max_size=8)),
    st.sampled_from(
        [
            "*",
            "arn:aws:s3:*",
            "arn:aws:s3:::*",
            "arn:*:acme-lake/*",
            "arn:aws:s3:*:acme-lake",
            "arn:aws-cn:s3:::acme-lake/*",
            "nonsense",
            "${aws:username}",
            "arn:aws:s3:::${aws:PrincipalTag/bucket}",
            "arn:aws:s3:::*${aws:PrincipalTag/bucket}",
            "arn:aws:s3:*:*:accesspoint/*",
            "arn:aws:ec2:*:*:*",
            "arn:aws:s3:*:*:*",
            "arn:aws:s3::*:acc*",
        ]
    ),
)


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(values, min_size=1, max_size=3)


@st.composite
def statements(draw: st.DrawFn, resources: st.SearchStrategy[str] = RESOURCES) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"]))}
    # Rare, since each is a row of its own.
    statement[draw(st.sampled_from(["Action"] * 5 + ["NotAction"]))] = draw(some(ACTIONS))
    statement[draw(st.sampled_from(["Resource"] * 7 + ["NotResource"]))] = draw(some(resources))
    if draw(st.integers(0, 9)) == 9:
        statement["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
    return statement


DOCUMENTS = st.lists(
    st.builds(
        lambda listed, version: document(*listed, version=version),
        st.lists(statements(), min_size=1, max_size=3),
        st.sampled_from(["2012-10-17"] * 3 + ["2008-10-17"]),
    ),
    min_size=1,
    max_size=2,
)

REQUESTS = requests()


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_what_is_what_an_evaluator_allows_or_a_row_says_where_not(documents: list[NamedDocument]) -> None:
    holds(documents, [(action, arn, arn) for action, arn in REQUESTS], access_point=False)


ACCESS_POINT_RESOURCES = st.one_of(
    st.sampled_from(
        ["*", ACCESS_POINT.arn, f"{ACCESS_POINT.arn}*", f"{ACCESS_POINT.arn}/object", "arn:aws:s3:::acme-lake/*"]
    ),
    KEY_PATTERNS.map(lambda key: f"{ACCESS_POINT.arn}/object{key}"),
)
PRINCIPALS = st.sampled_from(["*", {"AWS": "*"}, {"AWS": "arn:aws:iam::123456789012:user/ann"}])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(lambda s, who: {**s, "Principal": who}, statements(ACCESS_POINT_RESOURCES), PRINCIPALS),
        min_size=1,
        max_size=3,
    )
)
def test_the_same_holds_for_policies_of_access_points(listed: list[dict[str, Any]]) -> None:
    by_access_point = [
        (action, arn, f"{ACCESS_POINT.arn}/object/{arn.partition('/')[2]}" if "/" in arn else ACCESS_POINT.arn)
        for action, arn in REQUESTS
        if arn.startswith("arn:aws:s3:::acme-lake/") or (arn, action) == ("arn:aws:s3:::acme-lake", "s3:ListBucket")
    ]
    holds([document(*listed)], [r for r in by_access_point if r[0] != "s3:GetObjectTorrent"], access_point=True)


def holds(documents: list[NamedDocument], asked: list[tuple[str, str, str]], *, access_point: bool) -> None:
    found = understood(*documents, access_point=access_point)
    parsed = [named.document for named in documents if isinstance(named.document, Document)]
    denials = [row for row in found.remainder if row.reason == "deny" and row.incomplete]
    explained = {row.statement for row in found.remainder if row.incomplete}
    for action, arn, evaluated in asked:
        decision = decide(parsed, action, evaluated)
        granted = is_granted(found.what, action, arn)
        said = json.dumps([action, arn, decision, [repr(item) for item in found.what]])
        if granted and decision is not Decision.YES:
            assert denials, said
        if not granted and decision is not Decision.NO:
            allowing = {s.text for d in parsed for s in d.statements if decide([Document("", (s,))], action, evaluated)}
            assert allowing & explained, said
    assert all(item.permissions == tuple(sorted(set(item.permissions))) and item.permissions for item in found.what)
    names = [item.full_name for item in found.what]
    assert len(names) == len(set(names))
