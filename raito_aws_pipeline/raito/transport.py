"""HTTP as every call to Raito uses it: connections, time-outs, retries, and failures as our errors.

Here: what holds for every request, whoever it goes to. Not here: tokens and headers of the API (`raito.session`) and
what a body means (`raito.graphql`, `raito.files`).

Two pools of connections differ in what is retried:

- *repeatable* calls (GET, the signed PUT, logins, GraphQL operations that change nothing or set a state to a value):
  every failure to connect, to send or to read, and the statuses 429, 500, 502, 503, 504.
- calls that must *not be executed twice* (GraphQL mutations that begin something): only what Raito has surely not
  executed, that is a connection that could not be made, and 429. After a lost answer nobody knows, so it is an error.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import IO, Any, TypeVar

import msgspec
import requests
import requests.adapters
import requests.auth
import urllib3

from raito_aws_pipeline.errors import (
    ConfigurationError,
    NotFoundError,
    PermissionMissingError,
    PipelineError,
    RaitoRejectedError,
    ThrottledError,
    UnavailableError,
)

logger = logging.getLogger(__name__)

ShapeT = TypeVar("ShapeT")

CONNECT_TIMEOUT_SECONDS = 10.0
READ_TIMEOUT_SECONDS = 60.0
"""Longest silence of the other side while it works on an answer."""

LONGEST_RETRY_AFTER_SECONDS = 60
"""A longer `Retry-After` is cut to this, so that a server cannot put a run to sleep for hours."""

_RETRIES = 4
_UNWELL = (429, 500, 502, 503, 504)
_EXCERPT_CHARACTERS = 300


class _CappedRetry(urllib3.Retry):
    """Retries of every method; a server's wish to be left alone is honoured up to a bound."""

    def __init__(self, **options: Any) -> None:
        # Every attempt makes a new Retry from the options of the last one.
        super().__init__(**{"allowed_methods": None, "raise_on_status": False, **options})

    def get_retry_after(self, response: urllib3.BaseHTTPResponse) -> float | None:
        """Seconds that the server asks for, cut to the bound; None where it does not ask."""
        seconds = super().get_retry_after(response)
        return None if seconds is None else min(seconds, LONGEST_RETRY_AFTER_SECONDS)


class NoToken(requests.auth.AuthBase):
    """Sends no `Authorization`. Without it `requests` would look for a password in ~/.netrc and send that."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class Transport:
    """Sends requests; safe to use from several threads.

    Args:
        back_off: Seconds from which the pause between two attempts doubles, from the second retry on.
    """

    def __init__(self, *, back_off: float = 0.5) -> None:
        self._repeatable = _pool(_CappedRetry(total=_RETRIES, status_forcelist=_UNWELL, backoff_factor=back_off))
        self._once = _pool(
            _CappedRetry(total=_RETRIES, read=0, other=0, status_forcelist=(429,), backoff_factor=back_off)
        )

    def close(self) -> None:
        """Close all connections."""
        self._repeatable.close()
        self._once.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        call: str,
        repeatable: bool,
        auth: requests.auth.AuthBase,
        headers: Mapping[str, str | None] | None = None,
        params: Mapping[str, str] | None = None,
        data: bytes | IO[bytes] | None = None,
    ) -> requests.Response:
        """Send one request, with the retries of its kind; an answer of any status is returned.

        Args:
            method: HTTP method.
            url: Absolute URL.
            call: Name of the call for messages.
            repeatable: Whether the call may be executed twice (see the module).
            auth: Adds `Authorization`, or nothing.
            headers: Headers beside those of HTTP itself; None leaves out one that would be sent by default.
            params: Parameters of the URL.
            data: The body. A file is streamed with its length, and read again from where it stands at each attempt.

        Raises:
            UnavailableError: No answer, after all retries.
            ConfigurationError: The URL is none, or the certificate of the other side is not trusted.
        """
        pool = self._repeatable if repeatable else self._once
        shown = _without_query(url)
        try:
            response = pool.request(
                method,
                url,
                params=params,
                data=data,
                headers=headers,
                auth=auth,
                timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
                allow_redirects=method == "GET",
            )
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
            raise ConfigurationError(
                f"'{shown}' is not the URL of a server.",
                call=call,
                remedy="Correct the URL; it starts with https:// (or http://) and names a host.",
            ) from None
        except requests.exceptions.SSLError as failure:
            raise ConfigurationError(
                f"The certificate of {shown} is not trusted: {_reason(failure)}.",
                call=call,
                remedy="Correct the URL, or make the certificate's authority known (REQUESTS_CA_BUNDLE).",
            ) from None
        except requests.exceptions.RequestException as failure:
            doubt = "" if repeatable else " The call may or may not have been executed; it was not sent again."
            raise UnavailableError(
                f"{shown} gave no answer: {_reason(failure)}.{doubt}",
                call=call,
                remedy="Check that the URL is right and that the network and proxy let this machine reach it; "
                "then run again.",
            ) from None
        logger.debug("%s: HTTP %d after %.3f s", call, response.status_code, response.elapsed.total_seconds())
        return response


def failure_of(response: requests.Response, call: str) -> PipelineError:
    """The error for an answer that is not a success; the caller has dealt with 401.

    The message quotes the start of the answer, and never the query of the URL, which may hold a signature.
    """
    where = f"{_without_query(response.url)} answered HTTP {response.status_code}{_quoted(response)}."
    status = response.status_code
    if status == 403:
        return PermissionMissingError(
            where, call=call, remedy="Give the API user the role 'Integrator' in Raito, or use one that has it."
        )
    if status == 404:
        return NotFoundError(where, call=call, remedy="Check the base URL of Raito and the names in raito.yml.")
    if status == 429:
        return ThrottledError(where, call=call, remedy="Run again later, or let fewer targets run at a time.")
    if status >= 500:
        return UnavailableError(where, call=call, remedy="Run again later; if it stays so, tell Raito's support.")
    return RaitoRejectedError(where, call=call, remedy="Check the base URL of Raito; if it is right, report a bug.")


def decode(response: requests.Response, call: str, shape: type[ShapeT]) -> ShapeT:
    """The JSON text of an answer as a type.

    Raises:
        RaitoRejectedError: The body is no JSON, or does not have this shape; the body is not quoted.
    """
    try:
        return msgspec.json.decode(response.content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as failure:
        raise RaitoRejectedError(
            f"{_without_query(response.url)} answered in a form that is not Raito's: {failure}.",
            call=call,
            remedy="Check the base URL of Raito: another server seems to answer there.",
        ) from None


def _pool(retry: urllib3.Retry) -> requests.Session:
    session = requests.Session()
    session.headers.clear()
    session.headers.update({"Accept-Encoding": "gzip"})
    for scheme in ("https://", "http://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=retry))
    return session


def _without_query(url: str) -> str:
    return url.partition("?")[0]


def _reason(failure: requests.exceptions.RequestException) -> str:
    """The innermost cause. The outer texts of `requests` quote the whole URL, with the signature of a signed one."""
    cause: object = failure.args[0] if failure.args else failure
    cause = getattr(cause, "reason", None) or cause
    text = str(cause) if isinstance(cause, Exception) else type(failure).__name__
    return text.rstrip(".")


def _quoted(response: requests.Response) -> str:
    text = " ".join(response.text.split())
    if not text:
        return ""
    return f": {text[:_EXCERPT_CHARACTERS]}{'…' if len(text) > _EXCERPT_CHARACTERS else ''}"
