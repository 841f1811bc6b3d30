"""Where the golden data lies: recorded outputs of the system that this project replaces. Read there, never copied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).resolve().parents[2] / "shared" / "golden"


def golden_json(*parts: str) -> Any:
    """One golden file; the test is skipped where the golden data is absent."""
    path = GOLDEN.joinpath(*parts)
    if not GOLDEN.is_dir():
        pytest.skip(f"golden data is not here: {GOLDEN}")
    return json.loads(path.read_text(encoding="utf-8"))
