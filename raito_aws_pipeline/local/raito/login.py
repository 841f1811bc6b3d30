"""Who is calling: the organisation lookup, the stand-in for Cognito, the check of tokens (protocol 1.2, 1.3, 1.5)."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from typing import Literal

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from raito_aws_pipeline.local.raito.signatures import Signer
from raito_aws_pipeline.local.raito.state_directory import Credentials

DOMAIN = "local"
"""The one domain of an embedded Raito."""

CLIENT_ID = "local-raito-client"
"""The app client that the organisation lookup names; Cognito knows no other."""

_INITIATE_AUTH = "AWSCognitoIdentityProviderService.InitiateAuth"
_REFRESH_SECONDS = 30 * 24 * 3600
"""Life of a refresh token: Cognito's default of 30 days."""


class Token(msgspec.Struct, frozen=True):
    """What a token says."""

    use: Literal["id", "access", "refresh"]
    user: str
    expires: float
    nonce: str


class _Call(msgspec.Struct, frozen=True):
    """The body of InitiateAuth."""

    flow: str = msgspec.field(name="AuthFlow")
    client_id: str = msgspec.field(name="ClientId")
    parameters: dict[str, str] = msgspec.field(name="AuthParameters", default_factory=dict)


class Login:
    """Logs the one user in, and recognises the tokens that it gave.

    Args:
        credentials: The user and the password.
        signer: Signs tokens; the same key recognises them after a restart.
        token_seconds: Life of an IdToken.
    """

    def __init__(self, credentials: Credentials, signer: Signer, token_seconds: int) -> None:
        self._credentials = credentials
        self._signer = signer
        self._token_seconds = token_seconds

    def routes(self) -> list[Route]:
        """The organisation lookup and Cognito's one path; both need no token."""
        return [
            Route("/admin/org/{domain}", self._organisation, methods=["GET"]),
            Route("/", self._cognito, methods=["POST"]),
        ]

    def require_token(self, request: Request) -> str:
        """The user that a request comes from.

        Raises:
            HTTPException: 401 without a valid IdToken, 403 with one of another domain.
        """
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "token" or not text:
            raise HTTPException(401, "The Authorization header must be: token <IdToken>.")
        token = self._signer.verify(Token, text)
        if token is None:
            raise HTTPException(401, "The token is not one that this Raito gave.")
        if token.use != "id":
            raise HTTPException(401, f"The token is the {token.use} token; Raito wants the IdToken.")
        if token.expires <= time.time():
            raise HTTPException(401, "The token has expired. Refresh it, or log in again.")
        domain = request.headers.get("raito-domain", DOMAIN)
        if domain.lower() != DOMAIN:
            raise HTTPException(403, f"The token is not one of the domain '{domain}' (header Raito-Domain).")
        return token.user

    async def _organisation(self, request: Request) -> Response:
        domain = request.path_params["domain"]
        if domain.lower() != DOMAIN:
            raise HTTPException(404, f"There is no organisation with the domain '{domain}'; try '{DOMAIN}'.")
        return JSONResponse({"authOrgId": "local-raito", "clientAppId": CLIENT_ID})

    async def _cognito(self, request: Request) -> Response:
        operation = request.headers.get("x-amz-target")
        if operation != _INITIATE_AUTH:
            return _cognito_error("UnknownOperationException", f"Only InitiateAuth is answered here, not {operation}.")
        try:
            call = msgspec.json.decode(await request.body(), type=_Call)
        except msgspec.DecodeError as error:
            return _cognito_error("SerializationException", str(error))
        if call.client_id != CLIENT_ID:
            return _cognito_error("ResourceNotFoundException", f"User pool client {call.client_id} does not exist.")
        if call.flow == "USER_PASSWORD_AUTH":
            return self._by_password(call.parameters)
        if call.flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
            return self._by_refresh_token(call.parameters)
        return _cognito_error("InvalidParameterException", f"{call.flow} flow not enabled for this client")

    def _by_password(self, parameters: dict[str, str]) -> Response:
        given = (parameters.get("USERNAME", ""), parameters.get("PASSWORD", ""))
        known = (self._credentials.user, self._credentials.secret)
        if not hmac.compare_digest(json.dumps(given).encode(), json.dumps(known).encode()):
            return _cognito_error("NotAuthorizedException", "Incorrect username or password.")
        return self._tokens({"RefreshToken": self._token("refresh", _REFRESH_SECONDS)})

    def _by_refresh_token(self, parameters: dict[str, str]) -> Response:
        token = self._signer.verify(Token, parameters.get("REFRESH_TOKEN", ""))
        if token is None or token.use != "refresh":
            return _cognito_error("NotAuthorizedException", "Invalid Refresh Token")
        if token.expires <= time.time():
            return _cognito_error("NotAuthorizedException", "Refresh Token has expired")
        return self._tokens({})

    def _tokens(self, more: dict[str, str]) -> Response:
        result = {
            "IdToken": self._token("id", self._token_seconds),
            "AccessToken": self._token("access", self._token_seconds),
            "ExpiresIn": self._token_seconds,
            "TokenType": "Bearer",
            **more,
        }
        return _cognito_answer(200, {"AuthenticationResult": result, "ChallengeParameters": {}})

    def _token(self, use: Literal["id", "access", "refresh"], seconds: int) -> str:
        token = Token(use, self._credentials.user, time.time() + seconds, secrets.token_urlsafe(8))
        return self._signer.sign(token)


def _cognito_error(kind: str, message: str) -> Response:
    return _cognito_answer(400, {"__type": kind, "message": message}, {"x-amzn-errortype": f"{kind}:"})


def _cognito_answer(status: int, content: object, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(content), status, headers, media_type="application/x-amz-json-1.1")
