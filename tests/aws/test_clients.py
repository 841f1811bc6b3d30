"""How clients of AWS are made: late, once, for the right place, with retries."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from raito_aws_pipeline import __version__
from raito_aws_pipeline.aws.caller import CallerIdentity, caller_identity
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.failures import aws_call
from raito_aws_pipeline.errors import ConfigurationError, CredentialsError, ThrottledError, UnavailableError
from tests.aws.scripted_aws import Answer, Asked, refusal, result, scripted_aws

ARN = "arn:aws-cn:sts::123456789012:assumed-role/reader/session"
CALLER = f"<Arn>{ARN}</Arn><UserId>AROA:session</UserId><Account>123456789012</Account>"


def config_of(clients: AwsClients) -> Any:
    return clients.client("s3").meta.config


def both(clients: AwsClients) -> dict[str, Any]:
    return {"sts": clients.client("sts"), "iam": clients.client("iam")}


def caller(_: Asked) -> Answer:
    return result("GetCallerIdentity", CALLER)


def test_neither_import_nor_construction_looks_anything_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "there-is-no-such-profile")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/there/is/no/such/file")
    code = (
        "import socket\n"
        "def no(*a, **k): raise SystemExit('a connection was made')\n"
        "socket.socket.connect = no; socket.getaddrinfo = no\n"
        "from raito_aws_pipeline.aws import caller, clients, identity_center\n"
        "from raito_aws_pipeline.aws.iam import sweep\n"
        "made = clients.AwsClients(regions=('eu-west-1',))\n"
        "assert made.regions == ('eu-west-1',)\n"
        "sweep.sweep_account(made); identity_center.read_identity_center(made)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_caller_is_asked_at_the_endpoint_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_aws(caller) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", aws.url)
        assert caller_identity(AwsClients()) == CallerIdentity("123456789012", "aws-cn", ARN)
    assert aws.actions() == ["GetCallerIdentity"]


def test_calls_carry_our_name_and_version(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_aws(caller) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        caller_identity(AwsClients())
    assert aws.asked[0].headers["user-agent"].endswith(f"raito-aws-pipeline/{__version__}")


def test_a_throttled_call_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([refusal("Throttling"), result("GetCallerIdentity", CALLER)])
    with scripted_aws(lambda _: next(answers)) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        caller_identity(AwsClients())
    assert len(aws.asked) == 2


def test_attempts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_aws(lambda _: refusal("Throttling")) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        with pytest.raises(ThrottledError):
            caller_identity(AwsClients(max_attempts=2))
    assert len(aws.asked) == 2


def test_the_first_call_of_a_run_gives_up_sooner_than_the_others() -> None:
    clients = AwsClients()
    attempts = {service: client.meta.config.retries["total_max_attempts"] for service, client in both(clients).items()}
    assert attempts == {"sts": 3, "iam": 8}


def test_a_refused_call_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_aws(lambda _: refusal("InvalidClientTokenId", status=403)) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        with pytest.raises(CredentialsError, match="sts:GetCallerIdentity.*InvalidClientTokenId"):
            caller_identity(AwsClients())
    assert len(aws.asked) == 1


def test_something_else_than_aws_at_the_endpoint_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_aws(lambda _: Answer("<!doctype html><p>Internal <b>error", 500, "text/html")) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        with pytest.raises(UnavailableError, match="AWS_ENDPOINT_URL"):
            caller_identity(AwsClients(max_attempts=1))


def test_without_credentials_the_message_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CredentialsError, match="sts:GetCallerIdentity: There are no AWS credentials"):
        caller_identity(AwsClients())


def test_nobody_at_the_endpoint_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_aws(caller) as aws:
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    with pytest.raises(UnavailableError, match=aws.url):
        caller_identity(AwsClients(max_attempts=1))


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(ConfigurationError, match="sales-readers"):
        caller_identity(AwsClients(profile="sales-readers"))


def test_an_endpoint_that_is_no_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "not an address")
    with pytest.raises(ConfigurationError, match=r"not an address.*AWS_ENDPOINT_URL"):
        AwsClients().client("iam")


def test_credentials_and_region_come_from_the_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile sales]\nregion = eu-north-1\n")
    (tmp_path / "credentials").write_text("[sales]\naws_access_key_id = AKIASALES\naws_secret_access_key = s\n")
    with scripted_aws(caller) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        clients = AwsClients(profile="sales")
        caller_identity(clients)
    assert clients.regions == ("eu-north-1",)
    assert "Credential=AKIASALES/" in aws.asked[0].headers["authorization"]
    assert "/eu-north-1/sts/" in aws.asked[0].headers["authorization"]


def test_the_first_configured_region_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    clients = AwsClients(regions=("eu-central-1", "eu-west-1"))
    assert clients.client("glue").meta.region_name == "eu-central-1"
    assert clients.client("glue", "eu-west-1").meta.region_name == "eu-west-1"


@pytest.mark.parametrize("variable", ["AWS_DEFAULT_REGION", "AWS_REGION"])
def test_without_configured_regions_the_default_of_the_environment_counts(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "eu-north-1")
    assert AwsClients().regions == ("eu-north-1",)


def test_without_any_region_iam_works_and_what_needs_one_says_so() -> None:
    clients = AwsClients()
    assert clients.client("iam").meta.endpoint_url == "https://iam.amazonaws.com"
    for needs_a_region in (lambda: clients.client("glue"), lambda: clients.regions):
        with pytest.raises(ConfigurationError, match="aws-regions"):
            needs_a_region()


def test_a_client_is_made_once_for_all_threads() -> None:
    clients = AwsClients(regions=("eu-west-1",))
    ready = threading.Barrier(8)

    def client() -> object:
        ready.wait()
        return clients.client("iam")

    with ThreadPoolExecutor(8) as executor:
        made = {id(future.result()) for future in [executor.submit(client) for _ in range(8)]}
    assert len(made) == 1


@pytest.mark.parametrize(("concurrency", "pool"), [(1, 10), (5, 10), (40, 40)])
def test_the_connection_pool_has_room_for_all_concurrent_calls(concurrency: int, pool: int) -> None:
    config = config_of(AwsClients(regions=("eu-west-1",), concurrency=concurrency))
    assert config.max_pool_connections == pool
    assert config.retries == {"mode": "standard", "total_max_attempts": 8}


def test_s3_control_reaches_a_custom_endpoint_without_the_account_before_its_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = "<ListAccessPointsResult><AccessPointList/></ListAccessPointsResult>"
    with scripted_aws(lambda _: Answer(points)) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        client = AwsClients(regions=("eu-west-1",)).client("s3control")
        assert client.list_access_points(AccountId="123456789012")["AccessPointList"] == []
    assert (aws.asked[0].host, aws.asked[0].headers["x-amz-account-id"]) == (
        aws.url.removeprefix("http://"),
        "123456789012",
    )


def test_s3_control_of_aws_keeps_the_account_before_its_host() -> None:
    client = AwsClients(regions=("eu-west-1",)).client("s3control")
    sent: list[str] = []

    def stop(request: object, **_: object) -> None:
        sent.append(request.url)  # type: ignore[attr-defined]
        raise InterruptedError

    client.meta.events.register("before-send.s3-control", stop)
    with pytest.raises(InterruptedError):
        client.list_access_points(AccountId="123456789012")
    assert sent[0].startswith("https://123456789012.s3-control.eu-west-1.amazonaws.com/")


def test_buckets_are_addressed_by_path_at_a_custom_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_of(AwsClients(regions=("eu-west-1",))).s3 is None
    with scripted_aws(lambda _: Answer("")) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", aws.url.replace("127.0.0.1", "localhost"))
        AwsClients(regions=("eu-west-1",)).client("s3").head_bucket(Bucket="sales")
    assert (aws.asked[0].host.split(":")[0], aws.asked[0].path) == ("localhost", "/sales")


def test_endpoints_of_the_config_file_count_as_custom_ones_unless_they_are_to_be_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[default]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:9000\n")
    assert config_of(AwsClients()).s3 == {"addressing_style": "path"}
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert config_of(AwsClients()).s3 is None


def test_policy_documents_come_as_aws_sends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    document = "%7B%22a%22%3A1%2C%22a%22%3A2%7D"
    policy = f"<UserName>u</UserName><PolicyName>p</PolicyName><PolicyDocument>{document}</PolicyDocument>"
    with scripted_aws(lambda _: result("GetUserPolicy", policy)) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        with aws_call("iam:GetUserPolicy"):
            answer = AwsClients().client("iam").get_user_policy(UserName="u", PolicyName="p")
    assert answer["PolicyDocument"] == document


def test_the_repr_holds_no_credentials() -> None:
    assert repr(AwsClients(profile="sales", regions=("eu-west-1",))) == (
        "AwsClients(profile='sales', regions=('eu-west-1',))"
    )
