"""How many data objects lie in each bucket."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.data_objects.bucket_counts import BucketCounts
from tests.data_objects.trees import BUCKETS, in_batches, tree


@settings(max_examples=40, deadline=None)
@given(BUCKETS, st.integers(1, 7))
def test_the_objects_of_each_bucket_are_counted_wherever_batches_are_cut(
    buckets: dict[str, set[str]], size: int
) -> None:
    counts = BucketCounts()
    rows = tree(buckets)
    for batch in in_batches(rows, size):
        counts.add(batch)
    expected: dict[str, int] = {}
    for record in rows:
        name = record["full_name"].partition("/")[0]
        expected[name] = expected.get(name, 0) + 1
    assert counts.rows == expected
