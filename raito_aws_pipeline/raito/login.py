"""Logging in: the organisation's client id, and the id token by password or by refresh (protocol 1.2, 1.3).

Here: how a token is got and how long it is kept. Not here: the calls that carry it (`raito.session`).
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field

import msgspec
import requests.structures

from raito_aws_pipeline.errors import (
    CredentialsError,
    NotFoundError,
    PipelineError,
    RaitoRejectedError,
    ThrottledError,
)
from raito_aws_pipeline.raito.connection import RaitoConnection
from raito_aws_pipeline.raito.transport import NoToken, Transport, decode, failure_of

logger = logging.getLogger(__name__)

_LOGIN = "cognito-idp:InitiateAuth"
_SPARE_SECONDS = 10
_THROTTLED = ("TooManyRequestsException", "LimitExceededException")


@dataclass(frozen=True, slots=True)
class _Tokens:
    identity: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: float


class _AuthenticationResult(msgspec.Struct, rename="pascal"):
    id_token: str = ""
    refresh_token: str = ""
    expires_in: int = 0

    def __repr__(self) -> str:
        return "_AuthenticationResult()"


class _LoginAnswer(msgspec.Struct, rename="pascal"):
    authentication_result: _AuthenticationResult | None = None
    challenge_name: str = ""


class _LoginFailure(msgspec.Struct):
    """Cognito's error; other services spell the second member with a capital."""

    type: str = msgspec.field(name="__type", default="")
    message: str = ""


class Login:
    """The id token of one API user, got when it is first asked for and renewed when it runs out.

    Safe to use from several threads: one of them logs in, the others wait for it.
    """

    def __init__(self, connection: RaitoConnection, transport: Transport) -> None:
        self._connection = connection
        self._transport = transport
        self._lock = threading.Lock()
        self._client_id: str | None = None
        self._tokens: _Tokens | None = None

    def token(self) -> str:
        """The id token, valid for 10 s or more (protocol 1.3).

        An older one is refreshed; when that is refused, the password is sent again.

        Raises:
            CredentialsError: Cognito does not accept the user or the secret, or asks for more than a password.
            NotFoundError: Raito does not know the domain.
            UnavailableError: Raito or Cognito cannot be reached.
        """
        with self._lock:
            if self._tokens is None:
                self._tokens = self._by_password()
            elif self._tokens.expires_at < time.time() + _SPARE_SECONDS:
                self._tokens = self._by_refresh(self._tokens)
            return self._tokens.identity

    def renew(self, refused: str) -> str:
        """A token got by password after the API refused one; by another thread's, if that was quicker.

        Raises:
            As `token`.
        """
        with self._lock:
            if self._tokens is None or self._tokens.identity == refused:
                self._tokens = None
                self._tokens = self._by_password()
            return self._tokens.identity

    def _by_refresh(self, old: _Tokens) -> _Tokens:
        if old.refresh:
            try:
                return self._initiate("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": old.refresh}, old.refresh)
            except PipelineError as failure:
                logger.warning("The login at Raito could not be refreshed, logging in again: %s", failure.what)
        return self._by_password()

    def _by_password(self) -> _Tokens:
        parameters = {"USERNAME": self._connection.user, "PASSWORD": self._connection.secret()}
        return self._initiate("USER_PASSWORD_AUTH", parameters, "")

    def _initiate(self, flow: str, parameters: dict[str, str], refresh: str) -> _Tokens:
        body = {"AuthFlow": flow, "ClientId": self._client(), "AuthParameters": parameters}
        asked_at = time.time()
        response = self._transport.send(
            "POST",
            self._connection.cognito_url,
            call=_LOGIN,
            repeatable=True,
            auth=NoToken(),
            headers={
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
            },
            data=msgspec.json.encode(body),
        )
        if response.status_code != 200:
            raise self._refused(response)
        answer = decode(response, _LOGIN, _LoginAnswer)
        result = answer.authentication_result
        if result is None or not result.id_token:
            raise CredentialsError(
                f"Raito's login asks user '{self._connection.user}' of domain '{self._connection.domain}' for more "
                f"than a password ({answer.challenge_name or 'no token was given'}).",
                call=_LOGIN,
                remedy="Use an API user without multi-factor authentication, and log in once in the browser to set "
                "its final password.",
            )
        # A refresh usually brings no new refresh token: the old one stays good.
        return _Tokens(result.id_token, result.refresh_token or refresh, asked_at + result.expires_in)

    def _refused(self, response: requests.Response) -> PipelineError:
        try:
            failure = msgspec.json.decode(response.content, type=_LoginFailure)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return failure_of(response, _LOGIN)
        kind = failure.type.rpartition("#")[2]
        if response.status_code >= 500 or not kind:
            return failure_of(response, _LOGIN)
        if kind in _THROTTLED:
            return ThrottledError(
                f"Raito's login refuses more attempts for now ({kind}).", call=_LOGIN, remedy="Run again later."
            )
        return CredentialsError(
            f"Raito does not accept user '{self._connection.user}' of domain '{self._connection.domain}' with the "
            f"configured secret ({kind}: {failure.message}).",
            call=_LOGIN,
            remedy="Correct 'api-user' and 'api-secret'; they are the e-mail address and password of a user of this "
            "domain with the role 'Integrator'.",
        )

    def _client(self) -> str:
        if self._client_id is None:
            self._client_id = self._look_up()
        return self._client_id

    def _look_up(self) -> str:
        domain = self._connection.lookup_domain()
        call = f"GET admin/org/{domain}"
        response = self._transport.send(
            "GET", self._connection.address(f"admin/org/{domain}"), call=call, repeatable=True, auth=NoToken()
        )
        if response.status_code == 404:
            raise NotFoundError(
                f"Raito at {self._connection.url} does not know the domain '{domain}'.",
                call=call,
                remedy="Correct 'domain': it is the first part of the address at which you open Raito in the browser.",
            )
        if response.status_code != 200:
            raise failure_of(response, call)
        # Clients that we know of read the keys in any case, so nobody knows how Raito spells them.
        client = requests.structures.CaseInsensitiveDict(decode(response, call, dict[str, object])).get("ClientAppId")
        if not isinstance(client, str) or not client:
            raise RaitoRejectedError(
                f"Raito at {self._connection.url} names no client id for the domain '{domain}'.",
                call=call,
                remedy="Check the base URL of Raito: another server seems to answer there.",
            )
        return client
