"""From raito.yml, the environment and options to settings: what counts, and what stops all."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.configuration.parameters import all_parameters
from raito_aws_pipeline.configuration.settings import load_settings
from raito_aws_pipeline.configuration.targets import BrokenTarget, Target, TargetKind
from raito_aws_pipeline.errors import ConfigurationError
from tests.golden import GOLDEN, golden_json

from .files import CREDENTIALS, ENVIRONMENT, load, the_target, with_target

REALISTIC = """\
# Raito CLI
api-user: "{{RAITO_USER}}"
api-secret: "{{RAITO_PASSWORD}}"
domain: acme
cron: "0 2 * * *"
sync-at-startup: true
disable-websocket: true
repositories:
  - name: raito-io
    token: ghp_hunter3
log-file: /var/log/raito.log
maximum-file-size: 256mb
skip-data-usage-sync: true

defaults: &defaults
  connector-name: raito-io/cli-plugin-aws-account
  connector-version: latest
  aws-regions: eu-central-1, eu-west-1
  aws-user-excludes: svc-.*, deploy
  aws-s3-include-buckets: acme-*,data-.*
  lock-all-delete: true

targets:
  - <<: *defaults
    name: Production (EU)
    data-source-id: ds-1
    identity-store-id: is-1
    aws-profile: prod
    aws-concurrency: 8
    aws-organization-profile: org
    aws-organization-region: eu-central-1
    aws-organization-identity-center-instance-arn: arn:aws:sso:::instance/ssoins-1
    aws-organization-identity-store: d-1
    aws-permissionset-owner-custom-tags: "cost:42, env : prod"
    tag-key-and-value-for-user-is-machine: kind:machine
  - <<: *defaults
    name: sandbox
    data-source-id: ds-2
    identity-store-id: "{{SANDBOX_STORE}}"
    delete-untouched: false
  - name: people
    connector-name: raito-io/cli-plugin-aws-organization
    identity-store-id: is-3
    aws-profile: org
    aws-region: eu-central-1
    aws-account-id: 012345678901
  - name: warehouse
    connector-name: raito-io/cli-plugin-snowflake
    sf-account: x
    sf-password: "{{SF_PASSWORD}}"
"""


def test_the_file_of_a_raito_cli_user_is_read_as_it_is(tmp_path: Path) -> None:
    result = load(tmp_path, REALISTIC, {"RAITO_USER": "bot@acme.com", "RAITO_PASSWORD": "hunter2"})
    production, sandbox, people = result.targets

    assert isinstance(production, Target)
    assert (production.name, production.slug) == ("Production (EU)", "Production_EU_")
    assert production.kind is TargetKind.ACCOUNT
    assert production.default_region == "eu-central-1"
    assert production.raito.api_user == "bot@acme.com"
    assert production.raito.api_secret is not None
    assert production.raito.api_secret.resolve({"RAITO_PASSWORD": "hunter2"}.get) == "hunter2"
    assert production.raito.tag_key_and_value_for_user_is_machine == ("kind", "machine")
    assert production.aws.aws_regions == ("eu-central-1", "eu-west-1")
    assert production.aws.aws_concurrency == 8
    assert production.aws.aws_user_excludes.matches("svc-backup")
    assert production.aws.aws_s3_include_buckets.matches("acme-raw")
    assert production.aws.aws_permission_set_custom_tags == ("cost:42", "env : prod")
    assert production.locks.lock_all_delete
    assert production.skip.skip_data_usage_sync

    assert isinstance(sandbox, BrokenTarget)
    assert "SANDBOX_STORE" in str(sandbox.error)

    assert isinstance(people, Target)
    assert people.kind is TargetKind.ORGANIZATION
    assert people.default_region == "eu-central-1"

    assert result.source == tmp_path / "raito.yml"
    assert result.general.maximum_file_size == 268_435_456
    assert result.notes[0] == "target 'warehouse' is skipped: it is for raito-io/cli-plugin-snowflake."
    assert result.notes[1].startswith("raito.yml: accepted, but without effect in this version: ")
    assert result.warnings == ("raito.yml, line 15: unknown key `defaults`; the nearest known key is `debug`.",)
    assert "hunter" not in repr(result) + repr([dataclasses.asdict(production), dataclasses.asdict(people)])


def test_an_option_wins_over_the_environment_over_the_file_over_the_default(tmp_path: Path) -> None:
    def lake_uri(line: str, environment: dict[str, str], overrides: dict[str, str]) -> str:
        return load(
            tmp_path, with_target(top_level=CREDENTIALS + line), ENVIRONMENT | environment, overrides
        ).general.lake_uri

    from_file, from_environment, from_option = (
        "lake-uri: file\n",
        {"RAITO_LAKE_URI": "environment"},
        {"lake-uri": "option"},
    )
    assert lake_uri("", {}, {}) == "./lake"
    assert lake_uri(from_file, {}, {}) == "file"
    assert lake_uri(from_file, from_environment, {}) == "environment"
    assert lake_uri(from_file, from_environment, from_option) == "option"
    assert lake_uri(from_file, {"RAITO_LAKE_URI": ""}, {"lake-uri": ""}) == "file"


def test_a_secret_of_the_environment_is_a_reference_to_it(tmp_path: Path) -> None:
    environment = {"RAITO_DOMAIN": "acme", "RAITO_API_USER": "bot", "RAITO_API_SECRET": "hunter2"}
    result = load(tmp_path, with_target(top_level=""), environment)
    secret = the_target(result).raito.api_secret
    assert secret is not None
    assert secret.resolve({"RAITO_API_SECRET": "another"}.get) == "another"
    assert "hunter2" not in repr(result)


def test_the_environment_reaches_what_targets_take_from_the_top_level_only(tmp_path: Path) -> None:
    environment = ENVIRONMENT | {
        "RAITO_SKIP_IDENTITY_STORE_SYNC": "true",
        "RAITO_RAITO_URL_OVERRIDE": "http://localhost:1",
        "RAITO_AWS_PROFILE": "no",
        "RAITO_DOMAIN": "other",
    }
    target = the_target(load(tmp_path, with_target("domain: mine"), environment))
    assert target.skip.skip_identity_store_sync
    assert target.raito.raito_url_override == "http://localhost:1"
    assert target.aws.aws_profile is None
    assert target.raito.domain == "mine"


def test_the_environment_can_name_the_file_and_an_argument_wins(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yml").write_text(
            with_target(top_level=CREDENTIALS + f"lake-uri: {name}\n"), encoding="utf-8"
        )
    environment = ENVIRONMENT | {"RAITO_CONFIG_FILE": "a.yml"}

    def lake_uri(path: Path | None) -> str:
        return load_settings(path, environment, working_directory=tmp_path, home=tmp_path).general.lake_uri

    assert lake_uri(None) == "a"
    assert lake_uri(Path("b.yml")) == "b"


def test_one_target_can_be_written_at_the_top_level(tmp_path: Path) -> None:
    text = CREDENTIALS + "connector-name: cli-plugin-aws-account\nidentity-store-id: is-1\naws-profile: p\n"
    target = the_target(load(tmp_path, text))
    assert (target.name, target.aws.aws_profile, target.raito.domain) == ("cli-plugin-aws-account", "p", "acme")


def test_a_connector_at_the_top_level_makes_targets_ignored_and_says_so(tmp_path: Path) -> None:
    text = with_target(
        top_level=CREDENTIALS + "connector-name: cli-plugin-aws-account\nidentity-store-id: x\ndata-source-id: y\n"
    )
    result = load(tmp_path, text)
    assert the_target(result).raito.identity_store_id == "x"
    assert result.warnings == ("raito.yml: `targets` is ignored, because `connector-name` stands at the top level.",)


TWO = """
targets:
  - {{name: {first}, connector-name: cli-plugin-aws-account, identity-store-id: x}}
  - {{name: {second}, connector-name: cli-plugin-aws-account, identity-store-id: y, aws-concurrency: {concurrency}}}
  - {{name: {third}, connector-name: cli-plugin-snowflake}}
"""


def two(first: str = "a", second: str = "b", third: str = "c", concurrency: str = "1", top_level: str = "") -> str:
    return CREDENTIALS + top_level + TWO.format(first=first, second=second, third=third, concurrency=concurrency)


def test_a_broken_target_leaves_the_others_alone(tmp_path: Path) -> None:
    first, second = load(tmp_path, two(concurrency="none")).targets
    assert isinstance(first, Target)
    assert isinstance(second, BrokenTarget)
    assert second.error.target == "b"


def test_only_the_named_targets_run_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert [target.name for target in load(tmp_path, two(top_level="only-targets: b, a\n")).targets] == ["a", "b"]
    assert [target.name for target in load(tmp_path, two(), overrides={"only-targets": "b"}).targets] == ["b"]


def test_targets_of_other_connectors_may_have_any_name(tmp_path: Path) -> None:
    assert len(load(tmp_path, two(third="a")).targets) == 2


WRONG_FILES = [
    ("", "raito.yml is empty."),
    ("domain: acme\n", "raito.yml has no targets. Missing: `targets`."),
    ("targets: []\n", "raito.yml has no targets."),
    ("domain: acme\ntargets: all\n", "`targets` (raito.yml, line 2) is not a list."),
    ("targets:\n  name: prod\n", "`targets` (raito.yml, line 1) is not a list."),
    (
        "targets:\n  - name: prod\n  - api-secret:hunter2\n",
        "Number 2 of `targets` (raito.yml, line 1) is not a mapping of keys to values.",
    ),
    (
        two("prod-eu", "PROD eu"),
        "The targets 'prod-eu' and 'PROD eu' (numbers 1 and 2) are both 'PROD_eu' in asset keys and folders: only "
        "letters, digits and `_` stand there, in any case.",
    ),
    (two(second=""), "There are several AWS targets, and number 2 of `targets` has no name. Missing: `name`."),
    (two("", ""), "There are several AWS targets, and number 1 and 2 of `targets` has no name."),
    (
        two(top_level="only-targets: a,d\n"),
        "`only-targets` names 'd', but the targets are 'a', 'b', 'c'.",
    ),
    (
        two(top_level="only-targets: c\n"),
        "No target is left to run of 'a', 'b', 'c': `only-targets` names no AWS target.",
    ),
    (
        CREDENTIALS + "targets: [{name: a, connector-name: cli-plugin-snowflake}]\n",
        "No target is left to run of 'a': all have other connectors.",
    ),
    (
        two(top_level="raito-import-timeout: soon\n"),
        "`raito-import-timeout` (raito.yml, line 4) cannot be 'soon': it is not a whole number. What to do: Give "
        "`raito-import-timeout` a whole number of at least 1.",
    ),
    (
        two().replace("domain: acme", "domain: acme.raito.cloud"),
        "`domain` (raito.yml, line 1) cannot be 'acme.raito.cloud': it is not the name of a Raito domain.",
    ),
    (
        two().replace("API_SECRET", "NOT_SET"),
        "`api-secret` (raito.yml, line 3): the environment variable of {{NOT_SET}}",
    ),
    (two().replace('"{{API_SECRET}}"', "[hunter2]"), "`api-secret` (raito.yml, line 3) cannot be a list"),
]


@pytest.mark.parametrize(("text", "message"), WRONG_FILES)
def test_what_concerns_the_whole_file_is_one_error_for_all(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)
    said = str(caught.value).removeprefix(f"{tmp_path}/")
    assert said.startswith(message)
    assert "What to do: " in said
    assert "hunter2" not in said


def test_an_option_must_name_a_top_level_parameter(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="The option `aws-profile` is no top-level parameter"):
        load(tmp_path, with_target(), overrides={"aws-profile": "p"})


KEYS = sorted({key for row in all_parameters() for key in row.spellings})
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=8),
    st.sampled_from(["{{API_SECRET}}", "{{NOPE}}", "raito-io/cli-plugin-aws-account", "a,b", "eu-west-1"]),
    st.lists(st.integers(), max_size=2),
)
MAPPINGS = st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=5)), VALUES, max_size=6)
ACCOUNTS = MAPPINGS.map(lambda mapping: mapping | {"connector-name": "cli-plugin-aws-account"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(MAPPINGS, st.lists(st.one_of(MAPPINGS, ACCOUNTS), max_size=3))
def test_any_file_gives_settings_or_a_configuration_error(
    tmp_path: Path, top_level: dict[str, Any], targets: list[dict[str, Any]]
) -> None:
    text = yaml.safe_dump(top_level | {"targets": targets}, allow_unicode=True)
    try:
        result = load(tmp_path, text)
    except ConfigurationError as error:
        said = str(error)
    else:
        said = repr(result) + "".join(
            str(target.error) for target in result.targets if isinstance(target, BrokenTarget)
        )
        slugs = [target.slug.lower() for target in result.targets]
        assert len(slugs) == len(set(slugs)) > 0
    if "{{API_SECRET}}" not in {value for key, value in _values(top_level, *targets) if key != "api-secret"}:
        assert ENVIRONMENT["API_SECRET"] not in said


def _values(*mappings: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, str(value).strip()) for mapping in mappings for key, value in mapping.items()]


GOLDEN_CASES = sorted(path.parent.name for path in GOLDEN.glob("*/case.json")) or ["a-identities"]


@pytest.mark.parametrize("case", GOLDEN_CASES)
def test_the_parameters_of_the_golden_cases_are_all_known(tmp_path: Path, case: str) -> None:
    document = golden_json(case, "case.json")
    locks = {key.replace("_", "-"): _as_text(value) for key, value in (document.get("access_from") or {}).items()}
    target = {
        "name": "golden",
        "connector-name": "raito-io/cli-plugin-aws-account",
        "data-source-id": "ds-1",
        "identity-store-id": "is-1",
        **(document.get("parameters") or {}),
        **locks,
    }
    text = CREDENTIALS + json.dumps({"targets": [target]})[1:-1]
    environment = ENVIRONMENT | {"instance_arn": "arn:aws:sso:::instance/ssoins-1", "identity_store_id": "d-1"}
    result = load(tmp_path, text, environment)
    assert the_target(result).name == "golden"
    assert result.warnings == ()


def _as_text(value: Any) -> Any:
    return ",".join(value) if isinstance(value, list) else value
