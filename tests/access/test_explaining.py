"""Single documents explained without an account: their kind, WHO, WHAT, remainder, and what is assumed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data

from raito_aws_pipeline.access.assumed_account import AssumedAccount, assume_account
from raito_aws_pipeline.access.explaining import DocumentKind, Explanation, explain, kind_of, read_document
from raito_aws_pipeline.access.remainder_reasons import REASON_TEXTS
from raito_aws_pipeline.iam_policy.accounting import unaccounted, unaccounted_principals
from raito_aws_pipeline.iam_policy.document import Document, NamedDocument
from raito_aws_pipeline.iam_policy.what import Understood
from raito_aws_pipeline.model.access_remainder import RemainderReason
from tests.golden import golden_json

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/people/ann"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
ACCESS_POINT = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/readers"


def allow(action: Any, resource: Any = None, principal: Any = None, **members: Any) -> dict[str, Any]:
    optional = {"Resource": resource, "Principal": principal}
    return {"Effect": "Allow", "Action": action, **{k: v for k, v in optional.items() if v is not None}, **members}


def text(*statements: Any) -> bytes:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}).encode()


def explained(content: bytes, account: str | None = None, **buckets: str) -> Explanation:
    document = read_document(content)
    named = {name.replace("_", "-"): region for name, region in buckets.items()}
    return explain(document, assume_account([document], account_id=account, buckets=named))


def what(of: Explanation) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(item.full_name, item.type): item.permissions for item in of.what}


def rows(of: Explanation) -> list[tuple[str, str, str]]:
    return [(row.sid, row.reason.value, row.element) for row in of.remainder]


@pytest.mark.parametrize(
    ("statements", "kind"),
    [
        ([allow("s3:GetObject", "arn:aws:s3:::lake/*")], DocumentKind.IDENTITY),
        ([], DocumentKind.IDENTITY),
        ([allow("sts:AssumeRole", principal={"AWS": USER})], DocumentKind.TRUST),
        ([allow("*", principal="*")], DocumentKind.TRUST),
        ([allow("sts:AssumeRole", "*", {"AWS": USER})], DocumentKind.TRUST),
        ([allow("s3:GetObject", f"{ACCESS_POINT}/object/*", {"AWS": USER})], DocumentKind.ACCESS_POINT),
        ([allow("s3:GetObject", "arn:aws:s3:*:*:accesspoint/*", "*")], DocumentKind.ACCESS_POINT),
        ([allow("s3:GetObject", "arn:aws:s3:::lake/*", "*")], DocumentKind.BUCKET),
        ([allow("kms:*", "*", {"AWS": USER})], DocumentKind.OTHER_RESOURCE),
        ([{**allow("s3:GetObject", "*"), "Effect": "allow"}], DocumentKind.NONE),
    ],
)
def test_the_kind_of_a_document_is_seen_from_its_elements(statements: list[Any], kind: DocumentKind) -> None:
    document = read_document(text(*statements))
    assert kind_of(document) is kind
    assert explain(document, assume_account([document])).kind is kind


def test_what_an_identity_policy_names_is_taken_to_exist() -> None:
    found = explained(
        text(allow("s3:GetObject", ["arn:aws:s3:::lake/a/b/*", "arn:aws:s3:::raw/one.json", "arn:aws:s3:::lake-*/x"]))
    )
    assert what(found) == {
        (f"{ACCOUNT}:us-east-1:lake/a/b", "folder"): ("s3:GetObject",),
        (f"{ACCOUNT}:us-east-1:raw/one.json", "file"): ("s3:GetObject",),
    }
    assert rows(found) == [("#1", "bucket_wildcard", "arn:aws:s3:::lake-*/x")]
    assert not found.incomplete


def test_buckets_that_are_said_are_the_only_ones_of_the_account() -> None:
    found = explained(text(allow("s3:GetObject", ["arn:aws:s3:::lake/*", "arn:aws:s3:::raw/*"])), lake="eu-west-1")
    assert what(found) == {(f"{ACCOUNT}:eu-west-1:lake", "bucket"): ("s3:GetObject",)}
    assert rows(found) == [("#1", "unknown_bucket", "arn:aws:s3:::raw/*")]
    assert found.incomplete


def test_a_trust_policy_has_the_users_of_the_account() -> None:
    other = "arn:aws:iam::999999999999:user/zed"
    found = explained(text(allow("sts:AssumeRole", principal={"AWS": [USER, other, ROLE]})), ACCOUNT)
    assert (found.users, found.roles, found.what) == (("ann",), (), ())
    assert rows(found) == [("#1", "foreign_principal", other), ("#1", "role_principal", ROLE)]


def test_a_trust_policy_with_a_resource_is_malformed() -> None:
    assert rows(explained(text(allow("sts:AssumeRole", "*", {"AWS": USER})))) == [("#1", "malformed", "")]


def access_point_policy(arn: str = ACCESS_POINT) -> bytes:
    return text(allow("s3:GetObject", f"{arn}/object/sales/*", {"AWS": [USER, ROLE]}))


def test_an_access_point_is_of_the_bucket_that_is_said_first_that_in_its_region() -> None:
    found = explained(access_point_policy(), raw="us-east-1", acme_lake="eu-west-1", late="eu-west-1")
    assert (found.users, found.roles) == (("ann",), ("reader",))
    assert what(found) == {(f"{ACCOUNT}:eu-west-1:acme-lake/sales", "folder"): ("s3:GetObject",)}
    assert "Bucket of the access point readers: acme-lake;" in found.assumptions[0]
    assert what(explained(access_point_policy(), raw="us-east-1")).keys() == {
        (f"{ACCOUNT}:us-east-1:raw/sales", "folder")
    }


def test_without_one_the_bucket_of_an_access_point_is_made_up_and_said() -> None:
    found = explained(access_point_policy())
    assert what(found).keys() == {(f"{ACCOUNT}:eu-west-1:bucket-of-readers/sales", "folder")}
    assert "called bucket-of-readers" in found.assumptions[0]


def test_an_access_point_that_only_patterns_name_is_made_up_and_said() -> None:
    found = explained(access_point_policy("arn:aws:s3:*:*:accesspoint/*"))
    assert (f"{ACCOUNT}:us-east-1:bucket-of-access-point/sales", "folder") in what(found)
    assert f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/access-point" in found.assumptions[0]


def test_each_statement_of_a_resource_policy_is_a_row() -> None:
    bucket = explained(text(allow("s3:*", "arn:aws:s3:::lake/*", "*"), {"Effect": "?"}))
    assert rows(bucket) == [("#1", "bucket_policy", ""), ("#2", "bucket_policy", "")]
    key = explained(text(allow("kms:*", "*", {"AWS": USER}), {"Effect": "?"}))
    assert rows(key) == [("#1", "non_s3_action", ""), ("#2", "malformed", "")]
    assert (bucket.what, bucket.users, key.what, key.users) == ((), (), (), ())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it is empty"),
        (b"{", "it is no JSON: "),
        (b"[]", "it is no JSON object"),
        (b'{"PolicyVersion": {}}', "it has no Statement"),
        (b"\x7fELF\xff\xfe", "it is no UTF-8: "),
        (b"[" * 100_000, "it is nested too deeply"),
    ],
)
def test_what_is_no_document_is_one_malformed_row_with_the_text(content: bytes, problem: str) -> None:
    found = explained(content)
    assert found.kind is DocumentKind.NONE
    assert [(row.sid, row.reason, row.statement) for row in found.remainder] == [
        ("", RemainderReason.MALFORMED, content.decode(errors="replace"))
    ]
    assert found.incomplete
    assert found.problems["", found.remainder[0].statement].startswith(problem)


def test_a_malformed_statement_says_what_is_wrong() -> None:
    found = explained(text({"Sid": "Odd", "Effect": "Neither"}))
    (row,) = found.remainder
    assert found.problems[row.sid, row.statement] == "its Effect is neither Allow nor Deny"


@pytest.mark.parametrize(
    ("arns", "account", "said"),
    [
        ([], ACCOUNT, "since none is named"),
        (["arn:aws:s3:::lake/111111111111"], ACCOUNT, "since none is named"),
        (["arn:aws:iam::111111111111:user/ann"], "111111111111", "the only one that is named"),
        (["arn:aws:iam::111111111111:user/a", "arn:aws:sqs:eu-west-1:222222222222:q"], ACCOUNT, "several are named"),
    ],
)
def test_the_account_is_the_only_one_that_is_named(arns: list[str], account: str, said: str) -> None:
    document = read_document(text(*(allow("s3:GetObject", arn) for arn in arns)))
    assumed = assume_account([document])
    assert assumed.scope.names.account_id == account
    assert said in assumed.assumptions[0]
    assert assume_account([document], account_id="333333333333").scope.names.account_id == "333333333333"


def test_where_all_is_said_nothing_of_the_account_is_assumed() -> None:
    document = read_document(text(allow("s3:GetObject", "arn:aws:s3:::lake/*")))
    assert assume_account([document], account_id=ACCOUNT, buckets={"lake": "eu-west-1"}).assumptions == ()


def test_the_partition_is_that_of_the_arns() -> None:
    found = explained(text(allow("s3:GetObject", "arn:aws-cn:s3:::lake/*")), lake="cn-north-1")
    assert what(found) == {(f"{ACCOUNT}:cn-north-1:lake", "bucket"): ("s3:GetObject",)}


def test_patterns_of_buckets_are_no_buckets() -> None:
    resources = ["arn:aws:s3:::a*/x", "arn:aws:s3:::b?", "arn:aws:s3:::${aws:username}/x", "arn:aws:s3:::c", "*"]
    document = read_document(text(allow("s3:GetObject", resources)))
    assert assume_account([document]).scope.buckets == {"c": "us-east-1"}


@settings(max_examples=150, deadline=None)
@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_have_an_explanation(content: bytes) -> None:
    assert explained(content).kind is DocumentKind.NONE


_ELEMENT = st.sampled_from(
    ["*", "s3:GetObject", "sts:AssumeRole", "kms:*", USER, ROLE, ACCESS_POINT, "arn:aws:s3:::lake/a/*"]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": _ELEMENT},
            optional={
                "Resource": _ELEMENT,
                "NotResource": _ELEMENT,
                "Principal": st.just("*") | st.dictionaries(st.sampled_from(["AWS", "Service"]), _ELEMENT),
                "NotPrincipal": st.just("*"),
                "Condition": st.just({"Bool": {"aws:SecureTransport": "true"}}),
            },
        ),
        min_size=1,
        max_size=4,
    )
)
def test_every_statement_of_any_mixture_is_in_who_what_or_the_remainder(statements: list[dict[str, Any]]) -> None:
    found = explained(text(*statements))
    assert all(row.reason in REASON_TEXTS for row in found.remainder)
    if not found.what and not found.users and not found.roles:
        assert found.remainder


def test_every_reason_is_put_into_words() -> None:
    assert REASON_TEXTS.keys() == set(RemainderReason)


def golden_documents(of: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for owner in (*of["users"], *of["groups"], *of["roles"]):
        yield from owner.get("inline", {}).items()
        if "trust" in owner:
            yield f"trust of {owner['name']}", owner["trust"]
    yield from ((policy["name"], policy["document"]) for policy in of["policies"])


def account_of(case: Mapping[str, Any]) -> AssumedAccount:
    return assume_account((), account_id=ACCOUNT, buckets={b["name"]: b["region"] for b in case["aws"]["buckets"]})


def test_nothing_of_the_golden_documents_is_lost() -> None:
    case = golden_json("e-access-import", "case.json")
    account = account_of(case)
    for name, content in golden_documents(case["aws"]):
        document = read_document(json.dumps(content).encode())
        found = explain(document, account)
        if found.kind is DocumentKind.TRUST:
            trust = NamedDocument("trust", document)
            assert unaccounted_principals(trust, found.remainder, found.users) == (), name
            continue
        assert found.kind is DocumentKind.IDENTITY
        understood = Understood(found.what, (), found.remainder, found.incomplete)
        assert unaccounted([NamedDocument(found.kind.value, document)], understood, account.scope) == (), name


@pytest.mark.parametrize("name", ["p-read-lake", "p-folder", "p-deny", "p-cond", "p-other-service", "p-accesspoint"])
def test_the_plain_golden_policies_have_the_recorded_what(name: str) -> None:
    case = golden_json("e-access-import", "case.json")
    recorded = golden_json("e-access-import", "reference", "access-providers.json")
    (policy,) = (p for p in case["aws"]["policies"] if p["name"] == name)
    (control,) = (c for c in recorded if c["externalId"] == f"policy:{name}")
    found = explain(read_document(json.dumps(policy["document"]).encode()), account_of(case))
    assert {item.full_name: list(item.permissions) for item in found.what} == {
        item["dataObject"]["fullName"]: item["permissions"] for item in control["what"]
    }


def test_all_policies_that_aws_manages_are_identity_policies() -> None:
    policies = json.loads(aws_managed_policies_data).values()
    documents = [read_document(json.dumps(policy["Document"]).encode()) for policy in policies]
    assert len(documents) > 1400
    assert all(isinstance(document, Document) for document in documents)
    account = assume_account(documents)
    assert {explain(document, account).kind for document in documents} == {DocumentKind.IDENTITY}
