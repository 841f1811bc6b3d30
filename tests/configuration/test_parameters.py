"""The one table of parameters: what it holds, and the README's form of it."""

from __future__ import annotations

import pytest

from raito_aws_pipeline.configuration.name_patterns import NamePatterns
from raito_aws_pipeline.configuration.parameter_table import ParameterDefinition, Scope
from raito_aws_pipeline.configuration.parameters import all_parameters
from raito_aws_pipeline.configuration.readme_table import readme_table


def _words(text: str) -> list[str]:
    return text.split()


TOP_LEVEL_KEYS_OF_THE_RAITO_CLI = _words("""
    domain api-user api-secret targets data-object-enrichers repositories only-targets cron frequency sync-at-startup
    skip-data-source-sync skip-identity-store-sync skip-data-access-sync skip-data-usage-sync
    skip-resource-provider-sync skip-tag-sync disable-websocket disable-log-forwarding
    disable-log-forwarding-data-source-sync disable-log-forwarding-data-access-sync
    disable-log-forwarding-identity-store-sync
    disable-log-forwarding-data-usage-sync disable-log-forwarding-resource-provider-sync
    disable-log-forwarding-tag-sync file-backup-location maximum-backups-per-target maximum-file-size log-file
    log-output debug raito-url-override skip-authentication skip-file-upload cli-container-liveness-file
    """)

TARGET_KEYS_OF_THE_RAITO_CLI = _words("""
    name connector-name connector-version data-source-id identity-store-id domain api-user api-secret
    skip-identity-store-sync skip-data-source-sync skip-data-access-sync skip-data-usage-sync skip-tag-sync
    skip-resource-provider delete-untouched replace-groups delete-temp-files file-backup-location
    maximum-backups-per-target tag-overwrite-key-for-access-provider-name tag-overwrite-key-for-access-provider-owners
    tag-overwrite-key-for-data-object-owners tag-key-and-value-for-user-is-machine only-out-of-sync-data
    skip-data-access-import data-object-enrichers lock-all-owners fully-lock-all fully-lock-by-name fully-lock-by-tag
    fully-lock-when-incomplete make-not-internalizable
    """) + [
    key
    for part in ("who", "inheritance", "what", "names", "delete")
    for key in (f"lock-all-{part}", f"lock-{part}-by-name", f"lock-{part}-by-tag", f"lock-{part}-when-incomplete")
]

KEYS_OF_THE_AWS_CONNECTOR = _words("""
    aws-profile aws-regions aws-concurrency aws-organization-profile aws-organization-region
    aws-organization-identity-center-instance-arn aws-organization-identity-store aws-s3-enabled aws-glue-enabled
    aws-s3-emulate-folder-structure aws-s3-max-folder-depth aws-s3-include-buckets aws-s3-exclude-buckets
    aws-glue-exclude-databases aws-glue-exclude-tables aws-s3-cloudtrail-bucket aws-access-skip-iam
    aws-access-skip-user-inline-policies aws-access-skip-group-inline-policies aws-access-skip-managed-policies
    aws-access-skip-aws-managed-policies aws-access-skip-s3-access-points aws-access-managed-policy-excludes
    aws-access-role-excludes aws-user-excludes aws-access-role-prefix aws-role-prefix aws-access-role-suffix
    aws-role-suffix aws-access-policy-prefix aws-policy-prefix aws-access-policy-suffix aws-policy-suffix
    aws-access-sso-role-prefix aws-sso-role-prefix aws-access-sso-role-suffix aws-sso-role-suffix
    aws-access-point-prefix aws-access-point-suffix aws-permission-set-owner-email-tag
    aws-permissionset-owner-email-tag aws-permission-set-owner-name-tag aws-permissionset-owner-name-tag
    aws-permission-set-owner-group-tag aws-permissionset-owner-group-tag aws-permission-set-custom-tags
    aws-permissionset-custom-tags aws-permissionset-owner-custom-tags aws-permission-set-account-id-tag
    aws-permissionset-account-id-tag aws-permissionset-dummy-user aws-region aws-account-id
    """)

DEFAULTS = {
    "aws-concurrency": 5,
    "aws-s3-enabled": True,
    "aws-glue-enabled": False,
    "aws-s3-emulate-folder-structure": True,
    "aws-s3-max-folder-depth": 20,
    "delete-untouched": True,
    "replace-groups": True,
    "delete-temp-files": True,
    "lake-uri": "./lake",
    "raito-import-timeout": 360,
    "maximum-file-size": 536_870_912,
    "raito-url-override": "https://api.raito.cloud/",
}


def by_spelling() -> dict[str, ParameterDefinition]:
    return {key: row for row in all_parameters() for key in row.spellings}


@pytest.mark.parametrize("key", TOP_LEVEL_KEYS_OF_THE_RAITO_CLI)
def test_every_top_level_key_of_the_raito_cli_is_known(key: str) -> None:
    assert by_spelling()[key].scope.at_top_level


@pytest.mark.parametrize("key", TARGET_KEYS_OF_THE_RAITO_CLI + KEYS_OF_THE_AWS_CONNECTOR)
def test_every_target_key_of_the_raito_cli_and_of_the_connector_is_known(key: str) -> None:
    assert by_spelling()[key].scope.in_target


def test_defaults_are_those_of_the_reference() -> None:
    assert {key: by_spelling()[key].default for key in DEFAULTS} == DEFAULTS
    nothing = (None, False, 0, (), NamePatterns())
    assert not [row.key for row in all_parameters() if row.key not in DEFAULTS and row.default not in nothing]


def test_no_spelling_stands_for_two_parameters() -> None:
    spellings = [key for row in all_parameters() for key in row.spellings]
    assert len(spellings) == len(set(spellings))


def test_every_parameter_says_what_it_means() -> None:
    assert not [row.key for row in all_parameters() if not (row.meaning and row.type_text and row.default_text)]


def test_only_the_api_secret_is_secret() -> None:
    assert [row.key for row in all_parameters() if row.secret] == ["api-secret"]


def test_skip_flags_are_read_in_both_places() -> None:
    flags = [row for row in all_parameters() if row.key.startswith("skip-") and row.key.endswith("-sync")]
    assert len(flags) == 6
    assert {row.scope for row in flags} == {Scope.EITHER}


def test_the_readme_table_has_each_spelling_once_and_few_rows() -> None:
    table, _, legend = readme_table().partition("\n\n")
    rows = table.splitlines()[2:]
    assert len(rows) <= 55
    assert all(row.count(" | ") == 4 for row in rows)
    first_cells = " ".join(row.split(" | ")[0] for row in rows)
    for key in by_spelling():
        assert first_cells.count(f"`{key}`") == 1, key
    assert legend.startswith("† ")


def test_the_readme_table_marks_what_has_no_effect() -> None:
    rows = readme_table().splitlines()
    assert "| `aws-concurrency` | target | whole number | 5 | concurrent AWS calls |" in rows
    (row,) = [row for row in rows if "`aws-s3-cloudtrail-bucket`" in row]
    assert row.startswith("| `aws-s3-cloudtrail-bucket` † |")
