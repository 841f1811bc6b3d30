"""Two targets that push to one identity store would remove each other's users."""

from __future__ import annotations

from pathlib import Path

import pytest

from raito_aws_pipeline.configuration.settings import Settings, load_settings
from raito_aws_pipeline.errors import ConfigurationError


def settings(folder: Path, first: str = "", second: str = "") -> Settings:
    target = "  - {{name: {}, connector-name: raito-io/cli-plugin-aws-account, identity-store-id: shared{}}}\n"
    (folder / "raito.yml").write_text(
        "domain: acme\napi-user: a@example.org\napi-secret: s\ntargets:\n"
        + target.format("one", first)
        + target.format("two", second)
    )
    return load_settings(None, {}, working_directory=folder, home=folder)


@pytest.mark.parametrize("kept_by", ["nobody", "first", "second"])
def test_a_shared_identity_store_is_refused_while_a_push_would_remove_the_others(tmp_path: Path, kept_by: str) -> None:
    keep = ", delete-untouched: false"
    with pytest.raises(ConfigurationError, match="'one' and 'two' both push to identity store 'shared'"):
        settings(tmp_path, keep if kept_by == "first" else "", keep if kept_by == "second" else "")


def test_it_is_allowed_where_no_push_removes_anything_or_one_does_not_push(tmp_path: Path) -> None:
    keep = ", delete-untouched: false"
    assert len(settings(tmp_path, keep, keep).targets) == 2
    assert len(settings(tmp_path, "", ", skip-identity-store-sync: true").targets) == 2
