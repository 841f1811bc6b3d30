"""Runs of a target's data object job, and what they left in Dagster's event log and in Raito."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from raito_aws_pipeline.definitions import build_definitions
from tests.world import World, bucket

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
"""Not in alphabetical order: what stands first in `aws-regions` is the default region."""

TABLES = ("data_objects", "bucket_contents", "data_object_remainder")

BUCKETS = (
    bucket("virginia", "one", region="us-east-1"),
    bucket("ireland", "a/b/c", "a/b/d", "a", objects=[{"key": "sized", "size": 7}]),
    bucket("sydney", "x/y", region="ap-southeast-2"),
)
ROWS = {"us-east-1": 2, "eu-west-1": 6, "ap-southeast-2": 3}


def spanning(first: str, last: str) -> dict[str, str]:
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


ALL = spanning(REGIONS[0], REGIONS[-1])


class Ran:
    """What one run left in the event log."""

    def __init__(self, result: dg.ExecuteInProcessResult) -> None:
        self.result = result
        self.success = result.success
        self.materialized: dict[tuple[str, str | None], dict[str, Any]] = {}
        for event in result.get_asset_materialization_events():
            found = event.step_materialization_data.materialization
            metadata = {name: value.value for name, value in found.metadata.items()}
            self.materialized[found.asset_key.path[-1], found.partition] = metadata

    def rows(self, table: str = "data_objects") -> dict[str, int]:
        return {
            str(partition): metadata["dagster/partition_row_count"]
            for (name, partition), metadata in self.materialized.items()
            if name == table
        }

    @property
    def push(self) -> dict[str, Any]:
        return self.materialized["raito_data_source", None]

    @property
    def failed_checks(self) -> set[str]:
        return {
            evaluation.check_name for evaluation in self.result.get_asset_check_evaluations() if not evaluation.passed
        }

    @property
    def failures(self) -> list[str]:
        return [
            str(event.step_failure_data.user_failure_data.description)
            for event in self.result.all_events
            if event.is_step_failure and event.step_failure_data.user_failure_data
        ]

    @property
    def retries(self) -> int:
        return sum(event.is_step_up_for_retry for event in self.result.all_events)


def run(
    world: World,
    instance: dg.DagsterInstance,
    *only: str,
    partition: str | None = None,
    tags: Mapping[str, str] = ALL,
    config: dict[str, Any] | None = None,
    **target: Any,
) -> Ran:
    """Run the job of a target, or some of its assets: over all regions, or over one."""
    described = world.target(**({"aws_regions": ",".join(REGIONS)} | target))
    definitions = build_definitions(world.settings(described), world.environment)
    return Ran(
        definitions.resolve_job_def(f"{described['name']}__data_objects_sync").execute_in_process(
            instance=instance,
            partition_key=partition,
            tags=None if partition else dict(tags),
            asset_selection=[dg.AssetKey([described["name"], name]) for name in only] or None,
            run_config={"ops": {f"{described['name']}__raito_data_source": {"config": config}}} if config else None,
            raise_on_error=False,
        )
    )


def held(world: World) -> list[str]:
    """What Raito holds, without the account and without the data source itself."""
    return sorted(o.full_name.partition(":")[2] for o in world.raito.state.data_objects() if ":" in o.full_name)
