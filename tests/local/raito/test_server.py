"""Starting and stopping the server, and what it is started with."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

import pytest

from raito_aws_pipeline.local.raito.failures import LocalRaitoError
from raito_aws_pipeline.local.raito.resolvers import SupportedVersions
from raito_aws_pipeline.local.raito.server import LocalRaito
from tests.local.raito.wire_client import WireClient, user


def test_it_listens_on_loopback_only(raito: LocalRaito) -> None:
    assert raito.url.startswith("http://127.0.0.1:")
    port = int(raito.url.rsplit(":", 1)[1])
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), timeout=5):
        pass


def test_a_port_that_is_taken_is_refused(raito: LocalRaito, tmp_path: Path) -> None:
    port = int(raito.url.rsplit(":", 1)[1])
    with pytest.raises(LocalRaitoError) as refusal, LocalRaito(tmp_path / "other", port=port):
        pass
    assert refusal.value.what == f"Port {port} of 127.0.0.1 cannot be used: Address already in use."
    assert not (tmp_path / "other").exists()


def test_it_stops_with_open_connections_and_frees_its_port(tmp_path: Path) -> None:
    with LocalRaito(tmp_path / "state") as raito:
        port = int(raito.url.rsplit(":", 1)[1])
        idle = http.client.HTTPConnection("127.0.0.1", port)
        idle.request("GET", "/admin/org/local")
        idle.getresponse().read()
        client = WireClient(raito)
        with client.session:
            signed = client.sign(bytes(1000)).json()
        halfway = http.client.HTTPConnection("127.0.0.1", port)
        halfway.putrequest("PUT", signed["URL"].removeprefix(raito.url))
        halfway.putheader("Content-Length", "1000")
        halfway.putheader("x-amz-checksum-sha256", signed["signedHeaders"]["x-amz-checksum-sha256"][0])
        halfway.endheaders(bytes(10))
        silent = socket.create_connection(("127.0.0.1", port))
    for connection in (idle, halfway, silent):
        connection.close()
    assert list((tmp_path / "state" / "uploads").iterdir()) == []
    with LocalRaito(tmp_path / "state", port=port) as again:
        assert again.url == raito.url


def test_it_may_be_entered_again(tmp_path: Path) -> None:
    raito = LocalRaito(tmp_path)
    for job in ("job-1", "job-2"):
        with raito:
            client = WireClient(raito)
            with client.session:
                assert client.create_job() == job


def test_it_may_have_several_data_sources_and_identity_stores(tmp_path: Path) -> None:
    with LocalRaito(tmp_path, data_sources=["d1", "d2"], identity_stores=["i1", "i2"]) as raito:
        assert (raito.data_source_id, raito.identity_store_id) == ("d1", "i1")
        client = WireClient(raito)
        with client.session:
            job = client.create_job()
            client.import_identities(job, [user("ann")], [], store="i1")
            client.import_identities(job, [user("ben")], [], store="i2")
            document = (
                "query ($id:ID!){identityStore(id:$id){... on IdentityStore{id name} ... on NotFoundError{message}}}"
            )
            assert client.data(document, id="i2") == {"id": "i2", "name": "i2"}
            assert client.data(document, id="i3") == {"message": "There is no identity store 'i3'."}
        assert [one.external_id for one in raito.state.users("i1")] == ["ann"]
        assert [one.external_id for one in raito.state.users()] == ["ann", "ben"]


def test_it_may_support_other_versions(tmp_path: Path) -> None:
    versions = SupportedVersions(">= 9.0.0", deprecated="< 8.0.0", message="too old")
    with LocalRaito(tmp_path, versions=versions) as raito:
        client = WireClient(raito)
        with client.session:
            answer = client.data("{SupportedCLIVersion{supportedVersions,deprecatedVersions{deprecatedVersions,msg}}}")
    assert answer == {
        "supportedVersions": ">= 9.0.0",
        "deprecatedVersions": {"deprecatedVersions": "< 8.0.0", "msg": "too old"},
    }
