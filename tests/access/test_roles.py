"""Roles as access controls: whom they trust, what their inline policies grant, and roles that AWS keeps."""

from __future__ import annotations

from typing import Any

import pytest

from raito_aws_pipeline.model.access_controls import Who
from tests.access.account import (
    BOUNDARY,
    READ_RAW,
    READ_SALES,
    assigned,
    control,
    ids,
    imported,
    made,
    permission_set,
    policy,
    role,
    role_arn,
    rows,
    rules,
    sources,
    text,
    trust,
    user,
    user_arn,
    what,
)
from tests.iam_policy.world import ACCOUNT, LAKE, RAW, allow, deny

PERMISSION_SETS = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
SAML = trust(
    {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/AWSSSO_0_DO_NOT_DELETE"},
    Action=["sts:AssumeRoleWithSAML", "sts:TagSession"],
    Condition={"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
)
SALES = {"sales": READ_SALES}


def of_set(name: str, inline: Any = SALES) -> Any:
    return role(f"AWSReservedSSO_{name}_0123456789abcdef", SAML, path=PERMISSION_SETS, inline=inline)


def test_a_role_is_its_trusted_users_and_what_its_inline_policies_grant() -> None:
    found = made(user("ann"), role("reader", trust(user_arn("ann")), inline=SALES))
    reader = control(found, "role:reader")
    assert (reader.name, reader.actual_name, reader.naming_hint) == ("reader", "reader", "reader")
    assert (reader.type, reader.action, reader.incomplete) == ("aws_role", "grant", False)
    assert reader.who == Who(users=("ann",), groups=(), access_providers=None, recipients=None)
    assert what(reader) == {f"{LAKE}/sales": ("s3:GetObject",)}
    assert reader.policy == f"{text(READ_SALES)}\n"
    assert (reader.tags, reader.what_locked, reader.name_locked, reader.delete_locked) == (None, None, None, None)
    assert not reader.not_internalizable
    assert found.remainder == ()


@pytest.mark.parametrize(
    ("statement", "users", "reason"),
    [
        (trust(user_arn("ann"), Action="sts:Assume*"), ("ann",), None),
        (trust(user_arn("ann"), Action="STS:*"), ("ann",), None),
        (trust(user_arn("ann"), Action="*"), ("ann",), None),
        (trust(user_arn("ann"), Action=["sts:TagSession", "sts:AssumeRole", "sts:SetSourceIdentity"]), ("ann",), None),
        (trust(user_arn("ann"), Action="sts:TagSession"), (), "no_effect"),
        (trust(user_arn("ann"), Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), (), "condition"),
        (trust(role_arn("reader")), (), "role_principal"),
        (trust(f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/ann"), (), "session_principal"),
        (trust(f"arn:aws:iam::{ACCOUNT}:root"), (), "account_principal"),
        (trust("999999999999"), (), "foreign_principal"),
        (trust(user_arn("ann", "999999999999")), (), "foreign_principal"),
        (trust({"Service": "ec2.amazonaws.com"}), (), "service_principal"),
        (trust({"Federated": "cognito-identity.amazonaws.com"}), (), "federated_principal"),
        (trust("AIDAQXAMPLEDELETED234"), (), "deleted_principal"),
        (trust("AROAQXAMPLEDELETED234"), (), "deleted_principal"),
        (trust(user_arn("nobody")), (), "unknown_principal"),
        ({**trust(), "Principal": "*"}, (), "anybody"),
    ],
)
def test_users_of_the_account_are_who_and_all_others_are_rows(
    statement: Any, users: tuple[str, ...], reason: str | None
) -> None:
    found = made(user("ann"), role("reader", statement, inline=SALES))
    reader = control(found, "role:reader")
    assert reader.who == Who(users=users, groups=())
    told = rows(found, "role:reader")
    assert [row[:2] for row in told] == ([("trust", reason)] if reason else [])
    assert reader.incomplete is any(incomplete for *_, incomplete in told)


def test_a_denied_user_is_not_in_who() -> None:
    denied = {**trust(user_arn("bob")), "Effect": "Deny"}
    found = made(
        user("ann"), user("bob"), role("reader", trust(user_arn("ann"), user_arn("bob")), denied, inline=SALES)
    )
    assert control(found, "role:reader").who == Who(users=("ann",), groups=())
    assert rows(found, "role:reader") == [("trust", "deny", "", False)]


def test_inline_policies_are_merged_by_full_name_and_a_deny_of_one_takes_from_another() -> None:
    inline = {
        "write": text(allow(["s3:PutObject", "s3:DeleteObject"], "arn:aws:s3:::acme-lake/sales/*"), READ_RAW),
        "read": READ_SALES,
        "keep": deny("s3:DeleteObject", "arn:aws:s3:::acme-lake/*", Sid="Keep"),
    }
    found = made(role("writer", trust("999999999999"), inline=inline))
    writer = control(found, "role:writer")
    assert what(writer) == {f"{LAKE}/sales": ("s3:GetObject", "s3:PutObject"), RAW: ("s3:GetObject",)}
    # By the names of the policies, whatever their order.
    assert writer.policy == "".join(
        f"{inline[name] if name == 'write' else text(inline[name])}\n" for name in ("keep", "read", "write")
    )
    assert ("keep", "deny", "", False) in rows(found, "role:writer")


@pytest.mark.parametrize("inline", [{"all": "{"}, {"all": '{"Version": "2012-10-17"}'}])
def test_a_malformed_document_is_one_row(inline: Any) -> None:
    found = made(role("reader", "[]", inline=inline | SALES))
    assert rows(found, "role:reader") == [("all", "malformed", "", True), ("trust", "malformed", "", True)]
    assert control(found, "role:reader").incomplete


def test_what_could_not_be_read_is_a_row() -> None:
    found = made(role("reader", readable=False, inline={**SALES, "secret": None}), role("blind", inline=None))
    assert rows(found, "role:reader") == [("secret", "unreadable", "", True), ("trust", "unreadable", "", True)]
    assert control(found, "role:reader").incomplete
    assert rows(found, "role:blind") == [("inline policies", "unreadable", "", True)]


def test_a_bounded_role_is_incomplete() -> None:
    found = made(role("reader", inline=SALES, bounded=True))
    assert rows(found, "role:reader") == [(BOUNDARY, "permissions_boundary", role_arn("reader"), True)]
    assert control(found, "role:reader").incomplete


@pytest.mark.parametrize(
    ("path", "is_locked"),
    [
        ("/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/", True),
        ("/aws-reserved/something.amazonaws.com/", True),
        (PERMISSION_SETS, False),
        ("/service-role/", False),
        ("/", False),
    ],
)
def test_roles_that_aws_keeps_are_fully_locked(path: str, is_locked: bool) -> None:
    found = made(role("some-role", inline=SALES, path=path))
    assert control(found, "role:some-role").not_internalizable is is_locked


def test_no_tag_hides_a_role() -> None:
    found = made(*(role(f"by-{made_by}", inline=SALES, tags={"creator": made_by}) for made_by in ("raito", "RAITO")))
    assert ids(found) == ["role:by-RAITO", "role:by-raito"]
    assert [control.tags for control in found.controls] == [None, None]


def test_without_an_organisation_a_permission_sets_role_is_a_plain_one() -> None:
    found = made(of_set("Analyst"))
    plain = control(found, "role:AWSReservedSSO_Analyst_0123456789abcdef")
    assert (plain.name, plain.type, plain.what_locked) == (
        "AWSReservedSSO_Analyst_0123456789abcdef",
        "aws_role",
        None,
    )
    assert [reason for _, reason, *_ in rows(found, plain.external_id)] == ["federated_principal"]
    assert plain.incomplete


def test_a_permission_set_is_whom_it_is_assigned_to() -> None:
    analyst = permission_set("Analyst", assigned("USER", "zoe"), assigned("GROUP", "Staff"), assigned("USER", "ann"))
    found = imported(sources(of_set("Analyst"), permission_sets=[analyst]))
    one = control(found, "ssorole:AWSReservedSSO_Analyst_0123456789abcdef")
    assert (one.name, one.actual_name, one.type) == ("Analyst", "Analyst", "aws_sso_role")
    assert one.naming_hint == "AWSReservedSSO_Analyst_0123456789abcdef"
    assert one.who == Who(users=("ann", "zoe"), groups=("Staff",))
    assert what(one) == {f"{LAKE}/sales": ("s3:GetObject",)}
    assert (one.what_locked, one.name_locked, one.delete_locked, one.who_locked) == (True, True, True, None)
    assert one.what_locked_reason == one.name_locked_reason == one.delete_locked_reason != ""
    # That Identity Center signs people in by SAML says nothing that the assignments do not.
    assert [(reason, incomplete) for _, reason, _, incomplete in rows(found, one.external_id)] == [
        ("federated_principal", False)
    ]
    assert one.incomplete is False
    assert not one.not_internalizable


def test_assignments_of_nobody_known_are_rows() -> None:
    analyst = permission_set(
        "Analyst", assigned("USER", None, deleted=True), assigned("GROUP", None), assigned("USER", "ann")
    )
    found = imported(sources(of_set("Analyst"), permission_sets=[analyst]))
    one = control(found, "ssorole:AWSReservedSSO_Analyst_0123456789abcdef")
    assert one.who == Who(users=("ann",), groups=())
    assert rows(found, one.external_id)[1:] == [
        ("assignments", "deleted_assignment", "USER id-unknown", False),
        ("assignments", "unreadable", "GROUP id-unknown", True),
    ]
    assert one.incomplete


def test_assignments_that_could_not_be_read_are_a_row() -> None:
    unread = permission_set("Analyst", readable=False)
    found = imported(sources(of_set("Analyst"), permission_sets=[unread]))
    one = control(found, "ssorole:AWSReservedSSO_Analyst_0123456789abcdef")
    assert one.who == Who(users=(), groups=())
    assert rows(found, one.external_id)[1:] == [("assignments", "unreadable", unread.arn, True)]


def test_a_role_whose_permission_set_is_gone_stays_with_nobody() -> None:
    found = imported(sources(of_set("Orphan"), of_set("NoS3", inline={}), permission_sets=[permission_set("NoS3")]))
    assert ids(found) == ["ssorole:AWSReservedSSO_Orphan_0123456789abcdef"]
    (orphan,) = found.controls
    assert (orphan.name, orphan.who) == ("Orphan", Who(users=(), groups=()))


def test_a_permission_sets_role_has_the_same_id_wherever_it_is_named() -> None:
    name = "AWSReservedSSO_Data_Engineer_0123456789abcdef"
    entities = (of_set("Data_Engineer", inline={}), policy("lake", READ_SALES, roles=(name,)))
    found = imported(sources(*entities, permission_sets=[permission_set("Data_Engineer")]))
    who = control(found, "policy:lake").who
    assert who is not None
    assert who.access_providers == (f"ssorole:{name}",)
    # It grants nothing itself, and is there because the policy names it.
    assert control(found, f"ssorole:{name}").name == "Data_Engineer"


def test_an_excluded_role_has_rows_only() -> None:
    account = sources(role("reader", trust("999999999999"), inline=SALES))
    found = imported(account, rules(excludes_role={"reader"}.__contains__))
    assert found.controls == ()
    assert [reason for _, reason, *_ in rows(found, "role:reader")] == ["foreign_principal"]
