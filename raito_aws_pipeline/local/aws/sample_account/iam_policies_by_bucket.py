"""Customer managed policies that follow a rule: reader, writer and admin of each bucket, team folder and source.

Not here: the policies that somebody wrote by hand (`iam_policies`).
"""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import (
    ACCOUNT,
    DROPBOX_BUCKET,
    FINANCE_BUCKET,
    HR_BUCKET,
    LAKE_BUCKET,
    RAW_BUCKET,
    RAW_SOURCES,
    TEAMS,
    US_EXPORTS_BUCKET,
    US_LAKE_BUCKET,
    US_TEAMS,
    US_WEB_BUCKET,
)
from raito_aws_pipeline.local.aws.sample_account.documents import (
    LIST_BUCKET,
    READ_OBJECTS,
    WRITE_OBJECTS,
    allow,
    bucket_arn,
    document,
    objects_arn,
)
from raito_aws_pipeline.local.aws.sample_account.glue_catalogue import GLUE

Policy = dict[str, Any]

SHORT_NAMES = {
    "lake": LAKE_BUCKET,
    "raw": RAW_BUCKET,
    "finance": FINANCE_BUCKET,
    "hr": HR_BUCKET,
    "dropbox": DROPBOX_BUCKET,
    "us-lake": US_LAKE_BUCKET,
    "us-web": US_WEB_BUCKET,
    "us-exports": US_EXPORTS_BUCKET,
}


def _reader(name: str, bucket: str, keys: str = "*", **members: Any) -> Policy:
    statements = (allow(LIST_BUCKET, bucket_arn(bucket)), allow(READ_OBJECTS, objects_arn(bucket, keys)))
    return {"name": f"{name}-reader", "document": document(*statements), **members}


def _writer(name: str, bucket: str, keys: str = "*", **members: Any) -> Policy:
    statements = (
        allow(LIST_BUCKET, bucket_arn(bucket)),
        allow((*READ_OBJECTS, *WRITE_OBJECTS), objects_arn(bucket, keys)),
    )
    return {"name": f"{name}-writer", "document": document(*statements), **members}


def _admin(name: str, bucket: str) -> Policy:
    statement = allow("s3:*", [bucket_arn(bucket), objects_arn(bucket)], sid="All")
    return {"name": f"{name}-admin", "path": "/platform/", "document": document(statement)}


def _database_reader(region: str, database: dict[str, Any]) -> Policy:
    """Reading the tables of a database: the catalogue, and the objects at their locations."""
    name = database["name"]
    prefix = f"arn:aws:glue:{region}:{ACCOUNT}"
    catalogue = [f"{prefix}:catalog", f"{prefix}:database/{name}", f"{prefix}:table/{name}/*"]
    locations = [table["location"] for table in database["tables"] if table.get("location", "").startswith("s3://")]
    objects = sorted({f"arn:aws:s3:::{location.removeprefix('s3://').rstrip('/')}/*" for location in locations})
    statements = [allow(("glue:GetDatabase", "glue:GetTable*", "glue:GetPartitions"), catalogue)]
    if objects:
        statements.append(allow(READ_OBJECTS, objects))
    return {"name": f"glue-{name}-reader", "path": "/data/", "document": document(*statements)}


POLICIES_BY_BUCKET: list[Policy] = [
    *(make(name, bucket) for name, bucket in SHORT_NAMES.items() for make in (_reader, _writer, _admin)),
    *(
        make(f"lake-{team}", LAKE_BUCKET, f"{team}/*", path="/data/", tags={"team": team})
        for team in TEAMS
        for make in (_reader, _writer)
    ),
    *(
        make(f"us-lake-{team}", US_LAKE_BUCKET, f"{team}/*", path="/data/us/", tags={"team": team})
        for team in US_TEAMS
        for make in (_reader, _writer)
    ),
    *(
        make(f"raw-{source}", RAW_BUCKET, f"in/{source}/*", tags={"source": source})
        for source in RAW_SOURCES
        for make in (_reader, _writer)
    ),
    *(_database_reader(catalogue["region"], database) for catalogue in GLUE for database in catalogue["databases"]),
]
