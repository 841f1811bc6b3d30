"""Managed and inline policies as access controls: whom they are attached to, what they grant, how they are called."""

from __future__ import annotations

from typing import Any

import pytest

from raito_aws_pipeline.model.access_controls import Who
from tests.access.account import (
    BOUNDARY,
    READ_RAW,
    READ_SALES,
    control,
    group,
    ids,
    made,
    named,
    policy,
    role,
    rows,
    text,
    user,
    what,
)
from tests.iam_policy.world import ACCOUNT, LAKE, RAW, allow


def test_a_policy_is_what_it_is_attached_to_and_what_its_document_grants() -> None:
    lake = policy("lake", READ_SALES, users=("ann", "bob"), groups=("staff",), roles=("reader",), path="/data/")
    found = made(user("ann"), user("bob"), group("staff"), role("reader"), lake)
    one = control(found, "policy:lake")
    assert (one.name, one.actual_name, one.naming_hint, one.type) == ("lake", "lake", "lake", "aws_policy")
    assert one.who == Who(users=("ann", "bob"), groups=("staff",), access_providers=("role:reader",))
    assert what(one) == {f"{LAKE}/sales": ("s3:GetObject",)}
    # As IAM keeps it, without a line feed at its end.
    assert one.policy == text(READ_SALES)
    assert (one.incomplete, one.what_locked, one.name_locked, one.delete_locked) == (False, None, None, None)


def test_nobody_it_is_attached_to_is_null() -> None:
    found = made(user("ann"), policy("lake", READ_SALES, users=("ann",)))
    assert control(found, "policy:lake").who == Who(users=("ann",), groups=None, access_providers=None)


def test_a_policy_that_is_attached_to_nobody_is_none() -> None:
    found = made(policy("unused", READ_SALES))
    assert (found.controls, found.remainder) == ((), ())


def test_a_policy_of_aws_can_neither_be_changed_nor_renamed_nor_deleted() -> None:
    found = made(user("ann"), policy("AmazonS3ReadOnlyAccess", READ_RAW, users=("ann",), of_aws=True))
    one = control(found, "policy:AmazonS3ReadOnlyAccess")
    assert (one.what_locked, one.name_locked, one.delete_locked, one.who_locked) == (True, True, True, None)
    assert (
        one.what_locked_reason == one.name_locked_reason == one.delete_locked_reason == "This policy is managed by AWS"
    )
    assert not one.not_internalizable


@pytest.mark.parametrize("others_users", [("ann",), ()])
def test_a_policy_of_aws_with_the_name_of_a_customers_one_is_called_by_its_arn(others_users: tuple[str, ...]) -> None:
    of_aws = policy("reader", READ_RAW, users=("ann",), of_aws=True, path="/job-function/")
    found = made(user("ann"), of_aws, policy("reader", READ_SALES, users=others_users))
    assert "policy:arn:aws:iam::aws:policy/job-function/reader" in ids(found)
    assert ("policy:reader" in ids(found)) is bool(others_users)


def test_permissions_are_sorted_and_no_item_is_without() -> None:
    statement = allow(["s3:PutObject", "s3:getobject", "s3:ListBucket"], "arn:aws:s3:::acme-lake/sales/*")
    found = made(user("ann"), policy("lake", statement, users=("ann",)))
    assert what(control(found, "policy:lake")) == {f"{LAKE}/sales": ("s3:GetObject", "s3:PutObject")}
    assert rows(found, "policy:lake") == [("lake", "no_effect", "s3:ListBucket", False)]


def test_the_type_of_what_is_for_the_lake_but_for_the_data_source() -> None:
    statements = (READ_SALES, READ_RAW, allow("s3:ListAllMyBuckets", "*"))
    found = made(user("ann"), policy("all", *statements, users=("ann",)))
    references = [item.data_object for item in control(found, "policy:all").what or ()]
    assert [(r.full_name, r.type, r.object_type) for r in references if r] == [
        (ACCOUNT, "datasource", "datasource"),
        (f"{LAKE}/sales", "", "folder"),
        (RAW, "", "bucket"),
    ]


def test_a_policy_that_could_not_be_read_is_a_row() -> None:
    found = made(user("ann"), policy("lake", users=("ann",)))
    assert found.controls == ()
    assert rows(found, "policy:lake") == [("lake", "unreadable", "", True)]


def test_a_policy_that_names_an_excluded_role_is_incomplete() -> None:
    lake = policy("lake", READ_SALES, roles=("excluded", "reader"))
    only = policy("only", READ_SALES, roles=("excluded",))
    found = made(role("reader"), role("excluded"), lake, only, excludes_role=named("excluded"))
    assert ids(found) == ["policy:lake", "policy:only", "role:reader"]
    assert control(found, "policy:lake").who == Who(access_providers=("role:reader",))
    assert control(found, "policy:only").who == Who(access_providers=())
    for name in ("lake", "only"):
        assert control(found, f"policy:{name}").incomplete
        assert rows(found, f"policy:{name}") == [(name, "excluded_principal", "role excluded", True)]


def test_each_bounded_member_of_a_policy_is_a_row_and_it_stays_complete() -> None:
    members = [
        user("ann", bounded=True),
        user("bob"),
        user("cyd", groups=("staff",), bounded=True),
        user("dan", groups=("staff", "others"), bounded=True),
        user("eve", groups=("others",), bounded=True),
        role("reader", bounded=True),
        group("staff"),
    ]
    lake = policy("lake", READ_SALES, users=("ann", "bob", "dan"), groups=("staff",), roles=("reader",))
    found = made(*members, lake)
    assert rows(found, "policy:lake") == [
        (BOUNDARY, "permissions_boundary", member, False)
        for member in ("role reader", "user ann", "user cyd", "user dan")
    ]
    assert control(found, "policy:lake").incomplete is False


def test_inline_policies_of_a_user_are_one_access_control() -> None:
    found = made(user("bob", inline={"zeta": READ_SALES, "alpha": READ_RAW, "mid": READ_RAW}))
    bob = control(found, "user:bob|inline:alpha|mid|zeta|")
    assert (bob.name, bob.actual_name, bob.naming_hint) == ("User bob inline policies",) * 2 + ("",)
    assert (bob.type, bob.incomplete) == ("aws_policy", False)
    assert bob.who == Who(users=("bob",))
    assert what(bob) == {f"{LAKE}/sales": ("s3:GetObject",), RAW: ("s3:GetObject",)}
    assert bob.policy == f"{text(READ_RAW)}\n{text(READ_RAW)}\n{text(READ_SALES)}\n"


def test_inline_policies_of_a_group_are_one_access_control() -> None:
    found = made(group("staff", inline={"raw": READ_RAW}), group("quiet"))
    assert ids(found) == ["group:staff|inline:raw|"]
    staff = control(found, "group:staff|inline:raw|")
    assert (staff.name, staff.who) == ("Group staff inline policies", Who(groups=("staff",)))


def test_a_bounded_user_makes_the_own_inline_policies_incomplete_but_not_those_of_a_group() -> None:
    found = made(
        user("zed", groups=("staff",), bounded=True),
        user("ann", inline={"raw": READ_RAW}, groups=("staff",), bounded=True),
        user("bob", groups=("staff",)),
        group("staff", inline={"raw": READ_RAW}),
    )
    assert rows(found, "user:ann|inline:raw|") == [(BOUNDARY, "permissions_boundary", "user ann", True)]
    assert control(found, "user:ann|inline:raw|").incomplete
    assert rows(found, "group:staff|inline:raw|") == [
        (BOUNDARY, "permissions_boundary", member, False) for member in ("user ann", "user zed")
    ]
    assert control(found, "group:staff|inline:raw|").incomplete is False


@pytest.mark.parametrize(
    ("inline", "external_id", "row"),
    [
        (None, "user:ann|inline:", ("inline policies", "unreadable", "", True)),
        ({"raw": None}, "user:ann|inline:raw|", ("raw", "unreadable", "", True)),
        ({"raw": "{"}, "user:ann|inline:raw|", ("raw", "malformed", "", True)),
    ],
)
def test_inline_policies_that_say_nothing_are_rows_without_access_control(
    inline: Any, external_id: str, row: tuple[str, str, str, bool]
) -> None:
    found = made(user("ann", inline=inline))
    assert found.controls == ()
    assert rows(found, external_id) == [row]
