"""The thread that does what subtasks ask for, one at a time, in the order in which they were queued."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from collections.abc import Mapping
from typing import Any

from raito_aws_pipeline.local.raito.catalogue import Catalogue, ChangeAbandonedError
from raito_aws_pipeline.local.raito.exports import Exports
from raito_aws_pipeline.local.raito.failures import RequestRefusedError
from raito_aws_pipeline.local.raito.faults import Faults
from raito_aws_pipeline.local.raito.imports import IMPORTS, IMPORTS_WITH_METADATA
from raito_aws_pipeline.local.raito.journal import Journal
from raito_aws_pipeline.local.raito.journal_entries import Subtask

logger = logging.getLogger(__name__)

EXPORT = "export"
"""Kind of the subtask that makes an export file; all others are imports."""

_HELD_LOOK_SECONDS = 0.05


class Worker:
    """Runs subtasks in a background thread. Those that an earlier process left unfinished are begun anew: an import is
    done whole or not at all, so that nothing of the first try stays.
    """

    def __init__(self, journal: Journal, catalogue: Catalogue, exports: Exports, faults: Faults) -> None:
        self._journal = journal
        self._catalogue = catalogue
        self._exports = exports
        self._faults = faults
        self._queue: queue.Queue[Subtask | None] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="local-raito-worker", daemon=True)

    def start(self) -> None:
        """Begin, with what is left from before."""
        for subtask in self._journal.running_subtasks():
            self._queue.put(subtask)
        self._thread.start()

    def add(self, subtask: Subtask) -> None:
        """Take a queued subtask in."""
        self._queue.put(subtask)

    def stop(self) -> None:
        """End soon: what runs now is given up, and begun anew at the next start."""
        self._stopping.set()
        self._catalogue.abandon_changes()
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (subtask := self._queue.get()) is not None and not self._stopping.is_set():
            try:
                self._finish(subtask)
            except (ChangeAbandonedError, sqlite3.OperationalError):
                if not self._stopping.is_set():
                    raise

    def _finish(self, subtask: Subtask) -> None:
        self._journal.set_subtask(subtask.position, "DATA_PROCESSING")
        while not self._faults.wait_for_release(_HELD_LOOK_SECONDS):
            if self._stopping.is_set():
                return
        planned = self._faults.import_error()
        try:
            if planned is not None:
                raise RequestRefusedError(planned)
            result = self._result(subtask)
        except RequestRefusedError as error:
            self._journal.set_subtask(subtask.position, "FAILED", errors=[str(error)])
        except ChangeAbandonedError:
            raise
        except Exception as error:
            if self._stopping.is_set():
                raise
            # The thread must outlive a bug in one import; the client must not wait for ever.
            logger.exception("Subtask %s of %s failed", subtask.id, subtask.job_id)
            self._journal.set_subtask(subtask.position, "FAILED", errors=[f"internal error: {error!r}"])
        else:
            self._journal.set_subtask(subtask.position, "COMPLETED", result=result)

    def _result(self, subtask: Subtask) -> Mapping[str, Any]:
        if subtask.kind == EXPORT:
            return self._exports.export()
        with self._catalogue.change() as change:
            if subtask.kind in IMPORTS_WITH_METADATA:
                metadata = self._journal.metadata("dataSource", subtask.settings["dataSource"])
                return IMPORTS_WITH_METADATA[subtask.kind](change, subtask.settings, subtask.files, metadata)
            return IMPORTS[subtask.kind](change, subtask.settings, subtask.files)
