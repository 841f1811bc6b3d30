"""Access points as access controls, whether their bucket lets them grant, and the policies of buckets."""

from __future__ import annotations

from typing import Any

import pytest

from raito_aws_pipeline.model.access_controls import AccessControl, Who
from tests.access.account import (
    POINT,
    bucket_policy,
    control,
    ids,
    imported,
    lets,
    made,
    named,
    permission_set,
    point,
    role,
    role_arn,
    rows,
    rules,
    sources,
    text,
    user,
    user_arn,
    what,
)
from tests.iam_policy.world import ACCOUNT, LAKE, allow, deny

ID = f"accesspoint:{POINT}"
ANN, BOB = {"AWS": user_arn("ann")}, {"AWS": user_arn("bob")}
SALES = allow("s3:GetObject", f"{POINT}/object/sales/*")
ALL_OF_LAKE = ["arn:aws:s3:::acme-lake", "arn:aws:s3:::acme-lake/*"]
OF_ACCOUNT = {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}}
DELEGATING = bucket_policy(lets("*", allow("s3:*", ALL_OF_LAKE, Condition=OF_ACCOUNT)))


def found_for(document: str | None, delegating: Any = DELEGATING, **members: Any) -> Any:
    """What becomes of the access point `readers`, beside two users and a role."""
    policies = [] if delegating is None else [delegating]
    found = made(user("ann"), user("bob"), role("reader"), point(document, **members), *policies)
    return [c for c in found.controls if c.external_id == ID], rows(found, ID)


def the_point(document: str, delegating: Any = DELEGATING, **members: Any) -> AccessControl:
    (one,), _ = found_for(document, delegating, **members)
    assert isinstance(one, AccessControl)
    return one


def test_an_access_point_is_whom_its_policy_names_and_what_it_grants_of_its_bucket() -> None:
    statements = [
        allow("s3:ListBucket", POINT),
        allow(["s3:GetObject", "s3:PutObject"], [f"{POINT}/object/sales/*", f"{POINT}/object/hr/people.csv"]),
        allow("s3:GetObject", f"{POINT}/object/*"),
    ]
    document = lets({"AWS": [user_arn("ann"), role_arn("reader")]}, *statements)
    one = the_point(document)
    assert (one.name, one.actual_name, one.naming_hint, one.type) == ("readers", "readers", "", "aws_access_point")
    assert one.who == Who(users=("ann",), groups=(), access_providers=("role:reader",))
    assert what(one) == {
        LAKE: ("s3:GetObject", "s3:ListBucket"),
        f"{LAKE}/hr/people.csv": ("s3:GetObject", "s3:PutObject"),
        f"{LAKE}/sales": ("s3:GetObject", "s3:PutObject"),
    }
    assert one.policy == document
    # Where nothing is missing, Raito is not told so.
    assert one.incomplete is None
    assert found_for(document)[1] == []


@pytest.mark.parametrize(
    ("document", "members", "row"),
    [
        (None, {}, ("readers", "no_policy", "acme-lake", False)),
        (None, {"readable": False}, ("readers", "unreadable", "acme-lake", True)),
        (lets(ANN, SALES), {"bucket": None}, ("readers", "unknown_bucket", "", True)),
        (lets(ANN, SALES), {"bucket": "acme-secret"}, ("readers", "unknown_bucket", "acme-secret", True)),
        (
            lets(ANN, SALES),
            {"bucket": "acme-lake", "bucket_account_id": "999999999999"},
            ("readers", "foreign_bucket", "acme-lake", True),
        ),
    ],
)
def test_an_access_point_that_cannot_be_understood_is_one_row(
    document: str | None, members: dict[str, Any], row: tuple[str, str, str, bool]
) -> None:
    assert found_for(document, **members) == ([], [row])


def test_the_policy_that_is_not_understood_stands_in_its_row() -> None:
    document = lets(ANN, SALES)
    (row,) = made(point(document, bucket=None)).remainder
    assert row.statement == document


def test_an_access_point_with_a_policy_stays_even_when_it_grants_nothing() -> None:
    (one,), told = found_for("{")
    assert (one.what, one.who) == ((), Who(users=(), groups=()))
    assert one.incomplete
    assert told == [("readers", "malformed", "", True)]


def test_statements_are_merged_and_those_for_others_are_rows() -> None:
    document = text({**SALES, "Principal": ANN}, {**allow("s3:PutObject", f"{POINT}/object/*"), "Principal": BOB})
    (one,), told = found_for(document)
    assert one.who == Who(users=("ann", "bob"), groups=())
    assert what(one) == {LAKE: ("s3:PutObject",), f"{LAKE}/sales": ("s3:GetObject",)}
    assert told == [("readers", "different_principals", "", True)] * 2
    assert one.incomplete


@pytest.mark.parametrize(
    ("principal", "reason", "incomplete"),
    [
        ({"AWS": "*"}, "anybody", True),
        ({"AWS": "999999999999"}, "foreign_principal", True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "account_principal", True),
        ({"AWS": role_arn("nobody")}, "unknown_principal", True),
        ({"AWS": "AROAQXAMPLEDELETED234"}, "deleted_principal", False),
        ({"Service": "logging.s3.amazonaws.com"}, "service_principal", True),
        ({"AWS": role_arn("AWSReservedSSO_RAITO_web_0123456789abcdef")}, "excluded_principal", False),
    ],
)
def test_principals_that_raito_cannot_hold_are_rows(principal: Any, reason: str, incomplete: bool) -> None:
    one = the_point(lets(principal, SALES))
    _, told = found_for(lets(principal, SALES))
    assert one.who == Who(users=(), groups=())
    assert [(row[1], row[3]) for row in told] == [(reason, incomplete)]
    assert one.incomplete is (True if incomplete else None)


def test_roles_of_permission_sets_have_their_own_ids_and_those_of_raitos_are_left_out() -> None:
    names = ("AWSReservedSSO_Staff_0123456789abcdef", "AWSReservedSSO_RAITO_web_0123456789abcdef")
    path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    roles = [role(name, path=path) for name in names]
    document = lets({"AWS": [one.arn for one in roles]}, SALES)
    account = sources(*roles, point(document), DELEGATING, permission_sets=[permission_set("Staff")])
    found = imported(account)
    assert control(found, ID).who == Who(users=(), groups=(), access_providers=(f"ssorole:{names[0]}",))
    assert [row[1] for row in rows(found, ID)] == ["excluded_principal"]
    assert control(found, ID).incomplete is None


def test_an_excluded_role_makes_it_incomplete() -> None:
    account = sources(role("reader"), point(lets({"AWS": role_arn("reader")}, SALES)), DELEGATING)
    for how in (rules(excludes_role=named("reader")), rules(skips_iam=True)):
        found = imported(account, how)
        assert ids(found) == [ID]
        assert control(found, ID).who == Who(users=(), groups=())
        assert rows(found, ID) == [("readers", "excluded_principal", "role reader", True)]
        assert control(found, ID).incomplete


def test_one_that_only_a_vpc_reaches_is_incomplete() -> None:
    (one,), told = found_for(lets(ANN, SALES), network_origin="VPC", vpc_id="vpc-1")
    assert told == [("readers", "vpc_origin", "vpc-1", True)]
    assert one.incomplete


def conditioned(operator: str, key: str, value: Any, **members: Any) -> str:
    return lets("*", allow("s3:*", ALL_OF_LAKE, Condition={operator: {key: value}}, **members))


GET_SALES = allow("s3:GetObject", "arn:aws:s3:::acme-lake/sales/*")
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


@pytest.mark.parametrize(
    "policy",
    [
        conditioned("StringEquals", "s3:DataAccessPointAccount", ACCOUNT),
        conditioned("StringEquals", "S3:dataaccesspointaccount", ["999999999999", ACCOUNT]),
        conditioned("StringEquals", "s3:DataAccessPointArn", POINT),
        conditioned("ArnLike", "s3:DataAccessPointArn", f"arn:aws:s3:*:{ACCOUNT}:accesspoint/*"),
        conditioned("StringLike", "s3:DataAccessPointArn", "arn:aws:s3:*:accesspoint/*"),
        lets(ROOT, allow("s3:*", ALL_OF_LAKE, Condition=OF_ACCOUNT)),
        lets({"AWS": "*"}, allow("s3:Get*", ALL_OF_LAKE, Condition=OF_ACCOUNT)),
        # The same grant, to the same users or to all; of the folder, of one above it, of all.
        lets(ANN, GET_SALES),
        lets({"AWS": [user_arn("ann"), user_arn("bob")]}, allow("s3:GetObject", "arn:aws:s3:::acme-lake/*")),
        lets("*", allow("s3:GetObject", "*")),
        # What is denied to others, or under a condition, is not denied to these.
        text({**GET_SALES, "Principal": ANN}, {**deny("s3:*", ALL_OF_LAKE), "Principal": BOB}),
        text(
            {**GET_SALES, "Principal": ANN},
            {**deny("s3:*", "*", Condition={"Bool": {"aws:SecureTransport": "false"}}), "Principal": "*"},
        ),
        text({**GET_SALES, "Principal": ANN}, {**deny("s3:PutObject", ALL_OF_LAKE), "Principal": "*"}, {"Effect": "?"}),
    ],
)  # fmt: skip
def test_a_bucket_lets_its_access_point_grant(policy: str) -> None:
    (one,), told = found_for(lets(ANN, allow("s3:GetObject", f"{POINT}/object/sales/2026/*")), bucket_policy(policy))
    assert what(one) == {f"{LAKE}/sales/2026": ("s3:GetObject",)}
    assert told == []
    assert one.incomplete is None


@pytest.mark.parametrize(
    "policy",
    [
        None,
        bucket_policy(None),
        bucket_policy(None, readable=False),
        bucket_policy("{"),
        bucket_policy(conditioned("StringEquals", "s3:DataAccessPointAccount", ACCOUNT), bucket="acme-raw"),
        *(
            bucket_policy(text_of)
            for text_of in (
                conditioned("StringEquals", "s3:DataAccessPointAccount", "999999999999"),
                conditioned("StringNotEquals", "s3:DataAccessPointAccount", "999999999999"),
                conditioned("StringEquals", "s3:DataAccessPointArn", f"{POINT}-2"),
                conditioned("StringEquals", "s3:DataAccessPointArn", "arn:aws:s3:*:accesspoint/*"),
                conditioned("ArnLike", "s3:DataAccessPointArn", "arn:aws:s3:eu-*accesspoint/readers"),
                conditioned("StringEquals", "aws:PrincipalAccount", ACCOUNT),
                conditioned("StringEquals", "s3:DataAccessPointAccount", {"not": "a text"}),
                lets("*", allow("s3:*", ALL_OF_LAKE, Condition={"StringEquals": "s3:DataAccessPointAccount"})),
                lets(ANN, allow("s3:*", ALL_OF_LAKE, Condition=OF_ACCOUNT)),
                # Less than the access point grants: other users, actions, keys.
                lets(BOB, GET_SALES),
                lets({"AWS": user_arn("ann", "999999999999")}, GET_SALES),
                lets(ANN, allow("s3:PutObject", "arn:aws:s3:::acme-lake/sales/*")),
                lets(ANN, allow("s3:GetObject", "arn:aws:s3:::acme-lake/sales/2026/q1.csv")),
                lets(ANN, allow("s3:GetObject", "arn:aws:s3:::acme-lake/hr/*")),
                # Taken back, wholly or in part.
                text({**GET_SALES, "Principal": ANN}, {**deny("s3:*", ALL_OF_LAKE), "Principal": "*"}),
                text({**GET_SALES, "Principal": ANN}, {**deny("s3:*", ALL_OF_LAKE), "NotPrincipal": BOB}),
                text({**GET_SALES, "Principal": ANN}, {**deny("s3:*", ALL_OF_LAKE), "Principal": ANN}),
                text(
                    {**GET_SALES, "Principal": ANN},
                    {**deny("s3:*", "arn:aws:s3:::acme-lake/sales/2026/q1.csv"), "Principal": ANN},
                ),
            )
        ),
    ],
)
def test_without_its_bucket_an_access_point_is_incomplete(policy: Any) -> None:
    (one,), told = found_for(lets(ANN, allow("s3:GetObject", f"{POINT}/object/sales/2026/*")), policy)
    # What it says stays WHAT: the bucket's policy may change at any time.
    assert what(one) == {f"{LAKE}/sales/2026": ("s3:GetObject",)}
    assert told == [("readers", "bucket_not_delegating", "acme-lake", True)]
    assert one.incomplete


def test_each_statement_of_a_bucket_policy_is_a_row_without_access_control() -> None:
    found = made(
        bucket_policy(text({**GET_SALES, "Principal": ANN, "Sid": "One"}, {"Effect": "?"}), bucket="acme-raw"),
        bucket_policy("{", bucket="acme-lake"),
        bucket_policy(None, bucket="acme-lake-logs", readable=False),
        bucket_policy(None, bucket="abc"),
    )
    assert found.controls == ()
    assert [(row.policy, row.sid, row.reason) for row in found.remainder if row.access_control == ""] == [
        ("acme-lake", "", "malformed"),
        ("acme-lake-logs", "", "unreadable"),
        ("acme-raw", "One", "bucket_policy"),
        ("acme-raw", "#2", "bucket_policy"),
    ]
