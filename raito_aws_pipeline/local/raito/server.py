"""The embedded Raito as a running server: `with LocalRaito(folder) as raito: … raito.url …`."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from raito_aws_pipeline.local.raito.catalogue import Catalogue
from raito_aws_pipeline.local.raito.exports import Exports
from raito_aws_pipeline.local.raito.failures import LocalRaitoError
from raito_aws_pipeline.local.raito.faults import Faults
from raito_aws_pipeline.local.raito.journal import Journal
from raito_aws_pipeline.local.raito.login import DOMAIN, Login
from raito_aws_pipeline.local.raito.query import Query
from raito_aws_pipeline.local.raito.resolvers import Services, SupportedVersions
from raito_aws_pipeline.local.raito.signatures import Signer
from raito_aws_pipeline.local.raito.state import LocalRaitoState
from raito_aws_pipeline.local.raito.state_directory import DirectoryLock, StateDirectory
from raito_aws_pipeline.local.raito.uploads import Uploads
from raito_aws_pipeline.local.raito.worker import Worker

HOST = "127.0.0.1"

_START_SECONDS = 30
_LOOK_SECONDS = 0.005


class LocalRaito:
    """A Raito Cloud of one organisation and one user on 127.0.0.1; runs in threads of this process within `with`.

    The threads are daemons: when the process ends, however it ends, the server ends, and the folder is free.

    Attributes:
        url: Base URL; clients give it as `raito-url-override`, and as the endpoint of Cognito.
        domain: The organisation's domain.
        user: The user.
        secret: The user's password; made once a folder.
        data_source_id: The first data source.
        identity_store_id: The first identity store.
        state: Reads what the server holds.
        faults: Failures on purpose.

    Args:
        directory: Where state is kept; made where it is missing. Only one server at a time may use it.
        port: Port to listen on; 0: a free one.
        data_sources: Ids of the data sources that exist.
        identity_stores: Ids of the identity stores that exist.
        token_seconds: Life of an IdToken.
        upload_url_seconds: Life of a signed upload URL.
        versions: What the version gate answers.

    Raises:
        LocalRaitoError: On entering: the port is taken, or the folder is in use or of another version.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        data_sources: Sequence[str] = ("local-data-source",),
        identity_stores: Sequence[str] = ("local-identity-store",),
        token_seconds: int = 3600,
        upload_url_seconds: int = 900,
        versions: SupportedVersions | None = None,
    ) -> None:
        self._directory = directory
        self._port = port
        self._data_sources = tuple(data_sources)
        self._identity_stores = tuple(identity_stores)
        self._token_seconds = token_seconds
        self._upload_url_seconds = upload_url_seconds
        self._versions = versions or SupportedVersions()
        self._running = ExitStack()
        self.domain = DOMAIN
        self.data_source_id = self._data_sources[0]
        self.identity_store_id = self._identity_stores[0]
        self.faults = Faults()
        self.url = ""
        self.user = ""
        self.secret = ""

    def __enter__(self) -> LocalRaito:
        with ExitStack() as starting:
            self._start(starting)
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._running.close()

    def _start(self, running: ExitStack) -> None:
        listener = _listen(self._port)
        running.callback(listener.close)
        directory = StateDirectory(self._directory.absolute())
        running.callback(DirectoryLock(directory).release)
        credentials = directory.credentials()
        journal = Journal(directory)
        running.callback(journal.close)
        catalogue = Catalogue(directory.catalogue)
        running.callback(catalogue.close)
        exports = Exports(directory)
        worker = Worker(journal, catalogue, exports, self.faults)
        signer = Signer(credentials.signing_key)
        login = Login(credentials, signer, self._token_seconds)
        services = Services(journal, catalogue, worker, self._data_sources, self._identity_stores, self._versions)
        application = Starlette(
            routes=[
                *login.routes(),
                *Query(services, login, self.faults).routes(),
                *Uploads(directory, journal, login, signer, self.faults, url_seconds=self._upload_url_seconds).routes(),
                *exports.routes(),
            ],
            exception_handlers={HTTPException: _refusal},
        )
        worker.start()
        running.callback(worker.stop)
        running.callback(_HttpServer(application, listener).stop)
        self.url = f"http://{HOST}:{listener.getsockname()[1]}"
        self.user = credentials.user
        self.secret = credentials.secret
        self.state = LocalRaitoState(journal, catalogue)


async def _refusal(request: Request, error: Exception) -> Response:
    """What an endpoint refuses, as JSON with its reason."""
    del request
    assert isinstance(error, HTTPException)
    return JSONResponse({"message": error.detail}, error.status_code, error.headers)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise LocalRaitoError(
            f"Port {port} of {HOST} cannot be used: {error.strerror}.", "Choose another one, or 0 for a free one."
        ) from None
    return listener


class _HttpServer:
    """Uvicorn in a daemon thread; accepts connections once it is made."""

    def __init__(self, application: Starlette, listener: socket.socket) -> None:
        config = uvicorn.Config(
            application,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="local-raito-http", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise LocalRaitoError(
                    "The embedded Raito's HTTP server did not start.", "See the log of uvicorn.error."
                )
            time.sleep(_LOOK_SECONDS)

    def stop(self) -> None:
        """Close all connections and end the thread."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()
