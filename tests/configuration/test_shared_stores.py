"""Two targets that push to one store in Raito would remove each other's data objects, users and groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from raito_aws_pipeline.configuration.settings import Settings, load_settings
from raito_aws_pipeline.errors import ConfigurationError

KEEP = ", delete-untouched: false"
STORES = pytest.mark.parametrize(
    ("store", "noun", "skip"),
    [
        ("identity-store-id", "identity store", "skip-identity-store-sync"),
        ("data-source-id", "data source", "skip-data-source-sync"),
    ],
)


def settings(folder: Path, store: str, first: str = "", second: str = "", kind: str = "account") -> Settings:
    target = f"  - {{{{name: {{}}, connector-name: raito-io/cli-plugin-aws-{kind}, {store}: shared{{}}}}}}\n"
    (folder / "raito.yml").write_text(
        "domain: acme\napi-user: a@example.org\napi-secret: s\ntargets:\n"
        + target.format("one", first)
        + target.format("two", second)
    )
    return load_settings(None, {}, working_directory=folder, home=folder)


@STORES
@pytest.mark.parametrize("kept_by", ["nobody", "first", "second"])
def test_a_shared_store_is_refused_while_a_push_would_remove_what_the_other_pushed(
    tmp_path: Path, store: str, noun: str, skip: str, kept_by: str
) -> None:
    first, second = KEEP if kept_by == "first" else "", KEEP if kept_by == "second" else ""
    with pytest.raises(ConfigurationError, match=f"'one' and 'two' both push to {noun} 'shared'.*its own {noun}"):
        settings(tmp_path, store, first, second)


@STORES
def test_it_is_allowed_where_no_push_removes_anything_or_one_does_not_push(
    tmp_path: Path, store: str, noun: str, skip: str
) -> None:
    assert len(settings(tmp_path, store, KEEP, KEEP).targets) == 2
    assert len(settings(tmp_path, store, "", f", {skip}: true").targets) == 2


def test_organisations_push_to_no_data_source(tmp_path: Path) -> None:
    assert len(settings(tmp_path, "data-source-id", kind="organization").targets) == 2
