"""Policy documents into WHO, WHAT and remainder: 5,000 roles with 20,000 statements on one core."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from benchmarks.figures import Figure, at_most, told
from benchmarks.measuring import cpu_seconds
from raito_aws_pipeline.iam_policy.document import NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.known import NO_INTERESTS, KnownFromRows
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.iam_policy.what import interests_of, what_of
from raito_aws_pipeline.iam_policy.who import Principals, trust_users
from raito_aws_pipeline.model.full_names import FullNames

ACCOUNT = "123456789012"
ROLES = 5000
BUCKETS = 500
FOLDERS = 1000
"""Folders in each bucket: 500,000 data objects in all."""


def roles() -> Iterator[tuple[str, str]]:
    """A trust policy and an inline policy each: of four statements no two roles have the same."""
    for number in range(ROLES):
        bucket, folder = f"acme-{number % BUCKETS:04}", f"team-{number % FOLDERS:04}"
        arn = f"arn:aws:s3:::{bucket}"
        user = f"arn:aws:iam::{ACCOUNT}:user/people/user-{number % 700}"
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": [user], "Service": "ec2.amazonaws.com"},
        }
        statements: list[dict[str, Any]] = [
            {"Action": ["s3:ListBucket", "s3:Get*"], "Resource": [arn, f"{arn}/{folder}/*"]},
            {
                "Action": ["s3:PutObject", "s3:DeleteObject", "kms:Decrypt"],
                "Resource": f"{arn}/{folder}/out-{number}/*",
            },
            {
                "Action": "s3:GetObject",
                "Resource": [f"arn:aws:s3:::acme-{number % 10}*/{folder}/*", f"{arn}/t*{number}/*"],
            },
            {"Action": "s3:*", "Resource": f"{arn}/{folder}/secret-{number}/*", "Effect": "Deny"},
        ]
        inline = [{"Effect": "Allow", "Sid": f"S{place}", **statement} for place, statement in enumerate(statements)]
        yield _text([trust]), _text(inline)


def _text(statements: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def data_objects() -> Iterator[pa.RecordBatch]:
    """The buckets' folders, a batch a bucket."""
    for number in range(BUCKETS):
        name = f"{ACCOUNT}:eu-west-1:acme-{number:04}"
        names = [f"{name}/team-{folder:04}" for folder in range(FOLDERS)]
        yield pa.record_batch({"full_name": names, "type": ["folder"] * FOLDERS})


def figures() -> list[Figure]:
    """Parsing and understanding by itself, and the pass over the data objects."""
    texts = list(roles())
    rows = list(data_objects())
    scope = Scope(FullNames(ACCOUNT), {f"acme-{number:04}": "eu-west-1" for number in range(BUCKETS)})
    account = Principals(ACCOUNT, frozenset(f"user-{number}" for number in range(700)))
    parsed: list[tuple[NamedDocument, NamedDocument]] = []
    known = KnownFromRows(NO_INTERESTS)
    items = remainder = 0

    def ask() -> None:
        nonlocal known
        parsed.extend(
            (NamedDocument("trust", parse_document(trust)), NamedDocument("inline", parse_document(inline)))
            for trust, inline in texts
        )
        known = KnownFromRows(interests_of((inline for _, inline in parsed), scope))

    def read() -> None:
        for batch in rows:
            known.add(batch)

    def understand() -> None:
        nonlocal items, remainder
        for trust, inline in parsed:
            who, what = trust_users(trust, account), what_of([inline], scope, known)
            items += len(what.what)
            remainder += len(who.remainder) + len(what.remainder)

    seconds = cpu_seconds(ask), cpu_seconds(read), cpu_seconds(understand)
    return [
        at_most("20,000 statements of 5,000 roles into WHO, WHAT and remainder, CPU", seconds[0] + seconds[2], "s", 10),
        told("… the pass over 500,000 data objects for them, CPU", seconds[1], "s"),
        told("… items of WHAT", items, "rows"),
        told("… rows of the remainder", remainder, "rows"),
    ]
