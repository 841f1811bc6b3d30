"""What the tests of whole runs share."""

from __future__ import annotations

import pytest

from raito_aws_pipeline.raito import subtasks


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded Raito is done at once."""
    monkeypatch.setattr(subtasks, "SHORTEST_PAUSE_SECONDS", 0.01)
