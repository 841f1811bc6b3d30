"""The code location as people see it before anything ran: assets, checks, jobs, schedules; and how it loads."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from raito_aws_pipeline.configuration.settings import load_settings
from raito_aws_pipeline.definitions import build_definitions

PROJECT = Path(__file__).parents[2]

CONFIG = """
domain: acme
api-user: raito@example.com
api-secret: "a-literal-secret"
raito-url-override: http://127.0.0.1:9/
targets:
  - name: Production EU
    connector-name: raito-io/cli-plugin-aws-account
    data-source-id: ds
    identity-store-id: is
  - name: organisation
    connector-name: raito-io/cli-plugin-aws-organization
    identity-store-id: is-2
  - name: objects only
    connector-name: raito-io/cli-plugin-aws-account
    data-source-id: ds-2
    skip-identity-store-sync: true
"""


@pytest.fixture
def definitions(tmp_path: Path) -> dg.Definitions:
    path = tmp_path / "raito.yml"
    path.write_text(CONFIG)
    return build_definitions(load_settings(path, {}, working_directory=tmp_path, home=tmp_path), {})


def test_the_assets_their_upstreams_and_groups(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    found = {
        key.to_user_string(): (sorted(p.to_user_string() for p in node.parent_keys), node.group_name)
        for key in graph.get_all_asset_keys()
        for node in [graph.get(key)]
    }
    account, organisation = "Production_EU", "organisation"
    assert found == {
        f"{account}/account_authorization_details": ([], account),
        f"{account}/users": ([f"{account}/account_authorization_details"], account),
        f"{account}/groups": ([f"{account}/account_authorization_details"], account),
        f"{account}/raito_identity_store": ([f"{account}/groups", f"{account}/users"], account),
        f"{organisation}/users": ([], organisation),
        f"{organisation}/groups": ([], organisation),
        f"{organisation}/raito_identity_store": (
            [f"{organisation}/groups", f"{organisation}/users"],
            organisation,
        ),
    }


def test_checks_block_where_a_push_would_be_wrong(definitions: dg.Definitions) -> None:
    checks = definitions.resolve_asset_graph().asset_check_keys
    names = {(c.asset_key.path[-1], c.name) for c in checks if c.asset_key.path[0] == "organisation"}
    assert names == {
        ("users", "schema"),
        ("users", "complete"),
        ("users", "unique_external_ids"),
        ("users", "unique_names"),
        ("users", "memberships_exist"),
        ("groups", "schema"),
        ("groups", "complete"),
        ("groups", "unique_external_ids"),
        ("groups", "unique_names"),
    }
    specs = {s.name: s.blocking for a in definitions.assets or () for s in a.check_specs}  # type: ignore[union-attr]
    assert specs == {
        "schema": True,
        "complete": True,
        "unique_external_ids": True,
        "unique_names": False,
        "memberships_exist": True,
    }


def test_the_columns_of_a_table_are_described_before_it_exists(definitions: dg.Definitions) -> None:
    node = definitions.resolve_asset_graph().get(dg.AssetKey(["Production_EU", "users"]))
    schema = node.metadata["dagster/column_schema"]
    described = {column.name: column.description for column in schema.columns}
    assert described["email"] == "E-mail address by which Raito matches people; the user name where none is known."


def test_the_nightly_schedule_is_off_and_starts_the_identities_job(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("identities_nightly")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    tick = schedule.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=datetime(2026, 1, 2, 3, 15, tzinfo=UTC))
    )
    assert len(tick.run_requests or ()) == 1
    assert schedule.job_name == "identities"


def test_no_secret_shows_in_the_definitions(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("identities")
    assert "a-literal-secret" not in repr(definitions)
    assert "a-literal-secret" not in repr({k: vars(v) for k, v in (definitions.resources or {}).items()})
    assert "a-literal-secret" not in str(job.run_config_schema.config_type)


def test_the_location_loads_from_workspace_yaml_without_calling_anybody(tmp_path: Path) -> None:
    config = tmp_path / "raito.yml"
    config.write_text(CONFIG)
    program = (
        "import socket\n"
        "def refuse(*_): raise SystemExit('a call at load')\n"
        "socket.socket.connect = refuse\n"
        "from raito_aws_pipeline.definitions import defs\n"
        "from dagster import Definitions\n"
        "print(len(defs().resolve_asset_graph().get_all_asset_keys()))\n"
    )
    environment = {"RAITO_CONFIG_FILE": str(config), "PATH": "", "HOME": str(tmp_path)}
    loaded = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (loaded.stdout.strip(), loaded.returncode) == ("7", 0), loaded.stderr
    workspace = (PROJECT / "workspace.yaml").read_text()
    assert "python_module: raito_aws_pipeline.definitions" in workspace


def test_every_shipped_dagster_yaml_is_one_that_dagster_takes(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text())
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.telemetry_enabled is False
        assert instance.run_monitoring_enabled
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 4  # type: ignore[union-attr]
