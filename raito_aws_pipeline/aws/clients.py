"""Clients of AWS's services: the one place for credentials, regions, endpoints and retries.

Here: how a client is made. Not here: which calls are made with it (one module a service) and what their failures mean
(`aws.failures`). Whatever talks to AWS without these clients, such as a signed listing, asks this class for what it
needs and finds out nothing by itself.
"""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING, Any, Literal, cast, overload

import botocore.session
from botocore import xform_name
from botocore.awsrequest import AWSResponse, HTTPHeaders
from botocore.config import Config
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError
from botocore.handlers import json_decode_policies
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from raito_aws_pipeline import __version__
from raito_aws_pipeline.aws.failures import aws_call
from raito_aws_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest
    from mypy_boto3_cloudtrail import CloudTrailClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3control import S3ControlClient
    from mypy_boto3_sso_admin import SSOAdminClient
    from mypy_boto3_sts import STSClient

MAX_ATTEMPTS = 8
"""Attempts a call, the first one included; AWS's standard mode waits at most 20 s between two."""

FIRST_CALL_ATTEMPTS = 3
"""Attempts a call of STS, the first that a run makes: a wrong endpoint or no network is told within seconds."""

SMALLEST_CONNECTION_POOL = 10
CONNECT_TIMEOUT_SECONDS = 10
READ_TIMEOUT_SECONDS = 60

SERVICES_WITHOUT_REGIONS = ("iam", "sts")
"""Their calls are signed for us-east-1 where no region is known, as AWS's global endpoints want it."""

_ACCOUNT_HOST_PREFIX = re.compile(r"^(https?://)\d{12}\.")


class AwsClients:
    """Clients per service and region, made at their first use and shared by all threads.

    Nothing is looked up before the first use: no file, no credentials, no call. Credentials come from the SDK's default
    chain, `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` are obeyed (connector 1). Failed calls are tried
    `max_attempts` times in the SDK's standard mode; its legacy mode hangs on some answers.

    IAM's policy documents come as AWS sends them, URL-encoded text, and not as the dictionaries that the SDK would make
    of them: `aws.iam.entities.document_text` decodes them without losing what a malformed document says.

    Args:
        profile: SDK profile, or None for the SDK's default (`AWS_PROFILE`).
        regions: Regions of the target, the first is the default; empty: the SDK's default region.
        concurrency: How many calls are made at a time (`aws-concurrency`); the connection pool is sized to it.
        user_agent: What is added to the SDK's user agent.
        max_attempts: Attempts a call; of STS at most `FIRST_CALL_ATTEMPTS`.
    """

    def __init__(
        self,
        *,
        profile: str | None = None,
        regions: tuple[str, ...] = (),
        concurrency: int = 5,
        user_agent: str = f"raito-aws-pipeline/{__version__}",
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        self.profile = profile
        self.concurrency = concurrency
        self._configured_regions = regions
        self._user_agent = user_agent
        self._max_attempts = max_attempts
        self._lock = threading.RLock()
        self._lazy_session: botocore.session.Session | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._addressers: dict[tuple[str, str], Any] = {}

    def __repr__(self) -> str:
        return f"AwsClients(profile={self.profile!r}, regions={self._configured_regions!r})"

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of the target, the default one first; never empty.

        Raises:
            ConfigurationError: None is configured, and the SDK knows no default region.
        """
        if self._configured_regions:
            return self._configured_regions
        default = self._default_region()
        if default is None:
            raise ConfigurationError(
                "No AWS region is configured, and the SDK has no default region.",
                missing="aws-regions",
                remedy="Set aws-regions in the target, AWS_REGION in the environment, or a region in the AWS profile.",
            )
        return (default,)

    @overload
    def client(self, service: Literal["cloudtrail"], region: str | None = None) -> CloudTrailClient: ...
    @overload
    def client(self, service: Literal["glue"], region: str | None = None) -> GlueClient: ...
    @overload
    def client(self, service: Literal["iam"], region: str | None = None) -> IAMClient: ...
    @overload
    def client(self, service: Literal["identitystore"], region: str | None = None) -> IdentityStoreClient: ...
    @overload
    def client(self, service: Literal["s3"], region: str | None = None) -> S3Client: ...
    @overload
    def client(self, service: Literal["s3control"], region: str | None = None) -> S3ControlClient: ...
    @overload
    def client(self, service: Literal["sso-admin"], region: str | None = None) -> SSOAdminClient: ...
    @overload
    def client(self, service: Literal["sts"], region: str | None = None) -> STSClient: ...

    def client(self, service: str, region: str | None = None) -> Any:
        """The client of a service in a region (default: the target's first one), the same one at each call.

        IAM and STS need no region.

        Raises:
            ConfigurationError: The profile or the endpoint cannot be used, or a region is needed and there is none.
        """
        with self._lock, aws_call(f"client of {service}"):
            region = region or self._region_of(service)
            key = (service, region)
            if key not in self._clients:
                self._clients[key] = self._make_client(service, region)
            return self._clients[key]

    def credentials(self) -> Credentials:
        """The credentials that calls are signed with; temporary ones renew themselves when they are frozen.

        Raises:
            CredentialsError: There are none.
        """
        with self._lock, aws_call("credentials"):
            credentials = self._session().get_credentials()
            if credentials is None:
                raise NoCredentialsError
            return credentials

    def url(self, service: str, region: str, operation: str, **parameters: Any) -> str:
        """Where the SDK would send a call, which is not sent: by profile, environment and the service's own rules.

        Raises:
            ConfigurationError: The profile or the endpoint cannot be used.
        """
        with aws_call(f"{service}:{operation}"):
            answer = getattr(self._addresser(service, region), xform_name(operation))(**parameters)
            return cast("str", answer["url"])

    def http_session(self, service: str, region: str) -> URLLib3Session:
        """The SDK's HTTP layer for requests to a service that are signed by hand: proxies, certificates, time-outs.

        Raises:
            ConfigurationError: The profile or the endpoint cannot be used.
        """
        with self._lock, aws_call(f"connections of {service}"):
            certificates = self._session().get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
            return URLLib3Session(
                verify=cast("Any", certificates or True),
                proxies=get_environ_proxies(self._addresser(service, region).meta.endpoint_url),
                timeout=cast("Any", (CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)),
                max_pool_connections=max(SMALLEST_CONNECTION_POOL, self.concurrency),
            )

    @property
    def user_agent(self) -> str:
        """What the requests of this program say they come from."""
        return self._user_agent

    def _region_of(self, service: str) -> str:
        if service in SERVICES_WITHOUT_REGIONS:
            return self._default_region() or "us-east-1"
        return self.regions[0]

    def _make_client(self, service: str, region: str) -> Any:
        endpoint = self._custom_endpoint(service)
        attempts = min(self._max_attempts, FIRST_CALL_ATTEMPTS) if service == "sts" else self._max_attempts
        # A custom endpoint is one host without names below it: neither buckets nor accounts can be put before it.
        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=max(SMALLEST_CONNECTION_POOL, self.concurrency),
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=READ_TIMEOUT_SECONDS,
            user_agent_extra=self._user_agent,
            s3={"addressing_style": "path"} if endpoint and service == "s3" else None,
        )
        try:
            client = self._session().create_client(cast("Any", service), region_name=region, config=config)
        except ValueError as error:
            raise ConfigurationError(
                f"No client of {service} can be made: {error}.",
                remedy="Correct the endpoint (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>) or the AWS profile.",
            ) from error
        if endpoint and service == "s3control":
            client.meta.events.register("before-sign.s3-control", _strip_account_from_host)
        return client

    def _addresser(self, service: str, region: str) -> Any:
        """A client that sends nothing, and answers each call with its URL."""
        with self._lock:
            if (service, region) not in self._addressers:
                client = self._make_client(service, region)
                client.meta.events.register_first("before-call", _answer_with_url)
                self._addressers[service, region] = client
            return self._addressers[service, region]

    def _custom_endpoint(self, service: str) -> str | None:
        """The endpoint that environment or profile name for a service, or None where AWS's own is used."""
        session = self._session()
        if session.get_config_variable("ignore_configured_endpoint_urls"):
            return None
        provider = ConfiguredEndpointProvider(session.full_config, session.get_scoped_config(), service)
        return cast("str | None", provider.provide())

    def _default_region(self) -> str | None:
        if self._configured_regions:
            return self._configured_regions[0]
        with self._lock, aws_call("default region"):
            # Other SDKs read AWS_REGION first; botocore does not read it at all.
            return self._session().get_config_variable("region") or os.environ.get("AWS_REGION") or None

    def _session(self) -> botocore.session.Session:
        if self._lazy_session is None:
            session = botocore.session.Session(profile=self.profile)
            session.unregister("after-call.iam", cast("Any", json_decode_policies))
            self._lazy_session = session
        return self._lazy_session


def _answer_with_url(params: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, str]]:
    """In place of sending a call, answer with where it would have gone."""
    return AWSResponse(params["url"], 200, HTTPHeaders(), None), {"url": params["url"]}


def _strip_account_from_host(request: AWSRequest, **_: Any) -> None:
    """Undo the `<account>.` that the endpoint rules of S3 Control put before every host, custom ones too."""
    request.url = _ACCOUNT_HOST_PREFIX.sub(r"\1", request.url or "")
