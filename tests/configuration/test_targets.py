"""One target: what it takes from where, and what breaks it without breaking others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.configuration.secret import Secret
from raito_aws_pipeline.configuration.target_names import slug_of
from raito_aws_pipeline.configuration.targets import TargetKind, kind_of_connector

from .files import CREDENTIALS, ENVIRONMENT, load, the_broken_target, the_target, with_target


@pytest.mark.parametrize(
    ("connector", "kind"),
    [
        ("raito-io/cli-plugin-aws-account", TargetKind.ACCOUNT),
        ("cli-plugin-aws-account", TargetKind.ACCOUNT),
        ("raito-io/cli-plugin-aws-account@v0.4.1", TargetKind.ACCOUNT),
        ("raito-io/cli-plugin-aws-organization", TargetKind.ORGANIZATION),
        ("cli-plugin-aws-organization@latest", TargetKind.ORGANIZATION),
        ("raito-io/cli-plugin-snowflake", None),
        ("someone-else/cli-plugin-aws-account", None),
    ],
)
def test_the_connector_says_what_a_target_is(connector: str, kind: TargetKind | None) -> None:
    assert kind_of_connector(connector) == kind


@given(st.text())
def test_a_slug_has_only_characters_of_names_and_is_its_own_slug(name: str) -> None:
    slug = slug_of(name)
    assert slug
    assert all(character.isascii() and (character.isalnum() or character == "_") for character in slug)
    assert slug_of(slug) == slug


def test_credentials_come_from_the_top_level_unless_the_target_has_its_own(tmp_path: Path) -> None:
    inherited = the_target(load(tmp_path, with_target())).raito
    assert (inherited.domain, inherited.api_user, inherited.api_secret) == (
        "acme",
        "bot@acme.com",
        Secret("{{API_SECRET}}"),
    )
    own = the_target(
        load(tmp_path, with_target("domain: other", "api-user: me@other.com", "api-secret: literal")),
    ).raito
    assert (own.domain, own.api_user, own.api_secret) == ("other", "me@other.com", Secret("literal"))


def test_whole_values_are_substituted_and_converted(tmp_path: Path) -> None:
    target = the_target(
        load(
            tmp_path,
            with_target('aws-concurrency: "{{N}}"', 'delete-untouched: " {{FLAG}} "', 'aws-profile: "{{EMPTY}}"'),
            ENVIRONMENT | {"N": "7", "FLAG": "F", "EMPTY": ""},
        )
    )
    assert (target.aws.aws_concurrency, target.raito.delete_untouched, target.aws.aws_profile) == (7, False, None)


def test_null_and_empty_values_are_not_given(tmp_path: Path) -> None:
    target = the_target(load(tmp_path, with_target("aws-profile:", "aws-concurrency: null", 'aws-s3-enabled: ""')))
    assert (target.aws.aws_profile, target.aws.aws_concurrency, target.aws.aws_s3_enabled) == (None, 5, True)


def test_numbers_and_booleans_of_yaml_are_texts_where_texts_belong(tmp_path: Path) -> None:
    target = the_target(load(tmp_path, with_target("aws-account-id: 012345678901", "data-source-id: 42")))
    assert (target.aws.aws_account_id, target.raito.data_source_id) == ("012345678901", "42")


@pytest.mark.parametrize(
    ("top_level", "in_target", "skipped"),
    [("false", "false", False), ("true", "false", True), ("false", "true", True), ("true", "true", True)],
)
def test_a_skip_flag_in_one_place_is_enough(tmp_path: Path, top_level: str, in_target: str, skipped: bool) -> None:
    text = with_target(
        f"skip-identity-store-sync: {in_target}",
        f"skip-resource-provider: {in_target}",
        top_level=CREDENTIALS + f"skip-identity-store-sync: {top_level}\nskip-resource-provider-sync: {top_level}\n",
    )
    skip = the_target(load(tmp_path, text)).skip
    assert skip.skip_identity_store_sync is skip.skip_resource_provider_sync is skipped


@pytest.mark.parametrize("key", ["aws-role-prefix", "aws-access-role-prefix"])
def test_both_spellings_are_read(tmp_path: Path, key: str) -> None:
    assert the_target(load(tmp_path, with_target(f"{key}: raito-"))).aws.aws_access_role_prefix == "raito-"


@pytest.mark.parametrize(
    ("lines", "s3", "glue"),
    [
        ([], True, False),
        (["aws-glue-enabled: true"], False, True),
        (["aws-s3-enabled: false", "aws-glue-enabled: true"], False, True),
        (["aws-s3-enabled: true", "aws-glue-enabled: false"], True, False),
    ],
)
def test_data_objects_come_from_s3_or_from_glue(tmp_path: Path, lines: list[str], s3: bool, glue: bool) -> None:
    aws = the_target(load(tmp_path, with_target(*lines))).aws
    assert (aws.aws_s3_enabled, aws.aws_glue_enabled) == (s3, glue)


@pytest.mark.parametrize(
    ("connector", "lines", "region"),
    [
        ("aws-account", ["aws-regions: eu-west-1,eu-central-1"], "eu-west-1"),
        ("aws-account", ["aws-regions: eu-west-1", "aws-region: us-east-1"], "eu-west-1"),
        ("aws-account", ["aws-region: us-east-1"], "us-east-1"),
        ("aws-account", [], None),
        ("aws-organization", ["aws-regions: eu-west-1", "aws-region: us-east-1"], "us-east-1"),
        ("aws-organization", ["aws-regions: eu-west-1"], "eu-west-1"),
    ],
)
def test_the_first_region_is_the_default(tmp_path: Path, connector: str, lines: list[str], region: str | None) -> None:
    text = with_target(*lines).replace("aws-account", connector)
    assert the_target(load(tmp_path, text)).default_region == region


def test_an_organisation_needs_no_choice_between_s3_and_glue(tmp_path: Path) -> None:
    text = with_target("aws-s3-enabled: false").replace("aws-account", "aws-organization")
    assert the_target(load(tmp_path, text)).kind is TargetKind.ORGANIZATION


def test_without_authentication_no_credentials_are_needed(tmp_path: Path) -> None:
    target = the_target(load(tmp_path, with_target(top_level="skip-authentication: true\n")))
    assert (target.raito.skip_authentication, target.raito.domain, target.raito.api_secret) == (True, None, None)


WRONG = [
    (
        ["aws-concurrency: many"],
        "target 'prod': `aws-concurrency` (raito.yml, line 8) cannot be 'many': it is not a whole number. "
        "What to do: Give `aws-concurrency` a whole number of at least 1.",
    ),
    (
        ["delete-untouched: maybe"],
        "target 'prod': `delete-untouched` (raito.yml, line 8) cannot be 'maybe': it is neither true nor false. "
        "What to do: Give `delete-untouched` true or false (also 1/0, t/f, yes/no, on/off).",
    ),
    (
        ["aws-regions: [eu-west-1]"],
        "target 'prod': `aws-regions` (raito.yml, line 8) cannot be a list: it is not one text. "
        "What to do: Give `aws-regions` names of regions, such as `eu-central-1,eu-west-1`.",
    ),
    (
        ["aws-user-excludes: '*'"],
        "target 'prod': `aws-user-excludes` (raito.yml, line 8) cannot be '*': '*' is not a regular expression "
        "(RE2): no argument for repetition operator. What to do: Give `aws-user-excludes` regular expressions with "
        "commas between them, such as `svc-.*,deploy`.",
    ),
    (
        ['aws-profile: "{{NOT_SET}}"'],
        "target 'prod': `aws-profile` (raito.yml, line 8): the environment variable of {{NOT_SET}} is not set. "
        "Missing: environment variable 'NOT_SET'. What to do: Set NOT_SET in the environment of this process.",
    ),
    (
        ['aws-profile: "{{ API_SECRET }}"'],
        "target 'prod': `aws-profile` (raito.yml, line 8): the environment variable of {{ API_SECRET }} is not set "
        "(what is between the braces is taken as it stands, spaces too). Missing: environment variable ' "
        "API_SECRET '. What to do: Set API_SECRET in the environment of this process.",
    ),
    (
        ['api-secret: "{{EMPTY}}"'],
        "target 'prod': `api-secret` (raito.yml, line 8): the environment variable EMPTY is empty. Missing: a "
        "value of the environment variable EMPTY. What to do: Set EMPTY in the environment of this process.",
    ),
    (
        ["aws-role-prefix: a", "aws-access-role-prefix: b"],
        "target 'prod': `aws-access-role-prefix` and `aws-role-prefix` are one parameter and have different values. "
        "What to do: Give only one of the spellings.",
    ),
    (
        ["aws-s3-enabled: true", "aws-glue-enabled: true"],
        "target 'prod': `aws-s3-enabled` and `aws-glue-enabled` are both true. What to do: Set exactly one of them "
        "to true: data objects come from S3 or from the Glue catalogue.",
    ),
    (
        ["aws-s3-enabled: false"],
        "target 'prod': `aws-s3-enabled` and `aws-glue-enabled` are both false. What to do: Set exactly one of "
        "them to true: data objects come from S3 or from the Glue catalogue.",
    ),
    (
        ["aws-s3-max-folder-depth: 0"],
        "target 'prod': `aws-s3-max-folder-depth` (raito.yml, line 8) cannot be '0': it is less than 1. What to do: "
        "Give `aws-s3-max-folder-depth` a whole number of at least 1.",
    ),
    (
        ["aws-organization-profile: org"],
        "target 'prod': `aws-organization-profile` is given, but not all that belongs to it. Missing: "
        "`aws-organization-identity-center-instance-arn` and `aws-organization-identity-store`. What to do: Give "
        "what is missing (`aws sso-admin list-instances` shows both), or leave the profile out.",
    ),
    (
        ["aws-concurrency: 0", "aws-regions: here"],
        "target 'prod': `aws-regions` (raito.yml, line 9) cannot be 'here': 'here' does not look like a region. "
        "`aws-concurrency` (raito.yml, line 8) cannot be '0': it is less than 1. What to do: Give `aws-regions` "
        "names of regions, such as `eu-central-1,eu-west-1`. Give `aws-concurrency` a whole number of at least 1.",
    ),
]


@pytest.mark.parametrize(("lines", "message"), WRONG)
def test_a_wrong_value_is_one_message_with_target_key_value_and_what_is_accepted(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    target = the_broken_target(load(tmp_path, with_target(*lines), ENVIRONMENT | {"EMPTY": ""}))
    assert str(target.error) == message
    assert (target.name, target.slug, target.kind) == ("prod", "prod", TargetKind.ACCOUNT)


def test_a_long_wrong_value_is_cut(tmp_path: Path) -> None:
    error = the_broken_target(load(tmp_path, with_target("aws-concurrency: " + "x" * 1_000))).error
    assert len(str(error)) < 300


def test_missing_credentials_are_named(tmp_path: Path) -> None:
    error = the_broken_target(load(tmp_path, with_target(top_level="api-user: bot@acme.com\n"))).error
    assert str(error) == (
        "target 'prod': Without domain, user and secret Raito lets nobody in. Missing: `domain` and `api-secret`. "
        "What to do: Give them at the top level of raito.yml or in the target, the secret best as `{{API_SECRET}}`."
    )


@pytest.mark.parametrize("key", ["domain", "aws-regions", "aws-user-excludes", "aws-concurrency"])
def test_a_secret_under_a_wrong_key_is_not_shown(tmp_path: Path, key: str) -> None:
    environment = {"API_SECRET": "(hunter2"}
    error = the_broken_target(load(tmp_path, with_target(f'{key}: "{{{{API_SECRET}}}}"'), environment)).error
    assert "hunter2" not in str(error)
    assert "cannot be the value of {{API_SECRET}}: it is not accepted." in str(error)


def test_a_target_without_connector_is_broken(tmp_path: Path) -> None:
    target = the_broken_target(load(tmp_path, CREDENTIALS + "targets:\n  - identity-store-id: x\n"))
    assert (target.name, target.slug, target.kind) == ("target 1", "target_1", None)
    assert target.error.missing == "`connector-name`"


def test_a_name_that_cannot_be_read_stands_for_itself(tmp_path: Path) -> None:
    text = with_target().replace("name: prod", 'name: "{{NAME}}"')
    target = the_broken_target(load(tmp_path, text))
    assert (target.name, target.kind) == ("{{NAME}}", TargetKind.ACCOUNT)
