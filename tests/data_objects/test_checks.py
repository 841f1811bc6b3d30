"""What must hold of data objects: the check of the tree, row by row as they stream by, and those of counts."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.data_objects.checks import (
    PARENTS_EXIST,
    UNIQUE_FULL_NAMES,
    TreeCheck,
    check_no_sudden_drop,
    check_regions_configured,
    check_tags_read,
)
from tests.data_objects.trees import ACCOUNT, BUCKETS, Rows, in_batches, row, tree

law = settings(max_examples=40, deadline=None)


def failed(*partitions: Rows, size: int = 3, root: str = ACCOUNT) -> set[str]:
    """Names of the checks that do not hold of rows that come in batches of a size."""
    check = TreeCheck(root)
    for rows in partitions:
        check.begin_partition()
        for batch in in_batches(rows, size):
            check.add(batch)
    assert all(outcome.blocking for outcome in check.outcomes())
    return {outcome.name for outcome in check.outcomes() if not outcome.passed}


@law
@given(BUCKETS, st.booleans(), st.integers(1, 7))
def test_every_tree_of_buckets_holds_wherever_its_batches_are_cut(
    buckets: dict[str, set[str]], folders: bool, size: int
) -> None:
    assert failed(tree(buckets, emulate_folders=folders), size=size) == set()


@law
@given(BUCKETS, st.integers(1, 7), st.data())
def test_a_parent_that_is_taken_out_is_missed(buckets: dict[str, set[str]], size: int, data: st.DataObject) -> None:
    rows = tree(buckets)
    parents = {r["parent_external_id"] for r in rows} - {ACCOUNT}
    assume(parents)
    gone = data.draw(st.sampled_from(sorted(parents)))
    assert failed([r for r in rows if r["full_name"] != gone], size=size) == {PARENTS_EXIST}


@law
@given(BUCKETS, st.integers(1, 7), st.data())
def test_a_row_that_is_there_twice_is_found(buckets: dict[str, set[str]], size: int, data: st.DataObject) -> None:
    rows = tree(buckets)
    twice = data.draw(st.integers(0, len(rows) - 1))
    assert UNIQUE_FULL_NAMES in failed([*rows[: twice + 1], *rows[twice:]], size=size)


@law
@given(BUCKETS, st.integers(1, 7), st.data())
def test_rows_in_another_order_are_found(buckets: dict[str, set[str]], size: int, data: st.DataObject) -> None:
    rows = tree(buckets)
    assume(len(rows) > 1)
    first, second = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=2, max_size=2)))
    rows[first], rows[second] = rows[second], rows[first]
    assert UNIQUE_FULL_NAMES in failed(rows, size=size)


@law
@given(BUCKETS, BUCKETS)
def test_each_partition_has_an_order_of_its_own(first: dict[str, set[str]], second: dict[str, set[str]]) -> None:
    assert failed(tree(first, region="us-east-1"), tree(second, region="eu-west-1")) == set()


def test_a_bucket_in_two_partitions_is_there_twice() -> None:
    rows = tree({"lake": {"a/b"}})
    assert failed(rows, rows) == {UNIQUE_FULL_NAMES}
    assert failed(rows, rows[1:]) == {PARENTS_EXIST}, "what lies in a bucket stands in the bucket's partition"


def test_the_rows_of_another_account_lie_below_nothing() -> None:
    assert failed(tree({"lake": {"a"}}), root="999999999999") == {PARENTS_EXIST}


def test_a_partial_sync_begins_below_its_parent() -> None:
    rows = tree({"lake": {"a/b/c", "a/d"}})
    parent = f"{ACCOUNT}:eu-west-1:lake/a"
    assert failed(rows[2:], root=parent) == set()
    assert failed(rows[1:], root=parent) == {PARENTS_EXIST}


def test_tables_hold_columns_and_tables_and_columns_hold_nothing() -> None:
    bucket, table = f"{ACCOUNT}:eu-west-1:lake", f"{ACCOUNT}:eu-west-1:lake/t"
    rows = [
        row(bucket, ACCOUNT, "bucket"),
        row(table, bucket, "glue-table"),
        row(f"{table}/id", table, "column"),
        row(f"{table}/inner", table, "glue-table"),
        row(f"{table}/inner/id", f"{table}/inner", "column"),
    ]
    assert failed(rows) == set()
    rows[3]["type"] = "column"
    assert failed(rows) == {PARENTS_EXIST}


def test_offenders_are_named_and_of_a_table_that_is_broken_as_a_whole_only_the_first_are_kept() -> None:
    rows = [row(f"{ACCOUNT}:eu-west-1:lake/{n:05}", f"nobody-{n}", "file") for n in range(3000, 0, -1)]
    check = TreeCheck(ACCOUNT)
    for batch in in_batches(rows, 700):
        check.add(batch)
    unique, parents = check.outcomes()
    assert f": {ACCOUNT}:eu-west-1:lake/02999; " in unique.description
    assert f": {ACCOUNT}:eu-west-1:lake/03000 below nobody-3000; " in parents.description
    assert (unique.details["offenders"], parents.details["offenders"]) == (1000, 1000)


def test_nothing_is_a_tree() -> None:
    assert failed([]) == set() and failed() == set()


@pytest.mark.parametrize(
    ("before", "now", "named"),
    [
        ({"eu-west-1": 10}, {"eu-west-1": 5}, []),
        ({"eu-west-1": 10}, {"eu-west-1": 4}, ["eu-west-1 has 4, it had 10"]),
        ({"eu-west-1": 10, "us-east-1": 9}, {"us-east-1": 0}, ["us-east-1 has 0, it had 9"]),
        ({}, {"eu-west-1": 3}, []),
        ({"eu-west-1": 0}, {"eu-west-1": 0}, []),
    ],
)
def test_a_region_that_loses_more_than_half_is_named(
    before: dict[str, int], now: dict[str, int], named: list[str]
) -> None:
    outcome = check_no_sudden_drop(before, now)
    assert (outcome.passed, outcome.blocking) == (not named, False)
    assert all(text in outcome.description for text in named)


def test_buckets_elsewhere_and_tags_that_are_not_read_are_named_with_what_to_do_and_stop_nothing() -> None:
    elsewhere = check_regions_configured(["acme-tokyo (ap-northeast-1)"])
    without_tags = check_tags_read(["acme-lake (AccessDenied)"])
    assert [(o.passed, o.blocking) for o in (elsewhere, without_tags)] == [(False, False)] * 2
    assert "aws-s3-exclude-buckets): acme-tokyo (ap-northeast-1)." in elsewhere.description
    assert "s3:GetBucketTagging): acme-lake (AccessDenied)." in without_tags.description
    assert check_regions_configured([]).passed and check_tags_read([]).passed
