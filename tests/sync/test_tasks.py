"""The tasks of a target's job: which are done, which are left out, and what a failing one leaves of the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from raito_aws_pipeline.errors import UnavailableError
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.sync import run
from raito_aws_pipeline.sync.run_options import RunOptions
from raito_aws_pipeline.sync.task_reports import Pushed, TaskReport
from raito_aws_pipeline.sync.task_table import DATA_SOURCE, TASKS
from tests.world import ORGANIZATION_CONNECTOR, World, task_of


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Targets whose data source task was done, by a stand-in that pushes 3 data objects and fails for `broken`."""
    names: list[str] = []

    def work(lake, target, clients, task, options: RunOptions) -> TaskReport:  # type: ignore[no-untyped-def]
        names.append(target.name)
        if target.name == "broken":
            raise UnavailableError("S3 sleeps.", remedy="Wake it.")
        return TaskReport(JobType.DS, pushed=(Pushed("data objects", 3, 300, 3, 0, 0),))

    table = tuple(replace(row, work=work) if row is DATA_SOURCE else row for row in TASKS)
    monkeypatch.setattr(run, "TASKS", table)
    return names


def events(world: World) -> list[tuple[str, str]]:
    (job,) = world.raito.state.jobs()
    wanted = ("STARTED", "COMPLETED", "FAILED", "SKIPPED")
    return [(e.job_type, e.status) for e in world.raito.state.task_events(job.id) if e.status in wanted]


def test_the_data_source_comes_before_the_identities(world: World, done: list[str]) -> None:
    (report,) = world.sync()
    assert report.error is None and done == ["acme"]
    assert [task.job_type for task in report.tasks] == ["DS", "IS", "DA", "DU"]
    assert events(world) == [
        ("DS", "STARTED"),
        ("DS", "COMPLETED"),
        ("IS", "STARTED"),
        ("IS", "COMPLETED"),
        ("DA", "STARTED"),
        ("DA", "COMPLETED"),
        ("DU", "SKIPPED"),
    ]


def test_a_task_that_fails_ends_the_job_and_raito_hears_nothing_of_the_later_ones(
    world: World, done: list[str]
) -> None:
    (report,) = world.sync(world.target(name="broken"))
    assert isinstance(report.error, UnavailableError)
    assert task_of(report, JobType.IS).skipped == "the data-source task failed before"
    assert events(world) == [("DS", "STARTED"), ("DS", "FAILED")]
    assert world.raito.state.jobs()[0].status == "FAILED"
    assert world.user_names() == []


@pytest.mark.parametrize(("only", "left_out"), [("DS", ["IS", "DA", "DU"]), ("IS", ["DS", "DA", "DU"])])
def test_tasks_that_are_not_asked_for_are_skipped(
    world: World, done: list[str], only: str, left_out: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    (report,) = world.sync(only=frozenset({JobType(only)}))
    assert report.error is None
    assert [task.job_type for task in report.tasks if task.skipped] == left_out
    assert [kind for kind, status in events(world) if status == "SKIPPED"] == left_out
    assert not [record for record in caplog.records if "left out" in record.message]


@pytest.mark.parametrize("why", ["skip-data-source-sync", "data-source-id"])
def test_a_data_source_that_is_left_out_is_told_with_the_reason(
    world: World, done: list[str], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    target = world.target(data_source_id=None) if why == "data-source-id" else world.target(skip_data_source_sync=True)
    (report,) = world.sync(target)
    assert report.error is None and done == []
    assert why in str(task_of(report, JobType.DS).skipped)
    assert [r.message for r in caplog.records if "the data-source task is left out: " in r.message]


def test_an_organisation_has_no_data_source(world: World, done: list[str], caplog: pytest.LogCaptureFixture) -> None:
    target = world.target(connector_name=ORGANIZATION_CONNECTOR, aws_region="eu-west-1")
    (report,) = world.sync(target)
    assert done == []
    assert task_of(report, JobType.DS).skipped == "not for targets of aws-organization"
    assert not [record for record in caplog.records if "left out" in record.message]


@pytest.mark.parametrize(
    ("job_type", "tables"),
    [
        ("IS", ["account_authorization_details", "users", "groups"]),
        ("DS", ["buckets", "data_objects", "bucket_contents", "data_object_remainder"]),
    ],
)
def test_what_a_failing_task_has_written_is_in_its_report(world: World, job_type: str, tables: list[str]) -> None:
    world.raito.faults.fail_imports(1, "The moon is full.")
    (report,) = world.sync(only=frozenset({JobType(job_type)}))
    assert report.error is not None
    task = task_of(report, JobType(job_type))
    assert [w.table.name for w in task.written] == tables
    assert task.pushed == ()
