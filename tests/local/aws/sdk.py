"""Clients of the real SDK for a running embedded AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from raito_aws_pipeline.local.aws.server import LocalAws


@dataclass(frozen=True)
class Sdk:
    """Makes clients for an embedded AWS, which try each call once unless a test asks for more."""

    aws: LocalAws

    def client(
        self,
        service: Any,
        region: str = "eu-west-1",
        *,
        attempts: int = 1,
        key: str = "AKIALOCALAWS00000000",
        secret: str = "local",  # noqa: S107 - any will do
        token: str | None = None,
    ) -> Any:
        """A client of a service, with any credentials."""
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token)
        # As a proxy the server is also reached with the account in front of its address, which the SDK puts there for
        # S3 Control.
        config = Config(proxies={"http": self.aws.url}, retries={"mode": "standard", "total_max_attempts": attempts})
        return session.client(service, region_name=region, endpoint_url=self.aws.url, config=config)
