"""Which buckets are imported (connector 1, 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from raito_aws_pipeline.model.buckets import BucketScope


def bucket_scope(
    name: str, region: str | None, *, is_included: Callable[[str], bool], regions: Sequence[str] | None
) -> BucketScope:
    """Whether a bucket is imported, or why not.

    Args:
        name: The bucket.
        region: Where it lies; None: unknown.
        is_included: Whether the patterns of the configuration let a name in.
        regions: The configured regions; None: a bucket may lie in any.
    """
    if not is_included(name):
        return BucketScope.EXCLUDED
    if region is None:
        return BucketScope.REGION_UNKNOWN
    return BucketScope.INCLUDED if regions is None or region in regions else BucketScope.REGION_NOT_CONFIGURED
