"""An S3 on loopback whose buckets are lists of keys, and which misbehaves where a test wants it."""

from __future__ import annotations

import base64
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote_plus, unquote, urlsplit
from xml.sax.saxutils import escape

from raito_aws_pipeline.aws.s3.key_pages import KeyPage
from raito_aws_pipeline.aws.s3.list_objects import PageRequest
from tests.aws.s3.bucket_of_keys import BucketOfKeys


@dataclass(frozen=True)
class Asked:
    """One request.

    Args:
        number: How many came before it.
        bucket: First segment of its path.
        query: Its parameters.
        headers: Its header fields, in lower case.
        host: The host that it was sent to.
    """

    number: int
    bucket: str
    query: dict[str, str]
    headers: dict[str, str]
    host: str

    @property
    def through_the_sdk(self) -> bool:
        """Whether the SDK made it, and not we by hand."""
        return "Boto" in self.headers["user-agent"]


@dataclass(frozen=True)
class Reply:
    """One answer, in place of the keys.

    Args:
        status: HTTP status.
        body: Its body.
        headers: More header fields.
        sent: So many bytes of the body are sent, then the connection is cut; None: all.
        reset: Whether it is cut with a reset and not with an orderly end.
    """

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None
    reset: bool = False


def refusal(status: int, code: str, message: str = "said S3", **headers: str) -> Reply:
    """An error as S3 writes it; `_` in names of header fields stands for `-`."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>", fields)


def text_of(page: KeyPage, request: PageRequest, token: str, *, encoded: bool = True) -> str:
    """The XML of a page."""

    def written(key: str) -> str:
        return quote_plus(key, safe="/") if encoded else escape(key)

    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    ]
    parts.append(f"<Name>bucket</Name><Prefix>{written(request.prefix)}</Prefix>")
    parts.append(f"<IsTruncated>{str(page.truncated).lower()}</IsTruncated>")
    if encoded:
        parts.append("<EncodingType>url</EncodingType>")
    if page.truncated:
        parts.append(f"<NextContinuationToken>{token}</NextContinuationToken>")
    parts += (
        f"<Contents><Key>{written(key)}</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified>"
        f"<ETag>&quot;0&quot;</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        for key, size in zip(page.keys, page.sizes, strict=True)
    )
    parts += (f"<CommonPrefixes><Prefix>{written(p)}</Prefix></CommonPrefixes>" for p in page.common_prefixes)
    return "".join([*parts, "</ListBucketResult>"])


@dataclass
class HttpS3:
    """The running server.

    Args:
        buckets: Its buckets.
        reply: What is answered in place of the keys; None: the keys are.
        encodes: Whether it encodes keys where it is asked to.
        seconds: How long it takes for an answer.
    """

    buckets: Mapping[str, BucketOfKeys]
    reply: Callable[[Asked], Reply | None] = lambda _: None
    encodes: bool = True
    seconds: float = 0
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    under_way: list[int] = field(default_factory=list)
    """How many requests were under way when each came, itself included."""

    def answer(self, asked: Asked) -> Reply:
        """What is answered to a request."""
        given = self.reply(asked)
        if given is not None:
            return given
        query = asked.query
        after = base64.urlsafe_b64decode(query.get("continuation-token", "")).decode() or query.get("start-after", "")
        request = PageRequest(after, query.get("prefix", ""), bool(query.get("delimiter")))
        page = self.buckets[asked.bucket].page(request, int(query["max-keys"]))
        last = max(page.keys[-1:] + page.common_prefixes[-1:], default="")
        token = base64.urlsafe_b64encode(last.encode()).decode()
        encoded = self.encodes and query.get("encoding-type") == "url"
        return Reply(200, text_of(page, request, token, encoded=encoded))


@contextmanager
def http_s3(s3: HttpS3) -> Iterator[HttpS3]:
    """Serve until the block ends."""
    lock = threading.Lock()
    open_now = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            nonlocal open_now
            target = urlsplit(self.path)  # Of a proxy it has the host, too.
            with lock:
                asked = Asked(
                    len(s3.asked),
                    unquote(target.path.strip("/").partition("/")[0]),
                    {name: values[0] for name, values in parse_qs(target.query, keep_blank_values=True).items()},
                    {name.lower(): value for name, value in self.headers.items()},
                    self.headers["host"],
                )
                open_now += 1
                s3.asked.append(asked)
                s3.under_way.append(open_now)
            time.sleep(s3.seconds)
            reply = s3.answer(asked)
            with lock:
                open_now -= 1
            self.send(reply)

        def send(self, reply: Reply) -> None:
            body = reply.body.encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/xml", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: reply.sent])
            self.wfile.flush()
            if reply.sent is not None:
                self.close_connection = True
                if reply.reset:
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.connection.close()

        def log_message(self, *_: object) -> None:
            """Nothing: what was asked is kept in `asked`."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Nothing: connections are cut on purpose."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    s3.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield s3
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
