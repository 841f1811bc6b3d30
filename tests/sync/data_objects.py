"""What the tests of data objects ask of a world: run it, and look at what Raito was told and what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.raito.tasks import JobType, Task
from raito_aws_pipeline.sync.connections import raito_options, raito_session
from raito_aws_pipeline.sync.data_object_subtree import Subtree
from raito_aws_pipeline.sync.raito_jobs import task_of_its_own_job
from raito_aws_pipeline.sync.run import TargetReport
from tests.world import World

ACCOUNT = "123456789012"
LAKE = f"{ACCOUNT}:eu-west-1:acme-lake"
US = f"{ACCOUNT}:us-east-1:acme-us"
REGIONS = "eu-west-1,us-east-1"

Record = dict[str, Any]


def sync(world: World, *, allow_mass_delete: bool = False, subtree: Subtree | None = None, **keys: Any) -> TargetReport:
    """One run of the data source task alone, over both regions unless the keys of the target say otherwise."""
    target = world.target(**{"aws_regions": REGIONS, **keys})
    (report,) = world.sync(target, only=frozenset({JobType.DS}), allow_mass_delete=allow_mass_delete, subtree=subtree)
    return report


def usable(world: World, **keys: Any) -> Target:
    """The target of such a run."""
    (target,) = world.settings(world.target(**{"aws_regions": REGIONS, **keys})).targets
    assert isinstance(target, Target), target
    return target


@contextmanager
def data_source_task(world: World, target: Target) -> Iterator[Task]:
    """The task DS of a job of its own, as an asset has it."""
    options = raito_options(world.settings().general)
    with (
        raito_session(target, world.environment) as session,
        task_of_its_own_job(world.lake, target, session, options, JobType.DS) as task,
    ):
        yield task


def sent(world: World) -> list[Record]:
    """The records of the last import file."""
    records: list[Record] = json.loads(sent_bytes(world))
    return records


def sent_bytes(world: World) -> bytes:
    """The last import file."""
    return [file for file in world.raito.state.received_files() if file.kind == "dataObjects"][-1].path.read_bytes()


def asked(world: World) -> Mapping[str, Any]:
    """The settings of the last import."""
    return world.raito.state.subtasks(world.raito.state.jobs()[-1].id)[-1].settings


def told(world: World) -> list[str]:
    """The warnings that the last job told Raito."""
    events = world.raito.state.task_events(world.raito.state.jobs()[-1].id, "DS")
    return [warning for event in events for warning in event.content.get("warnings") or ()]


def held(world: World) -> dict[str, str]:
    """Full name → type of what Raito holds, without the data source itself."""
    return {row.full_name: row.type for row in world.raito.state.data_objects() if row.type != "datasource"}
