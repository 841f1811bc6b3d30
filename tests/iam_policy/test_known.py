"""Which data objects there are, from one pass over their rows."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.iam_policy.known import AssumedObjects, Interests, KnownFromRows
from raito_aws_pipeline.iam_policy.matching import text_pattern
from raito_aws_pipeline.model.full_names import tree_order

BUCKET = "1:eu-west-1:lake"
OTHER = "1:eu-west-1:lake-2"


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.builds("/".join, st.lists(st.sampled_from(["a", "b", "ab", "", "a-1"]), min_size=1, max_size=3))),
    st.text("ab/*?-", min_size=1, max_size=6),
    st.integers(1, 5),
)
def test_the_topmost_folders_that_a_pattern_covers_are_found(paths: set[str], text: str, at_once: int) -> None:
    pattern = text_pattern(text)
    folders = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 2)}
    known = KnownFromRows(Interests(frozenset(), frozenset(), frozenset({(BUCKET, pattern)})))
    names = sorted((f"{b}/{path}" for b in (BUCKET, OTHER) for path in folders), key=lambda n: tree_order(n).encode())
    for at in range(0, len(names), at_once):
        batch = names[at : at + at_once]
        known.add(pa.record_batch({"full_name": batch, "type": ["folder"] * len(batch)}))
    covered = {path for path in folders if pattern.covers_all_with(f"{path}/")}
    topmost = {path for path in covered if not any(path.startswith(f"{other}/") for other in covered)}
    assert known.folders_covered(BUCKET, pattern) == {f"{BUCKET}/{path}": "folder" for path in topmost}


def test_files_and_columns_are_no_folders_and_tables_are() -> None:
    pattern = text_pattern("*")
    known = KnownFromRows(
        Interests(frozenset({f"{BUCKET}/t"}), frozenset({f"{BUCKET}/f"}), frozenset({(BUCKET, pattern)}))
    )
    known.add(
        pa.record_batch({"full_name": [BUCKET, f"{BUCKET}/f", f"{BUCKET}/t"], "type": ["bucket", "file", "glue-table"]})
    )
    assert known.folders_covered(BUCKET, pattern) == {f"{BUCKET}/t": "glue-table"}
    assert (known.type_of(f"{BUCKET}/t"), known.type_of(f"{BUCKET}/f")) == ("glue-table", "file")


def test_without_a_table_all_that_documents_name_is_taken_for_a_data_object() -> None:
    assumed = AssumedObjects(Interests(frozenset({"a", "b"}), frozenset({"b", "c"}), frozenset()))
    assert [assumed.type_of(name) for name in "abcd"] == ["folder", "folder", "file", None]
    assert assumed.folders_covered("b", text_pattern("*")) == {}
