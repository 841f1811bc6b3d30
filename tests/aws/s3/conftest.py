"""The parts that tests of S3 share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.loaders import Loader, create_loader

from tests.aws.s3.bucket_of_keys import BucketOfKeys
from tests.aws.s3.http_s3 import HttpS3, http_s3

REGION = "eu-west-1"


@pytest.fixture(scope="session")
def service_descriptions() -> Loader:
    """What the SDK knows of services: read once, where each session would read it again."""
    return create_loader()


@pytest.fixture(autouse=True)
def one_reading_of_service_descriptions(monkeypatch: pytest.MonkeyPatch, service_descriptions: Loader) -> None:
    monkeypatch.setattr("botocore.session.create_loader", lambda *_: service_descriptions)


@pytest.fixture
def no_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK tries again at once."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, no_back_off: None) -> Iterator[Callable[..., HttpS3]]:
    """Start an S3 with these buckets (a list of keys each), which the SDK then finds."""
    with ExitStack() as running:

        def start(buckets: dict[str, list[str]], **options: Any) -> HttpS3:
            of_keys = {name: BucketOfKeys.of(keys) for name, keys in buckets.items()}
            s3 = running.enter_context(http_s3(HttpS3(of_keys, **options)))
            monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3.url)
            return s3

        yield start
