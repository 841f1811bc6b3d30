"""What tests of the embedded AWS call it with, and how they read its answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
ALLOW_READING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def create_policy(iam: Any, name: str, path: str = "/") -> str:
    """ARN of a new customer managed policy."""
    arn: str = iam.create_policy(PolicyName=name, Path=path, PolicyDocument=ALLOW_READING)["Policy"]["Arn"]
    return arn


def create_role(iam: Any, name: str, **more: Any) -> None:
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)


def pages(client: Any, operation: str, size: int, **parameters: Any) -> list[dict[str, Any]]:
    """All pages of an operation that the SDK pages, of `size` items each."""
    return list(client.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **parameters))


def refusal(call: Any, **parameters: Any) -> str:
    """Error code that a call is answered with."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return str(refused.value.response["Error"]["Code"])
