"""The embedded AWS, empty at the start of each test, and the SDK as its client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from raito_aws_pipeline.local.aws.server import LocalAws


class Sdk:
    """Makes clients of the SDK that find the embedded AWS by the environment alone."""

    def __init__(self) -> None:
        self._session = boto3.Session()
        self._session.events.register("before-send.s3-control", _without_account_in_host)

    def client(self, service: str, attempts: int = 1) -> Any:
        """A client that makes a call `attempts` times at most."""
        retries = {"mode": "standard", "total_max_attempts": attempts}
        return self._session.client(service, config=Config(retries=retries))  # type: ignore[call-overload]


def _without_account_in_host(request: Any, **_: Any) -> None:
    # The SDK puts the account in front of the host, which no name of the loopback interface has.
    request.url = re.sub(r"//\d{12}\.", "//", request.url)


@pytest.fixture
def aws(running_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalAws]:
    for name, value in running_aws.environment().items():
        monkeypatch.setenv(name, value)
    running_aws.account_id = "123456789012"
    running_aws.reset()
    yield running_aws
    running_aws.reset()


@pytest.fixture
def sdk(aws: LocalAws) -> Sdk:
    del aws
    return Sdk()
