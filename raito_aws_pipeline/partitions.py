"""How tables are partitioned: data objects by region."""

from __future__ import annotations

import dagster as dg

from raito_aws_pipeline.configuration.targets import BrokenTarget, Target
from raito_aws_pipeline.errors import ConfigurationError
from raito_aws_pipeline.sync.regions import target_regions

REGION = "region"
"""Dimension of the lake that a region partition is."""

UNKNOWN_REGION = "unknown-region"
"""Stands for the regions of a target whose configuration names none; materialising it fails with the reason."""


def region_partitions(target: Target | BrokenTarget) -> dg.StaticPartitionsDefinition:
    """One partition a region of the target, in the order of `aws-regions`."""
    if isinstance(target, BrokenTarget):
        return dg.StaticPartitionsDefinition([UNKNOWN_REGION])
    try:
        return dg.StaticPartitionsDefinition(list(target_regions(target)))
    except ConfigurationError:
        return dg.StaticPartitionsDefinition([UNKNOWN_REGION])


def all_partitions(partitions: dg.PartitionsDefinition[str]) -> dict[str, str]:
    """Tags by which one run is for all partitions of a job."""
    keys = partitions.get_partition_keys()
    return {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}


def regions_of_run(context: dg.AssetExecutionContext, target: Target) -> list[str]:
    """The run's partitions in the order of the configuration.

    Raises:
        ConfigurationError: The target has no region, or the run is for one that it does not have here.
    """
    regions = target_regions(target)
    unknown = [key for key in context.partition_keys if key not in regions]
    if unknown:
        raise ConfigurationError(
            f"The run is for {', '.join(sorted(unknown))}, and the regions are {', '.join(regions)}.",
            target=target.name,
            remedy="Give raito.yml and the variables of the SDK to the run as to Dagster's code location, and reload "
            "that; or set aws-regions.",
        )
    return [region for region in regions if region in context.partition_keys]
