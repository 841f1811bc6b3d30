"""An embedded Raito for each test that asks for one, and a session with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from raito_aws_pipeline.local.raito.server import LocalRaito
from raito_aws_pipeline.raito.connection import RaitoConnection
from raito_aws_pipeline.raito.session import RaitoSession


@pytest.fixture
def local_raito(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRaito]:
    with LocalRaito(tmp_path_factory.mktemp("raito")) as raito:
        yield raito


@pytest.fixture
def connection(local_raito: LocalRaito) -> RaitoConnection:
    return connection_to(local_raito)


@pytest.fixture
def session(connection: RaitoConnection) -> Iterator[RaitoSession]:
    with RaitoSession(connection, back_off=0) as session:
        yield session


def connection_to(raito: LocalRaito, secret: str | None = None) -> RaitoConnection:
    """The connection of the embedded Raito's user, with another secret if one is given."""
    password = secret or raito.secret
    return RaitoConnection(
        url=raito.url, cognito_url=raito.url, domain=raito.domain, user=raito.user, secret=lambda: password
    )
