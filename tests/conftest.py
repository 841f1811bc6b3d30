"""Fixtures of the tests that need AWS and Raito: the embedded ones, over HTTP, one pair a test module."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.local.raito.server import LocalRaito
from tests.world import World, small_account


@pytest.fixture(scope="module")
def running_aws() -> Iterator[LocalAws]:
    """One embedded AWS a module; moto's state belongs to the process."""
    with LocalAws() as aws:
        # The garbage collector need not look through all that moto and the SDK keep: that was half of a run's CPU.
        gc.freeze()
        yield aws
        gc.unfreeze()


@pytest.fixture
def world(running_aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world with a small account; nothing of the machine's own environment reaches it."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "RAITO_")):
            monkeypatch.delenv(name)
    running_aws.reset()
    running_aws.load(small_account())
    with LocalRaito(tmp_path / "raito") as raito:
        environment = {
            **running_aws.environment(),
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": raito.url,
            "API_SECRET": raito.secret,
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield World(running_aws, raito, tmp_path, dict(os.environ))
