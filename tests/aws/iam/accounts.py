"""Accounts as data, in the shape that the embedded AWS loads."""

from __future__ import annotations

from typing import Any


def document(number: int) -> dict[str, Any]:
    """A policy document that differs from the others."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::bucket-{number}/*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def account_of(*, users: int, groups: int, roles: int, policies: int) -> dict[str, Any]:
    """An account of so many entities, with memberships, tags, paths, inline and attached policies, also AWS's."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    entities = {
        "users": [
            {
                "name": f"user-{n}",
                "path": "/people/" if n % 2 else "/",
                "tags": [["z-team", f"t{n % 3}"], ["email", f"user-{n}@example.org"]] if n % 3 else [],
                "groups": [f"group-{g}" for g in range(groups) if (n + g) % 3 == 0],
                "inline": {f"inline-{i}": document(i) for i in range(n % 3)},
                "attached": [f"policy-{n % policies}"] if policies and n % 4 == 0 else [],
            }
            for n in range(users)
        ],
        "groups": [
            {
                "name": f"group-{n}",
                "inline": {"own": document(n)} if n % 2 else {},
                "attached": ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] if n % 2 == 0 else [],
            }
            for n in range(groups)
        ],
        "roles": [
            {
                "name": f"role-{n}",
                "path": "/service/" if n % 5 == 0 else "/",
                "trust": trust,
                "tags": {"owner": f"user-{n}"},
                "inline": {"b": document(n), "a": document(n + 1)} if n % 3 == 0 else {},
                "attached": [
                    *([f"policy-{n % policies}"] if policies else []),
                    *(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"] if n % 7 == 0 else []),
                ],
            }
            for n in range(roles)
        ],
        "policies": [
            {"name": f"policy-{n}", "document": document(n), "versions": [document(n + 1000)] if n % 6 == 0 else []}
            for n in range(policies)
        ],
    }
    return {"account": "123456789012", "aws": entities}
