"""Schedules: what the clock starts. All are off until somebody switches them on."""

from __future__ import annotations

import dagster as dg


def identities_nightly(job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Users and groups, every night at 03:15 UTC."""
    return dg.ScheduleDefinition(
        name="identities_nightly",
        job=job,
        cron_schedule="15 3 * * *",
        execution_timezone="UTC",
        description="Users and groups of every target, every night at 03:15 UTC. Off until switched on.",
    )
