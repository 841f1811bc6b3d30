"""Partial sync: only what lies below one data object is read and pushed, and nothing is deleted (connector 3)."""

from __future__ import annotations

from typing import Any

import pytest

from raito_aws_pipeline.errors import ConfigurationError
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.sync.data_object_subtree import Subtree
from raito_aws_pipeline.sync.run import TargetReport
from tests.sync.data_objects import ACCOUNT, LAKE, US, asked, held, sent, sent_bytes, sync, told
from tests.world import World, bucket, glue_catalogue, glue_table, pushed, small_account, task_of

KEYS = ("sales/2025/old", "sales/2026/q1/report", "sales/2026/q2/", "sales.csv", "top")
BELOW_SALES = ["2025", "2025/old", "2026", "2026/q1", "2026/q1/report", "2026/q2"]
GLUE = {
    "sales": [
        glue_table("orders", "s3://acme-lake/sales/orders", "id"),
        glue_table("lines", "s3://acme-lake/sales/orders/lines", "n"),
        glue_table("other", "s3://acme-lake/other", "id"),
    ]
}


@pytest.fixture
def account(world: World) -> World:
    world.serve(
        small_account(
            buckets=[
                bucket("acme-lake", *KEYS),
                bucket("acme-us", "us/one", "us/two", region="us-east-1"),
                bucket("acme-hidden", "x"),
                bucket("acme-tokyo", "x", region="ap-northeast-1"),
            ],
            glue=[glue_catalogue(GLUE), glue_catalogue({"raw": []}, region="us-east-1")],
        )
    )
    return world


def sync_below(world: World, parent: str, *excludes: str, **keys: Any) -> TargetReport:
    return sync(world, subtree=Subtree(parent, excludes), **{"aws_s3_exclude_buckets": "acme-hidden", **keys})


def names_below(world: World, parent: str, *excludes: str, **keys: Any) -> list[str]:
    """Paths, below the parent as the target writes it, of the records that are sent."""
    report = sync_below(world, parent, *excludes, **keys)
    assert report.error is None
    assert asked(world)["deleteUntouched"] is False
    written = parent.replace("::", ":us-east-1:")
    assert all(record["fullName"].startswith(f"{written}/") for record in sent(world))
    return [record["fullName"].removeprefix(f"{written}/") for record in sent(world)]


def test_what_lies_below_a_bucket_or_folder_is_sent_and_nothing_else(account: World) -> None:
    cases: list[tuple[str, list[str], list[str]]] = [
        (LAKE, ["sales/2025"], ["sales.csv", "sales", *(f"sales/{path}" for path in BELOW_SALES[2:]), "top"]),
        (f"{LAKE}/sales", [], BELOW_SALES),
        (f"{LAKE}/sales", ["2025"], BELOW_SALES[2:]),
        (f"{LAKE}/sales", [f"{LAKE}/sales/2026/q1", "2025/old"], ["2026", "2026/q2"]),
        (f"{LAKE}/sales", ["20", "2025/o", f"{LAKE}/sale", "sales"], BELOW_SALES),
        (f"{ACCOUNT}::acme-us", ["us/two"], ["us", "us/one"]),
        (f"{ACCOUNT}::acme-us/us", [f"{ACCOUNT}::acme-us/us/one"], ["two"]),
        (f"{LAKE}/sales/2026", ["q1", "q2"], []),
        (f"{LAKE}/nowhere", [], []),
    ]
    for parent, excludes, below in cases:
        assert names_below(account, parent, *excludes) == below, (parent, excludes)
    assert sent_bytes(account) == b"[\n]"


def test_nothing_else_changes_in_raito_and_in_the_tables_of_the_regions(account: World) -> None:
    sync(account, aws_s3_exclude_buckets="acme-hidden")
    before = held(account)
    files = {
        path: path.read_bytes()
        for table in ("data_objects", "bucket_contents", "data_object_remainder", "raito_data_source")
        for path in (account.folder / "lake" / "acme" / table).rglob("*.parquet")
    }
    account.serve(small_account(buckets=[bucket("acme-lake", "sales/2026/q3/new")]))
    report = sync_below(account, f"{LAKE}/sales")
    assert report.error is None and told(account) == []
    assert held(account) == {**before, f"{LAKE}/sales/2026/q3": "folder", f"{LAKE}/sales/2026/q3/new": "file"}
    done = pushed(report, "data objects")
    assert (done.records, done.added, done.updated, done.removed) == (3, 2, 0, 0)
    assert [written.name for written in task_of(report, JobType.DS).written] == ["buckets", "data_object_subtree"]
    assert files == {path: path.read_bytes() for path in files}


def test_what_is_no_bucket_that_is_imported_is_refused_and_nothing_is_sent(account: World) -> None:
    cases = [
        (ACCOUNT, f"no bucket of account {ACCOUNT}"),
        (LAKE.replace("1", "9"), f"no bucket of account {ACCOUNT}"),
        ("sales", f"no bucket of account {ACCOUNT}"),
        (f"{ACCOUNT}:eu-west-1:acme-hidden", "not lie in a bucket that is imported (excluded)"),
        (f"{ACCOUNT}:ap-northeast-1:acme-tokyo/x", "not lie in a bucket that is imported (region_not_configured)"),
        (f"{ACCOUNT}:us-east-1:acme-lake/sales", "not lie in a bucket that is imported"),
        (f"{ACCOUNT}:eu-west-1:nowhere", "not lie in a bucket that is imported"),
    ]
    for parent, said in cases:
        report = sync_below(account, parent)
        assert isinstance(report.error, ConfigurationError), parent
        assert f"'{parent}'" in str(report.error) and said in str(report.error)
        assert account.raito.state.subtasks(account.raito.state.jobs()[-1].id) == []


def test_the_depth_limit_counts_from_the_bucket(account: World) -> None:
    for depth, below in ((4, ["q1", "q1/report", "q2"]), (3, ["q1", "q2"]), (2, []), (1, [])):
        assert names_below(account, f"{LAKE}/sales/2026", aws_s3_max_folder_depth=depth) == below, depth


def test_flat_keys_lie_below_their_bucket_alone(account: World) -> None:
    flat = {"aws_s3_emulate_folder_structure": False}
    assert names_below(account, LAKE, "sales/2026", **flat) == ["sales.csv", "sales/2025/old", "top"]
    report = sync_below(account, f"{LAKE}/sales", **flat)
    assert isinstance(report.error, ConfigurationError) and "aws-s3-emulate-folder-structure" in report.error.remedy


def test_what_tables_of_the_catalogue_lie_below_is_sent(account: World) -> None:
    cases: list[tuple[str, list[str], list[str]]] = [
        (LAKE, ["sales"], ["other", "other/id"]),
        (LAKE, ["sales/orders/id", "other"], ["sales", "sales/orders", "sales/orders/lines", "sales/orders/lines/n"]),
        (f"{LAKE}/sales", ["orders/lines"], ["orders", "orders/id"]),
        (f"{LAKE}/sales/orders", [], ["id", "lines", "lines/n"]),
        (f"{LAKE}/sales/orders/lines", [], ["n"]),
        (US, [], []),
    ]
    for parent, excludes, below in cases:
        assert names_below(account, parent, *excludes, aws_glue_enabled=True) == below, (parent, excludes)


@pytest.mark.parametrize(("call", "glue"), [("s3:ListObjectsV2", False), ("glue:GetTables", True)])
def test_what_could_not_be_read_is_a_warning(account: World, call: str, glue: bool) -> None:
    sync(account, aws_glue_enabled=glue)
    before = held(account)
    account.aws.faults.deny(call)
    report = sync_below(account, f"{LAKE}/sales", aws_glue_enabled=glue)
    assert report.error is None and held(account) == before
    (warning,) = told(account)
    assert warning.startswith(f"Of what lies below {LAKE}/sales, parts could not be read") and "AccessDenied" in warning
    assert task_of(report, JobType.DS).warnings == (warning,)
