"""Logging in, staying logged in, and the headers of every call (protocol 1)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from raito_aws_pipeline.errors import (
    ConfigurationError,
    CredentialsError,
    NotFoundError,
    RaitoRejectedError,
    ThrottledError,
    UnavailableError,
)
from raito_aws_pipeline.raito.connection import RaitoConnection
from raito_aws_pipeline.raito.session import RaitoSession
from tests.raito.scripted_server import Answer, Request, Script, ScriptedServer, in_turn, scripted_server

SECRET = "the-secret-of-the-user"


class Raito:
    """A Raito whose tokens last as long as the test says; each login brings a new one: token-1, token-2, …"""

    def __init__(self) -> None:
        self.organisation: Script = in_turn(Answer({"authOrgId": "o", "clientAppId": "client"}))
        self.password: Script | None = None
        self.refresh: Script | None = None
        self.expires_in = 3600
        self.tokens = 0
        self.refused_tokens: set[str] = set()

    def __call__(self, request: Request) -> Answer:
        if "/admin/org/" in request.path:
            return self.organisation(request)
        if "x-amz-target" in request.headers:
            flow = request.json["AuthFlow"]
            special = self.password if flow == "USER_PASSWORD_AUTH" else self.refresh
            return special(request) if special else Answer({"AuthenticationResult": self.new_tokens(flow)})
        if request.headers.get("authorization") in {f"token {token}" for token in self.refused_tokens}:
            return Answer(status=401)
        return Answer({"data": {}})

    def new_tokens(self, flow: str) -> dict[str, Any]:
        self.tokens += 1
        tokens = {"IdToken": f"token-{self.tokens}", "AccessToken": "access", "ExpiresIn": self.expires_in}
        return tokens | ({"RefreshToken": "refresh"} if flow == "USER_PASSWORD_AUTH" else {})


@pytest.fixture
def raito() -> Raito:
    return Raito()


@pytest.fixture
def server(raito: Raito) -> Iterator[ScriptedServer]:
    with scripted_server(raito) as server:
        yield server


@pytest.fixture
def connection(server: ScriptedServer) -> RaitoConnection:
    return RaitoConnection(
        url=f"{server.url}/sub/path", cognito_url=server.url, domain="Acme", user="ann@acme.example", secret=_secret
    )


def _secret() -> str:
    return SECRET


def _logins(server: ScriptedServer) -> list[dict[str, Any]]:
    return [request.json for request in server.requests if "x-amz-target" in request.headers]


def _ask(session: RaitoSession) -> None:
    session.post_graphql(b'{"query":"{anything}"}', call="anything", repeatable=False)


def _tokens_of_calls(server: ScriptedServer) -> list[str | None]:
    return [request.headers.get("authorization") for request in server.requests_to("/sub/path/query")]


def test_the_first_call_logs_in_as_the_raito_cli_does(connection: RaitoConnection, server: ScriptedServer) -> None:
    with RaitoSession(connection) as session:
        assert server.requests == []
        _ask(session)
        _ask(session)

    look_up, login, first, second = server.requests
    assert (look_up.method, look_up.target) == ("GET", "/sub/path/admin/org/acme")
    assert (login.method, login.target) == ("POST", "/")
    assert login.headers["x-amz-target"] == "AWSCognitoIdentityProviderService.InitiateAuth"
    assert login.headers["content-type"] == "application/x-amz-json-1.1"
    assert login.json == {
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": "client",
        "AuthParameters": {"USERNAME": "ann@acme.example", "PASSWORD": SECRET},
    }
    for unauthorised in (look_up, login):
        assert {"authorization", "raito-domain"}.isdisjoint(unauthorised.headers)
    for call in (first, second):
        assert call.target == "/sub/path/query"
        assert call.headers["authorization"] == "token token-1"
        assert call.headers["raito-domain"] == "Acme"
        assert call.headers["content-type"] == "application/json"
        assert call.headers["accept-encoding"] == "gzip"
        assert call.headers["user-agent"].startswith("raito-aws-pipeline/")


@pytest.mark.parametrize("key", ["clientAppId", "ClientAppId", "clientappid"])
def test_the_client_id_is_found_however_its_key_is_spelt(
    key: str, connection: RaitoConnection, server: ScriptedServer, raito: Raito
) -> None:
    raito.organisation = in_turn(Answer({key: "my-client"}))

    with RaitoSession(connection) as session:
        _ask(session)

    assert _logins(server)[0]["ClientId"] == "my-client"


def test_a_token_with_less_than_ten_seconds_left_is_refreshed_with_the_refresh_token_of_the_first_login(
    connection: RaitoConnection, server: ScriptedServer, raito: Raito
) -> None:
    raito.expires_in = 9

    with RaitoSession(connection) as session:
        for _ in range(3):
            _ask(session)

    assert [login["AuthFlow"] for login in _logins(server)] == [
        "USER_PASSWORD_AUTH",
        "REFRESH_TOKEN_AUTH",
        "REFRESH_TOKEN_AUTH",
    ]
    assert [login["AuthParameters"] for login in _logins(server)[1:]] == [{"REFRESH_TOKEN": "refresh"}] * 2
    assert _tokens_of_calls(server) == ["token token-1", "token token-2", "token token-3"]


def test_when_the_refresh_is_refused_the_password_is_sent_again(
    connection: RaitoConnection, server: ScriptedServer, raito: Raito
) -> None:
    raito.expires_in = 0
    raito.refresh = in_turn(Answer({"__type": "NotAuthorizedException", "message": "Refresh Token expired"}, 400))

    with RaitoSession(connection) as session:
        _ask(session)
        _ask(session)

    assert _tokens_of_calls(server) == ["token token-1", "token token-2"]


def test_a_refused_token_is_replaced_once_and_the_call_sent_again(
    connection: RaitoConnection, server: ScriptedServer, raito: Raito
) -> None:
    raito.refused_tokens = {"token-1"}

    with RaitoSession(connection) as session:
        _ask(session)
        _ask(session)

    assert _tokens_of_calls(server) == ["token token-1", "token token-2", "token token-2"]
    assert [login["AuthFlow"] for login in _logins(server)] == ["USER_PASSWORD_AUTH"] * 2


def test_a_raito_that_refuses_new_tokens_too_is_not_asked_for_ever(
    connection: RaitoConnection, server: ScriptedServer, raito: Raito
) -> None:
    raito.refused_tokens = {"token-1", "token-2"}

    with RaitoSession(connection) as session, pytest.raises(CredentialsError, match="not even a new one") as caught:
        _ask(session)

    assert len(_tokens_of_calls(server)) == 2
    assert "token-" not in str(caught.value)


def test_threads_share_one_login(connection: RaitoConnection, server: ScriptedServer) -> None:
    with RaitoSession(connection) as session:
        threads = [threading.Thread(target=_ask, args=(session,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(_logins(server)) == 1
    assert _tokens_of_calls(server) == ["token token-1"] * 8


def test_a_wrong_secret_is_told_with_user_domain_and_remedy(
    connection: RaitoConnection, server: ScriptedServer, raito: Raito
) -> None:
    wrong = {"__type": "com.amazonaws#NotAuthorizedException", "message": "Incorrect username or password."}
    raito.password = in_turn(Answer(wrong, 400))

    with RaitoSession(connection) as session, pytest.raises(CredentialsError) as caught:
        _ask(session)

    message = str(caught.value)
    for part in ("ann@acme.example", "domain 'Acme'", "Incorrect username or password.", "What to do:", "api-secret"):
        assert part in message
    assert SECRET not in message
    assert len(_logins(server)) == 1


def test_a_login_that_wants_more_than_a_password_is_told_with_the_challenge(
    connection: RaitoConnection, raito: Raito
) -> None:
    raito.password = in_turn(Answer({"ChallengeName": "SOFTWARE_TOKEN_MFA", "ChallengeParameters": {}}))

    with RaitoSession(connection) as session, pytest.raises(CredentialsError, match="SOFTWARE_TOKEN_MFA"):
        _ask(session)


def test_a_login_service_that_throttles_is_a_transient_failure(connection: RaitoConnection, raito: Raito) -> None:
    raito.password = in_turn(Answer({"__type": "TooManyRequestsException", "message": "slow down"}, 400))

    with RaitoSession(connection) as session, pytest.raises(ThrottledError):
        _ask(session)


def test_a_login_service_that_is_unwell_is_asked_again_and_then_a_transient_failure(
    connection: RaitoConnection, server: ScriptedServer, raito: Raito
) -> None:
    raito.password = in_turn(Answer(status=500))

    with RaitoSession(connection, back_off=0) as session, pytest.raises(UnavailableError):
        _ask(session)

    assert len(_logins(server)) == 5


def test_a_domain_that_raito_does_not_know_is_named(connection: RaitoConnection, raito: Raito) -> None:
    raito.organisation = in_turn(Answer(status=404))

    with RaitoSession(connection) as session, pytest.raises(NotFoundError, match="does not know the domain 'acme'"):
        _ask(session)


def test_only_a_plain_200_tells_the_client_id(connection: RaitoConnection, raito: Raito) -> None:
    raito.organisation = in_turn(Answer({"clientAppId": "client"}, 201))

    with RaitoSession(connection) as session, pytest.raises(RaitoRejectedError, match="HTTP 201"):
        _ask(session)


def test_an_answer_without_client_id_is_rejected(connection: RaitoConnection, raito: Raito) -> None:
    raito.organisation = in_turn(Answer({"authOrgId": "o"}))

    with RaitoSession(connection) as session, pytest.raises(RaitoRejectedError, match="names no client id"):
        _ask(session)


@pytest.mark.parametrize("domain", ["", "a", "1acme", "acme-", "ac me", "acme/../x"])
def test_what_cannot_be_a_domain_is_refused_before_any_call(domain: str, server: ScriptedServer) -> None:
    connection = RaitoConnection(url=server.url, domain=domain, user="u", secret=_secret)

    with RaitoSession(connection) as session, pytest.raises(ConfigurationError, match="cannot be a domain of Raito"):
        _ask(session)

    assert server.requests == []


def test_without_authentication_nobody_logs_in_and_the_other_headers_stay(server: ScriptedServer) -> None:
    connection = RaitoConnection(
        url=server.url, domain="Acme", user="u", secret=_unreachable_secret, skip_authentication=True
    )

    with RaitoSession(connection) as session:
        _ask(session)

    [call] = server.requests
    assert call.target == "/query"
    assert "authorization" not in call.headers
    assert call.headers["raito-domain"] == "Acme"


def test_neither_secret_nor_token_shows_in_representations_or_logs(
    connection: RaitoConnection, raito: Raito, caplog: pytest.LogCaptureFixture
) -> None:
    raito.expires_in = 0
    raito.refused_tokens = {"token-1"}
    caplog.set_level(logging.DEBUG, logger="raito_aws_pipeline")

    with RaitoSession(connection) as session:
        _ask(session)
        _ask(session)
        shown = repr(connection) + repr(session) + repr(vars(session)) + repr(vars(session._login)) + caplog.text

    for private in (SECRET, "token-1", "token-2", "'refresh'"):
        assert private not in shown


def test_defaults_are_raito_cloud() -> None:
    connection = RaitoConnection(domain="acme", user="u", secret=_secret)

    assert connection.address("/query") == "https://api.raito.cloud/query"
    assert connection.cognito_url == "https://cognito-idp.eu-central-1.amazonaws.com/"


def _unreachable_secret() -> str:
    raise AssertionError("the secret is not needed here")
