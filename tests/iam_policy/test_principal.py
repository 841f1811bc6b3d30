"""Principals in each form that AWS takes or writes."""

from __future__ import annotations

import pytest

from raito_aws_pipeline.iam_policy.principal import (
    PermissionSetRole,
    PrincipalKind,
    permission_set_role,
    principal,
    principals,
)

ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    ("text", "kind", "account", "name", "path"),
    [
        ("*", PrincipalKind.ANYBODY, "", "*", ""),
        (ACCOUNT, PrincipalKind.ACCOUNT, ACCOUNT, ACCOUNT, ""),
        (f"arn:aws:iam::{ACCOUNT}:root", PrincipalKind.ACCOUNT, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ""),
        (f"arn:aws:iam::{ACCOUNT}:user/ann", PrincipalKind.USER, ACCOUNT, "ann", "/"),
        (f"arn:aws:iam::{ACCOUNT}:user/people/eu/bob", PrincipalKind.USER, ACCOUNT, "bob", "/people/eu/"),
        (f"arn:aws-cn:iam::{ACCOUNT}:role/app/reader", PrincipalKind.ROLE, ACCOUNT, "reader", "/app/"),
        (f"arn:aws-us-gov:iam::{ACCOUNT}:role/reader", PrincipalKind.ROLE, ACCOUNT, "reader", "/"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/ann", PrincipalKind.SESSION, ACCOUNT, "reader/ann", ""),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/ann", PrincipalKind.SESSION, ACCOUNT, "ann", ""),
        ("AIDACKCEVSQ6C2EXAMPLE", PrincipalKind.DELETED, "", "AIDACKCEVSQ6C2EXAMPLE", ""),
        ("AROACKCEVSQ6C2EXAMPLE", PrincipalKind.DELETED, "", "AROACKCEVSQ6C2EXAMPLE", ""),
        ("arn:aws:iam::cloudfront:user/CloudFront Access Identity E1", PrincipalKind.USER, "cloudfront",
         "CloudFront Access Identity E1", "/"),
        (f"arn:aws:iam::{ACCOUNT}:saml-provider/okta", PrincipalKind.FEDERATED, ACCOUNT,
         f"arn:aws:iam::{ACCOUNT}:saml-provider/okta", ""),
        (f"arn:aws:iam::{ACCOUNT}:group/ops", PrincipalKind.UNKNOWN, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:group/ops", ""),
        (f"arn:aws:iam::{ACCOUNT}:user/*", PrincipalKind.UNKNOWN, "", f"arn:aws:iam::{ACCOUNT}:user/*", ""),
        ("ann", PrincipalKind.UNKNOWN, "", "ann", ""),
        ("", PrincipalKind.UNKNOWN, "", "", ""),
    ],
)  # fmt: skip
def test_principals_of_aws(text: str, kind: PrincipalKind, account: str, name: str, path: str) -> None:
    found = principal("AWS", text)
    assert (found.kind, found.account_id, found.name, found.path, found.text) == (kind, account, name, path, text)


def test_the_key_of_an_element_says_the_kind_and_the_order_stays() -> None:
    element = {
        "Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"],
        "Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/accounts.google.com",
        "CanonicalUser": "79a5",
        "Robot": "r2",
        "AWS": "*",
    }
    assert [(p.kind, p.account_id) for p in principals(element)] == [
        (PrincipalKind.SERVICE, ""),
        (PrincipalKind.SERVICE, ""),
        (PrincipalKind.FEDERATED, ACCOUNT),
        (PrincipalKind.CANONICAL_USER, ""),
        (PrincipalKind.UNKNOWN, ""),
        (PrincipalKind.ANYBODY, ""),
    ]
    assert [p.kind for p in principals("*")] == [PrincipalKind.ANYBODY]


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        (
            "AWSReservedSSO_Data_Analyst_0123456789abcdef",
            "/aws-reserved/sso.amazonaws.com/eu-central-1/",
            PermissionSetRole("Data_Analyst", "0123456789abcdef", "eu-central-1"),
        ),
        (
            "AWSReservedSSO_Admin_0123456789abcdef",
            "/aws-reserved/sso.amazonaws.com/",
            PermissionSetRole("Admin", "0123456789abcdef", ""),
        ),
        ("AWSReservedSSO_Admin_0123456789abcdef", "/", None),
        ("AWSReservedSSO_Admin_0123456789ABCDEF", "/aws-reserved/sso.amazonaws.com/", None),
        ("Admin", "/aws-reserved/sso.amazonaws.com/", None),
    ],
)
def test_roles_of_permission_sets(name: str, path: str, expected: PermissionSetRole | None) -> None:
    assert permission_set_role(name, path) == expected
