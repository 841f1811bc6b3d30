"""A local S3 for benchmarks, in a process of its own: `python -m benchmarks.s3_server BUCKET=KEYS… [--latency-ms N]`.

Here: HTTP/1.1 with connections that stay open, and the process: it prints `{"url": …}` once it answers, and ends when
its standard input does, which is when the process ends that started it. Not here: the answers (`s3_answers`).
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qsl

from benchmarks.key_space import KeySpace
from benchmarks.s3_answers import REGION, Answer, answer, caller_identity

HOST = "127.0.0.1"

_KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(1 << 28), "MALLOC_MMAP_THRESHOLD_": str(1 << 26)}
"""glibc would give the memory of each page of keys back to the system and ask for it again: half of the CPU."""


@contextmanager
def s3_server(buckets: Mapping[str, int], latency_ms: float = 0) -> Iterator[str]:
    """A server with these buckets of so many keys; gives its URL.

    Args:
        buckets: How many keys each has.
        latency_ms: Milliseconds from a request to its answer, on each connection by itself.
    """
    command = [sys.executable, "-m", "benchmarks.s3_server", "--latency-ms", str(latency_ms)]
    command += [f"{name}={keys}" for name, keys in buckets.items()]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **_KEEP_MEMORY}
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.stdin.close()


def environment(url: str) -> dict[str, str]:
    """Environment variables with which an AWS SDK reaches the server, and nothing of the machine's own."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIABENCH00000000000",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": HOST,
        "no_proxy": HOST,
    }


class _Connection(asyncio.Protocol):
    """One connection; requests are answered in their order."""

    def __init__(self, buckets: Mapping[str, KeySpace], latency: float) -> None:
        self._buckets = buckets
        self._latency = latency
        self._received = b""
        self._transport: asyncio.Transport | None = None

    # The methods that asyncio calls.
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature is asyncio's
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, rest = self._received.partition(b"\r\n\r\n")
            length = _content_length(head)
            if len(rest) < length:
                return
            self._received = rest[length:]
            asyncio.get_running_loop().call_later(self._latency, self._send, _answer_to(head, self._buckets))

    def _send(self, given: Answer) -> None:
        if self._transport is not None:
            head = f"HTTP/1.1 {given.status} -\r\nContent-Type: application/xml\r\nContent-Length: {len(given.body)}"
            self._transport.write(b"%s\r\nx-amz-bucket-region: %s\r\n\r\n" % (head.encode(), REGION.encode()))
            self._transport.write(given.body)


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def _answer_to(head: bytes, buckets: Mapping[str, KeySpace]) -> Answer:
    method, target, _ = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    if method == "POST":
        return caller_identity()
    path, _, query = target.partition("?")
    return answer(buckets, path.strip("/"), dict(parse_qsl(query, keep_blank_values=True)))


async def _serve(buckets: Mapping[str, KeySpace], latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(functools.partial(_Connection, buckets, latency), HOST, 0)
    url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    print(json.dumps({"url": url}), flush=True)  # noqa: T201 - whoever starts it reads this
    await loop.run_in_executor(None, sys.stdin.buffer.read)
    server.close()


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("buckets", nargs="+")
    parser.add_argument("--latency-ms", type=float, default=0)
    options = parser.parse_args()
    sizes = (text.partition("=") for text in options.buckets)
    asyncio.run(_serve({name: KeySpace(int(keys)) for name, _, keys in sizes}, options.latency_ms / 1000))


if __name__ == "__main__":
    main()
