"""The log of a task, which Raito's screen shows beside it (protocol 3.5).

Here: catching what this package logs while a task runs, in a temporary file, and giving that to Raito. Not here: what
is logged; nothing that we log holds a secret.
"""

from __future__ import annotations

import datetime
import logging
import tempfile
import threading
from contextvars import ContextVar
from pathlib import Path

from raito_aws_pipeline.errors import PipelineError
from raito_aws_pipeline.raito.documents import ADD_LOG_FILE_TO_TASK
from raito_aws_pipeline.raito.files import upload_task_log
from raito_aws_pipeline.raito.graphql import send_typed
from raito_aws_pipeline.raito.session import RaitoSession

logger = logging.getLogger(__name__)

_PACKAGE = logging.getLogger("raito_aws_pipeline")

_catching: ContextVar[TaskLog | None] = ContextVar("raito_task_log", default=None)
"""The log of the task that is being done here; None in a thread that nobody handed a context to."""


class TaskLog:
    """Catches what is logged through this package's loggers by the task, from `start` to `finish`, of every level.

    The task is the current context: this thread, and threads that do its calls within a copy of the context
    (`contextvars`), as `aws.concurrent_calls` does. Other threads may run the tasks of other targets, whose lines must
    not reach this target's Raito. The file lies in the system's temporary folder, holds one line a message, and is
    deleted by `finish`.

    Args:
        session: The session.
        job_id: The task's job.
        job_type: The task's kind.
    """

    def __init__(self, session: RaitoSession, job_id: str, job_type: str) -> None:
        self._session = session
        self._job_id = job_id
        self._job_type = job_type
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._handler: logging.FileHandler | None = None
        self._outer: TaskLog | None = None

    def start(self) -> None:
        """Begin to catch; without room for a temporary file there is a warning and no log."""
        try:
            self._folder = tempfile.TemporaryDirectory(prefix="raito-task-log-")
            self._handler = logging.FileHandler(self._file(self._folder), encoding="utf-8")
        except OSError as failure:
            logger.warning("The log of task %s is not kept for Raito: %s", self._job_type, failure)
            return
        self._outer = _catching.get()
        _catching.set(self)
        # Asked in the thread that logs.
        self._handler.addFilter(lambda _: _catching.get() is self)
        self._handler.setFormatter(_LineFormatter())
        _verbosity.raise_()
        _PACKAGE.addHandler(self._handler)

    def finish(self, *, upload: bool) -> None:
        """Stop catching, give the file to Raito if wished, and delete it. That Raito does not take it is a warning."""
        handler, folder = self._handler, self._folder
        if handler is None or folder is None:
            return
        self._handler = self._folder = None
        _catching.set(self._outer)
        _PACKAGE.removeHandler(handler)
        _verbosity.restore()
        handler.close()
        with folder:
            if upload:
                self._upload(self._file(folder))

    def _file(self, folder: tempfile.TemporaryDirectory[str]) -> Path:
        return Path(folder.name) / f"{self._job_type}.log"

    def _upload(self, file: Path) -> None:
        try:
            key = upload_task_log(self._session, file, self._job_type)
            log_file = {"jobId": self._job_id, "jobType": self._job_type, "fileKey": key}
            send_typed(self._session, ADD_LOG_FILE_TO_TASK, {"input": log_file})
        except (PipelineError, OSError) as failure:
            logger.warning("Raito was not given the log of task %s: %s", self._job_type, failure)


class _LineFormatter(logging.Formatter):
    """`<time with milliseconds and offset> [<level>] <logger>: <message>`, always one line."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.datetime.fromtimestamp(record.created, datetime.UTC).astimezone()
        stamp = f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}{time:%z}"
        message = " ".join(record.getMessage().split())
        return f"{stamp} [{record.levelname.lower()}] {record.name}: {message}"


class _Verbosity:
    """Lets the package's loggers pass every level while at least one task is caught; handlers keep their own level."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._raised = 0
        self._level = logging.NOTSET

    def raise_(self) -> None:
        with self._lock:
            if self._raised == 0:
                self._level = _PACKAGE.level
                _PACKAGE.setLevel(logging.DEBUG)
            self._raised += 1

    def restore(self) -> None:
        with self._lock:
            self._raised -= 1
            if self._raised == 0:
                _PACKAGE.setLevel(self._level)


_verbosity = _Verbosity()
