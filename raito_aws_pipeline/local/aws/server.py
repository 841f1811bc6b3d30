"""The embedded AWS: a server on the loopback interface, in a thread of the process that starts it.

Here: starting and stopping it, and what stands before moto: one request at a time, the record of calls, faults. moto's
state belongs to the process, so that one server runs at a time; a new one starts empty.
"""

from __future__ import annotations

import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from raito_aws_pipeline.local.aws import patches
from raito_aws_pipeline.local.aws.account import read_account
from raito_aws_pipeline.local.aws.faults import Faults
from raito_aws_pipeline.local.aws.loading import load_account
from raito_aws_pipeline.local.aws.loading.identity_center import instance_of
from raito_aws_pipeline.local.aws.patches.sts import serve_account
from raito_aws_pipeline.local.aws.refusals import Refusal, answer_of, every_protocol
from raito_aws_pipeline.local.aws.served_calls import Call, CallRecord, read_call

HOST = "127.0.0.1"
DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "eu-west-1"
MOTO_PATH = "/moto-api/"
"""Path of moto's own operations (reset, seed, …), which are no calls of AWS."""

MOTO_REPLAY_PATH = "/moto-api/recorder/"
"""moto's recorder calls back into the server while it answers: such a request must not hold the lock."""

StartResponse = Callable[..., Any]

_one_at_a_time = threading.Lock()
"""Held by the server that runs."""


class _QuietHandler(MotoRequestHandler):
    """moto's request handler, without a line for every request."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the signature is werkzeug's
        """Say nothing."""


class LocalAws:
    """An AWS account on 127.0.0.1 that any AWS SDK reaches with `environment()`; a context manager.

    IAM permissions are not evaluated: every call is allowed, but for the `faults` that a test asks for. Requests with
    any credentials reach the account that was loaded last.

    Args:
        account_id: The account that is served until another one is loaded.
        region: Default region of `environment()`.
        port: Port on 127.0.0.1; 0: a free one.

    Attributes:
        faults: Faults in force; none at the start.
    """

    def __init__(self, *, account_id: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION, port: int = 0) -> None:
        self.account_id = account_id
        self._account_at_start = account_id
        self.region = region
        self.port = port
        self.faults = Faults()
        self._record = CallRecord()
        self._lock = threading.Lock()
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Endpoint of every service: `http://127.0.0.1:<port>`."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> Self:
        """Listen, with an empty account; returns self.

        Raises:
            OSError: The port is in use.
            RuntimeError: Another one runs in this process, and they would share their accounts.
        """
        if not _one_at_a_time.acquire(blocking=False):
            raise RuntimeError("an embedded AWS runs in this process; stop it before another one is started")
        try:
            self._server = self._listen()
        except BaseException:
            _one_at_a_time.release()
            raise
        self.reset()
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), name="local-aws", daemon=True)
        self._thread.start()
        return self

    def _listen(self) -> BaseWSGIServer:
        patches.apply()
        self._moto = DomainDispatcherApplication(create_backend_app)
        listener = socket.socket()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, self.port))
            listener.listen(128)
            self.port = listener.getsockname()[1]
            # werkzeug takes a duplicate of the listening socket; by itself it would end the process on a port in use.
            return make_server(
                HOST, self.port, self._serve, threaded=True, request_handler=_QuietHandler, fd=listener.fileno()
            )
        finally:
            listener.close()

    def stop(self) -> None:
        """Stop listening, and forget the account."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None
        self.reset()
        _one_at_a_time.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def environment(self) -> dict[str, str]:
        """Environment variables with which any AWS SDK reaches this account, and nothing of the machine's own."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "AKIALOCALAWS00000000",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": HOST,
            "no_proxy": HOST,
        }

    def identity_center(self, region: str) -> tuple[str, str]:
        """ARN of a region's instance of Identity Center, and the id of its identity store."""
        return instance_of(self.account_id, region)

    def load(self, account: Mapping[str, Any]) -> None:
        """Add an account written as data (`account` says how) to the state, and serve it.

        Raises:
            AccountError: The data is no account; the server is empty then.
        """
        read = read_account(account)
        with self._lock:
            try:
                load_account(read)
            except BaseException:
                moto_api_backend.reset()
                raise
            self.account_id = read.account
            serve_account(read.account)

    def reset(self) -> None:
        """Forget everything: the content of all accounts, the calls, the faults; serve the account of the start."""
        with self._lock:
            moto_api_backend.reset()
            self.account_id = self._account_at_start
            serve_account(self.account_id)
        self.faults.clear()
        self._record.clear()

    def calls(self) -> Counter[str]:
        """How often each operation was called (`iam:ListUsers`), in the order of their first calls.

        Every request counts: retries of the SDK, and those that a fault refused.
        """
        return self._record.counts()

    def call_sequence(self) -> list[str]:
        """The calls in their order, the last 100,000 at most."""
        return self._record.sequence()

    def forget_calls(self) -> None:
        """Count from here on."""
        self._record.clear()

    def _serve(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(MOTO_REPLAY_PATH):
            return self._moto(environ, start_response)  # type: ignore[no-any-return]
        if path.startswith(MOTO_PATH):
            with self._lock:
                return self._moto(environ, start_response)  # type: ignore[no-any-return]
        call = read_call(environ)
        self._record.add(call)
        answer = self.faults.answer(call)
        if answer is None:
            try:
                # AWS answers calls at the same time; moto's dictionaries are not made for threads and break (HTTP 500).
                with self._lock:
                    return self._moto(environ, start_response)  # type: ignore[no-any-return]
            except Exception as error:  # noqa: BLE001 - moto raises what it likes on what it lacks; a page of HTML helps nobody
                answer = answer_of(call, _not_here(call, error))
        status, headers, body = answer
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]


def _not_here(call: Call, error: Exception) -> Refusal:
    """What a call ends with that the embedded AWS lacks; a status that no SDK tries again."""
    reason = f"The embedded AWS cannot answer {call.name} ({type(error).__name__}: {error})"
    return every_protocol(501, "NotImplemented", reason)
