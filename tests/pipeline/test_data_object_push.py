"""The push of data objects as an asset: what it keeps, what it may be asked, and how its job in Raito ends."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest

from tests.pipeline.data_object_runs import ROWS, TABLES, held, run
from tests.world import World, bucket, small_account


def test_a_region_that_was_never_read_forbids_deleting(account: World, instance: dg.DagsterInstance) -> None:
    first = run(account, instance, partition="eu-west-1")
    assert first.success
    assert first.rows() == {"eu-west-1": 6}
    assert first.push["deletes_untouched"] is False
    for region in ("us-east-1", "ap-southeast-2"):
        assert f"{region}: NeverMaterialised" in first.push["kept_because"]
    # Not neighbours, so that Dagster makes a run of each.
    run(account, instance, partition="us-east-1")
    last = run(account, instance, partition="ap-southeast-2")
    assert (last.push["deletes_untouched"], last.push["data_objects_sent"]) == (True, 12)


def test_a_bucket_that_cannot_be_read_is_named_and_the_push_keeps_what_raito_has(
    account: World, instance: dg.DagsterInstance
) -> None:
    run(account, instance)
    account.aws.faults.deny("s3:ListObjectsV2", Bucket="ireland")
    ran = run(account, instance)
    assert ran.success
    assert ran.failed_checks == {"complete", "no_sudden_drop"}
    ireland = ran.materialized["data_objects", "eu-west-1"]
    (failure,) = ireland["failures"]
    assert (failure["part"], failure["call"], failure["code"]) == ("ireland", "s3:ListBucket", "AccessDenied")
    assert ireland["parts_not_read"] == 1
    assert ireland["buckets"].records[0].data["complete"] is False
    assert ran.materialized["data_objects", "us-east-1"]["parts_not_read"] == 0
    assert ran.push["deletes_untouched"] is False
    assert "ireland: AccessDenied" in ran.push["kept_because"]
    assert ran.push["warnings"] == 1
    assert "eu-west-1:ireland/a/b/c" in held(account)


def test_a_mass_delete_is_allowed_by_the_run_s_config(account: World, instance: dg.DagsterInstance) -> None:
    account.serve(small_account(1, buckets=[bucket("ireland", *(f"key-{i}" for i in range(30)))]))
    run(account, instance)
    account.serve(small_account(1, buckets=[bucket("ireland", "key-0")]))
    refused = run(account, instance)
    assert "because it would remove at least 29 of the 31 data objects" in refused.failures[0]
    assert len(held(account)) == 31
    assert run(account, instance, config={"allow_mass_delete": True}).success
    assert held(account) == ["eu-west-1:ireland", "eu-west-1:ireland/key-0"]


def test_one_folder_is_read_again_and_pushed_by_the_run_s_config(account: World, instance: dg.DagsterInstance) -> None:
    run(account, instance)
    account.serve(small_account(1, buckets=[bucket("ireland", "a/b/e", "a/f/g", "new")]))
    parent = "123456789012:eu-west-1:ireland/a"
    config = {"data_object_parent": parent, "data_object_excludes": ["f"]}
    ran = run(account, instance, "raito_data_source", config=config)
    assert ran.success
    assert (ran.push["data_objects_added"], ran.push["data_objects_removed"]) == (1, 0)
    assert ran.push["kept_because"] == f"only what lies below {parent} was read"
    names = held(account)
    assert "eu-west-1:ireland/a/b/e" in names
    assert "eu-west-1:ireland/a/b/c" in names
    assert not [name for name in names if "/f" in name or "new" in name]


def test_excludes_without_a_parent_are_refused(account: World, instance: dg.DagsterInstance) -> None:
    run(account, instance, "buckets", *TABLES)
    ran = run(account, instance, "raito_data_source", config={"data_object_excludes": ["f"]})
    assert "data_object_excludes leaves out parts of data_object_parent, which is not given." in ran.failures[0]
    assert [job.status for job in account.raito.state.jobs()] == ["FAILED"]


def test_a_failing_import_ends_the_job_as_failed(account: World, instance: dg.DagsterInstance) -> None:
    account.raito.faults.fail_imports(1, "No room for data objects.")
    ran = run(account, instance)
    assert not ran.success
    assert "No room for data objects." in ran.failures[0]
    assert ran.retries == 0
    assert [job.status for job in account.raito.state.jobs()] == ["FAILED"]
    assert ran.rows() == ROWS


def test_a_cancelled_push_ends_its_job_as_failed(
    account: World, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(account, instance, "buckets", *TABLES)

    def interrupted(*_: Any, **__: Any) -> None:
        # What Dagster raises within a step when its run is terminated.
        raise dg.DagsterExecutionInterruptedError

    monkeypatch.setattr("raito_aws_pipeline.sync.data_object_push.import_data_objects", interrupted)
    ran = run(account, instance, "raito_data_source")
    assert not ran.success
    assert ran.retries == 0
    assert [job.status for job in account.raito.state.jobs()] == ["FAILED"]


def test_a_transient_failure_is_tried_again(
    account: World, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("raito_aws_pipeline.assets.failures.RETRY_SECONDS", 0)
    account.raito.faults.fail_queries(1, 500, field="createJob")
    ran = run(account, instance)
    assert ran.success
    assert ran.retries == 1
