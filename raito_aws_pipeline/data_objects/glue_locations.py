"""Where Glue tables lie in S3, and the region in whose table of data objects they stand (connector 3).

Here: a location taken apart, the region of its bucket, its home region. Not here: the tree of data objects
(`data_objects.glue`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from raito_aws_pipeline.aws.glue import GlueTable
from raito_aws_pipeline.model.data_object_remainder import Reason

_SCHEMES = ("s3", "s3a", "s3n")
"""Schemes of URIs in S3; the two last are Hadoop's."""

_BUCKET_NAME = re.compile(r"[A-Za-z0-9._-]+")
"""Buckets made before 2018 in us-east-1 may have capitals and underscores (AWS: bucket naming rules)."""


@dataclass(frozen=True, slots=True)
class S3Location:
    """A bucket and the path below it: no slash at the end, empty for the bucket itself."""

    bucket: str
    path: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table lies as Raito is told.

    Args:
        bucket: The bucket.
        region: The region that full names have: the bucket's, or the catalogue's where the bucket is not located.
        path: The path below the bucket; empty for the bucket itself.
        home: The configured region in whose table of data objects it stands.
        located: Whether the bucket's region is known.
    """

    bucket: str
    region: str
    path: str
    home: str
    located: bool


def s3_location(location: str | None) -> S3Location | Reason:
    """Bucket and path of a location, or why there are none.

    All slashes at the end go, so that no table has an empty name: `s3://b/a//` is the table `a`. Those at the beginning
    and between stay: each is a folder whose name is empty.
    """
    scheme, separator, rest = (location or "").partition("://")
    if not separator or scheme.lower() not in _SCHEMES:
        return Reason.NO_S3_LOCATION
    bucket, _, path = rest.partition("/")
    if not _BUCKET_NAME.fullmatch(bucket):
        return Reason.NO_BUCKET_NAME
    return S3Location(bucket, path.rstrip("/"))


class Places:
    """Where tables lie, each bucket in one home region.

    The home of a bucket is its own region where that is configured, else the first configured region whose catalogue
    names it. A bucket that is not located is another one in each catalogue, at home there.

    Args:
        tables: All tables of all configured regions.
        regions: The configured regions, in order.
        bucket_regions: Region of each bucket of the account, by name, where it is known.
    """

    def __init__(self, tables: Iterable[GlueTable], regions: Sequence[str], bucket_regions: Mapping[str, str]) -> None:
        self._bucket_regions = bucket_regions
        self._homes: dict[str, str] = {}
        named_in: dict[str, set[str]] = {}
        for table in tables:
            location = s3_location(table.location)
            if isinstance(location, S3Location) and location.bucket in bucket_regions:
                named_in.setdefault(location.bucket, set()).add(table.region)
        for bucket, catalogues in named_in.items():
            own = bucket_regions[bucket]
            self._homes[bucket] = own if own in regions else next(region for region in regions if region in catalogues)

    def of(self, table: GlueTable) -> Place | Reason:
        """Where a table lies, or why it lies nowhere in S3."""
        location = s3_location(table.location)
        if isinstance(location, Reason):
            return location
        bucket, path = location.bucket, location.path
        region = self._bucket_regions.get(bucket)
        if region is None:
            return Place(bucket, table.region, path, home=table.region, located=False)
        return Place(bucket, region, path, home=self._homes[bucket], located=True)
