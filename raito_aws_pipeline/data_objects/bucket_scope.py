"""Which buckets are imported (connector 1, 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from raito_aws_pipeline.model.buckets import BucketScope


def bucket_scope(
    name: str, region: str | None, *, is_included: Callable[[str], bool], regions: Sequence[str]
) -> BucketScope:
    """Whether a bucket is imported, or why not.

    Args:
        name: The bucket.
        region: Where it lies; None: unknown.
        is_included: Whether the patterns of the configuration let a name in.
        regions: The configured regions.
    """
    if not is_included(name):
        return BucketScope.EXCLUDED
    if region is None:
        return BucketScope.REGION_UNKNOWN
    return BucketScope.INCLUDED if region in regions else BucketScope.REGION_NOT_CONFIGURED
