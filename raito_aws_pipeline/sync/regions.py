"""The regions that a target reads: those of `aws-regions`, else the SDK's default one (connector 1)."""

from __future__ import annotations

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.sync.connections import aws_clients


def target_regions(target: Target) -> tuple[str, ...]:
    """The regions, the default one first. No call is made; files of the SDK are read where `aws-regions` is not set.

    Raises:
        ConfigurationError: No region is configured, and the SDK knows none.
    """
    return target.aws.aws_regions or aws_clients(target).regions
