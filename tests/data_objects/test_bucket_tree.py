"""The tree of a bucket: exactly the ancestors that its keys have, one row an external id, parents first."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.data_objects.bucket_tree import MOST_NAMED, BucketTree
from raito_aws_pipeline.model.full_names import tree_order

BUCKET = "123456789012:eu-west-1:lake"

SEGMENTS = st.sampled_from(
    ["", "a", "b", "a-1", "a.b", "a0", "same", "same-1", "x y", "+", "%2F", "ü", "日本", "\n", "!", "\U0010ffff"]
)
KEYS = st.builds("/".join, st.lists(SEGMENTS, min_size=1, max_size=6)).filter(bool)


def rows_of(keys: list[str], *, page: int = 1000, max_depth: int = 20, **options: Any) -> list[dict[str, Any]]:
    tree = BucketTree(BUCKET, max_depth=max_depth, **options)
    keys = sorted(keys, key=str.encode)
    batches = [tree.add(keys[i : i + page]) for i in range(0, len(keys), page)]
    return [row for batch in [*batches, tree.finish()] for row in batch.to_pylist()]


def paths_of(keys: list[str], **options: Any) -> dict[str, str]:
    """Path below the bucket → type."""
    return {row["full_name"].removeprefix(f"{BUCKET}/"): row["type"] for row in rows_of(keys, **options)}


def naive_tree(keys: list[str], max_depth: int) -> dict[str, str]:
    """The same by the letter of the rule, with everything in memory."""
    found: dict[str, str] = {}
    for key in keys:
        *folders, name = key.split("/")
        for depth in range(1, min(len(folders), max_depth) + 1):
            found["/".join(folders[:depth])] = "folder"
        if name and len(folders) < max_depth:
            found.setdefault(key, "file")
    return found


def test_a_key_becomes_its_folders_and_its_file() -> None:
    assert rows_of(["sales/2026/q1.csv"]) == [
        {
            "external_id": f"{BUCKET}/{path}",
            "name": path.rpartition("/")[2],
            "full_name": f"{BUCKET}/{path}",
            "type": kind,
            "description": "",
            "parent_external_id": f"{BUCKET}{parent}",
            "tags": None,
            "data_type": None,
            "share_provider_identifier": None,
            "share_identifier": None,
            "owners": None,
        }
        for path, kind, parent in (
            ("sales", "folder", ""),
            ("sales/2026", "folder", "/sales"),
            ("sales/2026/q1.csv", "file", "/sales/2026"),
        )
    ]


@pytest.mark.parametrize(
    ("keys", "paths"),
    [
        (["trail//"], {"trail": "folder", "trail/": "folder"}),
        (["//x"], {"": "folder", "/": "folder", "//x": "file"}),
        (["/leading.txt"], {"": "folder", "/leading.txt": "file"}),
        (["double//slash.txt"], {"double": "folder", "double/": "folder", "double//slash.txt": "file"}),
        (["marker/"], {"marker": "folder"}),
        (["marker/", "marker/x"], {"marker": "folder", "marker/x": "file"}),
        (["a b/c+d%20.txt"], {"a b": "folder", "a b/c+d%20.txt": "file"}),
        (
            ["ünïcode/日本語/データ.csv"],
            {"ünïcode": "folder", "ünïcode/日本語": "folder", "ünïcode/日本語/データ.csv": "file"},
        ),
    ],
)
def test_odd_keys_keep_their_names(keys: list[str], paths: dict[str, str]) -> None:
    assert paths_of(keys) == paths


def test_a_key_that_others_lie_below_is_the_folder_and_is_counted() -> None:
    tree = BucketTree(BUCKET, max_depth=20)
    batches = [tree.add(["same", "same-1", "same-1/x", "same/child", "z"]), tree.finish()]
    rows = [(row["full_name"].removeprefix(BUCKET), row["type"]) for batch in batches for row in batch.to_pylist()]
    assert rows == [
        ("/same-1", "folder"),
        ("/same-1/x", "file"),
        ("/same", "folder"),
        ("/same/child", "file"),
        ("/z", "file"),
    ]
    assert (tree.keys_that_are_folders, tree.named) == (2, ["same-1", "same"])
    assert (tree.folders, tree.files) == (2, 3)


def test_of_many_keys_that_are_folders_the_first_are_named_and_all_are_counted() -> None:
    tree = BucketTree(BUCKET, max_depth=20)
    tree.add([key for i in range(MOST_NAMED + 5) for key in (f"{i:04}", f"{i:04}/x")])
    assert (tree.keys_that_are_folders, len(tree.named)) == (MOST_NAMED + 5, MOST_NAMED)


def test_segments_past_the_depth_limit_are_dropped_and_the_folders_above_are_kept() -> None:
    keys = ["deep/l2/l3/l4/l5/leaf.bin", "deep/l2/leaf2.bin", "top.txt"]
    assert paths_of(keys, max_depth=4) == {
        "deep": "folder",
        "deep/l2": "folder",
        "deep/l2/l3": "folder",
        "deep/l2/l3/l4": "folder",
        "deep/l2/leaf2.bin": "file",
        "top.txt": "file",
    }
    assert paths_of(keys, max_depth=1) == {"deep": "folder", "top.txt": "file"}


def test_flat_keys_are_files_of_the_bucket_with_the_key_as_name() -> None:
    rows = rows_of(["a", "a-b", "a/b", "dir/"], emulate_folders=False)
    assert [(r["name"], r["full_name"], r["parent_external_id"], r["type"]) for r in rows] == [
        (key, f"{BUCKET}/{key}", BUCKET, "file") for key in ("a-b", "a", "a/b", "dir/")
    ]


def test_below_a_folder_only_what_lies_below_it_has_rows() -> None:
    keys = ["sales/2026/", "sales/2026/q1/report.csv", "sales/2026/z"]
    assert list(paths_of(keys, below="sales/2026")) == ["sales/2026/q1", "sales/2026/q1/report.csv", "sales/2026/z"]


def test_the_deepest_path_is_the_first_with_the_most_segments() -> None:
    tree = BucketTree(BUCKET, max_depth=1)
    tree.add(["a", "b/c/d", "b/c/e", "f/g"])
    assert (tree.deepest_path, tree.depth) == ("b/c/d", 3)


RUNS = st.builds(
    lambda folder, count: {f"{folder}n{number:02}" for number in range(count)},
    st.sampled_from(["", "a/", "a/same/", "x y/b/"]),
    st.integers(0, 30),
)
"""Files of one folder that follow each other, but for what other keys come between them."""


@given(st.builds(set.union, st.sets(KEYS, max_size=40), RUNS), st.integers(1, 7), st.sampled_from([1, 3, 12, 1000]))
def test_any_set_of_keys_gives_exactly_the_ancestors_it_must_have(keys: set[str], max_depth: int, page: int) -> None:
    rows = rows_of(sorted(keys), page=page, max_depth=max_depth)
    expected = naive_tree(sorted(keys), max_depth)
    assert {r["full_name"].removeprefix(f"{BUCKET}/"): r["type"] for r in rows} == expected
    order = [tree_order(r["full_name"]).encode() for r in rows]
    assert all(a < b for a, b in itertools.pairwise(order))
    seen = {BUCKET}
    for row in rows:
        assert row["parent_external_id"] in seen
        assert row["full_name"] == f"{row['parent_external_id']}/{row['name']}"
        seen.add(row["external_id"])


@given(st.sets(KEYS, max_size=40), st.integers(1, 5))
def test_any_set_of_flat_keys_gives_each_key_once_in_order(keys: set[str], page: int) -> None:
    rows = rows_of(sorted(keys), page=page, emulate_folders=False)
    assert [r["name"] for r in rows] == sorted(keys, key=lambda key: f"{key}/".encode())
