"""Uploads: what storage gets to see, and how it gets all of it in spite of failures (protocol 3)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from raito_aws_pipeline.errors import RaitoRejectedError
from raito_aws_pipeline.raito.connection import RaitoConnection
from raito_aws_pipeline.raito.files import upload_file, upload_task_log
from raito_aws_pipeline.raito.session import RaitoSession
from tests.raito.scripted_server import (
    Answer,
    ConnectionLostError,
    Request,
    Script,
    ScriptedServer,
    in_turn,
    scripted_server,
)

CONTENT = bytes(range(256)) * 40_000


class Storage:
    """A Raito that signs uploads, with a new key each time, and a storage that answers them as the test says."""

    def __init__(self) -> None:
        self.put: Script = in_turn(Answer())
        self.signed_headers: dict[str, list[str]] | None = {}
        self.signed = 0
        self.url = ""

    def __call__(self, request: Request) -> Answer:
        if request.method == "PUT":
            return self.put(request)
        self.signed += 1
        answer = {"URL": f"{self.url}/storage/{self.signed}?signature=s", "Key": f"key-{self.signed}"}
        return Answer(answer | ({} if self.signed_headers is None else {"signedHeaders": self.signed_headers}))


@pytest.fixture
def storage() -> Storage:
    return Storage()


@pytest.fixture
def server(storage: Storage) -> Iterator[ScriptedServer]:
    with scripted_server(storage) as server:
        storage.url = server.url
        yield server


@pytest.fixture
def session(server: ScriptedServer) -> Iterator[RaitoSession]:
    connection = RaitoConnection(url=server.url, domain="acme", user="u", secret=lambda: "s", skip_authentication=True)
    with RaitoSession(connection, back_off=0) as session:
        yield session


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "users.json"
    path.write_bytes(CONTENT)
    return path


def _uploads(server: ScriptedServer) -> list[Request]:
    return [request for request in server.requests if request.method == "PUT"]


def test_the_url_is_asked_for_with_length_and_hash(session: RaitoSession, server: ScriptedServer, file: Path) -> None:
    assert upload_file(session, file) == "key-1"

    asked = server.requests[0]
    assert (asked.method, asked.path) == ("GET", "/file/upload/signed-url")
    digest = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
    assert asked.parameters == {"contentLength": [str(len(CONTENT))], "sha256": [digest]}
    # Beside the parameters' own separators nothing of base64 stands unescaped.
    assert asked.target.count("=") == 2
    assert "+" not in asked.target
    assert asked.headers["raito-domain"] == "acme"
    assert "content-type" not in asked.headers


def test_the_bytes_go_with_their_length_and_no_header_that_was_not_signed(
    session: RaitoSession, server: ScriptedServer, storage: Storage, file: Path
) -> None:
    storage.signed_headers = {
        "x-amz-checksum-sha256": ["abc="],
        "x-amz-meta": ["one", "two"],
        "Host": ["storage.example"],
        "Content-Length": ["7"],
    }

    upload_file(session, file)

    [put] = _uploads(server)
    assert put.body == CONTENT
    assert put.target == "/storage/1?signature=s"
    headers = {name: value for name, value in put.headers.items() if name != "user-agent"}
    assert headers == {
        "host": server.url.removeprefix("http://"),
        "accept-encoding": "gzip",
        "content-length": str(len(CONTENT)),
        "x-amz-checksum-sha256": "abc=",
        "x-amz-meta": "one,two",
    }


def test_a_content_type_that_the_server_signed_is_sent(
    session: RaitoSession, server: ScriptedServer, storage: Storage, file: Path
) -> None:
    storage.signed_headers = {"Content-Type": ["application/json"]}

    upload_file(session, file)

    assert _uploads(server)[0].headers["content-type"] == "application/json"


def test_an_answer_without_signed_headers_is_fine(
    session: RaitoSession, server: ScriptedServer, storage: Storage, file: Path
) -> None:
    storage.signed_headers = None

    assert upload_file(session, file) == "key-1"


@pytest.mark.parametrize("failure", [Answer(status=503), Answer(status=500), ConnectionLostError])
def test_every_attempt_sends_the_whole_file(
    session: RaitoSession,
    server: ScriptedServer,
    storage: Storage,
    file: Path,
    failure: Answer | type[ConnectionLostError],
) -> None:
    storage.put = in_turn(failure, failure, Answer())

    assert upload_file(session, file) == "key-1"

    assert [put.body == CONTENT for put in _uploads(server)] == [True] * 3


def test_for_an_expired_url_a_new_one_is_asked(
    session: RaitoSession, server: ScriptedServer, storage: Storage, file: Path
) -> None:
    storage.put = in_turn(Answer(b"Request has expired", status=403), Answer())

    assert upload_file(session, file) == "key-2"

    assert [(put.path, put.body == CONTENT) for put in _uploads(server)] == [("/storage/1", True), ("/storage/2", True)]


def test_a_storage_that_refuses_a_fresh_url_too_is_an_error_with_its_words(
    session: RaitoSession, server: ScriptedServer, storage: Storage, file: Path
) -> None:
    storage.put = in_turn(Answer(b"SignatureDoesNotMatch", status=403))

    with pytest.raises(RaitoRejectedError, match=r"^PUT users.json: .*SignatureDoesNotMatch.*What to do: "):
        upload_file(session, file)

    assert len(_uploads(server)) == 2


def test_what_storage_finds_wrong_is_not_sent_again(
    session: RaitoSession, server: ScriptedServer, storage: Storage, file: Path
) -> None:
    storage.put = in_turn(Answer(b"BadDigest", status=400))

    with pytest.raises(RaitoRejectedError, match="BadDigest"):
        upload_file(session, file)

    assert len(_uploads(server)) == 1


def test_an_empty_file_goes_with_its_length_too(session: RaitoSession, server: ScriptedServer, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")

    upload_file(session, tmp_path / "empty")

    [put] = _uploads(server)
    assert put.headers["content-length"] == "0"
    assert "transfer-encoding" not in put.headers


def test_the_log_of_a_task_has_its_own_address_and_names_the_task(
    session: RaitoSession, server: ScriptedServer, file: Path
) -> None:
    assert upload_task_log(session, file, "IS") == "key-1"

    assert server.requests[0].path == "/file/upload/logs/signed-url"
    assert server.requests[0].parameters["task"] == ["IS"]


@pytest.mark.parametrize("answer", [{}, {"URL": "http://127.0.0.1/"}, {"Key": "k"}, {"URL": "", "Key": ""}])
def test_an_answer_without_url_or_key_is_an_error(file: Path, answer: dict[str, str]) -> None:
    with scripted_server(in_turn(Answer(answer))) as server:
        connection = RaitoConnection(
            url=server.url, domain="acme", user="u", secret=lambda: "s", skip_authentication=True
        )
        with RaitoSession(connection) as session, pytest.raises(RaitoRejectedError, match="without an upload URL"):
            upload_file(session, file)


def test_the_members_of_the_answer_are_found_in_any_case(file: Path) -> None:
    def script(request: Request) -> Answer:
        return Answer({"url": f"{server.url}/storage", "KEY": "k"}) if request.method == "GET" else Answer()

    with scripted_server(script) as server:
        connection = RaitoConnection(
            url=server.url, domain="acme", user="u", secret=lambda: "s", skip_authentication=True
        )
        with RaitoSession(connection) as session:
            assert upload_file(session, file) == "k"


def test_without_uploads_the_absolute_path_is_the_key_but_logs_still_go(
    server: ScriptedServer, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    connection = RaitoConnection(
        url=server.url,
        domain="acme",
        user="u",
        secret=lambda: "s",
        skip_authentication=True,
        skip_file_upload=True,
    )
    with RaitoSession(connection) as session:
        assert upload_file(session, Path("users.json")) == str(file)
        assert server.requests == []
        assert upload_task_log(session, file, "IS") == "key-1"
