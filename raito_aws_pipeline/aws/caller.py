"""Who we are to AWS: account, partition and ARN of the credentials."""

from __future__ import annotations

from dataclasses import dataclass

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.failures import aws_call


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    """The account that the credentials belong to, its partition (`aws`, `aws-cn`, `aws-us-gov`), and their ARN."""

    account_id: str
    partition: str
    arn: str


def caller_identity(clients: AwsClients) -> CallerIdentity:
    """Ask AWS whose credentials these are: one call, which needs no permission.

    Raises:
        PipelineError: There are no credentials, AWS does not accept them, or it cannot be reached.
    """
    with aws_call("sts:GetCallerIdentity"):
        answer = clients.client("sts").get_caller_identity()
    return CallerIdentity(account_id=answer["Account"], partition=answer["Arn"].split(":")[1], arn=answer["Arn"])
