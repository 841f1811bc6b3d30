"""Requests that are signed by hand go where the SDK's would, with the same credentials, proxies and certificates."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from raito_aws_pipeline.aws.clients import CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS, AwsClients
from raito_aws_pipeline.aws.s3.list_objects import ListObjects, PageRequest
from raito_aws_pipeline.errors import ConfigurationError, CredentialsError
from tests.aws.s3.conftest import REGION
from tests.aws.s3.http_s3 import HttpS3

Serve = Callable[..., HttpS3]


def url(bucket: str = "bucket", region: str = REGION, profile: str | None = None) -> str:
    clients = AwsClients(profile=profile, regions=(REGION,))
    return clients.url("s3", region, "ListObjectsV2", Bucket=bucket).partition("?")[0]


def list_once(clients: AwsClients) -> list[str]:
    with ListObjects(clients) as objects:
        return objects.page("bucket", REGION, PageRequest()).keys


@pytest.mark.parametrize(
    ("bucket", "region", "expected"),
    [
        ("plain", "eu-west-1", "https://plain.s3.eu-west-1.amazonaws.com/"),
        ("with.dots", "eu-west-1", "https://s3.eu-west-1.amazonaws.com/with.dots"),
        ("plain", "cn-north-1", "https://plain.s3.cn-north-1.amazonaws.com.cn/"),
        ("With_Capitals", "us-west-2", "https://s3.us-west-2.amazonaws.com/With_Capitals"),
    ],
)
def test_a_bucket_is_asked_for_in_its_region(bucket: str, region: str, expected: str) -> None:
    assert url(bucket, region) == expected


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_a_custom_endpoint_has_buckets_in_its_path(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9000/base")

    assert url("plain") == "http://127.0.0.1:9000/base/plain"
    assert url("with.dots") == "http://127.0.0.1:9000/base/with.dots"


def test_a_profile_says_how_and_where(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        "[profile dual]\nuse_dualstack_endpoint = true\n"
        "[profile path]\ns3 =\n  addressing_style = path\n"
        "[profile own]\nservices = own\n[services own]\ns3 =\n  endpoint_url = http://127.0.0.1:9000\n"
    )

    assert url(profile="dual") == "https://bucket.s3.dualstack.eu-west-1.amazonaws.com/"
    assert url(profile="path") == "https://s3.eu-west-1.amazonaws.com/bucket"
    assert url(profile="own") == "http://127.0.0.1:9000/bucket"


def test_a_region_that_cannot_be_used_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(ConfigurationError):
        url(region="not a region")


def test_to_know_an_address_nothing_is_sent(serve: Serve) -> None:
    s3 = serve({"bucket": ["a"]})

    assert url() == f"{s3.url}/bucket"
    assert s3.asked == []


def test_requests_are_signed_and_say_where_they_come_from(serve: Serve) -> None:
    s3 = serve({"bucket": ["a"]})

    assert list_once(AwsClients(regions=(REGION,), user_agent="pipeline/1.0")) == ["a"]
    (asked,) = s3.asked
    assert asked.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
    assert f"/{REGION}/s3/aws4_request" in asked.headers["authorization"]
    assert asked.headers["user-agent"] == "pipeline/1.0"
    assert "x-amz-security-token" not in asked.headers


def test_the_token_of_temporary_credentials_is_sent(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = serve({"bucket": ["a"]})
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")

    list_once(AwsClients(regions=(REGION,)))
    assert s3.asked[0].headers["x-amz-security-token"] == "a-token"


def test_the_credentials_of_the_profile_are_used(serve: Serve, tmp_path: Path) -> None:
    s3 = serve({"bucket": ["a"]})
    (tmp_path / "credentials").write_text("[reader]\naws_access_key_id = AKIAREADER\naws_secret_access_key = secret\n")

    list_once(AwsClients(profile="reader", regions=(REGION,)))
    assert "Credential=AKIAREADER/" in s3.asked[0].headers["authorization"]


def renewing_profile(folder: Path, *, lasting: datetime.timedelta) -> None:
    """A profile whose credentials come from a program, with a new key each time and the time that they last."""
    program = folder / "credentials.py"
    expires = (datetime.datetime.now(datetime.UTC) + lasting).isoformat()
    answer = {"Version": 1, "SecretAccessKey": "secret", "SessionToken": "token", "Expiration": expires}
    program.write_text(
        "import json, pathlib, sys\n"
        f"calls = pathlib.Path({str(folder / 'calls')!r})\n"
        "number = len(calls.read_text()) if calls.exists() else 0\n"
        "calls.write_text('x' * (number + 1))\n"
        f"print(json.dumps({json.loads(json.dumps(answer))!r} | {{'AccessKeyId': f'AKIANUMBER{{number}}'}}))\n"
    )
    (folder / "config").write_text(f"[profile renewing]\ncredential_process = {sys.executable} {program}\n")


def test_credentials_that_are_about_to_expire_are_renewed_between_pages(serve: Serve, tmp_path: Path) -> None:
    s3 = serve({"bucket": ["a", "b"]})
    renewing_profile(tmp_path, lasting=datetime.timedelta(minutes=5))

    with ListObjects(AwsClients(profile="renewing", regions=(REGION,)), page_size=1) as objects:
        for start_after in ("", "a"):
            objects.page("bucket", REGION, PageRequest(start_after))
    keys = [asked.headers["authorization"].partition("Credential=")[2].partition("/")[0] for asked in s3.asked]
    assert len(set(keys)) == 2


def test_credentials_that_cannot_be_renewed_are_said(serve: Serve, tmp_path: Path) -> None:
    serve({"bucket": ["a"]})
    (tmp_path / "config").write_text("[profile broken]\ncredential_process = false\n")

    with pytest.raises(CredentialsError, match="no AWS credentials to use"):
        list_once(AwsClients(profile="broken", regions=(REGION,)))


def test_the_proxy_of_the_environment_is_used_and_no_proxy_obeyed(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = serve({"bucket": ["a"]})
    proxy = s3.url
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://s3.example.test")
    monkeypatch.setenv("HTTP_PROXY", proxy)
    list_once(AwsClients(regions=(REGION,)))
    assert [asked.host for asked in s3.asked] == ["s3.example.test"]

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3.url)
    list_once(AwsClients(regions=(REGION,)))
    assert len(s3.asked) == 2


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_the_certificates_of_the_environment_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("")
    monkeypatch.setenv(variable, str(bundle))

    session = AwsClients().http_session("s3", REGION)
    assert session._verify == str(bundle)


def test_time_outs_and_connections_are_those_of_the_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    session = AwsClients(concurrency=16).http_session("s3", REGION)

    assert session._verify is True
    assert (session._timeout.connect_timeout, session._timeout.read_timeout) == (
        CONNECT_TIMEOUT_SECONDS,
        READ_TIMEOUT_SECONDS,
    )
    assert session._max_pool_connections == 16
    session.close()
