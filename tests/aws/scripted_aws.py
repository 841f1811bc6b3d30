"""An HTTP server on loopback that answers like AWS, one scripted answer a call, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Asked:
    """One request: method, host, path with query, header fields in lower case, body."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def action(self) -> str:
        """The operation, which the JSON protocol has in a header and the query protocol in the body."""
        target = self.headers.get("x-amz-target", "")
        return target.rpartition(".")[2] or parse_qs(self.body).get("Action", [""])[0]

    def parameter(self, name: str) -> str | None:
        """A parameter of the query protocol."""
        return parse_qs(self.body).get(name, [None])[0]


@dataclass(frozen=True)
class Answer:
    """One answer."""

    body: str
    status: int = 200
    content_type: str = "text/xml"


def result(action: str, inner: str) -> Answer:
    """An answer of the query protocol."""
    return Answer(f"<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>")


def refusal(code: str, message: str = "said AWS", status: int = 400) -> Answer:
    """An error of the query protocol."""
    return Answer(
        f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>", status
    )


def json_answer(status: int = 200, **members: Any) -> Answer:
    """An answer of the JSON protocol."""
    return Answer(json.dumps(members), status, "application/x-amz-json-1.1")


def json_refusal(code: str) -> Answer:
    """An error of the JSON protocol."""
    return json_answer(400, __type=code, message="said AWS")


@dataclass
class ScriptedAws:
    """The running server."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    def actions(self) -> list[str]:
        """The operations that were called, retries included, in order."""
        return [request.action for request in self.asked]


@contextmanager
def scripted_aws(script: Callable[[Asked], Answer]) -> Iterator[ScriptedAws]:
    """Serve `script`, which is called by one thread at a time, until the block ends."""
    aws = ScriptedAws()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Asked(self.command, headers["host"], self.path, headers, self.rfile.read(length).decode())
            with lock:
                aws.asked.append(request)
                answer = script(request)
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing: what was asked is kept in `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    aws.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield aws
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
