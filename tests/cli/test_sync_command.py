"""`sync` as people run it: one message for each failure, exit codes, and what it leaves in Raito when it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from click.testing import CliRunner

from raito_aws_pipeline.cli.sync import command
from raito_aws_pipeline.configuration.parameters import all_parameters
from tests.world import World, bucket, small_account

PROGRAM = [sys.executable, "-c", "from raito_aws_pipeline.cli import main; main()"]


def sync(world: World, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, "sync", "--config", str(world.folder / "raito.yml"), *arguments],
        env=world.environment | environment,
        cwd=world.folder,
        capture_output=True,
        text=True,
        check=False,
    )


def start(world: World) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, "sync", "--config", str(world.folder / "raito.yml")],
        env=world.environment,
        cwd=world.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_importing(world: World) -> bool:
    state = world.raito.state
    return any(subtask.status == "DATA_PROCESSING" for job in state.jobs() for subtask in state.subtasks(job.id))


def one_message(done: subprocess.CompletedProcess[str]) -> str:
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("error: ") and "What to do: " in line
    assert "Traceback" not in done.stderr + done.stdout
    assert done.returncode == 1
    return line


def test_a_run_prints_what_was_read_and_pushed_and_exits_with_0(world: World) -> None:
    world.write_config()
    done = sync(world, "--only", "identity", "--target", "acme")
    assert (done.returncode, done.stderr) == (0, "")
    assert "read users" in done.stdout and "Raito counted 4 added, 0 updated, 0 removed" in done.stdout
    assert world.user_names() == ["root", "user-00", "user-01", "user-02"]


def test_only_the_tasks_that_are_named_are_done_and_the_others_are_listed(world: World) -> None:
    world.write_config()
    done = sync(world, "--only", "data-source")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if "identity" in line and "not asked for" in line]
    assert world.user_names() == []
    assert sync(world, "--only", "data-source", "--only", "identity").returncode == 0
    assert len(world.user_names()) == 4


def test_a_partial_sync_pushes_what_lies_below_a_folder_and_names_nothing_else(world: World) -> None:
    world.serve(small_account(buckets=[bucket("acme-lake", "sales/2025/a", "sales/2026/b", "top")]))
    world.write_config(world.target(aws_regions="eu-west-1"))
    lake = "123456789012:eu-west-1:acme-lake"
    done = sync(world, "--data-object-parent", f"{lake}/sales", "--data-object-exclude", "2025")
    assert done.returncode == 0, done.stderr
    assert [row.full_name for row in world.raito.state.data_objects()] == [
        f"{lake}/sales/2026",
        f"{lake}/sales/2026/b",
    ]
    assert [line for line in done.stdout.splitlines() if "identity" in line and "not asked for" in line]
    assert world.user_names() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data-object-exclude", "2025"], "--data-object-exclude needs --data-object-parent"),
        (["--data-object-parent", "x", "--only", "identity"], "--only can only be data-source"),
        (
            ["--data-object-parent", "x", "--only", "data-source", "--only", "identity"],
            "--only can only be data-source",
        ),
        (["--data-object-parent"], "requires an argument"),
    ],
)
def test_options_of_a_partial_sync_that_contradict_each_other_are_refused_at_once(
    arguments: list[str], said: str
) -> None:
    outcome = CliRunner().invoke(command, arguments)
    assert outcome.exit_code == 2 and said in outcome.output


def test_an_unknown_target_is_one_message_that_names_the_known_ones(world: World) -> None:
    world.write_config()
    message = one_message(sync(world, "--target", "nobody"))
    assert "nobody" in message and "acme" in message


def test_a_wrong_secret_is_one_message_that_does_not_show_it(world: World) -> None:
    world.write_config()
    done = sync(world, API_SECRET="wrong-and-private")
    message = one_message(done)
    assert message.startswith("error: target 'acme', ")
    assert "wrong-and-private" not in done.stdout + done.stderr


def test_an_unreachable_raito_is_one_message(world: World) -> None:
    world.write_config(raito_url_override="http://127.0.0.1:9/")
    assert "http://127.0.0.1:9" in one_message(sync(world))


def test_a_denied_call_is_one_message_with_the_missing_action_and_a_failed_job(world: World) -> None:
    world.write_config()
    for call in ("iam:GetAccountAuthorizationDetails", "iam:ListUsers"):
        world.aws.faults.deny(call)
    message = one_message(sync(world))
    assert message.startswith("error: target 'acme', iam:GetAccountAuthorizationDetails: ")
    assert "Missing: the IAM action iam:GetAccountAuthorizationDetails" in message
    assert [job.status for job in world.raito.state.jobs()] == ["FAILED"]


@pytest.mark.parametrize(
    ("text", "part"),
    [("targets: [", "raito.yml"), ("", "raito.yml"), ("domain: acme\n", "targets"), ("- a\n- b\n", "raito.yml")],
)
def test_a_broken_raito_yml_is_one_message(world: World, text: str, part: str) -> None:
    (world.folder / "raito.yml").write_text(text)
    assert part in one_message(sync(world))


def test_no_raito_yml_is_one_message(world: World) -> None:
    assert "raito.yml" in one_message(sync(world))


def test_a_lake_that_cannot_be_written_is_one_message_and_a_failed_job_where_one_was_begun(world: World) -> None:
    (world.folder / "file").write_text("")
    world.write_config(lake_uri=str(world.folder / "file" / "lake"))
    assert "cannot be" in one_message(sync(world))
    assert all(job.status == "FAILED" for job in world.raito.state.jobs())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_ends_its_job_as_failed(world: World, number: int) -> None:
    world.write_config()
    with world.raito.faults.held_subtasks():
        process = start(world)
        until(lambda: is_importing(world))
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert process.returncode not in (0, -number)
    assert "Traceback" not in errors
    assert [job.status for job in world.raito.state.jobs()] == ["FAILED"]


def test_the_job_of_a_killed_run_is_closed_by_the_next_one(world: World) -> None:
    world.write_config()
    with world.raito.faults.held_subtasks():
        process = start(world)
        until(lambda: is_importing(world))
        process.kill()
        process.communicate(timeout=30)
    (job,) = world.raito.state.jobs()
    assert job.status == "IN_PROGRESS"
    done = sync(world)
    assert done.returncode == 0, done.stderr
    assert [(j.status, bool(j.errors)) for j in world.raito.state.jobs()] == [("FAILED", True), ("COMPLETED", False)]
    assert list((world.folder / "lake" / "acme" / "_documents").rglob("*.json")) == []


def test_the_job_of_a_run_that_goes_on_stays_open(world: World) -> None:
    world.write_config()
    with world.raito.faults.held_subtasks():
        process = start(world)
        until(lambda: is_importing(world))
        second = start(world)
        until(lambda: len(world.raito.state.jobs()) == 2)
        assert world.raito.state.jobs()[0].status == "IN_PROGRESS"
    assert [p.wait(timeout=60) for p in (process, second)] == [0, 0]
    for p in (process, second):
        p.communicate()
    assert [job.status for job in world.raito.state.jobs()] == ["COMPLETED", "COMPLETED"]


def test_no_secret_is_left_anywhere(world: World) -> None:
    world.write_config()
    done = sync(world)
    secret = world.environment["API_SECRET"]
    assert secret not in done.stdout + done.stderr
    written = [*(world.folder / "lake").rglob("*"), *(world.folder / "raito" / "files").rglob("*")]
    assert not [p for p in written if p.is_file() and secret.encode() in p.read_bytes()]


def test_unknown_keys_are_a_warning_with_the_nearest_known_one(world: World) -> None:
    world.write_config(world.target(aws_profil="x"))
    done = sync(world)
    assert done.returncode == 0
    assert "aws-profil" in done.stderr and "aws-profile" in done.stderr


def test_info_lists_every_parameter() -> None:
    done = subprocess.run([*PROGRAM, "info"], capture_output=True, text=True, check=True, env=dict(os.environ))
    missing = [p.key for p in all_parameters() if p.key not in done.stdout]
    assert missing == []
