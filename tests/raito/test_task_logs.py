"""The log of a task: what is caught, in which form, and what is left behind."""

from __future__ import annotations

import logging
import re
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from raito_aws_pipeline.aws.concurrent_calls import in_order
from raito_aws_pipeline.raito.connection import RaitoConnection
from raito_aws_pipeline.raito.jobs import open_job
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.tasks import JobType
from tests.raito.scripted_raito import ScriptedRaito
from tests.raito.scripted_server import Answer, Request, scripted_server

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4} \[[a-z]+\] raito_aws_pipeline[\w.]*: .+")

logger = logging.getLogger("raito_aws_pipeline.somewhere")


class Uploads:
    """A Raito that keeps the uploaded logs."""

    def __init__(self) -> None:
        self.raito = ScriptedRaito()
        self.logs: list[str] = []

    def __call__(self, request: Request) -> Answer:
        if request.method == "PUT":
            self.logs.append(request.body.decode())
        return self.raito(request)


@pytest.fixture
def uploads() -> Uploads:
    return Uploads()


@pytest.fixture
def session(uploads: Uploads) -> Iterator[RaitoSession]:
    with scripted_server(uploads) as server:
        uploads.raito.url = server.url
        connection = RaitoConnection(
            url=server.url, domain="acme", user="u", secret=lambda: "s", skip_authentication=True
        )
        with RaitoSession(connection, back_off=0) as session:
            yield session


def test_every_line_has_time_level_and_logger_and_the_first_tells_what_begins(
    session: RaitoSession, uploads: Uploads
) -> None:
    with open_job(session, "ds", "is") as job, job.task(JobType.IS):
        logger.debug("small\nprint")
        logger.warning("tëxt %d", 7)

    [log] = uploads.logs
    lines = log.splitlines()
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert lines[0].endswith(" [info] raito_aws_pipeline.raito.tasks: Synchronizing IS")
    assert any(line.endswith(" [debug] raito_aws_pipeline.somewhere: small print") for line in lines)
    assert any(line.endswith(" [warning] raito_aws_pipeline.somewhere: tëxt 7") for line in lines)


def test_the_log_of_a_failed_task_tells_the_reason(session: RaitoSession, uploads: Uploads) -> None:
    with pytest.raises(ValueError, match="x"), open_job(session, "ds", "is") as job, job.task(JobType.IS):
        raise ValueError("x")

    assert " [error] " in uploads.logs[0].splitlines()[-1]
    assert "ValueError" in uploads.logs[0].splitlines()[-1]


def test_what_other_threads_and_other_packages_log_stays_here(session: RaitoSession, uploads: Uploads) -> None:
    with open_job(session, "ds", "is") as job, job.task(JobType.IS):
        thread = threading.Thread(target=logger.warning, args=("of another target",))
        thread.start()
        thread.join()
        logging.getLogger("urllib3").warning("of a library")

    assert "of another target" not in uploads.logs[0]
    assert "of a library" not in uploads.logs[0]


def test_what_the_calls_of_a_task_log_in_other_threads_is_in_its_log(session: RaitoSession, uploads: Uploads) -> None:
    with ThreadPoolExecutor(3) as executor:
        list(in_order(lambda n: logger.warning("early %d", n), range(3), executor, 3))
        with open_job(session, "ds", "is") as job, job.task(JobType.DS):
            list(in_order(lambda n: logger.debug("call %d", n), range(9), executor, 3))
        list(in_order(lambda n: logger.warning("late %d", n), range(3), executor, 3))

    [log] = uploads.logs
    assert sorted(re.findall(r"call \d", log)) == [f"call {n}" for n in range(9)]
    assert "early" not in log and "late" not in log


def test_of_two_tasks_at_a_time_each_has_its_own_log(session: RaitoSession, uploads: Uploads) -> None:
    both = threading.Barrier(2, timeout=10)

    def sync(name: str) -> None:
        with open_job(session, "ds", "is") as job, job.task(JobType.IS), ThreadPoolExecutor(2) as executor:
            both.wait()
            list(in_order(lambda n: logger.info("%s %d", name, n), range(4), executor, 2))
            both.wait()

    threads = [threading.Thread(target=sync, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = sorted(tuple(sorted(re.findall(r"(?:one|two) \d", log))) for log in uploads.logs)
    assert found == [tuple(f"{name} {n}" for n in range(4)) for name in ("one", "two")]


@pytest.mark.parametrize("failure", [None, KeyboardInterrupt, ValueError])
def test_nothing_is_left_behind(
    failure: type[BaseException] | None,
    session: RaitoSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    package = logging.getLogger("raito_aws_pipeline")
    before = (list(package.handlers), package.level)

    try:
        with open_job(session, "ds", "is") as job, job.task(JobType.IS):
            assert list(tmp_path.rglob("IS.log"))
            if failure:
                raise failure
    except (KeyboardInterrupt, ValueError):
        pass

    assert (list(package.handlers), package.level) == before
    assert list(tmp_path.iterdir()) == []


def test_it_can_be_switched_off(session: RaitoSession, uploads: Uploads) -> None:
    with open_job(session, "ds", "is", upload_logs=()) as job, job.task(JobType.IS):
        logger.warning("something")

    assert uploads.logs == []
    assert "addLogFileToTask" not in uploads.raito.operations


def test_it_can_be_switched_off_for_one_kind_of_task(session: RaitoSession, uploads: Uploads) -> None:
    with open_job(session, "ds", "is", upload_logs={JobType.DS}) as job:
        for kind in (JobType.DS, JobType.IS):
            with job.task(kind):
                logger.warning("in %s", kind)

    [log] = uploads.logs
    assert "in DS" in log


def test_without_room_for_it_the_task_goes_on(
    session: RaitoSession, uploads: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))

    with open_job(session, "ds", "is") as job, job.task(JobType.IS):
        pass

    assert uploads.logs == []
    assert uploads.raito.statuses[-1] == ("updateJob", "COMPLETED", None)
