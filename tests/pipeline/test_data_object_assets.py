"""The assets of a target's data objects, run by a real Dagster instance against the embedded AWS and Raito."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow.dataset as pads
import pytest

from raito_aws_pipeline.definitions import build_definitions
from raito_aws_pipeline.sync.s3_objects import s3_region
from tests.pipeline.data_object_runs import BUCKETS, REGIONS, ROWS, TABLES, Ran, held, run, spanning
from tests.world import World, bucket, glue_catalogue, glue_table, small_account


def test_one_run_reads_all_regions_checks_them_and_pushes_once(account: World, instance: dg.DagsterInstance) -> None:
    ran = run(account, instance)
    assert ran.success
    assert ran.rows() == ROWS
    assert set(ran.materialized) == {
        ("buckets", None),
        *((table, region) for table in TABLES for region in REGIONS),
        ("raito_data_source", None),
    }
    assert len(ran.result.get_asset_check_evaluations()) == 9
    assert not ran.failed_checks
    assert (ran.push["data_objects_sent"], ran.push["data_objects_added"]) == (12, 12)
    assert (ran.push["deletes_untouched"], ran.push["kept_because"]) == (True, "nothing was kept")
    (job,) = account.raito.state.jobs()
    assert (job.id, job.status) == (ran.push["raito_job"], "COMPLETED")
    assert {event.job_type for event in account.raito.state.task_events(job.id)} == {"DS"}
    assert "us-east-1:virginia/one" in held(account)

    # Each region says what it holds.
    ireland = ran.materialized["data_objects", "eu-west-1"]
    assert (ireland["objects"], ireland["object_bytes"], ireland["parts_not_read"]) == (4, 7, 0)
    assert ireland["dagster/uri"].endswith("/lake/acme/data_objects/region=eu-west-1/part-0.parquet")
    assert (ireland["not_represented"], ireland["failures"]) == ({"key_is_folder": 1}, [])
    table = ireland["buckets"]
    (row,) = [record.data for record in table.records]
    assert {**row, "seconds": 0} == {
        "bucket": "ireland",
        "complete": True,
        "objects": 4,
        "folders": 2,
        "files": 3,
        "bytes": 7,
        "deepest_path": "a/b/c",
        "seconds": 0,
    }
    described = {column.name: column.description for column in table.schema.columns}
    assert described["folders"] == "Folders among the data objects."
    buckets = ran.materialized["buckets", None]
    assert (buckets["dagster/row_count"], buckets["included"], buckets["region_not_configured"]) == (3, 3, 0)


def test_a_tick_of_the_schedule_is_one_run_over_all_regions(account: World, instance: dg.DagsterInstance) -> None:
    target = account.target(name="nightly", aws_regions=",".join(REGIONS))
    definitions = build_definitions(account.settings(target), account.environment)
    schedule = definitions.resolve_schedule_def("nightly__data_objects_nightly")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    tick = schedule.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=datetime(2026, 1, 2, 2, 15, tzinfo=UTC))
    )
    (request,) = tick.run_requests or ()
    job = definitions.resolve_job_def(schedule.job_name)
    assert job.execute_in_process(instance=instance, tags=dict(request.tags)).success
    # What the UI shows as materialised.
    assert instance.get_materialized_partitions(dg.AssetKey(["nightly", "data_objects"])) == set(REGIONS)
    assert [job.status for job in account.raito.state.jobs()] == ["COMPLETED"]


def test_a_range_of_regions_is_one_of_the_order_of_aws_regions(account: World, instance: dg.DagsterInstance) -> None:
    ran = run(account, instance, "buckets", *TABLES, tags=spanning("us-east-1", "eu-west-1"))
    assert ran.rows() == {"us-east-1": 2, "eu-west-1": 6}


def test_assets_can_be_materialised_one_after_the_other(account: World, instance: dg.DagsterInstance) -> None:
    too_early = run(account, instance, *TABLES, partition="eu-west-1")
    assert "Materialise the asset that it belongs to first." in too_early.failures[0]
    assert run(account, instance, "buckets").success
    for region in REGIONS:
        assert run(account, instance, *TABLES, partition=region).rows() == {region: ROWS[region]}
    pushed = run(account, instance, "raito_data_source")
    assert (pushed.push["data_objects_sent"], pushed.push["deletes_untouched"]) == (12, True)


def test_a_sudden_drop_is_a_warning_before_the_push(account: World, instance: dg.DagsterInstance) -> None:
    run(account, instance)
    account.serve(small_account(1, buckets=[BUCKETS[0], bucket("ireland", "sized"), BUCKETS[2]]))
    ran = run(account, instance)
    assert ran.success
    (drop,) = [e for e in ran.result.get_asset_check_evaluations() if not e.passed]
    assert (drop.check_name, drop.severity) == ("no_sudden_drop", dg.AssetCheckSeverity.WARN)
    assert drop.description == "More than half of the data objects are gone: eu-west-1 has 2, it had 6."
    order = [(e.event_type_value, e.step_key) for e in ran.result.all_events]
    assert order.index(("ASSET_CHECK_EVALUATION", "acme__data_objects")) < order.index(
        ("STEP_START", "acme__raito_data_source")
    )
    assert ran.push["data_objects_removed"] == 4


def test_data_objects_without_parents_stop_the_run_before_the_push(
    account: World, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_buckets(*arguments: Any) -> Any:
        content = s3_region(*arguments)
        _bucket, *rest = content.batches
        return type(content)(rest, content.buckets, content.remainder, content.failures)

    monkeypatch.setattr("raito_aws_pipeline.sync.data_objects.s3_region", without_buckets)
    ran = run(account, instance)
    assert not ran.success
    assert ran.failed_checks == {"parents_exist"}
    assert ("raito_data_source", None) not in ran.materialized
    assert account.raito.state.jobs() == []


def test_regions_that_were_read_before_another_one_failed_are_materialised(
    account: World, instance: dg.DagsterInstance
) -> None:
    in_the_way = account.folder / "lake" / "acme" / "data_objects" / "region=eu-west-1" / "part-0.parquet" / "folder"
    in_the_way.mkdir(parents=True)
    ran = run(account, instance)
    assert not ran.success
    assert set(ran.materialized) == {("buckets", None), *((table, "us-east-1") for table in TABLES)}
    assert ran.rows() == {"us-east-1": 2}
    assert ran.materialized["data_objects", "us-east-1"]["objects"] == 1
    assert account.raito.state.jobs() == []


def test_a_target_without_any_region_fails_with_the_reason(
    account: World, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    reason = "target 'acme': No AWS region is configured, and the SDK has no default region. Missing: aws-regions."
    for asset in ("buckets", "data_objects"):
        tables = TABLES if asset in TABLES else (asset,)
        ran = run(account, instance, *tables, aws_regions="", partition="unknown-region")
        assert [text.startswith(reason) for text in ran.failures] == [True]


def test_a_run_for_a_region_that_the_target_no_longer_has_is_refused(
    account: World, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(account, instance, "buckets")
    # Without aws-regions the SDK's default region is looked up again in the process of the run.
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    definitions = build_definitions(account.settings(account.target()), account.environment)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    ran = Ran(
        definitions.resolve_job_def("acme__data_objects_sync").execute_in_process(
            instance=instance, partition_key="eu-west-1", raise_on_error=False
        )
    )
    assert "The run is for eu-west-1, and the regions are us-east-1." in ran.failures[0]


def test_the_assets_of_a_broken_target_fail_with_its_error(account: World, instance: dg.DagsterInstance) -> None:
    ran = run(account, instance, aws_profile="{{NOT_THERE}}", partition="unknown-region")
    assert not ran.success
    assert "NOT_THERE" in ran.failures[0]


def test_glue_tables_of_all_regions_become_data_objects_of_the_regions_of_their_buckets(
    account: World, instance: dg.DagsterInstance
) -> None:
    tables = [glue_table("near", "s3://ireland/near", "id"), glue_table("far", "s3://sydney/far", "id", "name")]
    account.serve(small_account(1, buckets=BUCKETS, glue=[glue_catalogue({"sales": tables})]))
    alone = run(account, instance, aws_glue_enabled=True, partition="eu-west-1")
    assert alone.success
    assert alone.rows("glue_tables") == {"eu-west-1": 2}
    # Tables of the other catalogues may lie in buckets of this region.
    assert alone.materialized["data_objects", "eu-west-1"]["parts_not_read"] == 2
    assert alone.push["deletes_untouched"] is False
    ran = run(account, instance, aws_glue_enabled=True)
    assert ran.success
    assert ran.rows("glue_tables") == {"us-east-1": 0, "eu-west-1": 2, "ap-southeast-2": 0}
    assert ran.rows() == {"us-east-1": 0, "eu-west-1": 3, "ap-southeast-2": 4}
    assert ran.push["deletes_untouched"] is True
    assert ("bucket_contents", "eu-west-1") not in ran.materialized
    assert "ap-southeast-2:sydney/far/name" in held(account)


def test_jobs_of_targets_with_different_regions_stand_beside_each_other(
    account: World, instance: dg.DagsterInstance
) -> None:
    targets = [
        account.target(name="europe", aws_regions="eu-west-1"),
        account.target(name="others", aws_regions="us-east-1,ap-southeast-2", data_source_id="", identity_store_id=""),
    ]
    definitions = build_definitions(account.settings(*targets), account.environment)
    europe = definitions.resolve_job_def("europe__data_objects_sync")
    assert Ran(europe.execute_in_process(instance=instance, partition_key="eu-west-1")).rows() == {"eu-west-1": 6}
    others = definitions.resolve_job_def("others__data_objects_sync")
    ran = Ran(others.execute_in_process(instance=instance, tags=spanning("us-east-1", "ap-southeast-2")))
    assert ran.rows() == {"us-east-1": 2, "ap-southeast-2": 3}
    assert ("raito_data_source", None) not in ran.materialized


def test_people_s_own_assets_get_data_objects_of_their_region_or_of_all(
    account: World, instance: dg.DagsterInstance
) -> None:
    run(account, instance)
    got: dict[str | None, Any] = {}
    regions = dg.StaticPartitionsDefinition(list(REGIONS))

    @dg.asset(partitions_def=regions, ins={"objects": dg.AssetIn(key=["acme", "data_objects"])})
    def names(context: dg.AssetExecutionContext, objects: pd.DataFrame) -> pd.DataFrame:
        got[context.partition_key] = sorted(objects["name"])
        return objects[["name"]]

    @dg.asset(ins={"objects": dg.AssetIn(key=["acme", "data_objects"])})
    def by_region(objects: pads.Dataset) -> None:
        got[None] = Counter(objects.to_table(columns=["region"])["region"].to_pylist())

    own = build_definitions(account.settings(account.target(aws_regions=",".join(REGIONS))), account.environment)
    definitions = dg.Definitions.merge(own, dg.Definitions([names, by_region]))
    job = definitions.resolve_implicit_global_asset_job_def()
    for asset, partition in (("names", "us-east-1"), ("by_region", None)):
        selection = [dg.AssetKey(asset)]
        assert job.execute_in_process(instance=instance, asset_selection=selection, partition_key=partition).success
    assert got == {"us-east-1": ["one", "virginia"], None: ROWS}
