"""What single statements come to: WHAT, and rows with their reasons."""

from __future__ import annotations

from typing import Any

import pytest

from raito_aws_pipeline.iam_policy.actions import actions_on, all_actions, typed_actions
from raito_aws_pipeline.iam_policy.document import MalformedDocument, NamedDocument
from raito_aws_pipeline.iam_policy.known import NO_INTERESTS, AssumedObjects, Interests, KnownFromRows
from raito_aws_pipeline.iam_policy.matching import text_pattern
from raito_aws_pipeline.iam_policy.scope import RESOURCE_TYPES, Scope
from raito_aws_pipeline.iam_policy.what import interests_of, what_of
from raito_aws_pipeline.model.full_names import FullNames
from raito_aws_pipeline.model.s3_actions import s3_actions
from tests.iam_policy.world import (
    ABC,
    ACCESS_POINT,
    ACCOUNT,
    LAKE,
    LOGS,
    RAW,
    allow,
    deny,
    document,
    known_objects,
    rows,
    scope,
    understood,
    what,
)

GET = ("s3:GetObject",)
S3 = "arn:aws:s3:::"
ON_ALL_BUCKETS = actions_on("bucket") | actions_on("object") | {"s3:ListAllMyBuckets"}


def granted(*statements: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """WHAT of statements that nothing is left of."""
    found = understood(document(*statements))
    assert (found.remainder, found.incomplete) == ((), False)
    return what(found)


def left(*statements: dict[str, Any], **options: Any) -> list[tuple[str, str, str, bool]]:
    """The rows of statements that grant nothing that WHAT can say."""
    found = understood(document(*statements, **options))
    assert found.what == ()
    return rows(found)


def test_each_kind_of_resource_is_its_data_object() -> None:
    assert granted(
        allow(["s3:ListBucket", "s3:GetObject"], [f"{S3}acme-lake", f"{S3}acme-lake/*"]),
        allow("s3:GetObject", f"{S3}acme-raw/in/*"),
        allow("s3:PutObject", f"{S3}acme-lake/hr/people.csv"),
        allow("s3:PutObject", f"{S3}acme-lake/orders/*"),
        allow("s3:PutObject", f"{S3}acme-lake//*"),
    ) == {
        LAKE: ("s3:GetObject", "s3:ListBucket"),
        f"{LAKE}/": ("s3:PutObject",),
        f"{LAKE}/hr/people.csv": ("s3:PutObject",),
        f"{LAKE}/orders": ("s3:PutObject",),
        f"{RAW}/in": GET,
    }


def test_a_data_object_has_its_type() -> None:
    found = understood(
        document(allow("s3:*", ["*", f"{S3}abc", f"{S3}acme-lake/orders/*", f"{S3}acme-lake/sales.csv"]))
    )
    assert [item.type for item in found.what] == ["datasource", "glue-table", "file", "bucket"]


@pytest.mark.parametrize(
    ("resource", "actions"),
    [
        ("*", all_actions()),
        ("arn:aws:s3:*", typed_actions() | {"s3:ListAllMyBuckets"}),
        ("arn:*:s3:*:*:*", typed_actions() | {"s3:ListAllMyBuckets"}),
        (f"{S3}*", ON_ALL_BUCKETS),
        ("arn:aws:s3::*:*", ON_ALL_BUCKETS),
    ],
)
def test_everything_is_the_data_source_with_what_the_resource_reaches(resource: str, actions: frozenset[str]) -> None:
    assert granted(allow("s3:*", resource)) == {ACCOUNT: tuple(sorted(actions))}


def test_a_wildcard_of_actions_is_complete_where_the_table_covers_it() -> None:
    assert granted(allow("s3:*", f"{S3}abc")) == {ABC: tuple(sorted(actions_on("bucket")))}
    assert granted(allow("*", f"{S3}abc/*")) == {ABC: tuple(sorted(actions_on("object")))}
    assert granted({"Effect": "Allow", "NotAction": "s3:Get*", "Resource": f"{S3}abc/*"}) == {
        ABC: tuple(sorted(name for name in actions_on("object") if not name.startswith("s3:Get")))
    }


def test_a_star_for_actions_on_everything_is_more_than_s3() -> None:
    found = understood(document(allow("*", "*")))
    assert what(found) == {ACCOUNT: tuple(sorted(all_actions()))}
    assert rows(found) == [("#1", "non_s3_action", "*", True)]
    not_action = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*", "Sid": "Power"}
    assert rows(understood(document(not_action))) == [("Power", "non_s3_action", "NotAction", True)]


def test_a_bucket_wildcard_is_expanded_and_noted() -> None:
    found = understood(document(allow(["s3:GetObject", "s3:ListBucket"], f"{S3}acme-lake*")))
    assert what(found) == {LAKE: ("s3:GetObject", "s3:ListBucket"), LOGS: ("s3:GetObject", "s3:ListBucket")}
    assert rows(found) == [("#1", "bucket_wildcard", f"{S3}acme-lake*", False)]


def test_a_bucket_wildcard_that_also_matches_a_bucket_that_is_not_imported_says_so() -> None:
    found = understood(document(allow("s3:ListBucket", f"{S3}acme-*e*")))
    assert what(found) == {LAKE: ("s3:ListBucket",), LOGS: ("s3:ListBucket",)}
    assert {reason for _, reason, _, _ in rows(found)} == {"bucket_wildcard", "unknown_bucket"}


def test_a_key_wildcard_is_the_topmost_folders_that_it_surely_covers() -> None:
    found = understood(document(allow("s3:GetObject", f"{S3}acme-lake/*s*")))
    assert what(found) == {f"{LAKE}/orders": GET, f"{LAKE}/sales": GET}
    assert rows(found) == [("#1", "key_wildcard", f"{S3}acme-lake/*s*", True)]
    assert what(understood(document(allow("s3:GetObject", f"{S3}acme-lake/sales*")))) == {f"{LAKE}/sales": GET}


def test_a_folder_of_any_bucket_is_found_where_it_lies() -> None:
    found = understood(document(allow("s3:GetObject", f"{S3}*/sales/*")))
    assert what(found) == {f"{LAKE}/sales": GET, f"{ABC}/sales": GET, f"{RAW}/in/sales": GET}
    assert {reason for _, reason, _, _ in rows(found)} == {"bucket_wildcard", "unknown_bucket", "key_wildcard"}


@pytest.mark.parametrize(
    ("resource", "reason", "incomplete"),
    [
        (f"{S3}acme-lake/sales", "key_is_folder", True),
        (f"{S3}acme-lake/orders", "key_is_folder", True),
        (f"{S3}acme-lake/anything/", "key_is_folder", True),
        (f"{S3}acme-lake/anything", "unknown_object", True),
        (f"{S3}acme-lake/anything/*", "unknown_object", True),
        (f"{S3}acme-lake/sales.csv/*", "unknown_object", True),
        (f"{S3}acme-lake/orders/id", "unknown_object", True),
        (f"{S3}acme-secret/*", "unknown_bucket", True),
        (f"{S3}somebody-elses/*", "unknown_bucket", True),
        ("arn:aws-cn:s3:::acme-lake/*", "unknown_bucket", True),
        (f"{S3}acme-lake/home/${{aws:username}}/*", "policy_variable", True),
        (f"{S3}${{aws:PrincipalTag/bucket}}/*", "policy_variable", True),
        (f"{S3}*${{aws:PrincipalTag/suffix}}", "policy_variable", True),
        ("${aws:PrincipalTag/resource}", "policy_variable", True),
        (f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/ap1/object/*", "access_point_resource", True),
        ("arn:aws:s3:*:*:accesspoint/*", "access_point_resource", True),
        (f"{S3}acme-lake", "no_effect", False),
        ("arn:aws:s3:eu-west-1:123456789012:job/*", "no_effect", False),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/t", "no_effect", False),
        ("acme-lake/*", "no_effect", False),
        (f"{S3}", "no_effect", False),
    ],
)
def test_what_a_resource_cannot_be_is_a_row(resource: str, reason: str, incomplete: bool) -> None:
    assert left(allow("s3:GetObject", resource)) == [("#1", reason, resource, incomplete)]


def test_a_job_is_no_data_object() -> None:
    job = f"arn:aws:s3:eu-west-1:{ACCOUNT}:job/*"
    assert left(allow("s3:DescribeJob", job)) == [("#1", "unknown_object", job, True)]


def test_a_variable_is_one_in_documents_of_2012_only() -> None:
    resource = f"{S3}acme-lake/home/${{aws:username}}/*"
    assert left(allow("s3:GetObject", resource), version="2008-10-17") == [("#1", "unknown_object", resource, True)]
    assert granted(allow("s3:GetObject", f"{S3}acme-lake/sales/2026/q1${{*}}.csv")) == {
        f"{LAKE}/sales/2026/q1*.csv": GET
    }


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, "condition"),
        ({"Principal": "*"}, "malformed"),
        ({"Effect": "allow"}, "malformed"),
    ],
)
def test_a_statement_that_cannot_be_carried_over_is_one_row_with_its_sid(members: dict[str, Any], reason: str) -> None:
    assert left({**allow("s3:*", "*"), "Sid": "Some", **members}) == [("Some", reason, "", True)]


def test_not_resource_is_a_row() -> None:
    assert left({"Effect": "Allow", "Action": "s3:*", "NotResource": f"{S3}abc"}) == [("#1", "not_resource", "", True)]


def test_a_trust_statement_is_no_statement_of_an_identity_policy() -> None:
    assert left({"Effect": "Allow", "Action": "sts:AssumeRole"}) == [("#1", "malformed", "", True)]


def test_actions_of_other_services_are_named_and_s3_stays() -> None:
    table = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t"
    found = understood(
        document(allow(["dynamodb:GetItem", "s3:GetObject", "sqs:*", "s3tables:*"], [table, f"{S3}acme-raw/in/*"]))
    )
    assert what(found) == {f"{RAW}/in": GET}
    assert rows(found) == [
        ("#1", "non_s3_action", "dynamodb:GetItem, sqs:*", True),
        ("#1", "other_s3_namespace", "s3tables:*", True),
        ("#1", "non_s3_action", table, True),
    ]


def test_a_statement_of_another_service_is_one_row() -> None:
    conditional = {**allow(["ec2:Describe*", "logs:*"], "*"), "Condition": {"Bool": {"a": "b"}}}
    assert left(conditional) == [("#1", "non_s3_action", "ec2:Describe*, logs:*", True)]
    assert left(allow("s3express:*", "arn:aws:s3express:*:*:bucket/*")) == [
        ("#1", "other_s3_namespace", "s3express:*", True)
    ]
    assert left({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}) == [
        ("#1", "non_s3_action", "NotAction", True)
    ]


def test_an_action_that_acts_on_no_resource_of_the_statement_is_named() -> None:
    found = understood(document(allow(["s3:GetObject", "s3:PutBucketPolicy", "s3:FlyToTheMoon"], f"{S3}abc/*")))
    assert what(found) == {ABC: GET}
    assert rows(found) == [
        ("#1", "no_effect", "s3:PutBucketPolicy", False),
        ("#1", "no_effect", "s3:FlyToTheMoon", True),
    ]


def test_an_action_without_a_resource_type_counts_on_the_data_source_only() -> None:
    assert granted(allow("s3:ListJobs", "*")) == {ACCOUNT: ("s3:ListJobs",)}
    assert left(allow("s3:ListJobs", f"{S3}*")) == [("#1", "no_effect", f"{S3}*", False)]
    assert granted(allow("s3:ListAllMyBuckets", f"{S3}*")) == {ACCOUNT: ("s3:ListAllMyBuckets",)}


def test_a_deny_takes_out_what_it_fully_covers_also_of_another_document() -> None:
    found = understood(
        document(allow(["s3:GetObject", "s3:PutObject"], [f"{S3}acme-lake/sales/*", f"{S3}abc/*"]), name="one"),
        document({**deny("s3:Put*", f"{S3}acme-lake/*"), "Sid": "NoWrites"}, name="two"),
    )
    assert what(found) == {f"{LAKE}/sales": GET, ABC: ("s3:GetObject", "s3:PutObject")}
    assert [(item.full_name, item.permissions) for item in found.taken_out] == [(f"{LAKE}/sales", ("s3:PutObject",))]
    assert rows(found) == [("NoWrites", "deny", "", False)]
    assert (found.remainder[0].policy, found.incomplete) == ("two", False)


def test_an_item_of_which_all_is_denied_is_none() -> None:
    found = understood(document(deny("*", "*"), allow("s3:*", ["*", f"{S3}abc", f"{S3}acme-lake/sales.csv"])))
    assert (what(found), rows(found)) == ({}, [("#1", "deny", "", False)])


@pytest.mark.parametrize(
    "statement",
    [
        deny("s3:GetObject", f"{S3}acme-lake/sales/2026/*"),
        deny("s3:GetObject", f"{S3}acme-lake/sales/2026/q1.csv"),
        deny("s3:GetObject", f"{S3}acme-lake/*.csv"),
        deny("s3:GetObject", f"{S3}acme-lake/${{aws:username}}/*"),
        deny("s3:GetObject", f"{S3}acme-lake/*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
        {"Effect": "Deny", "Action": "s3:*", "NotResource": f"{S3}acme-lake/sales/2026/*"},
        # It may act on what other policies grant.
        deny("s3:DeleteObject", f"{S3}acme-lake/*"),
    ],
)
def test_a_deny_that_is_partial_or_conditional_or_of_something_else_makes_incomplete(statement: dict[str, Any]) -> None:
    found = understood(document(allow("s3:GetObject", f"{S3}acme-lake/sales/*"), statement))
    assert what(found) == {f"{LAKE}/sales": GET}
    assert rows(found) == [("#2", "deny", "", True)]


def test_a_deny_of_all_but_something_takes_out_what_is_none_of_it() -> None:
    found = understood(
        document(
            allow("s3:GetObject", [f"{S3}acme-lake/sales/*", f"{S3}abc/*"]),
            {"Effect": "Deny", "NotAction": "s3:Put*", "NotResource": f"{S3}acme-lake/*"},
        )
    )
    assert (what(found), rows(found)) == ({f"{LAKE}/sales": GET}, [("#2", "deny", "", False)])


def test_a_deny_on_all_buckets_leaves_access_points_and_says_so() -> None:
    found = understood(document(allow(["s3:GetObject", "s3:GetObjectTorrent"], "*"), deny("s3:*", f"{S3}*")))
    assert (what(found), rows(found)) == ({}, [("#2", "deny", "", True)])
    bucket_only = understood(document(allow("s3:GetObjectTorrent", "*"), deny("s3:*", f"{S3}*")))
    assert (what(bucket_only), rows(bucket_only)) == ({}, [("#2", "deny", "", False)])


def test_a_deny_on_one_bucket_leaves_the_data_source_as_it_is() -> None:
    found = understood(document(allow("s3:GetObject", "*"), deny("s3:*", f"{S3}abc/*")))
    assert (what(found), rows(found)) == ({ACCOUNT: GET}, [("#2", "deny", "", True)])


def test_a_malformed_document_is_one_row_and_the_others_count() -> None:
    found = understood(
        NamedDocument("bad", MalformedDocument("{", "it is no JSON")), document(allow("s3:*", f"{S3}abc"))
    )
    assert [(r.policy, r.sid, r.reason, r.statement) for r in found.remainder] == [("bad", "", "malformed", "{")]
    assert list(what(found)) == [ABC]


def test_an_access_point_is_its_bucket() -> None:
    arn = ACCESS_POINT.arn
    who = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}}
    found = understood(
        document(
            allow(["s3:GetObject", "s3:ListBucket", "s3:PutBucketPolicy"], [arn, f"{arn}/object/*"], **who),
            allow("s3:PutObject", [f"{arn}/object/sales/*", f"{arn}/object/hr/people.csv"], **who),
            allow("s3:GetObject", f"{S3}acme-lake/*", **who),
            {**deny("s3:PutObject", f"{arn}/object/*"), "Principal": "*"},
        ),
        access_point=True,
    )
    assert what(found) == {LAKE: ("s3:GetObject", "s3:ListBucket")}
    assert rows(found) == [
        ("#1", "no_effect", "s3:PutBucketPolicy", False),
        ("#3", "no_effect", f"{S3}acme-lake/*", False),
        ("#4", "deny", "", False),
    ]


def test_a_deny_of_an_access_point_for_some_takes_nothing_from_the_others() -> None:
    who = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}}
    found = understood(document(allow("s3:GetObject", "*", **who), deny("s3:*", "*", **who)), access_point=True)
    assert (what(found), rows(found)) == ({LAKE: GET}, [("#2", "deny", "", True)])


def test_a_statement_of_an_access_point_for_all_but_some_is_a_row() -> None:
    found = understood(document({**allow("s3:*", "*"), "NotPrincipal": {"AWS": ACCOUNT}}), access_point=True)
    assert rows(found) == [("#1", "not_principal", "", True)]
    assert rows(understood(document(allow("s3:*", "*")), access_point=True)) == [("#1", "malformed", "", True)]


def test_buckets_of_us_east_1_are_named_as_configured() -> None:
    where = Scope(FullNames(ACCOUNT, legacy_us_east_1=True), {"abc": "us-east-1"})
    documents = [document(allow("s3:GetObject", f"{S3}abc/x/*"))]
    interests = interests_of(documents, where)
    assert interests.trees == {f"{ACCOUNT}::abc/x"}
    found = what_of(documents, where, AssumedObjects(interests))
    assert [(item.full_name, item.type) for item in found.what] == [(f"{ACCOUNT}::abc/x", "folder")]


def test_other_partitions_have_their_own_arns() -> None:
    where = Scope(FullNames(ACCOUNT), {"abc": "cn-north-1"}, partition="aws-cn")
    for resource in ("arn:aws-cn:s3:::abc", "arn:*:s3:::abc"):
        found = what_of([document(allow("s3:ListBucket", resource))], where, KnownFromRows(NO_INTERESTS))
        assert (len(found.what), found.remainder) == (1, ())


def test_what_will_be_asked_is_known_beforehand() -> None:
    documents = [
        document(
            allow("s3:GetObject", [f"{S3}acme-lake/a/*", f"{S3}acme-lake/b", f"{S3}acme-lake/c/", f"{S3}abc/d*"]),
            allow("s3:ListBucket", f"{S3}acme-lake/e/*"),
            deny("s3:GetObject", f"{S3}acme-lake/f/*"),
            allow("s3:GetObject", f"{S3}acme-lake/g/*", Condition={"Bool": {"a": "b"}}),
        )
    ]
    assert interests_of(documents, scope()) == Interests(
        trees=frozenset({f"{LAKE}/a"}),
        keys=frozenset({f"{LAKE}/b"}),
        key_patterns=frozenset({(ABC, text_pattern("d*"))}),
    )
    known = known_objects(documents, scope())
    with pytest.raises(KeyError):
        known.type_of(f"{LAKE}/e")
    with pytest.raises(KeyError):
        known.folders_covered(LAKE, text_pattern("d*"))
    assert (NO_INTERESTS | interests_of(documents, scope())).full_names == {f"{LAKE}/a", f"{LAKE}/b"}


def test_every_resource_type_of_the_table_has_its_arn() -> None:
    assert {kind for action in s3_actions().values() for kind in action.resource_types} <= RESOURCE_TYPES
