"""Schedules: what the clock starts. All are off until somebody switches them on."""

from __future__ import annotations

import dagster as dg

from raito_aws_pipeline.configuration.targets import BrokenTarget, Target
from raito_aws_pipeline.partitions import all_partitions


def identities_nightly(job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Users and groups, every night at 03:15 UTC."""
    return dg.ScheduleDefinition(
        name="identities_nightly",
        job=job,
        cron_schedule="15 3 * * *",
        execution_timezone="UTC",
        description="Users and groups of every target, every night at 03:15 UTC. Off until switched on.",
    )


def data_objects_nightly(
    target: Target | BrokenTarget, job: dg.UnresolvedAssetJobDefinition, partitions: dg.PartitionsDefinition[str]
) -> dg.ScheduleDefinition:
    """Data objects of one target, all regions in one run, every night at 02:15 UTC: before access refers to them."""

    @dg.schedule(
        name=f"{target.slug}__data_objects_nightly",
        job=job,
        cron_schedule="15 2 * * *",
        execution_timezone="UTC",
        description=f"Data objects of '{target.name}', all regions, every night at 02:15 UTC. Off until switched on.",
    )
    def nightly() -> dg.RunRequest:
        return dg.RunRequest(tags=all_partitions(partitions))

    return nightly


def access_nightly(
    target: Target | BrokenTarget, job: dg.UnresolvedAssetJobDefinition, partitions: dg.PartitionsDefinition[str]
) -> dg.ScheduleDefinition:
    """Access controls of one target, every night at 04:15 UTC: after the data objects and users that they name."""

    @dg.schedule(
        name=f"{target.slug}__access_nightly",
        job=job,
        cron_schedule="15 4 * * *",
        execution_timezone="UTC",
        description=f"Access controls of '{target.name}', every night at 04:15 UTC. Off until switched on.",
    )
    def nightly() -> dg.RunRequest:
        return dg.RunRequest(tags=all_partitions(partitions))

    return nightly
