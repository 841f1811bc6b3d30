"""A small account for the policy language: its buckets, its data objects, and what WHAT means in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from raito_aws_pipeline.iam_policy.actions import actions_on
from raito_aws_pipeline.iam_policy.document import NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.grants import GrantedItem
from raito_aws_pipeline.iam_policy.known import KnownFromRows
from raito_aws_pipeline.iam_policy.scope import AccessPoint, Scope
from raito_aws_pipeline.iam_policy.what import Understood, interests_of, what_of
from raito_aws_pipeline.model.full_names import FullNames, tree_order

ACCOUNT = "123456789012"
BUCKETS = {"acme-lake": "eu-central-1", "acme-raw": "eu-west-1", "acme-lake-logs": "eu-central-1", "abc": "us-east-1"}
LAKE = f"{ACCOUNT}:eu-central-1:acme-lake"
RAW = f"{ACCOUNT}:eu-west-1:acme-raw"
LOGS = f"{ACCOUNT}:eu-central-1:acme-lake-logs"
ABC = f"{ACCOUNT}:us-east-1:abc"
ACCESS_POINT = AccessPoint(f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/readers", "acme-lake")

OBJECTS = {
    ACCOUNT: "datasource",
    LAKE: "bucket",
    f"{LAKE}/hr": "folder",
    f"{LAKE}/hr/people.csv": "file",
    f"{LAKE}/orders": "glue-table",
    f"{LAKE}/orders/id": "column",
    f"{LAKE}/sales": "folder",
    f"{LAKE}/sales.csv": "file",
    f"{LAKE}/sales/2026": "folder",
    f"{LAKE}/sales/2026/q1.csv": "file",
    f"{LAKE}/sales/2026/q1*.csv": "file",
    f"{LAKE}/": "folder",
    f"{LAKE}//odd": "file",
    LOGS: "bucket",
    RAW: "bucket",
    f"{RAW}/in": "folder",
    f"{RAW}/in/sales": "folder",
    f"{RAW}/in/sales/one.json": "file",
    ABC: "bucket",
    f"{ABC}/sales": "folder",
    f"{ABC}/sales/x": "file",
}


def scope(*, access_point: bool = False) -> Scope:
    return Scope(
        FullNames(ACCOUNT),
        BUCKETS,
        not_imported=frozenset({"acme-secret"}),
        access_point=ACCESS_POINT if access_point else None,
    )


def document(*statements: Any, version: str = "2012-10-17", name: str = "policy") -> NamedDocument:
    return NamedDocument(name, parse_document(json.dumps({"Version": version, "Statement": list(statements)})))


def allow(actions: Any, resources: Any, **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **members}


def deny(actions: Any, resources: Any, **members: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **members}


def known_objects(documents: Iterable[NamedDocument], where: Scope, *, rows_at_once: int = 4) -> KnownFromRows:
    known = KnownFromRows(interests_of(documents, where))
    rows = sorted(OBJECTS, key=lambda name: tree_order(name).encode())
    for at in range(0, len(rows), rows_at_once):
        names = rows[at : at + rows_at_once]
        known.add(pa.record_batch({"full_name": names, "type": [OBJECTS[name] for name in names]}))
    return known


def understood(*documents: NamedDocument, access_point: bool = False) -> Understood:
    where = scope(access_point=access_point)
    return what_of(documents, where, known_objects(documents, where))


def what(of: Understood) -> dict[str, tuple[str, ...]]:
    return {item.full_name: item.permissions for item in of.what}


def rows(of: Understood) -> list[tuple[str, str, str, bool]]:
    return [(row.sid, row.reason.value, row.element, row.incomplete) for row in of.remainder]


def is_granted(items: Sequence[GrantedItem], action: str, arn: str) -> bool:
    """Whether WHAT says that an action on a bucket or an object is granted."""
    bucket, slash, key = arn.removeprefix("arn:aws:s3:::").partition("/")
    full_name = f"{ACCOUNT}:{BUCKETS.get(bucket, '')}:{bucket}"
    for item in items:
        if action not in item.permissions:
            continue
        holds = {
            "datasource": True,
            "bucket": item.full_name == full_name,
            "folder": bool(slash) and f"{full_name}/{key}".startswith(f"{item.full_name}/"),
            "glue-table": bool(slash) and f"{full_name}/{key}".startswith(f"{item.full_name}/"),
            "file": bool(slash) and item.full_name == f"{full_name}/{key}",
        }
        if holds[item.type]:
            return True
    return False


KEYS = [
    "sales.csv",
    "sales",
    "sales/",
    "sales/2026/q1.csv",
    "sales/2026/q1*.csv",
    "sales/2026/new",
    "hr/people.csv",
    "hr/new",
    "orders/part-0",
    "in/sales/one.json",
    "sales/x",
    "/odd",
    "new",
]


def requests() -> list[tuple[str, str]]:
    """Actions and the ARNs that they may be asked on."""
    arns = [f"arn:aws:s3:::{bucket}" for bucket in (*BUCKETS, "acme-secret")]
    of_buckets = [
        (action, arn) for action in ("s3:ListBucket", "s3:GetBucketTagging", "s3:PutBucketPolicy") for arn in arns
    ]
    of_objects = [
        (action, f"{arn}/{key}")
        for action in ("s3:GetObject", "s3:PutObject", "s3:GetObjectTorrent")
        for arn in arns
        for key in KEYS
    ]
    assert {action for action, _ in of_buckets} <= actions_on("bucket")
    assert {action for action, _ in of_objects} <= actions_on("object")
    return of_buckets + of_objects
