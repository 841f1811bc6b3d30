"""Dagster's handle on AWS."""

from __future__ import annotations

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.sync.connections import aws_clients


class AwsResource:
    """Gives the AWS clients of a target; nothing is called before a client is used."""

    def clients(self, target: Target) -> AwsClients:
        """The clients of a target, for one step."""
        return aws_clients(target)
