"""Accounts of a few entities, as the tests of this folder need them."""

from __future__ import annotations

from typing import Any

ACCOUNT = "123456789012"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def account(**members: Any) -> dict[str, Any]:
    """An account with these members of `aws`."""
    return {"account": ACCOUNT, "aws": members}


def named(count: int, letter: str, **members: Any) -> list[dict[str, Any]]:
    """Entries `<letter>000`, `<letter>001`, … with the same other members."""
    return [{"name": f"{letter}{n:03}", **members} for n in range(count)]
