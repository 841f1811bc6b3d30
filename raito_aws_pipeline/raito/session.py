"""A session with Raito: the calls that carry our headers and token, and the signed upload that carries neither.

Here: authorised GET and GraphQL POST, log-in once more when a token is refused. Not here: how tokens are got
(`raito.login`), retries and time-outs (`raito.transport`), the meaning of bodies (`raito.graphql`, `raito.files`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import IO, Self

import requests
import requests.auth

from raito_aws_pipeline import __version__
from raito_aws_pipeline.errors import CredentialsError
from raito_aws_pipeline.raito.connection import RaitoConnection
from raito_aws_pipeline.raito.login import Login
from raito_aws_pipeline.raito.transport import NoToken, Transport, decode, failure_of

USER_AGENT = f"raito-aws-pipeline/{__version__}"


class RaitoSession:
    """A session with Raito; logs in when the first call needs it. Use it as a context manager.

    Safe to use from several threads. Every method raises `CredentialsError`, `NotFoundError`, `UnavailableError`,
    `ThrottledError`, `PermissionMissingError` or `RaitoRejectedError`; none of their messages holds the secret or
    the token.

    Args:
        connection: Where Raito is and who we are there.
        user_agent: What we call ourselves.
        back_off: Seconds from which the pause between two attempts of a call doubles.
    """

    def __init__(self, connection: RaitoConnection, *, user_agent: str = USER_AGENT, back_off: float = 0.5) -> None:
        self.connection = connection
        self._user_agent = user_agent
        self._transport = Transport(back_off=back_off)
        self._login = None if connection.skip_authentication else Login(connection, self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def post_graphql(self, body: bytes, *, call: str, repeatable: bool) -> dict[str, object]:
        """POST a GraphQL request (protocol 1.7); returns the decoded answer, errors of GraphQL included.

        Args:
            body: The JSON text of the request.
            call: Name of the operation, for messages.
            repeatable: Whether it may be executed twice (`raito.transport`).
        """
        response = self._authorised(
            "POST", "query", call=call, repeatable=repeatable, data=body, content_type="application/json"
        )
        return decode(response, call, dict[str, object])

    def get(self, path: str, parameters: Mapping[str, str]) -> dict[str, object]:
        """GET a path of the API; returns the JSON object that it answers."""
        call = f"GET {path}"
        return decode(
            self._authorised("GET", path, call=call, repeatable=True, parameters=parameters), call, dict[str, object]
        )

    def put(self, url: str, *, headers: Mapping[str, str], data: bytes | IO[bytes], call: str) -> requests.Response:
        """PUT a body to a signed URL, with no header but those given (protocol 3.2); any answer is returned.

        The body goes with `Content-Length`, never in chunks, and as a whole again at each attempt.
        """
        return self._transport.send("PUT", url, call=call, repeatable=True, auth=NoToken(), headers=headers, data=data)

    def _authorised(
        self,
        method: str,
        path: str,
        *,
        call: str,
        repeatable: bool,
        parameters: Mapping[str, str] | None = None,
        data: bytes | None = None,
        content_type: str | None = None,
    ) -> requests.Response:
        headers = {
            "User-Agent": self._user_agent,
            "Raito-Domain": self.connection.domain,
            "Content-Type": content_type,
        }

        def send(auth: requests.auth.AuthBase) -> requests.Response:
            return self._transport.send(
                method,
                self.connection.address(path),
                call=call,
                repeatable=repeatable,
                auth=auth,
                headers=headers,
                params=parameters,
                data=data,
            )

        if self._login is None:
            response = send(NoToken())
        else:
            token = self._login.token()
            response = send(_Token(token))
            if response.status_code == 401:
                # Refused, hence not executed: safe to send again whatever it is.
                response = send(_Token(self._login.renew(token)))
        if response.status_code == 401:
            raise CredentialsError(
                f"Raito at {self.connection.url} does not accept the token of user '{self.connection.user}' of domain "
                f"'{self.connection.domain}', not even a new one.",
                call=call,
                remedy="Check that user and domain belong together, that 'raito-url-override' names the Raito that "
                "they belong to, and that 'skip-authentication' is not set.",
            )
        if response.status_code >= 300:
            raise failure_of(response, call)
        return response


class _Token(requests.auth.AuthBase):
    """Adds the token; Raito's scheme is the word `token` (protocol 1.5)."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"token {self._token}"
        return request
