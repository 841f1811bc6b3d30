"""What is sent again and what is not, and what a failure of HTTP says."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from raito_aws_pipeline.errors import (
    ConfigurationError,
    NotFoundError,
    PermissionMissingError,
    PipelineError,
    RaitoRejectedError,
    ThrottledError,
    UnavailableError,
)
from raito_aws_pipeline.raito.transport import NoToken, Transport, decode, failure_of
from tests.raito.scripted_server import Answer, ConnectionLostError, in_turn, scripted_server


@pytest.fixture
def transport() -> Iterator[Transport]:
    transport = Transport(back_off=0)
    yield transport
    transport.close()


def _post(transport: Transport, url: str, *, repeatable: bool) -> requests.Response:
    return transport.send(
        "POST", url, call="anOperation", repeatable=repeatable, auth=NoToken(), headers={}, data=b"the body"
    )


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_repeatable_call_is_sent_again_while_the_server_is_unwell(transport: Transport, status: int) -> None:
    with scripted_server(in_turn(Answer(status=status), Answer(status=status), Answer(b"{}"))) as server:
        response = _post(transport, server.url, repeatable=True)

    assert response.status_code == 200
    assert [request.body for request in server.requests] == [b"the body"] * 3


def test_a_repeatable_call_is_sent_again_when_its_answer_is_lost(transport: Transport) -> None:
    with scripted_server(in_turn(ConnectionLostError, Answer(b"{}"))) as server:
        assert _post(transport, server.url, repeatable=True).status_code == 200

    assert len(server.requests) == 2


def test_the_last_answer_of_a_server_that_stays_unwell_is_given(transport: Transport) -> None:
    with scripted_server(in_turn(Answer(b"down", status=503))) as server:
        response = _post(transport, server.url, repeatable=True)

    assert (response.status_code, response.text) == (503, "down")
    assert len(server.requests) == 5


def test_a_call_that_must_not_be_executed_twice_is_sent_once_when_nobody_knows_its_fate(transport: Transport) -> None:
    with scripted_server(in_turn(ConnectionLostError)) as server, pytest.raises(UnavailableError) as caught:
        _post(transport, server.url, repeatable=False)

    assert len(server.requests) == 1
    assert "may or may not have been executed" in str(caught.value)


def test_a_call_that_must_not_be_executed_twice_is_not_sent_again_after_a_server_error(transport: Transport) -> None:
    with scripted_server(in_turn(Answer(status=503))) as server:
        assert _post(transport, server.url, repeatable=False).status_code == 503

    assert len(server.requests) == 1


def test_a_call_that_was_throttled_was_not_executed_and_is_sent_again(transport: Transport) -> None:
    throttled = Answer(status=429, headers={"Retry-After": "0"})
    with scripted_server(in_turn(throttled, Answer(b"{}"))) as server:
        assert _post(transport, server.url, repeatable=False).status_code == 200

    assert len(server.requests) == 2


def test_a_server_cannot_put_us_to_sleep_for_hours(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("raito_aws_pipeline.raito.transport.LONGEST_RETRY_AFTER_SECONDS", 0)

    with scripted_server(in_turn(Answer(status=503, headers={"Retry-After": "7200"}), Answer(b"{}"))) as server:
        assert _post(transport, server.url, repeatable=True).status_code == 200


@pytest.mark.parametrize("repeatable", [True, False])
def test_an_unreachable_server_is_named_without_what_a_signed_url_keeps_in_its_query(
    transport: Transport, repeatable: bool
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/upload"
        with pytest.raises(UnavailableError) as caught:
            _post(transport, f"{url}?signature=secret-signature", repeatable=repeatable)

    message = str(caught.value)
    assert message.startswith(f"anOperation: {url} gave no answer: ")
    assert "refused" in message
    assert "secret-signature" not in message


@pytest.mark.parametrize("url", ["api.raito.cloud/query", "ftp://raito/query", "http:///query"])
def test_what_is_no_url_is_a_mistake_of_configuration(transport: Transport, url: str) -> None:
    with pytest.raises(ConfigurationError, match="is not the URL of a server"):
        _post(transport, url, repeatable=True)


def test_a_post_is_not_turned_into_a_get_by_a_redirect(transport: Transport) -> None:
    with scripted_server(in_turn(Answer(status=302, headers={"Location": "/elsewhere"}))) as server:
        assert _post(transport, server.url, repeatable=True).status_code == 302

    assert len(server.requests) == 1


def test_no_password_is_taken_from_netrc(transport: Transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    with scripted_server(in_turn(Answer(b"{}"))) as server:
        _post(transport, server.url, repeatable=True)

    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, RaitoRejectedError),
        (400, RaitoRejectedError),
        (403, PermissionMissingError),
        (404, NotFoundError),
        (429, ThrottledError),
        (500, UnavailableError),
    ],
)
def test_a_status_becomes_the_error_that_says_what_to_do(
    transport: Transport, status: int, kind: type[PipelineError]
) -> None:
    answer = Answer(b"because " + b"x" * 1000, status=status)
    with scripted_server(in_turn(answer)) as server:
        response = transport.send(
            "PUT", f"{server.url}/a?signature=secret-signature", call="PUT a", repeatable=False, auth=NoToken()
        )

    failure = failure_of(response, "PUT a")
    assert type(failure) is kind
    assert f"{server.url}/a answered HTTP {status}: because xxx" in str(failure)
    assert "secret-signature" not in str(failure)
    assert len(str(failure)) < 700


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"[1]", b'"x"', b"\xff", b""])
def test_an_answer_that_is_no_json_object_is_rejected(transport: Transport, body: bytes) -> None:
    with scripted_server(in_turn(Answer(body))) as server:
        response = _post(transport, server.url, repeatable=True)

    with pytest.raises(RaitoRejectedError, match="in a form that is not Raito"):
        decode(response, "anOperation", dict[str, object])
