"""Signed uploads: a URL for a file of known size and hash, and the PUT that brings it (protocol 3)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import time
from pathlib import Path

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from raito_aws_pipeline.local.raito.faults import Faults
from raito_aws_pipeline.local.raito.journal import JOB_TYPES, Journal
from raito_aws_pipeline.local.raito.login import Login
from raito_aws_pipeline.local.raito.signatures import Signer
from raito_aws_pipeline.local.raito.state_directory import StateDirectory

CHECKSUM_HEADER = "x-amz-checksum-sha256"
"""The header that `signedHeaders` asks for, as S3 does: the SHA-256 of the file in base64."""

_LARGEST_UPLOAD = 5 * 2**30
"""What S3 takes in one PUT."""


class Permit(msgspec.Struct, frozen=True):
    """What a signed URL allows: one file, by size and hash, until a time."""

    key: str
    length: int
    sha256: str
    expires: float


class Uploads:
    """Signs URLs and takes files in; an uploaded file is kept until an import names it.

    Args:
        directory: Where files are kept.
        journal: Remembers which keys were uploaded.
        login: Checks who asks for a URL.
        signer: Signs the URLs.
        faults: Failures on purpose.
        url_seconds: Life of a URL.
    """

    def __init__(
        self,
        directory: StateDirectory,
        journal: Journal,
        login: Login,
        signer: Signer,
        faults: Faults,
        *,
        url_seconds: int,
    ) -> None:
        self._directory = directory
        self._journal = journal
        self._login = login
        self._signer = signer
        self._url_seconds = url_seconds
        self._faults = faults

    def routes(self) -> list[Route]:
        """The two paths that sign, which need a token, and the path of the signed URLs, which needs none."""
        return [
            Route("/file/upload/signed-url", self._sign_import, methods=["GET"]),
            Route("/file/upload/logs/signed-url", self._sign_log, methods=["GET"]),
            Route("/uploads/{key}", self._take, methods=["PUT"]),
        ]

    async def _sign_import(self, request: Request) -> Response:
        self._login.require_token(request)
        return self._signed(request, "import")

    async def _sign_log(self, request: Request) -> Response:
        self._login.require_token(request)
        task = request.query_params.get("task")
        if task not in JOB_TYPES:
            raise HTTPException(400, f"task must be one of {', '.join(JOB_TYPES)}, not {task!r}.")
        return self._signed(request, "log")

    def _signed(self, request: Request, purpose: str) -> Response:
        length = _content_length(request.query_params.get("contentLength"))
        sha256 = _sha256(request.query_params.get("sha256"))
        key = f"{purpose}-{secrets.token_hex(12)}"
        permit = self._signer.sign(Permit(key, length, sha256, time.time() + self._url_seconds))
        return JSONResponse(
            {
                "URL": f"{request.base_url}uploads/{key}?permit={permit}",
                "Key": key,
                "signedHeaders": {CHECKSUM_HEADER: [sha256]},
            }
        )

    async def _take(self, request: Request) -> Response:
        status = self._faults.put_status()
        if status is not None:
            raise HTTPException(status, "The upload was made to fail.")
        permit = self._permit(request)
        unfinished = self._directory.uploads / f"{permit.key}.{secrets.token_hex(4)}.unfinished"
        try:
            await _store(request, permit, unfinished)
            await run_in_threadpool(self._keep, permit.key, unfinished)
        finally:
            unfinished.unlink(missing_ok=True)
        return Response(status_code=200)

    def _permit(self, request: Request) -> Permit:
        permit = self._signer.verify(Permit, request.query_params.get("permit", ""))
        if permit is None or permit.key != request.path_params["key"]:
            raise HTTPException(403, "SignatureDoesNotMatch: the URL is not one that this Raito signed.")
        if permit.expires <= time.time():
            raise HTTPException(403, "AccessDenied: the URL has expired; ask for a new one.")
        if request.headers.get(CHECKSUM_HEADER) != permit.sha256:
            raise HTTPException(403, f"SignatureDoesNotMatch: signedHeaders asks for another {CHECKSUM_HEADER}.")
        if "authorization" in request.headers:
            raise HTTPException(400, "InvalidArgument: the URL is signed; there must be no Authorization header.")
        length = request.headers.get("content-length")
        if length is None:
            raise HTTPException(411, "MissingContentLength: the upload must say its Content-Length.")
        if length != str(permit.length):
            raise HTTPException(403, f"SignatureDoesNotMatch: the URL is for {permit.length} bytes, not {length}.")
        return permit

    def _keep(self, key: str, unfinished: Path) -> None:
        # Once more is the same file: its hash is part of the signature.
        if not self._journal.is_uploaded(key):
            path = self._directory.uploads / key
            unfinished.rename(path)
            self._journal.add_upload(key, path)


async def _store(request: Request, permit: Permit, path: Path) -> None:
    """Write the body as it comes; memory is that of one piece."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        async for piece in request.stream():
            digest.update(piece)
            file.write(piece)
    if base64.b64encode(digest.digest()).decode("ascii") != permit.sha256:
        raise HTTPException(400, "BadDigest: the SHA-256 of what was uploaded is not the one that the URL is for.")


def _content_length(text: str | None) -> int:
    if text is None or not text.isascii() or not text.isdigit():
        raise HTTPException(400, "contentLength must be a number of bytes.")
    if int(text) > _LARGEST_UPLOAD:
        raise HTTPException(400, f"contentLength must be at most {_LARGEST_UPLOAD}.")
    return int(text)


def _sha256(text: str | None) -> str:
    try:
        digest = base64.b64decode(text or "", validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if text is None or len(digest) != hashlib.sha256().digest_size:
        raise HTTPException(400, "sha256 must be the file's SHA-256 in standard base64, percent-encoded in the URL.")
    return text
