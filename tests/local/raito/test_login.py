"""Who may speak to the embedded Raito."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from raito_aws_pipeline.local.raito.server import LocalRaito
from tests.local.raito.wire_client import WireClient

CURRENT_USER = b'{"query":"{currentUser{email}}"}'


@pytest.fixture
def client(shared_client: WireClient) -> WireClient:
    return shared_client


@pytest.mark.parametrize("spelling", ["local", "LOCAL"])
def test_the_organisation_is_looked_up_by_its_domain_without_a_token(client: WireClient, spelling: str) -> None:
    answer = client.session.get(f"{client.url}/admin/org/{spelling}")
    assert answer.status_code == 200
    assert sorted(answer.json()) == ["authOrgId", "clientAppId"]


def test_an_unknown_domain_is_not_found(client: WireClient) -> None:
    answer = client.session.get(f"{client.url}/admin/org/acme")
    assert answer.status_code == 404
    assert answer.json() == {"message": "There is no organisation with the domain 'acme'; try 'local'."}


def test_user_and_password_give_tokens_as_cognito_does(client: WireClient) -> None:
    answer = client.log_in()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    content = answer.json()
    assert content["ChallengeParameters"] == {}
    result = content["AuthenticationResult"]
    assert sorted(result) == ["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"]
    assert (result["ExpiresIn"], result["TokenType"]) == (3600, "Bearer")


def test_a_refresh_gives_a_new_id_token_and_no_new_refresh_token(client: WireClient) -> None:
    first = client.log_in().json()["AuthenticationResult"]
    refreshed = client.initiate_auth("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=first["RefreshToken"])
    result = refreshed.json()["AuthenticationResult"]
    assert "RefreshToken" not in result
    answer = client.post(CURRENT_USER, Authorization=f"token {result['IdToken']}")
    assert answer.json() == {"data": {"currentUser": {"email": client.raito.user}}}


@pytest.mark.parametrize(("user", "password"), [(None, "wrong"), ("nobody", None), ("nobody", "wrong")])
def test_a_wrong_user_or_password_is_refused_alike(client: WireClient, user: str | None, password: str | None) -> None:
    answer = client.log_in(user, password)
    assert answer.status_code == 400
    assert answer.json() == {"__type": "NotAuthorizedException", "message": "Incorrect username or password."}


@pytest.mark.parametrize("wrong", ["", "nonsense", "non.sense", "é.ü", "a.b.c"])
def test_a_refresh_token_that_was_never_given_is_refused(client: WireClient, wrong: str) -> None:
    answer = client.initiate_auth("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=wrong)
    assert (answer.status_code, answer.json()["__type"]) == (400, "NotAuthorizedException")


def test_an_id_token_does_not_refresh(client: WireClient) -> None:
    token = client.log_in().json()["AuthenticationResult"]["IdToken"]
    assert client.initiate_auth("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token).json()["message"] == "Invalid Refresh Token"


@pytest.mark.parametrize(
    ("flow", "client_id", "kind"),
    [
        ("USER_SRP_AUTH", None, "InvalidParameterException"),
        ("USER_PASSWORD_AUTH", "another", "ResourceNotFoundException"),
    ],
)
def test_other_flows_and_clients_are_refused(client: WireClient, flow: str, client_id: str | None, kind: str) -> None:
    answer = client.initiate_auth(flow, client_id, USERNAME=client.raito.user, PASSWORD=client.raito.secret)
    assert (answer.status_code, answer.json()["__type"]) == (400, kind)


def test_another_operation_of_cognito_is_refused(client: WireClient) -> None:
    answer = client.session.post(client.url, data="{}", headers={"X-Amz-Target": "X.SignUp"})
    assert (answer.status_code, answer.json()["__type"]) == (400, "UnknownOperationException")


def test_a_login_that_is_not_json_is_refused(client: WireClient) -> None:
    target = {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}
    answer = client.session.post(client.url, data="{", headers=target)
    assert (answer.status_code, answer.json()["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "The Authorization header must be: token <IdToken>."),
        ("Bearer {id}", "The Authorization header must be: token <IdToken>."),
        ("token nonsense", "The token is not one that this Raito gave."),
        ("token {id}x", "The token is not one that this Raito gave."),
        ("token {access}", "The token is the access token; Raito wants the IdToken."),
        ("token {refresh}", "The token is the refresh token; Raito wants the IdToken."),
    ],
)
@pytest.mark.parametrize("path", ["query", "file/upload/signed-url", "file/upload/logs/signed-url"])
def test_a_call_without_a_valid_token_is_refused(client: WireClient, path: str, header: str, reason: str) -> None:
    tokens = client.log_in().json()["AuthenticationResult"]
    header = header.format(id=tokens["IdToken"], access=tokens["AccessToken"], refresh=tokens["RefreshToken"])
    method = "POST" if path == "query" else "GET"
    answer = client.session.request(method, f"{client.url}/{path}", headers={"Authorization": header})
    assert (answer.status_code, answer.json()) == (401, {"message": reason})


def test_a_token_that_says_more_than_was_signed_is_refused(client: WireClient) -> None:
    body, _, signature = client.log_in().json()["AuthenticationResult"]["IdToken"].partition(".")
    content = json.loads(base64.urlsafe_b64decode(body + "=="))
    content["expires"] += 10_000
    forged = base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
    assert client.post(CURRENT_USER, Authorization=f"token {forged}.{signature}").status_code == 401


def test_an_expired_token_is_refused(tmp_path: Path) -> None:
    with LocalRaito(tmp_path, token_seconds=0) as raito:
        client = WireClient(raito)
        with client.session:
            answer = client.post(CURRENT_USER)
    assert answer.status_code == 401
    assert answer.json() == {"message": "The token has expired. Refresh it, or log in again."}


def test_a_token_of_one_raito_is_nothing_to_another(client: WireClient, tmp_path: Path) -> None:
    with LocalRaito(tmp_path / "other") as other:
        elsewhere = WireClient(other)
        with elsewhere.session:
            assert elsewhere.post(CURRENT_USER, **client.headers).status_code == 401


@pytest.mark.parametrize(("domain", "status"), [("local", 200), ("Local", 200), ("acme", 403)])
def test_the_domain_header_must_name_the_organisation_of_the_token(
    client: WireClient, domain: str, status: int
) -> None:
    assert client.post(CURRENT_USER, **{"Raito-Domain": domain}).status_code == status
