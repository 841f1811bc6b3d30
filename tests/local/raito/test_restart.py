"""What a folder keeps from one start of the embedded Raito to the next, and who may use it."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from raito_aws_pipeline.local.raito.failures import LocalRaitoError
from raito_aws_pipeline.local.raito.server import LocalRaito
from tests.local.raito.wire_client import WireClient, data_object, eventually, group, user

SECOND_PROCESS = """
import sys
from pathlib import Path
from raito_aws_pipeline.local.raito.server import LocalRaito
with LocalRaito(Path(sys.argv[1])) as raito:
    print(raito.url, flush=True)
    sys.stdin.read()
"""


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    with LocalRaito(tmp_path / "state") as raito:
        client = WireClient(raito)
        with client.session:
            headers = client.headers
            job = client.create_job()
            done = client.import_identities(job, [user("ann", "all")], [group("all")])
            unused = client.upload([data_object("a")])
        held = (raito.state.events(), raito.state.users(), raito.state.groups(), raito.state.received_files())
        credentials = (raito.user, raito.secret)
    (tmp_path / "state").rename(tmp_path / "moved")
    with LocalRaito(tmp_path / "moved") as again:
        assert (again.user, again.secret) == credentials
        kept = (again.state.events(), again.state.users(), again.state.groups())
        assert kept == held[:3]
        assert [file.path.read_bytes() for file in again.state.received_files()]
        client = WireClient(again)
        with client.session:
            assert client.post(b'{"query":"{currentUser{email}}"}', **headers).status_code == 200
            assert client.poll(job, "IS", done["subtaskId"]) == done
            assert client.create_job() != job
            done = client.import_file(job, "DS", "importDataSourceRequest", [], fileKey=unused)
            assert done["result"]["dataObjectsAdded"] == 1
            assert again.state.received_files(job)[-1].path.name == "3-dataObjects.json"


def test_the_state_can_be_read_when_the_server_has_stopped(tmp_path: Path) -> None:
    with LocalRaito(tmp_path) as raito:
        client = WireClient(raito)
        with client.session:
            client.import_identities(client.create_job(), [user("ann")], [])
    assert [one.external_id for one in raito.state.users()] == ["ann"]


def test_a_stop_in_the_middle_of_an_import_leaves_nothing_and_the_next_start_does_it(tmp_path: Path) -> None:
    with LocalRaito(tmp_path) as raito:
        client = WireClient(raito)
        with client.session, raito.faults.held_subtasks():
            job = client.create_job()
            settings = {"dataSource": raito.data_source_id, "fileKey": client.upload([data_object("a")])}
            document = (
                "mutation ($input:DataSourceImportRequest!){importDataSourceRequest(input:$input){subtask{status}}}"
            )
            for _ in range(2):
                client.data(document, input={"jobId": job, "importSettings": settings})
            eventually(lambda: raito.state.subtasks(job)[0].status == "DATA_PROCESSING")
            raito.__exit__(None, None, None)
            assert raito.state.counts() == {}
            assert [s.status for s in raito.state.subtasks(job)] == ["DATA_PROCESSING", "QUEUED"]
    with LocalRaito(tmp_path) as again:
        eventually(lambda: [s.status for s in again.state.subtasks(job)] == ["COMPLETED", "COMPLETED"])
        assert again.state.external_ids("dataObjects") == ["a"]


def test_the_secret_is_random_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    secrets = set()
    for name in ("one", "other"):
        with LocalRaito(tmp_path / name) as raito:
            secrets.add(raito.secret)
            file = tmp_path / name / "credentials.json"
            assert raito.secret in file.read_text()
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert raito.secret not in repr(raito)
    assert len(secrets) == 2


def test_a_folder_that_is_in_use_is_refused(tmp_path: Path) -> None:
    with LocalRaito(tmp_path), pytest.raises(LocalRaitoError) as refusal, LocalRaito(tmp_path):
        pass
    assert str(refusal.value) == (
        f"The folder {tmp_path} is in use by another embedded Raito. Stop that one, or start with another folder."
    )


def test_a_folder_is_free_and_whole_after_its_process_was_killed(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SECOND_PROCESS, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        with pytest.raises(LocalRaitoError, match="in use"), LocalRaito(tmp_path):
            pass
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with LocalRaito(tmp_path) as raito:
        assert raito.state.jobs() == []


def test_a_folder_of_another_version_is_refused(tmp_path: Path) -> None:
    with LocalRaito(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with (
        pytest.raises(LocalRaitoError, match=r"written by another version .* \(format 99, not 1\)"),
        LocalRaito(tmp_path),
    ):
        pass
