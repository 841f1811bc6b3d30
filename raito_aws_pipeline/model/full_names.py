"""Full names of data objects: `<account>:<region>:<bucket>/<segment>…` (connector 3).

Full names are external ids, and access controls and usage refer to them. Here: how one is written, taken apart, and in
which order a table of data objects stands. Not here: which objects there are (`data_objects`).
"""

from __future__ import annotations

from dataclasses import dataclass

US_EAST_1 = "us-east-1"


@dataclass(frozen=True, slots=True)
class BucketName:
    """A bucket as a full name says it; `region` is empty in the old form of us-east-1."""

    account_id: str
    region: str
    bucket: str


@dataclass(frozen=True, slots=True)
class FullNames:
    """Writes the full names of one account's data objects.

    Args:
        account_id: The account; its id is the full name of the data source.
        legacy_us_east_1: Leave the region of us-east-1 out, as the Raito CLI's connector did (connector 7).
    """

    account_id: str
    legacy_us_east_1: bool = False

    def bucket(self, region: str, bucket: str) -> str:
        """Full name of a bucket."""
        written = "" if self.legacy_us_east_1 and region == US_EAST_1 else region
        return f"{self.account_id}:{written}:{bucket}"


def bucket_of(full_name: str) -> tuple[BucketName, str | None] | None:
    """The bucket that a full name is of, and the path below it; None: it is no such name.

    The path is None for the bucket itself, and may be empty: a folder without a name (key `/a`) has such a one. The old
    form of us-east-1 (`<account>::<bucket>`) is understood.
    """
    name, slash, path = full_name.partition("/")
    parts = name.split(":")
    if len(parts) != 3 or not parts[0] or not parts[2]:
        return None
    return BucketName(parts[0], parts[1], parts[2]), path if slash else None


def tree_order(full_name: str) -> str:
    """The key by which a table of data objects is sorted: parents before children, each folder in one piece.

    S3 lists keys by their UTF-8 bytes, so that `same-1` stands between `same` and `same/child`. Sorted by the name with
    a `/` behind it, an object stands right before what lies below it.
    """
    return f"{full_name}/"
