"""What a raito.yml that can be used is told about."""

from __future__ import annotations

from pathlib import Path

import pytest

from .files import CREDENTIALS, load, with_target


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            with_target("aws-regoins: eu-west-1"),
            "target 'prod', line 8: unknown key `aws-regoins`; the nearest known key is `aws-regions`.",
        ),
        (
            with_target("aws_profile: p"),
            "target 'prod', line 8: unknown key `aws_profile`; the nearest known key is `aws-profile`.",
        ),
        (
            with_target(top_level=CREDENTIALS + "lake-url: x\n"),
            "raito.yml, line 4: unknown key `lake-url`; the nearest known key is `lake-uri`.",
        ),
        (
            with_target(top_level=CREDENTIALS + "delete-untouched: false\n"),
            "raito.yml, line 4: `delete-untouched` has no effect there, it is read in a target only.",
        ),
        (
            with_target("lake-uri: x"),
            "target 'prod', line 8: `lake-uri` has no effect there, it is read at the top level of the file only.",
        ),
        (
            with_target("aws-profile: team-{{TEAM}}"),
            "target 'prod': `aws-profile` (raito.yml, line 8) holds `{{…}}` beside other text, where it is not "
            "replaced: the whole value must be `{{VAR}}`.",
        ),
        (
            with_target().replace("    identity-store-id: is-1\n", ""),
            "target 'prod': there is no `identity-store-id`, so its identity store sync is skipped.",
        ),
        (
            with_target().replace("    data-source-id: ds-1\n", ""),
            "target 'prod': there is no `data-source-id`, so its data source sync is skipped.",
        ),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(tmp_path: Path, text: str, warning: str) -> None:
    assert load(tmp_path, text).warnings == (warning,)


def test_a_key_that_may_be_a_secret_is_not_shown(tmp_path: Path) -> None:
    (warning,) = load(tmp_path, with_target('"api-secret:hunter2":')).warnings
    assert warning.startswith(
        "target 'prod', line 8: unknown key (not a plain name); the nearest known key is `api-secret`"
    )


@pytest.mark.parametrize(
    ("skip", "store"),
    [("skip-identity-store-sync", "identity-store-id: is-1"), ("skip-data-source-sync", "data-source-id: ds-1")],
)
def test_a_skipped_task_needs_no_store(tmp_path: Path, skip: str, store: str) -> None:
    text = with_target(f"{skip}: true").replace(f"    {store}\n", "")
    assert load(tmp_path, text).warnings == ()


def test_an_organisation_needs_no_data_source(tmp_path: Path) -> None:
    text = with_target().replace("    data-source-id: ds-1\n", "").replace("aws-account", "aws-organization")
    assert load(tmp_path, text).warnings == ()


def test_what_has_no_effect_yet_is_one_note_a_place(tmp_path: Path) -> None:
    text = with_target(
        "aws-s3-cloudtrail-bucket: trail",
        "aws-role-prefix: x",
        top_level=CREDENTIALS + "cron: '@daily'\nrepositories: []\n",
    )
    assert load(tmp_path, text).notes == (
        "raito.yml: accepted, but without effect in this version: cron, repositories.",
        "target 'prod': accepted, but without effect in this version: aws-s3-cloudtrail-bucket, aws-role-prefix.",
    )


def test_targets_that_do_not_run_are_not_remarked_on(tmp_path: Path) -> None:
    text = (
        with_target() + "  - {name: other, connector-name: cli-plugin-aws-account, nonsense: 1, lock-all-who: true}\n"
    )
    result = load(tmp_path, text, overrides={"only-targets": "prod"})
    assert (result.warnings, result.notes) == ((), ())
