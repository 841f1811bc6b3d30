"""How a target's settings become the things that talk to AWS and to Raito. Nothing is connected here yet."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.parameters import GeneralParameters
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.raito.connection import RAITO_COGNITO_URL, RaitoConnection
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.raito.version_gate import check_version

logger = logging.getLogger(__name__)

COGNITO_ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL")
"""Variables that move the login, the first that is set wins (protocol 1.3)."""


@dataclass(frozen=True, slots=True)
class RaitoOptions:
    """What holds for all talk with Raito, whichever the target.

    Args:
        import_timeout_seconds: How long Raito may work on one import.
        upload_logs: The kinds of task whose log is given to Raito.
    """

    import_timeout_seconds: float
    upload_logs: frozenset[JobType]


def raito_options(general: GeneralParameters) -> RaitoOptions:
    """The options that the top level of `raito.yml` says."""
    switched_off = {
        JobType.DS: general.disable_log_forwarding_data_source_sync,
        JobType.IS: general.disable_log_forwarding_identity_store_sync,
        JobType.DA: general.disable_log_forwarding_data_access_sync,
        JobType.DU: general.disable_log_forwarding_data_usage_sync,
    }
    return RaitoOptions(
        import_timeout_seconds=general.raito_import_timeout * 60,
        upload_logs=frozenset(
            kind for kind, is_off in switched_off.items() if not (is_off or general.disable_log_forwarding)
        ),
    )


def aws_clients(target: Target) -> AwsClients:
    """The AWS clients of a target; no credentials are looked up before the first call."""
    default = (target.default_region,) if target.default_region else ()
    return AwsClients(
        profile=target.aws.aws_profile,
        regions=target.aws.aws_regions or default,
        concurrency=target.aws.aws_concurrency,
    )


def organization_clients(target: Target) -> AwsClients:
    """The AWS clients of the organisation that `aws-organization-profile` of a target names, for Identity Center.

    Their default region is `aws-organization-region`, else the SDK's own for that profile.
    """
    region = target.aws.aws_organization_region
    return AwsClients(
        profile=target.aws.aws_organization_profile,
        regions=(region,) if region else (),
        concurrency=target.aws.aws_concurrency,
    )


def raito_connection(target: Target, environment: Mapping[str, str]) -> RaitoConnection:
    """Where and as whom a target talks to Raito; its secret is looked up in `environment` at each login."""
    secret = target.raito.api_secret
    return RaitoConnection(
        domain=target.raito.domain or "",
        user=target.raito.api_user or "",
        secret=lambda: secret.resolve(environment.get) if secret else "",
        url=target.raito.raito_url_override,
        cognito_url=next((environment[v] for v in COGNITO_ENDPOINT_VARIABLES if environment.get(v)), RAITO_COGNITO_URL),
        skip_authentication=target.raito.skip_authentication,
        skip_file_upload=target.raito.skip_file_upload,
    )


@contextmanager
def raito_session(target: Target, environment: Mapping[str, str]) -> Iterator[RaitoSession]:
    """A session of a target, with the version gate passed (protocol 1.8); closed at the end of the block.

    Raises:
        PipelineError: The login fails, Raito cannot be reached, or does not support this version.
    """
    with RaitoSession(raito_connection(target, environment)) as session:
        deprecated = check_version(session)
        if deprecated:
            logger.warning("Raito says of this version: %s", deprecated)
        yield session
