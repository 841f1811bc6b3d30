"""Rules between parameters of one target (connector 1, protocol 1.2).

Here: what must be given together, what excludes what. Not here: what one value may be (`value_kinds`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from raito_aws_pipeline.configuration.parameters import AwsParameters, RaitoParameters
from raito_aws_pipeline.errors import ConfigurationError


def with_one_catalogue(aws: AwsParameters, given: Collection[str]) -> AwsParameters:
    """S3 or Glue, exactly one: Glue turns S3 off where S3 is not given.

    Args:
        aws: The parameters as read.
        given: The keys that `raito.yml` gives.

    Raises:
        ConfigurationError: Both are true, or both are false.
    """
    if aws.aws_glue_enabled and "aws-s3-enabled" not in given:
        return dataclasses.replace(aws, aws_s3_enabled=False)
    if aws.aws_s3_enabled == aws.aws_glue_enabled:
        both = "true" if aws.aws_s3_enabled else "false"
        raise ConfigurationError(
            f"`aws-s3-enabled` and `aws-glue-enabled` are both {both}.",
            remedy="Set exactly one of them to true: data objects come from S3 or from the Glue catalogue.",
        )
    return aws


def refuse_half_an_organization(aws: AwsParameters) -> None:
    """With `aws-organization-profile`, the instance and the identity store must be given.

    Raises:
        ConfigurationError: One of them is not.
    """
    if aws.aws_organization_profile is None:
        return
    needed = {
        "aws-organization-identity-center-instance-arn": aws.aws_organization_identity_center_instance_arn,
        "aws-organization-identity-store": aws.aws_organization_identity_store,
    }
    missing = [f"`{key}`" for key, value in needed.items() if value is None]
    if missing:
        raise ConfigurationError(
            "`aws-organization-profile` is given, but not all that belongs to it.",
            missing=" and ".join(missing),
            remedy="Give what is missing (`aws sso-admin list-instances` shows both), or leave the profile out.",
        )


def refuse_missing_credentials(raito: RaitoParameters) -> None:
    """Domain, user and secret are needed, unless `skip-authentication` is set.

    Raises:
        ConfigurationError: One of them is not given.
    """
    needed = {"domain": raito.domain, "api-user": raito.api_user, "api-secret": raito.api_secret}
    missing = [f"`{key}`" for key, value in needed.items() if value is None]
    if missing and not raito.skip_authentication:
        raise ConfigurationError(
            "Without domain, user and secret Raito lets nobody in.",
            missing=" and ".join(missing),
            remedy="Give them at the top level of raito.yml or in the target, the secret best as `{{API_SECRET}}`.",
        )
