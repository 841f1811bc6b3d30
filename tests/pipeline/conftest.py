"""Fixtures of the tests that run assets: one Dagster instance a test module, an account with buckets in its regions."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest

from tests.pipeline.data_object_runs import BUCKETS
from tests.world import World, small_account


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as shared:
        yield shared


@pytest.fixture
def account(world: World) -> World:
    world.serve(small_account(1, buckets=BUCKETS))
    return world
