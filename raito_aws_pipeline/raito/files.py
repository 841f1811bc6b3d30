"""Giving Raito a file: a signed URL, then one PUT of the file's bytes (protocol 3).

Here: uploads of import files and of task logs. Not here: what the files hold (`raito.import_files`, `raito.task_logs`).
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
import requests.structures

from raito_aws_pipeline.errors import RaitoRejectedError
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.transport import failure_of

logger = logging.getLogger(__name__)

_EXPIRED = 403
_FROM_THE_BODY = ("host", "content-length")


@dataclass(frozen=True, slots=True)
class _SignedUpload:
    url: str
    key: str
    headers: Mapping[str, str]


def upload_file(session: RaitoSession, path: Path) -> str:
    """Upload an import file; returns the key by which an import names it.

    With `skip_file_upload` nothing is sent, and the key is the file's absolute path (protocol 1.4).

    The file is read twice, in small pieces: once for its hash, once to send it. Each attempt sends all of it.

    Raises:
        RaitoRejectedError: Raito or its storage does not take the file.
        PipelineError: They cannot be reached.
    """
    if session.connection.skip_file_upload:
        return str(path.resolve())
    return _upload(session, path, "file/upload/signed-url", {})


def upload_task_log(session: RaitoSession, path: Path, job_type: str) -> str:
    """Upload the log of a task; returns its key (protocol 3.5). `skip_file_upload` does not hold for logs.

    Raises:
        As `upload_file`.
    """
    return _upload(session, path, "file/upload/logs/signed-url", {"task": job_type})


def _upload(session: RaitoSession, path: Path, signer: str, parameters: Mapping[str, str]) -> str:
    size, digest = _fingerprint(path)
    request = {"contentLength": str(size), "sha256": digest, **parameters}
    call = f"PUT {path.name}"
    signed = _sign(session, signer, request)
    response = _put(session, signed, path, size, call)
    if response.status_code == _EXPIRED:
        # The URL may have run out while attempts were failing: once, a new one is asked for.
        logger.info("The upload of %s was refused, asking for a new URL", path.name)
        signed = _sign(session, signer, request)
        response = _put(session, signed, path, size, call)
    if response.status_code == _EXPIRED:
        raise RaitoRejectedError(
            f"Raito's storage refuses the file with a fresh signature: {' '.join(response.text.split())[:300]}",
            call=call,
            remedy="Check this machine's clock, and that no proxy changes requests; else tell Raito's support.",
        )
    if response.status_code >= 300:
        raise failure_of(response, call)
    return signed.key


def _fingerprint(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        return file.tell(), base64.b64encode(digest).decode("ascii")


def _sign(session: RaitoSession, signer: str, request: Mapping[str, str]) -> _SignedUpload:
    # Clients that we know of read the keys in any case, so they are read so here.
    answer = requests.structures.CaseInsensitiveDict(session.get(signer, request))
    url, key, headers = answer.get("URL"), answer.get("Key"), answer.get("signedHeaders") or {}
    if not isinstance(url, str) or not isinstance(key, str) or not url or not key or not isinstance(headers, dict):
        raise RaitoRejectedError(
            "Raito answered without an upload URL and key.",
            call=f"GET {signer}",
            remedy="Check the base URL of Raito; if it is right, report a bug.",
        )
    return _SignedUpload(url, key, {str(name): _header_value(values) for name, values in headers.items()})


def _header_value(values: object) -> str:
    # A header given twice is signed with its values joined by a comma, so one header line of that text is the same.
    return ",".join(str(value) for value in values) if isinstance(values, list) else str(values)


def _put(session: RaitoSession, signed: _SignedUpload, path: Path, size: int, call: str) -> requests.Response:
    headers = {name: value for name, value in signed.headers.items() if name.lower() not in _FROM_THE_BODY}
    if size == 0:
        # An empty file object would be sent in chunks, which a signed URL does not allow.
        return session.put(signed.url, headers=headers, data=b"", call=call)
    with path.open("rb") as file:
        return session.put(signed.url, headers=headers, data=file, call=call)
