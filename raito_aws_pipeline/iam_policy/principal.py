"""Principals as policies name them (IAM: "AWS JSON policy elements: Principal").

Here: what a text of a principal element is. Not here: whether Raito can hold it (`who`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any


class PrincipalKind(StrEnum):
    """What a principal is."""

    ANYBODY = "anybody"
    ACCOUNT = "account"
    USER = "user"
    ROLE = "role"
    SESSION = "session"
    SERVICE = "service"
    FEDERATED = "federated"
    CANONICAL_USER = "canonical user"
    DELETED = "deleted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal.

    Args:
        kind: What it is.
        account_id: Its account; of CloudFront's identities `cloudfront`; empty: it has none, or it is not said.
        name: Name of the user or role; of a session `<role>/<session>`; of others their text.
        path: IAM path of the user or role, `/` where it has none; of others empty.
        text: As the policy names it.
    """

    kind: PrincipalKind
    account_id: str
    name: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class PermissionSetRole:
    """What the name and path of an Identity Center role say."""

    permission_set: str
    suffix: str
    region: str


def principals(element: Any) -> Iterator[Principal]:
    """The principals of an element `Principal` or `NotPrincipal` that a statement of a document holds, in its order."""
    if not isinstance(element, dict):
        yield principal("AWS", str(element))
        return
    for kind, named in element.items():
        for text in (named,) if isinstance(named, str) else named:
            yield principal(kind, text)


@lru_cache(16_384)
def principal(kind: str, text: str) -> Principal:
    """One principal: its kind as the element's key says it (`AWS`, `Service`, …), and its text."""
    found = _KINDS.get(kind)
    if found is not None:
        return Principal(found, _account_of(text) if found is PrincipalKind.FEDERATED else "", text, "", text)
    return _of_aws(text) if kind == "AWS" else Principal(PrincipalKind.UNKNOWN, "", text, "", text)


_KINDS = {
    "Service": PrincipalKind.SERVICE,
    "Federated": PrincipalKind.FEDERATED,
    "CanonicalUser": PrincipalKind.CANONICAL_USER,
}

_ACCOUNT = re.compile(r"\d{12}")
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA|GPA|SIA|NPA|IPA)[A-Z0-9]{8,}")
"""What AWS puts in the place of a principal that was deleted (IAM: unique identifiers)."""
_ARN = re.compile(r"arn:(aws[a-z0-9-]*):(iam|sts)::(\d{12}|cloudfront):(.+)", re.DOTALL)


def _of_aws(text: str) -> Principal:
    if text == "*":
        return Principal(PrincipalKind.ANYBODY, "", text, "", text)
    if _ACCOUNT.fullmatch(text):
        return Principal(PrincipalKind.ACCOUNT, text, text, "", text)
    if _UNIQUE_ID.fullmatch(text):
        return Principal(PrincipalKind.DELETED, "", text, "", text)
    arn = _ARN.fullmatch(text)
    if arn is None or "*" in text or "?" in text:
        return Principal(PrincipalKind.UNKNOWN, "", text, "", text)
    _, service, account, resource = arn.groups()
    kind, _, rest = resource.partition("/")
    if service == "sts":
        sessions = kind in ("assumed-role", "federated-user") and rest
        return Principal(PrincipalKind.SESSION if sessions else PrincipalKind.UNKNOWN, account, rest or text, "", text)
    if resource == "root":
        return Principal(PrincipalKind.ACCOUNT, account, text, "", text)
    path, _, name = f"/{rest}".rpartition("/")
    if kind in ("user", "role") and name:
        found = PrincipalKind.USER if kind == "user" else PrincipalKind.ROLE
        return Principal(found, account, name, f"{path}/", text)
    if kind in ("saml-provider", "oidc-provider") and rest:
        return Principal(PrincipalKind.FEDERATED, account, text, "", text)
    return Principal(PrincipalKind.UNKNOWN, account, text, "", text)


def _account_of(text: str) -> str:
    arn = _ARN.fullmatch(text)
    return arn.group(3) if arn else ""


_PERMISSION_SET_ROLE = re.compile(r"AWSReservedSSO_(.+)_([0-9a-f]{16})")
_IDENTITY_CENTER_PATH = re.compile(r"/aws-reserved/sso\.amazonaws\.com/(?:([a-z0-9-]+)/)?")


def permission_set_role(name: str, path: str) -> PermissionSetRole | None:
    """The permission set that a role belongs to, by its name and path; None: to none.

    Args:
        name: `AWSReservedSSO_<permission set>_<16 hex>`.
        path: `/aws-reserved/sso.amazonaws.com/[<region>/]`; without a region where Identity Center is in us-east-1.
    """
    named = _PERMISSION_SET_ROLE.fullmatch(name)
    placed = _IDENTITY_CENTER_PATH.fullmatch(path)
    if named is None or placed is None:
        return None
    return PermissionSetRole(named.group(1), named.group(2), placed.group(1) or "")
