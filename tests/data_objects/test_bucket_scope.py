"""Which buckets are imported."""

from __future__ import annotations

import pytest

from raito_aws_pipeline.data_objects.bucket_scope import bucket_scope
from raito_aws_pipeline.model.buckets import BucketScope


@pytest.mark.parametrize(
    ("name", "region", "scope"),
    [
        ("lake", "eu-west-1", BucketScope.INCLUDED),
        ("lake", "us-east-1", BucketScope.REGION_NOT_CONFIGURED),
        ("lake", None, BucketScope.REGION_UNKNOWN),
        ("private", "eu-west-1", BucketScope.EXCLUDED),
        ("private", None, BucketScope.EXCLUDED),
    ],
)
def test_a_bucket_is_imported_that_is_let_in_and_lies_in_a_configured_region(
    name: str, region: str | None, scope: BucketScope
) -> None:
    found = bucket_scope(name, region, is_included=lambda name: name == "lake", regions=["eu-west-1", "eu-central-1"])
    assert found is scope


def test_where_no_regions_count_a_bucket_may_lie_in_any() -> None:
    assert bucket_scope("lake", "mars-1", is_included=lambda _: True, regions=None) is BucketScope.INCLUDED
    assert bucket_scope("lake", None, is_included=lambda _: True, regions=None) is BucketScope.REGION_UNKNOWN
