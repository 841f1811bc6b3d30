"""The embedded AWS started and stopped again and again in one process."""

from __future__ import annotations

import socket
import urllib.request

import pytest

from raito_aws_pipeline.local.aws.server import LocalAws
from tests.local.aws.accounts import account


def test_one_after_another_each_starts_empty_and_a_port_is_free_again() -> None:
    with LocalAws() as first:
        first.load(account(buckets=[{"name": "acme-lake", "region": "eu-west-1"}]))
        port = first.port
    with LocalAws(port=port) as second:
        # The bucket's name would be taken if anything were left of the first one.
        second.load(account(buckets=[{"name": "acme-lake", "region": "eu-west-1"}]))
        assert second.port == port


def test_after_the_end_nobody_answers() -> None:
    with LocalAws() as aws:
        url = aws.url
        urllib.request.urlopen(f"{url}/moto-api/data.json").close()  # noqa: S310 - our own server
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url)  # noqa: S310 - nobody is there


def test_a_port_in_use_is_an_error_and_another_port_still_works() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            LocalAws(port=taken.getsockname()[1]).start()
    with LocalAws() as aws:
        assert aws.port > 0


def test_stopping_twice_is_no_error() -> None:
    aws = LocalAws().start()
    aws.stop()
    aws.stop()
