"""The account that a target reads: that of its credentials, which must be `aws-account-id` where that is given."""

from __future__ import annotations

from raito_aws_pipeline.aws.caller import caller_identity
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.errors import ConfigurationError


def account_id(target: Target, clients: AwsClients) -> str:
    """Id of the account that the credentials belong to; one call of STS.

    Raises:
        ConfigurationError: It is another account than `aws-account-id`.
        PipelineError: There are no credentials, AWS does not accept them, or it cannot be reached.
    """
    expected = target.aws.aws_account_id
    caller = caller_identity(clients)
    if expected is not None and caller.account_id != expected:
        raise ConfigurationError(
            f"The AWS credentials are those of account {caller.account_id} ({caller.arn}), not of {expected}.",
            target=target.name,
            call="sts:GetCallerIdentity",
            remedy="Correct aws-profile or the credentials, or take aws-account-id out of the target.",
        )
    return caller.account_id


def require_account(target: Target, clients: AwsClients) -> None:
    """Refuse credentials of another account than `aws-account-id`; without that key nothing is asked.

    Raises:
        ConfigurationError: It is another account.
        PipelineError: There are no credentials, AWS does not accept them, or it cannot be reached.
    """
    if target.aws.aws_account_id is not None:
        account_id(target, clients)
