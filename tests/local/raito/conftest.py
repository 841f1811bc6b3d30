"""An embedded Raito, of its own for each test or shared by those of a module, and a client for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from raito_aws_pipeline.local.raito.server import LocalRaito
from tests.local.raito.wire_client import WireClient


@pytest.fixture(scope="module")
def shared_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WireClient]:
    """A client of one server for all tests of a module that leave no trace which others could see."""
    with LocalRaito(tmp_path_factory.mktemp("raito")) as running:
        client = WireClient(running)
        with client.session:
            yield client


@pytest.fixture
def raito(tmp_path: Path) -> Iterator[LocalRaito]:
    with LocalRaito(tmp_path / "state") as running:
        yield running


@pytest.fixture
def client(raito: LocalRaito) -> Iterator[WireClient]:
    client = WireClient(raito)
    with client.session:
        yield client
