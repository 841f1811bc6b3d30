"""WHO of trust policies and of access points: users and roles of the account; all others are rows."""

from __future__ import annotations

from typing import Any

import pytest

from raito_aws_pipeline.iam_policy.accounting import unaccounted_principals
from raito_aws_pipeline.iam_policy.document import NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.who import Principals, UnderstoodWho, access_point_principals, trust_users
from tests.iam_policy.world import ACCESS_POINT, ACCOUNT, document

USERS = Principals(ACCOUNT, {"ann", "bob", "cyd"}, {"reader", "AWSReservedSSO_RAITO_x_0123456789abcdef"})


def user(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def trust(principal: Any, action: Any = "sts:AssumeRole", **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Principal": principal, **members}


def rows(of: UnderstoodWho) -> list[tuple[str, str, str, bool]]:
    return [(row.sid, row.reason.value, row.element, row.incomplete) for row in of.remainder]


def trusted(*statements: dict[str, Any]) -> UnderstoodWho:
    policy = document(*statements, name="trust")
    found = trust_users(policy, USERS)
    assert unaccounted_principals(policy, found.remainder, (*found.users, *found.taken_out)) == ()
    return found


@pytest.mark.parametrize(
    "action",
    [
        "sts:AssumeRole",
        "STS:assumerole",
        "sts:Assume*",
        "sts:*",
        "*",
        ["sts:TagSession", "sts:AssumeRole"],
        ["sts:SetSourceIdentity", "sts:AssumeRole"],
    ],
)
def test_users_who_may_assume_a_role_are_its_who(action: Any) -> None:
    found = trusted(trust({"AWS": [user("people/bob"), user("ann")]}, action))
    assert (found.users, found.remainder, found.incomplete) == (("ann", "bob"), (), False)


def test_statements_are_joined() -> None:
    not_action = {"Effect": "Allow", "NotAction": "sts:TagSession", "Principal": {"AWS": user("bob")}}
    assert trusted(trust({"AWS": user("ann")}), not_action).users == ("ann", "bob")


@pytest.mark.parametrize(
    ("principal", "reason", "incomplete"),
    [
        ("*", "anybody", True),
        ({"AWS": "*"}, "anybody", True),
        ({"AWS": ACCOUNT}, "account_principal", True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "account_principal", True),
        ({"AWS": "999999999999"}, "foreign_principal", True),
        ({"AWS": "arn:aws:iam::999999999999:user/ann"}, "foreign_principal", True),
        ({"AWS": "arn:aws:iam::999999999999:role/reader"}, "foreign_principal", True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/reader"}, "role_principal", True),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/ann"}, "session_principal", True),
        ({"AWS": user("nobody")}, "unknown_principal", True),
        ({"AWS": "AIDACKCEVSQ6C2EXAMPLE"}, "deleted_principal", False),
        ({"AWS": "AROACKCEVSQ6C2EXAMPLE"}, "deleted_principal", False),
        ({"Service": "ec2.amazonaws.com"}, "service_principal", True),
        ({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/okta"}, "federated_principal", True),
        ({"CanonicalUser": "79a5"}, "unknown_principal", True),
    ],
)
def test_other_principals_are_rows(principal: Any, reason: str, incomplete: bool) -> None:
    text = principal if isinstance(principal, str) else next(iter(principal.values()))
    found = trusted(trust({"AWS": user("ann")}), trust(principal))
    assert (found.users, rows(found)) == (("ann",), [("#2", reason, text, incomplete)])


def test_a_condition_leaves_the_users_out_and_names_the_others_as_what_they_are() -> None:
    saml = f"arn:aws:iam::{ACCOUNT}:saml-provider/okta"
    condition = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "Sid": "Mfa"}
    found = trusted(
        trust({"AWS": user("ann"), "Federated": saml}, ["sts:AssumeRole", "sts:AssumeRoleWithSAML"], **condition)
    )
    assert found.users == ()
    assert rows(found) == [("Mfa", "condition", user("ann"), True), ("Mfa", "federated_principal", saml, True)]
    assert "MultiFactorAuthPresent" in found.remainder[0].statement


def test_an_action_that_lets_nobody_assume_the_role_is_named() -> None:
    found = trusted(trust({"AWS": user("ann")}, ["sts:TagSession", "sts:AssumeRoleWithSAML"]))
    assert rows(found) == [
        ("#1", "no_effect", user("ann"), False),
        ("#1", "no_effect", "sts:AssumeRoleWithSAML", False),
    ]


@pytest.mark.parametrize(
    ("principal", "members", "users", "incomplete"),
    [
        ({"AWS": user("ann")}, {}, ("bob",), False),
        ("*", {}, (), False),
        ({"AWS": ACCOUNT}, {}, (), False),
        ({"AWS": user("ann")}, {"Action": "sts:*"}, ("bob",), False),
        ({"AWS": user("ann")}, {"Action": "sts:TagSession"}, ("ann", "bob"), False),
        ({"AWS": user("cyd")}, {}, ("ann", "bob"), True),
        ({"AWS": "999999999999"}, {}, ("ann", "bob"), True),
        ({"AWS": user("ann")}, {"Condition": {"Bool": {"a": "b"}}}, ("ann", "bob"), True),
    ],
)
def test_a_deny_takes_out_the_users_that_it_surely_names(
    principal: Any, members: dict[str, Any], users: tuple[str, ...], incomplete: bool
) -> None:
    denied = {**trust(principal), "Effect": "Deny", **members}
    found = trusted(denied, trust({"AWS": [user("ann"), user("bob")]}))
    assert (found.users, rows(found)) == (users, [("#1", "deny", "", incomplete)])


def test_all_but_some_is_a_row() -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": user("ann")}}
    assert rows(trusted(statement)) == [("#1", "not_principal", "", True)]
    denied = trusted({**statement, "Effect": "Deny"}, trust({"AWS": user("ann")}))
    assert (denied.users, rows(denied)) == (("ann",), [("#1", "deny", "", True)])


def test_what_is_no_trust_policy_is_malformed() -> None:
    assert rows(trusted({"Effect": "Allow", "Action": "sts:AssumeRole"})) == [("#1", "malformed", "", True)]
    assert rows(trusted(trust("*", Resource="*"))) == [("#1", "malformed", "", True)]
    assert rows(trusted(trust("everybody"))) == [("#1", "malformed", "", True)]
    broken = trust_users(NamedDocument("trust", parse_document("{")), USERS)
    assert rows(broken) == [("", "malformed", "", True)]


def at_point(principal: Any, action: str = "s3:GetObject", **members: Any) -> dict[str, Any]:
    return {**trust(principal, action), "Resource": f"{ACCESS_POINT.arn}/object/*", **members}


def test_an_access_point_names_users_and_roles() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role"
    policy = document(
        at_point({"AWS": [user("ann"), f"{role}/app/reader", f"{role}/gone", f"{role}/AWSReservedSSO_RAITO_x_0"]}),
        at_point({"AWS": user("bob")}, Condition={"Bool": {"a": "b"}}),
        {**at_point("*"), "Effect": "Deny"},
    )
    found = access_point_principals(policy, USERS)
    assert (found.users, found.roles) == (("ann",), ("reader",))
    assert rows(found) == [
        ("#1", "unknown_principal", f"{role}/gone", True),
        ("#1", "excluded_principal", f"{role}/AWSReservedSSO_RAITO_x_0", False),
    ]


def test_statements_of_an_access_point_for_different_principals_say_so() -> None:
    for_both = access_point_principals(document(at_point({"AWS": user("ann")}), at_point({"AWS": user("bob")})), USERS)
    assert (for_both.users, for_both.remainder) == (("ann", "bob"), ())
    apart = access_point_principals(
        document(
            at_point({"AWS": user("ann")}),
            at_point({"AWS": [user("ann"), user("bob")]}, "s3:PutObject"),
            at_point({"AWS": ACCOUNT}, "s3:DeleteObject"),
        ),
        USERS,
    )
    assert apart.users == ("ann", "bob")
    assert rows(apart) == [
        ("#3", "account_principal", ACCOUNT, True),
        ("#1", "different_principals", "", True),
        ("#3", "different_principals", "", True),
    ]
