"""Full names of data objects: written, taken apart, put in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.model.full_names import BucketName, FullNames, bucket_of, tree_order

ACCOUNT = "123456789012"
BUCKETS = st.from_regex(r"[a-z0-9][a-z0-9.-]{1,20}", fullmatch=True)
REGIONS = st.sampled_from(["eu-west-1", "us-east-1"])


@pytest.mark.parametrize(
    ("region", "legacy", "full_name"),
    [
        ("eu-west-1", False, f"{ACCOUNT}:eu-west-1:lake"),
        ("eu-west-1", True, f"{ACCOUNT}:eu-west-1:lake"),
        ("us-east-1", False, f"{ACCOUNT}:us-east-1:lake"),
        ("us-east-1", True, f"{ACCOUNT}::lake"),
    ],
)
def test_a_bucket_is_named_by_account_region_and_name(region: str, legacy: bool, full_name: str) -> None:
    assert FullNames(ACCOUNT, legacy_us_east_1=legacy).bucket(region, "lake") == full_name


@given(REGIONS, BUCKETS, st.none() | st.text(), st.booleans())
def test_what_is_written_can_be_taken_apart(region: str, bucket: str, path: str | None, legacy: bool) -> None:
    written = FullNames(ACCOUNT, legacy_us_east_1=legacy).bucket(region, bucket)
    kept = "" if legacy and region == "us-east-1" else region
    assert bucket_of(written if path is None else f"{written}/{path}") == (BucketName(ACCOUNT, kept, bucket), path)


@pytest.mark.parametrize(
    "text", ["", ACCOUNT, "lake", "a:b", ":eu-west-1:lake", f"{ACCOUNT}:eu-west-1:", "a:b:c:d", "/a:b:c"]
)
def test_other_texts_name_no_bucket(text: str) -> None:
    assert bucket_of(text) is None


@given(st.lists(st.text(alphabet="a/-0.", max_size=5), unique=True))
def test_in_order_each_object_stands_right_before_what_lies_below_it(paths: list[str]) -> None:
    names = sorted((f"b/{path}" for path in paths), key=tree_order)
    for name in names:
        below = [at for at, other in enumerate(names) if other.startswith(f"{name}/")]
        assert below == list(range(names.index(name) + 1, names.index(name) + 1 + len(below)))
