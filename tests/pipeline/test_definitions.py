"""The code location as people see it before anything ran: assets, checks, jobs, schedules; and how it loads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

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
    aws-regions: us-east-1,eu-west-1,ap-southeast-2
  - name: organisation
    connector-name: raito-io/cli-plugin-aws-organization
    identity-store-id: is-2
  - name: catalogue
    connector-name: raito-io/cli-plugin-aws-account
    data-source-id: ds-3
    skip-identity-store-sync: true
    aws-regions: eu-west-1
    aws-glue-enabled: true
  - name: nothing to push to
    connector-name: raito-io/cli-plugin-aws-account
    skip-identity-store-sync: true
    aws-regions: eu-west-1
  - name: no region
    connector-name: raito-io/cli-plugin-aws-account
    data-source-id: ds-5
    skip-identity-store-sync: true
  - name: identities only
    connector-name: raito-io/cli-plugin-aws-account
    data-source-id: ds-6
    skip-identity-store-sync: true
    skip-data-source-sync: true
    skip-data-access-sync: true
    aws-regions: eu-west-1
"""
_SOURCES = ["access_points", "bucket_policies", "buckets", "data_objects", "iam_policies", "iam_roles"]
ACCESS = {
    "iam_roles": ["account_authorization_details"],
    "iam_policies": ["account_authorization_details"],
    "bucket_policies": ["buckets"],
    "access_points": [],
    "access_controls": _SOURCES,
    "access_remainder": _SOURCES,
    "access_summaries": _SOURCES,
    "raito_access_controls": ["access_controls"],
}
"""Upstreams of the assets of a target's access controls."""
ENVIRONMENT = {"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.Definitions]:
    folder = tmp_path_factory.mktemp("configured")
    path = folder / "raito.yml"
    path.write_text(CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield build_definitions(load_settings(path, {}, working_directory=folder, home=folder), {})


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()


def upstreams(graph: AssetGraph, target: str) -> dict[str, list[str]]:
    """Upstreams of each asset of a target, all of the same target."""
    found = {}
    for key in graph.get_all_asset_keys():
        if key.path[0] == target:
            assert graph.get(key).group_name == target
            assert {parent.path[0] for parent in graph.get(key).parent_keys} <= {target}
            found[key.path[1]] = sorted(parent.path[1] for parent in graph.get(key).parent_keys)
    return found


def test_the_assets_of_a_target_and_their_upstreams(graph: AssetGraph) -> None:
    assert upstreams(graph, "Production_EU") == {
        "account_authorization_details": [],
        "users": ["account_authorization_details"],
        "groups": ["account_authorization_details"],
        "raito_identity_store": ["groups", "users"],
        "buckets": [],
        "data_objects": ["buckets"],
        "bucket_contents": ["buckets"],
        "data_object_remainder": ["buckets"],
        "raito_data_source": ["buckets", "data_objects"],
        **ACCESS,
    }


def test_an_organisation_has_no_data_objects(graph: AssetGraph) -> None:
    assert upstreams(graph, "organisation") == {"users": [], "groups": [], "raito_identity_store": ["groups", "users"]}


def test_data_objects_of_the_glue_catalogue_come_after_it(graph: AssetGraph) -> None:
    assert upstreams(graph, "catalogue") == {
        "buckets": [],
        "glue_tables": [],
        "data_objects": ["buckets", "glue_tables"],
        "data_object_remainder": ["buckets", "glue_tables"],
        "raito_data_source": ["buckets", "data_objects"],
        "account_authorization_details": [],
        **ACCESS,
    }
    node = graph.get(dg.AssetKey(["catalogue", "data_objects"]))
    # A table may lie in a bucket of another region than its catalogue's.
    assert isinstance(node.partition_mappings[dg.AssetKey(["catalogue", "glue_tables"])], dg.AllPartitionMapping)


def test_without_a_data_source_there_is_nothing_to_push_to(graph: AssetGraph) -> None:
    assert set(upstreams(graph, "nothing_to_push_to")) == {
        "buckets",
        "data_objects",
        "bucket_contents",
        "data_object_remainder",
        "account_authorization_details",
        *(set(ACCESS) - {"raito_access_controls"}),
    }


def test_a_target_that_leaves_its_tasks_out_has_no_assets(graph: AssetGraph) -> None:
    assert upstreams(graph, "identities_only") == {}


@pytest.mark.parametrize(
    ("target", "table", "partitions"),
    [
        ("Production_EU", "data_objects", ["us-east-1", "eu-west-1", "ap-southeast-2"]),
        ("Production_EU", "bucket_contents", ["us-east-1", "eu-west-1", "ap-southeast-2"]),
        ("Production_EU", "data_object_remainder", ["us-east-1", "eu-west-1", "ap-southeast-2"]),
        ("Production_EU", "buckets", None),
        ("Production_EU", "raito_data_source", None),
        ("catalogue", "glue_tables", ["eu-west-1"]),
        # It is there, and materialising it fails with the reason.
        ("no_region", "data_objects", ["unknown-region"]),
    ],
)
def test_what_is_read_by_region_is_partitioned_in_the_order_of_aws_regions(
    graph: AssetGraph, target: str, table: str, partitions: list[str] | None
) -> None:
    node = graph.get(dg.AssetKey([target, table]))
    assert (node.partitions_def.get_partition_keys() if node.partitions_def else None) == partitions
    assert node.backfill_policy == (dg.BackfillPolicy.single_run() if partitions else None)


@pytest.mark.parametrize(
    ("target", "table", "kinds"),
    [
        ("Production_EU", "users", {"aws", "parquet"}),
        ("Production_EU", "buckets", {"aws", "s3", "parquet"}),
        ("Production_EU", "data_objects", {"aws", "s3", "parquet"}),
        ("catalogue", "data_objects", {"aws", "glue", "parquet"}),
        ("catalogue", "raito_data_source", {"raito", "parquet"}),
    ],
)
def test_kinds_say_where_a_table_comes_from(graph: AssetGraph, target: str, table: str, kinds: set[str]) -> None:
    assert graph.get(dg.AssetKey([target, table])).kinds == kinds


def test_checks_block_where_a_push_would_be_wrong(definitions: dg.Definitions) -> None:
    blocking: dict[str, dict[str, bool]] = {}
    for asset in definitions.assets or ():
        for spec in asset.check_specs:  # type: ignore[union-attr]
            blocking.setdefault(spec.asset_key.to_user_string(), {})[spec.name] = spec.blocking
    users = {"schema": True, "complete": True, "unique_external_ids": True, "unique_names": False}
    assert blocking["organisation/users"] == {**users, "memberships_exist": True}
    assert blocking["organisation/groups"] == users
    assert blocking["Production_EU/buckets"] == {
        "schema": True,
        "complete": False,
        "regions_configured": False,
        "tags_read": False,
    }
    # What is incomplete is pushed, and nothing is deleted.
    assert blocking["catalogue/data_objects"] == {
        "schema": True,
        "complete": False,
        "unique_full_names": True,
        "parents_exist": True,
        "no_sudden_drop": False,
    }


@pytest.mark.parametrize(
    ("table", "column", "description"),
    [
        ("users", "email", "E-mail address by which Raito matches people; the user name where none is known."),
        ("data_objects", "name", "Last part of the full name."),
        ("buckets", "region", "Region that it lies in; null: it could not be read."),
    ],
)
def test_the_columns_of_a_table_are_described_before_it_exists(
    graph: AssetGraph, table: str, column: str, description: str
) -> None:
    schema = graph.get(dg.AssetKey(["Production_EU", table])).metadata["dagster/column_schema"]
    assert {one.name: one.description for one in schema.columns}[column] == description


def test_no_description_is_lost_in_the_ui_which_renders_markdown(graph: AssetGraph) -> None:
    texts = [
        text
        for key in graph.get_all_asset_keys()
        for node in [graph.get(key)]
        for text in (node.description, *(c.description for c in node.metadata["dagster/column_schema"].columns))
    ]
    outside_of_code = [re.sub(r"`[^`]*`", "", text or "") for text in texts]
    assert not [text for text in outside_of_code if "<" in text]


def test_data_objects_and_access_have_a_job_and_a_nightly_schedule_a_target(definitions: dg.Definitions) -> None:
    names = {job.name for job in definitions.jobs or ()}
    targets = ("Production_EU", "catalogue", "nothing_to_push_to", "no_region")
    syncs = {f"{target}__{what}_sync" for target in targets for what in ("data_objects", "access")}
    assert names == {"identities", *syncs}
    for target in targets:
        access = definitions.resolve_schedule_def(f"{target}__access_nightly")
        assert access.job_name == f"{target}__access_sync"
        assert access.default_status is dg.DefaultScheduleStatus.STOPPED
        schedule = definitions.resolve_schedule_def(f"{target}__data_objects_nightly")
        assert schedule.job_name == f"{target}__data_objects_sync"
        assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    job = definitions.resolve_job_def("Production_EU__data_objects_sync")
    assert job.partitions_def is not None
    assert job.partitions_def.get_partition_keys() == ["us-east-1", "eu-west-1", "ap-southeast-2"]
    assert {key.path[0] for key in job.asset_layer.selected_asset_keys} == {"Production_EU"}


def test_a_tick_of_the_data_object_schedule_asks_for_all_regions(definitions: dg.Definitions) -> None:
    tick = definitions.resolve_schedule_def("Production_EU__data_objects_nightly").evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=datetime(2026, 1, 2, 2, 15, tzinfo=UTC))
    )
    (request,) = tick.run_requests or ()
    assert request.tags["dagster/asset_partition_range_start"] == "us-east-1"
    assert request.tags["dagster/asset_partition_range_end"] == "ap-southeast-2"


def test_the_launchpad_says_what_a_push_may_be_asked(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("Production_EU__data_objects_sync")
    schema = job.get_node_named("Production_EU__raito_data_source").definition.config_schema
    fields = schema.config_type.fields  # type: ignore[union-attr]
    assert set(fields) == {"allow_mass_delete", "data_object_parent", "data_object_excludes"}
    assert all(field.description and not field.is_required for field in fields.values())


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
        "import socket, sys\n"
        "def refuse(*_): raise SystemExit('a call at load')\n"
        "socket.socket.connect = refuse\n"
        "from raito_aws_pipeline.definitions import defs\n"
        "from dagster import Definitions\n"
        "print(len(defs().resolve_asset_graph().get_all_asset_keys()))\n"
        # Slow to import, and needed by runs only.
        "print({'pandas', 'graphql', 'boto3'} & set(sys.modules))\n"
    )
    environment = {"RAITO_CONFIG_FILE": str(config), "PATH": "", "HOME": str(tmp_path), **ENVIRONMENT}
    loaded = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (loaded.stdout.split("\n"), loaded.returncode) == (["60", "set()", ""], 0), loaded.stderr
    workspace = (PROJECT / "workspace.yaml").read_text()
    assert "python_module: raito_aws_pipeline.definitions" in workspace


def test_every_shipped_dagster_yaml_is_one_that_dagster_takes(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text())
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.telemetry_enabled is False
        assert instance.run_monitoring_enabled
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 4  # type: ignore[union-attr]
