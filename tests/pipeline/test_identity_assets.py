"""The assets of a target's identities, run by a real Dagster instance against the embedded AWS and Raito."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pandas as pd
import pytest

from raito_aws_pipeline.definitions import build_definitions
from raito_aws_pipeline.io_managers.parquet import ParquetIOManager
from raito_aws_pipeline.jobs import IDENTITIES_JOB
from tests.world import World, small_account


def run(
    world: World,
    instance: dg.DagsterInstance,
    *targets: dict[str, Any],
    only: str | None = None,
    run_config: dict[str, Any] | None = None,
) -> dg.ExecuteInProcessResult:
    definitions = build_definitions(world.settings(*targets), world.environment)
    selection = [dg.AssetKey(["acme", only])] if only else None
    return definitions.resolve_job_def(IDENTITIES_JOB).execute_in_process(
        instance=instance, asset_selection=selection, raise_on_error=False, run_config=run_config
    )


def failures(result: dg.ExecuteInProcessResult) -> list[str]:
    texts = []
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data.user_failure_data
            texts.append(str(data.description) if data else str(event.message))
    return texts


def test_one_run_reads_checks_and_pushes(world: World, instance: dg.DagsterInstance) -> None:
    result = run(world, instance)
    assert result.success
    found = {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    rows = {name: metadata["dagster/row_count"].value for name, metadata in found.items()}
    assert rows == {
        "acme/account_authorization_details": 6,
        "acme/users": 4,
        "acme/groups": 2,
        "acme/raito_identity_store": 6,
    }
    pushed = found["acme/raito_identity_store"]
    assert (pushed["users_added"].value, pushed["groups_added"].value) == (4, 2)
    assert pushed["raito_job"].value == world.raito.state.jobs()[0].id
    assert all(evaluation.passed for evaluation in result.get_asset_check_evaluations())
    assert len(result.get_asset_check_evaluations()) == 9
    assert world.user_names() == ["root", "user-00", "user-01", "user-02"]


def test_the_push_has_a_job_of_its_own_with_the_one_task(world: World, instance: dg.DagsterInstance) -> None:
    run(world, instance)
    (job,) = world.raito.state.jobs()
    assert job.status == "COMPLETED"
    assert {event.job_type for event in world.raito.state.task_events(job.id)} == {"IS"}


def test_incomplete_users_stop_the_run_before_the_push(world: World, instance: dg.DagsterInstance) -> None:
    world.aws.faults.deny("iam:GetAccountAuthorizationDetails")
    world.aws.faults.deny("iam:ListGroups")
    result = run(world, instance)
    assert not result.success
    failed = {e.check_name for e in result.get_asset_check_evaluations() if not e.passed}
    assert failed == {"complete"}
    assert world.raito.state.jobs() == []


def test_the_push_alone_evaluates_the_checks_again(world: World, instance: dg.DagsterInstance) -> None:
    run(world, instance)
    world.aws.faults.deny("iam:GetAccountAuthorizationDetails")
    world.aws.faults.deny("iam:ListGroups")
    run(world, instance)
    result = run(world, instance, only="raito_identity_store")
    assert not result.success
    (text,) = failures(result)
    assert "Nothing was pushed" in text and "iam:ListGroups" in text
    assert world.raito.state.jobs()[-1].status == "FAILED"


def test_a_file_with_other_columns_is_not_pushed(world: World, instance: dg.DagsterInstance) -> None:
    run(world, instance)
    path = world.folder / "lake" / "acme" / "users" / "part-0.parquet"
    pd.read_parquet(path).drop(columns="email").to_parquet(path)
    result = run(world, instance, only="raito_identity_store")
    assert not result.success
    (text,) = failures(result)
    assert "users.schema: The columns differ: " in text and "column 'email' is missing" in text


def test_a_mass_delete_is_allowed_by_the_run_s_config(world: World, instance: dg.DagsterInstance) -> None:
    world.serve(small_account(users=30))
    assert run(world, instance).success
    world.serve(small_account(users=3))
    refused = run(world, instance)
    assert not refused.success
    assert "it would remove 27 of the 31 users" in failures(refused)[0]
    config = {"ops": {"acme__raito_identity_store": {"config": {"allow_mass_delete": True}}}}
    assert run(world, instance, run_config=config).success
    assert len(world.user_names()) == 4


def test_a_permanent_failure_is_one_message_and_is_not_retried(world: World, instance: dg.DagsterInstance) -> None:
    result = run(world, instance, world.target(aws_account_id="999999999999"))
    assert not result.success
    (text,) = failures(result)
    assert text.startswith("target 'acme', sts:GetCallerIdentity: ")
    assert not [e for e in result.all_events if e.is_step_up_for_retry]


def test_no_secret_reaches_the_event_log_of_a_failed_run(
    world: World, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session-token-of-ours")
    message = (
        "It does not match. The Canonical String for this request was 'x-amz-security-token:session-token-of-ours'"
    )
    world.aws.faults.refuse("iam:GetAccountAuthorizationDetails", 403, "SignatureDoesNotMatch", message)
    result = run(world, instance)
    assert not result.success
    logged = "".join(str(entry) for entry in instance.all_logs(result.run_id))
    assert "SignatureDoesNotMatch" in logged or "signature" in logged.lower()
    assert "session-token-of-ours" not in logged
    assert world.environment["API_SECRET"] not in logged


def test_a_push_that_raito_was_not_told_the_end_of_is_not_repeated(world: World, instance: dg.DagsterInstance) -> None:
    world.raito.faults.fail_queries(50, 500, field="endOfTargetsSync")
    assert run(world, instance).success
    assert [job.status for job in world.raito.state.jobs()] == ["COMPLETED"]


def test_a_transient_failure_is_tried_again(
    world: World, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("raito_aws_pipeline.assets.failures.RETRY_SECONDS", 0)
    world.raito.faults.fail_queries(1, 500, field="createJob")
    result = run(world, instance)
    assert result.success
    assert len([e for e in result.all_events if e.is_step_up_for_retry]) == 1


def test_the_assets_of_a_broken_target_are_there_and_fail_with_its_error(
    world: World, instance: dg.DagsterInstance
) -> None:
    result = run(world, instance, world.target(name="broken", aws_profile="{{NOT_THERE}}"), world.target(name="good"))
    assert not result.success
    assert "NOT_THERE" in failures(result)[0]
    keys = {e.asset_key.to_user_string() for e in result.get_asset_materialization_events() if e.asset_key}
    assert "good/raito_identity_store" in keys
    assert not any(key.startswith("broken/") for key in keys)


def test_a_cancelled_push_ends_its_job_as_failed(
    world: World, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world, instance)

    def interrupted(*_: Any, **__: Any) -> None:
        # What Dagster raises within a step when its run is terminated.
        raise dg.DagsterExecutionInterruptedError

    monkeypatch.setattr("raito_aws_pipeline.sync.identity_push.import_identities", interrupted)
    result = run(world, instance, only="raito_identity_store")
    assert not result.success
    assert not [e for e in result.all_events if e.is_step_up_for_retry]
    assert [job.status for job in world.raito.state.jobs()] == ["COMPLETED", "FAILED"]


def test_people_s_own_assets_get_the_users_as_a_frame(world: World, instance: dg.DagsterInstance) -> None:
    settings = world.settings()
    seen: list[str] = []

    @dg.asset(ins={"users": dg.AssetIn(key=["acme", "users"])})
    def domains(users: pd.DataFrame) -> pd.DataFrame:
        seen.extend(sorted(users["name"]))
        return users[["email"]]

    definitions = dg.Definitions.merge(build_definitions(settings, world.environment), dg.Definitions([domains]))
    run(world, instance)
    job = definitions.resolve_implicit_global_asset_job_def()
    assert job.execute_in_process(instance=instance, asset_selection=[dg.AssetKey("domains")]).success
    assert seen == ["root", "user-00", "user-01", "user-02"]
    assert len(pd.read_parquet(world.folder / "lake" / "domains")) == 4


def test_the_io_manager_of_the_definitions_keeps_to_the_lake_of_raito_yml(world: World) -> None:
    definitions = build_definitions(world.settings(), world.environment)
    io_manager = (definitions.resources or {})["io_manager"]
    assert isinstance(io_manager, ParquetIOManager)
    assert io_manager.lake_uri == str(world.folder / "lake")
