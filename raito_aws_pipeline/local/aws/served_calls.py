"""Which operation of which service a request calls, and the record of those that were served.

Here: reading a WSGI request. Not here: answering it (moto) or refusing it (`faults`).
"""

from __future__ import annotations

import io
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

SEQUENCE_LENGTH = 100_000
"""How many of the last calls are kept in their order; all are counted."""

SERVICE_OF_SIGNING_NAME = {"sso": "sso-admin"}
"""Services that sign their requests with another name than the SDK calls them."""

S3_CONTROL_PATH = "/v20180820/"

UNKNOWN = "unknown"
"""Operation of a request that no operation of its service matches."""


@dataclass(frozen=True)
class Call:
    """One request, read.

    Attributes:
        service: The service as the SDK calls it: `iam`, `s3`, `s3control`, `sso-admin`, …
        operation: `ListUsers`, `ListObjectsV2`, …, or `unknown`.
        region: Region that the request was signed for.
        environ: The WSGI environment; its body can still be read.
    """

    service: str
    operation: str
    region: str
    environ: dict[str, Any] = field(repr=False)
    uri_parameters: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Service and operation: `iam:ListUsers`."""
        return f"{self.service}:{self.operation}"

    def parameters(self) -> dict[str, Any]:
        """The request's parameters by the names that the service's model gives them; {} for an unknown operation."""
        if self.operation == UNKNOWN:
            return {}
        request = Request(_with_body_kept(self.environ))
        model = get_service_model(self.service)
        parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)]
        parsed = parser(model.operation_model(self.operation), map_type=dict).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": self.uri_parameters,
            }
        )
        return dict(parsed)


def read_call(environ: dict[str, Any]) -> Call:
    """What a request calls. A body of a form or of JSON is buffered in `environ` so that it can be read again."""
    service, region = _credential_scope(environ)
    service = SERVICE_OF_SIGNING_NAME.get(service, service)
    if service == "s3" and environ.get("PATH_INFO", "").startswith(S3_CONTROL_PATH):
        service = "s3control"
    try:
        operation, uri_parameters = get_service_router(service).match(Request(_with_body_kept(environ)))
    except (NotFound, NotImplementedError, UnknownServiceError):
        return Call(service, UNKNOWN, region, environ)
    return Call(service, operation.name, region, environ, dict(uri_parameters))


def _credential_scope(environ: dict[str, Any]) -> tuple[str, str]:
    """Service and region that a request is signed for; unsigned ones are taken for S3, as moto does."""
    signature = environ.get("HTTP_AUTHORIZATION", "")
    credential = signature.partition("Credential=")[2].partition(",")[0]
    if not credential:
        credential = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Credential", [""])[0]
    scope = credential.split("/")
    if len(scope) == 5:
        return scope[3].lower(), scope[2]
    return "s3", "us-east-1"


def _with_body_kept(environ: dict[str, Any]) -> dict[str, Any]:
    """A copy of the environment to read from; the original can be read again. Bodies of objects are left out."""
    kind = environ.get("CONTENT_TYPE", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "application/x-amz-json", "application/json")):
        return environ | {"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return environ | {"wsgi.input": io.BytesIO(body)}


class CallRecord:
    """The calls that were served since the start or the last `clear`, refused ones and retries included."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._sequence: deque[str] = deque(maxlen=SEQUENCE_LENGTH)

    def add(self, call: Call) -> None:
        """Take down one call."""
        with self._lock:
            self._counts[call.name] += 1
            self._sequence.append(call.name)

    def counts(self) -> Counter[str]:
        """How often each operation was called, in the order of their first calls."""
        with self._lock:
            return Counter(self._counts)

    def sequence(self) -> list[str]:
        """The calls in their order, the last 100,000 at most."""
        with self._lock:
            return list(self._sequence)

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._counts.clear()
            self._sequence.clear()
