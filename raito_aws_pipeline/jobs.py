"""Jobs: selections of assets that are run together, by hand, by a schedule or from the command line."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from raito_aws_pipeline.configuration.targets import BrokenTarget, Target

IDENTITIES_JOB = "identities"


def identities_job(keys: Sequence[dg.AssetKey]) -> dg.UnresolvedAssetJobDefinition:
    """AWS → lake → Raito for the users and groups of all targets; a target that fails does not stop the others."""
    return dg.define_asset_job(
        IDENTITIES_JOB,
        selection=dg.AssetSelection.assets(*keys),
        description="Read users and groups of every target, check them, and push them to Raito.",
    )


def data_objects_job(target: Target | BrokenTarget, keys: Sequence[dg.AssetKey]) -> dg.UnresolvedAssetJobDefinition:
    """AWS → lake → Raito for the data objects of one target; its regions are those of the run.

    Targets have regions of their own, and a job has one set of partitions (that of its assets): one job a target.
    """
    return dg.define_asset_job(
        data_objects_job_name(target),
        selection=dg.AssetSelection.assets(*keys),
        description=f"Read buckets and data objects of '{target.name}', check them, and push them to Raito.",
    )


def data_objects_job_name(target: Target | BrokenTarget) -> str:
    """Name of a target's data object job."""
    return f"{target.slug}__data_objects_sync"


def access_job(target: Target | BrokenTarget, keys: Sequence[dg.AssetKey]) -> dg.UnresolvedAssetJobDefinition:
    """AWS → lake → Raito for the access controls of one target; what they refer to comes from the data object job."""
    return dg.define_asset_job(
        access_job_name(target),
        selection=dg.AssetSelection.assets(*keys),
        description=f"Read roles, policies and access points of '{target.name}', and push access controls to Raito.",
    )


def access_job_name(target: Target | BrokenTarget) -> str:
    """Name of a target's access job."""
    return f"{target.slug}__access_sync"
