"""Buckets of an account, and what was found in those that were listed."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated

from raito_aws_pipeline.model.columns import Column, Row
from raito_aws_pipeline.model.tags import Tag


class BucketScope(StrEnum):
    """Whether a bucket's data objects are imported, and why not."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    """`aws-s3-include-buckets` does not name it, or `aws-s3-exclude-buckets` does."""
    REGION_NOT_CONFIGURED = "region_not_configured"
    """Its region is not among `aws-regions`."""
    REGION_UNKNOWN = "region_unknown"
    """Its region could not be read."""


class Bucket(Row, frozen=True, kw_only=True):
    """A bucket of the account, imported or not."""

    name: Annotated[str, Column("Name of the bucket.", unique=True)]
    region: Annotated[str | None, Column("Region that it lies in; null: it could not be read.")]
    scope: Annotated[str, Column("included, or why not: excluded, region_not_configured, region_unknown.")]
    created_at: Annotated[datetime.datetime | None, Column("When it was created.")] = None
    tags: Annotated[tuple[Tag, ...], Column("Its tags, by key.")] = ()


class BucketContent(Row, frozen=True, kw_only=True):
    """What was found in one bucket, and how long it took."""

    bucket: Annotated[str, Column("Name of the bucket.", unique=True)]
    region: Annotated[str, Column("Region that it lies in.")]
    complete: Annotated[bool, Column("Whether all of it could be read.")]
    objects: Annotated[int, Column("Keys that were listed; below the depth limit only as many as were needed.")]
    folders: Annotated[int, Column("Folders among the data objects.")]
    files: Annotated[int, Column("Files among the data objects.")]
    not_represented: Annotated[int, Column("Keys that stand in the remainder, because they are folders too.")]
    bytes: Annotated[int, Column("Size of the objects listed, in bytes.")]
    deepest_path: Annotated[str, Column("The key with the most segments, the first of them in S3's order.")]
    depth: Annotated[int, Column("Segments of the deepest path.")]
    pages: Annotated[int, Column("Calls of ListObjectsV2 that gave keys.")]
    seconds: Annotated[float, Column("From the first call to the last row, in seconds of wall time.")]
