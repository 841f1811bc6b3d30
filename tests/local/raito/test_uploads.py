"""What may be uploaded, and where it goes."""

from __future__ import annotations

import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from raito_aws_pipeline.local.raito.server import LocalRaito
from tests.local.raito.wire_client import WireClient, data_object, eventually, sha256

CHECKSUM = "x-amz-checksum-sha256"


@pytest.fixture
def client(shared_client: WireClient) -> WireClient:
    return shared_client


@pytest.mark.parametrize("content", [b"", b"[\n]", bytes(range(256)) * 4096], ids=["empty", "small", "large"])
def test_a_file_with_the_signed_length_and_hash_is_taken(client: WireClient, content: bytes) -> None:
    signed = client.sign(content).json()
    assert sorted(signed) == ["Key", "URL", "signedHeaders"]
    assert signed["signedHeaders"] == {CHECKSUM: [sha256(content)]}
    assert client.put(signed, content).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_urls_lead_back_to_the_address_by_which_the_server_was_reached(client: WireClient, host: str) -> None:
    by_name = WireClient(client.raito, client.url.replace("127.0.0.1", host))
    with by_name.session:
        signed = by_name.sign(b"[]").json()
        assert signed["URL"].startswith(f"{by_name.url}/uploads/")
        assert by_name.put(signed, b"[]").status_code == 200


@pytest.mark.parametrize(
    "parameters",
    [
        {"contentLength": ""},
        {"contentLength": "-1"},
        {"contentLength": "1.5"},
        {"contentLength": "²"},
        {"contentLength": str(5 * 2**30 + 1)},
        {"sha256": ""},
        {"sha256": "nonsense"},
        {"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"sha256": sha256(b"") + "é"},
    ],
)
def test_a_wrong_length_or_hash_is_not_signed(client: WireClient, parameters: dict[str, str]) -> None:
    assert client.sign(b"[]", **parameters).status_code == 400


def test_a_log_is_signed_for_a_task(client: WireClient) -> None:
    path = "file/upload/logs/signed-url"
    assert client.sign(b"a line\n", path).status_code == 400
    assert client.sign(b"a line\n", path, task="XX").status_code == 400
    assert client.put(client.sign(b"a line\n", path, task="IS").json(), b"a line\n").status_code == 200


def test_another_content_of_the_same_length_is_refused(client: WireClient) -> None:
    signed = client.sign(b"[1]").json()
    answer = client.put(signed, b"[2]")
    assert (answer.status_code, answer.json()["message"].split(":")[0]) == (400, "BadDigest")


def test_another_length_is_refused(client: WireClient) -> None:
    answer = client.put(client.sign(b"[1]").json(), b"[1] ")
    assert answer.status_code == 403
    assert answer.json() == {"message": "SignatureDoesNotMatch: the URL is for 3 bytes, not 4."}


def test_the_signed_headers_must_come_back(client: WireClient) -> None:
    signed = client.sign(b"[1]").json()
    assert client.session.put(signed["URL"], data=b"[1]").status_code == 403
    assert client.put(signed, b"[1]", **{CHECKSUM: sha256(b"[2]")}).status_code == 403


def test_a_body_in_chunks_is_refused(client: WireClient) -> None:
    signed = client.sign(b"[1]").json()
    headers = {CHECKSUM: sha256(b"[1]")}
    assert client.session.put(signed["URL"], data=iter([b"[1]"]), headers=headers).status_code == 411


def test_a_token_has_no_place_at_a_signed_url(client: WireClient) -> None:
    answer = client.put(client.sign(b"[1]").json(), b"[1]", **client.headers)
    assert (answer.status_code, answer.json()["message"].split(":")[0]) == (400, "InvalidArgument")


def test_a_url_that_was_not_signed_is_refused(client: WireClient) -> None:
    one, other = client.sign(b"[1]").json(), client.sign(b"[1]").json()
    for url in (
        one["URL"][:-1],
        one["URL"].split("?")[0],
        one["URL"].replace(one["Key"], other["Key"]),
        one["URL"].replace(one["Key"], "..%2Fcredentials.json"),
    ):
        assert client.put({**one, "URL": url}, b"[1]").status_code in (403, 404), url


def test_a_large_file_that_is_refused_gets_its_answer_too(client: WireClient) -> None:
    content = bytes(5_000_000)
    signed = client.sign(content).json()
    answer = client.put({**signed, "URL": signed["URL"] + "x"}, content)
    assert answer.status_code == 403


def test_an_expired_url_is_refused(tmp_path: Path) -> None:
    with LocalRaito(tmp_path, upload_url_seconds=0) as raito:
        client = WireClient(raito)
        with client.session:
            answer = client.put(client.sign(b"[1]").json(), b"[1]")
    assert (answer.status_code, answer.json()["message"]) == (
        403,
        "AccessDenied: the URL has expired; ask for a new one.",
    )


def test_an_upload_may_be_repeated(client: WireClient) -> None:
    signed = client.sign(b"[\n]").json()
    job = client.create_job()
    for _ in range(2):
        assert client.put(signed, b"[\n]").status_code == 200
    settings = {"deleteUntouched": False, "fileKey": signed["Key"]}
    assert client.import_file(job, "DS", "importDataSourceRequest", [], **settings)["status"] == "COMPLETED"
    assert client.put(signed, b"[\n]").status_code == 200


def test_an_upload_that_breaks_off_leaves_nothing(raito: LocalRaito, tmp_path: Path) -> None:
    client = WireClient(raito)
    content = bytes(1_000_000)
    uploads = tmp_path / "state" / "uploads"
    with client.session:
        signed = client.sign(content).json()
        target = urlsplit(signed["URL"])
        connection = http.client.HTTPConnection(target.netloc)
        connection.putrequest("PUT", f"{target.path}?{target.query}")
        connection.putheader("Content-Length", str(len(content)))
        connection.putheader(CHECKSUM, sha256(content))
        connection.endheaders(content[:500_000])
        eventually(lambda: bool(list(uploads.iterdir())))
        connection.close()
        eventually(lambda: not list(uploads.iterdir()))
        assert _error_of_import(client, signed["Key"]) == f"No file was uploaded under the key '{signed['Key']}'."


def _error_of_import(client: WireClient, key: str) -> str:
    settings = {"dataSource": client.raito.data_source_id, "fileKey": key}
    document = "mutation ($input:DataSourceImportRequest!){importDataSourceRequest(input:$input){subtask{subtaskId}}}"
    return client.error(document, input={"jobId": client.create_job(), "importSettings": settings})


def test_one_file_may_be_imported_twice_and_is_kept_twice(client: WireClient) -> None:
    job = client.create_job()
    key = client.upload([data_object("twice")])
    for added in (1, 0):
        done = client.import_file(job, "DS", "importDataSourceRequest", [], fileKey=key)
        assert done["result"]["dataObjectsAdded"] == added
    kept = [file.path for file in client.raito.state.received_files(job)]
    assert [path.name for path in kept] == ["1-dataObjects.json", "2-dataObjects.json"]
    assert kept[0].read_bytes() == kept[1].read_bytes()
