"""What a failure of the AWS SDK means: any exception of botocore → one of `errors`, with the remedy.

Here: the translation, and the row that a failed part of a read becomes. Not here: the decision which parts are read on
after a failure (the readers, one a service).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import botocore.exceptions as sdk
from botocore.parsers import ResponseParserError

from raito_aws_pipeline.errors import (
    ConfigurationError,
    CredentialsError,
    NotFoundError,
    PermissionMissingError,
    PipelineError,
    ThrottledError,
    UnavailableError,
)
from raito_aws_pipeline.model.read_failures import ReadFailure

SDK_ERRORS = (sdk.BotoCoreError, sdk.ClientError, ResponseParserError)
"""The roots of all exceptions of botocore."""

_LONGEST_MESSAGE = 600
"""Characters of AWS's message that are kept; an encoded authorisation failure alone may have thousands."""

_DENIED = re.compile(
    r"AccessDenied|UnauthorizedOperation|UnauthorizedAccess|NotAuthorized|AuthorizationError|Forbidden|^403$", re.I
)
_NOT_WHO_WE_SAY = re.compile(
    r"ExpiredToken|TokenRefreshRequired|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|InvalidSignature"
    r"|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|InvalidToken$|InvalidIdentityToken|AuthFailure"
    r"|RequestExpired|RequestTimeTooSkewed|OptInRequired|NotSignedUp|InvalidSecurity|^UnauthorizedException$|^401$"
)
_THROTTLED = re.compile(
    r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|BandwidthLimitExceeded|PriorRequestNotComplete|^429$", re.I
)
_UNAVAILABLE = re.compile(
    r"ServiceUnavailable|ServiceFailure|InternalError|InternalFailure|InternalServer|RequestTimeout|^5\d\d$"
)
_NOT_FOUND = re.compile(r"^NoSuch|NotFound|^404$")

_MISSING_ACTION = re.compile(r"not authorized to perform:?\s+([A-Za-z0-9-]+:[A-Za-z0-9*]+)")
_REFUSED_BY = re.compile(
    r"(?P<how>explicit deny in|because no)\s+(?:an?\s+)?"
    r"(?P<kind>service control|resource control|identity-based|resource-based|session|VPC endpoint"
    r"|permissions boundary)"
)

_REMEDIES = {
    "service control": "A service control policy of the organisation stands in the way; only the organisation's "
    "administrator can change it.",
    "resource control": "A resource control policy of the organisation stands in the way; only the organisation's "
    "administrator can change it.",
    "permissions boundary": "The permissions boundary of the user or role stands in the way: allow the action "
    "there too.",
    "session": "The session policy with which the role was assumed stands in the way: allow the action there too.",
    "VPC endpoint": "The policy of the VPC endpoint stands in the way: allow the action there too.",
    "resource-based": "The policy of the resource stands in the way: allow the action there.",
}
_REMEDY_ALLOW = (
    "Allow the action in the IAM policy of the user or role that the pipeline runs as (README, IAM policies)."
)
_REMEDY_DENY = (
    "An IAM policy of the user or role denies the action: take the Deny away, allowing it elsewhere is not enough."
)
_REMEDY_CREDENTIALS = (
    "Check the AWS credentials of the target (aws-profile, environment, role of the machine); temporary ones must be "
    "renewed (for Identity Center: aws sso login)."
)
_REMEDY_UNREACHABLE = (
    "Check the network, the proxy, the region and AWS_ENDPOINT_URL; if these are right, AWS is in trouble: run again "
    "later."
)
_REMEDY_CONFIGURATION = (
    "Correct aws-profile, aws-regions or the AWS config files; `aws configure list-profiles` names the profiles."
)

_CREDENTIAL_ERRORS = (
    sdk.NoCredentialsError,
    sdk.PartialCredentialsError,
    sdk.CredentialRetrievalError,
    sdk.UnknownCredentialError,
    sdk.NoAuthTokenError,
    sdk.TokenRetrievalError,
    sdk.SSOError,
    sdk.RefreshWithMFAUnsupportedError,
    sdk.MetadataRetrievalError,
)
_CONFIGURATION_ERRORS = (
    sdk.ProfileNotFound,
    sdk.ConfigParseError,
    sdk.ConfigNotFound,
    sdk.InvalidConfigError,
    sdk.InfiniteLoopConfigError,
    sdk.NoRegionError,
    sdk.InvalidRegionError,
    sdk.UnknownRegionError,
    sdk.UnknownEndpointError,
    sdk.EndpointVariantError,
    sdk.EndpointProviderError,
    sdk.InvalidEndpointConfigurationError,
    sdk.InvalidProxiesConfigError,
    sdk.InvalidRetryConfigurationError,
    sdk.InvalidRetryModeError,
    sdk.InvalidMaxRetryAttemptsError,
    sdk.InvalidDefaultsMode,
    sdk.InvalidSTSRegionalEndpointsConfigError,
)
_CONNECTION_ERRORS = (
    sdk.HTTPClientError,
    sdk.ConnectionError,
    sdk.IncompleteReadError,
    sdk.ChecksumError,
    sdk.PaginationError,
)


@dataclass(frozen=True, slots=True)
class AwsAnswer:
    """What AWS, or the SDK in its place, says of a failed call: code and message, without secrets."""

    code: str
    message: str
    status: int = 0
    """HTTP status; 0: AWS did not answer."""


def answer_of(error: BaseException) -> AwsAnswer:
    """Code and message of an exception; one that is not AWS's answer has its class's name as code."""
    if not isinstance(error, sdk.ClientError):
        return AwsAnswer(type(error).__name__, _without_secrets(str(error)))
    response = error.response if isinstance(error.response, dict) else {}
    details, metadata = response.get("Error"), response.get("ResponseMetadata")
    code = details.get("Code") if isinstance(details, dict) else None
    message = details.get("Message") if isinstance(details, dict) else None
    status = metadata.get("HTTPStatusCode") if isinstance(metadata, dict) else None
    status = status if isinstance(status, int) else 0
    return AwsAnswer(str(code or status or "Unknown"), _without_secrets(str(message or "")), status)


def translate(error: BaseException, call: str) -> PipelineError:
    """A failure of the SDK as one of `errors`; a PipelineError stays itself. Raises nothing.

    Args:
        error: The exception.
        call: The call, as IAM names it: `iam:ListUsers`, `sso:ListInstances`.
    """
    if isinstance(error, PipelineError):
        return error
    answer = answer_of(error)
    said = f"{answer.code}: {answer.message}".rstrip(": ")
    said = said if said.endswith(".") else f"{said}."
    if isinstance(error, sdk.ClientError):
        return _translate_answer(answer, said, call)
    if isinstance(error, _CREDENTIAL_ERRORS) or answer.code.startswith("Login"):
        return CredentialsError(f"There are no AWS credentials to use. {said}", call=call, remedy=_REMEDY_CREDENTIALS)
    if isinstance(error, _CONFIGURATION_ERRORS):
        return ConfigurationError(
            f"The AWS SDK cannot use the configuration. {said}", call=call, remedy=_REMEDY_CONFIGURATION
        )
    if isinstance(error, sdk.SSLError):
        return UnavailableError(
            f"The connection to AWS is not secure. {said}",
            call=call,
            remedy="Check the proxy and the certificates (AWS_CA_BUNDLE).",
        )
    if isinstance(error, _CONNECTION_ERRORS):
        return UnavailableError(f"AWS cannot be reached. {said}", call=call, remedy=_REMEDY_UNREACHABLE)
    if isinstance(error, ResponseParserError):
        return UnavailableError(
            f"The answer is not one of AWS's. {said}",
            call=call,
            remedy="Check AWS_ENDPOINT_URL and the proxy: something else than AWS answers, or AWS is in trouble.",
        )
    return PipelineError(f"The AWS SDK refuses the call. {said}", call=call, remedy=_REMEDY_CONFIGURATION)


@contextmanager
def aws_call(call: str) -> Iterator[None]:
    """Translate what the SDK raises inside; the original exception is the cause.

    Raises:
        PipelineError: The call failed, after all retries.
    """
    try:
        yield
    except SDK_ERRORS as error:
        raise translate(error, call) from error


def ends_reading(error: PipelineError) -> bool:
    """Whether no further call can succeed: no credentials, wrong configuration, or nobody answers."""
    unreachable = isinstance(error, UnavailableError) and not isinstance(
        error.__cause__, (sdk.ClientError, ResponseParserError)
    )
    return unreachable or isinstance(error, (CredentialsError, ConfigurationError))


def read_failure(error: PipelineError, *, part: str, subject: str = "") -> ReadFailure:
    """The row for a part that could not be read; `part` and `subject` as `ReadFailure` describes them."""
    answer = answer_of(error.__cause__) if error.__cause__ else AwsAnswer(type(error).__name__, error.what)
    missing = f" Missing: {error.missing}." if error.missing else ""
    return ReadFailure(
        part=part,
        subject=subject,
        call=error.call or "",
        code=answer.code,
        message=answer.message,
        remedy=f"{error.remedy}{missing}",
    )


def _translate_answer(answer: AwsAnswer, said: str, call: str) -> PipelineError:
    code = answer.code
    if _NOT_WHO_WE_SAY.search(code):
        return CredentialsError(f"AWS does not accept the credentials. {said}", call=call, remedy=_REMEDY_CREDENTIALS)
    if _THROTTLED.search(code) or answer.status == 429:
        return ThrottledError(
            f"AWS asks to slow down, after all retries. {said}",
            call=call,
            remedy="Run again later, or with a smaller aws-concurrency.",
        )
    if _DENIED.search(code):
        return _denied(answer.message, said, call)
    if _UNAVAILABLE.search(code) or answer.status >= 500:
        return UnavailableError(
            f"AWS answers with an error of its own, after all retries. {said}", call=call, remedy=_REMEDY_UNREACHABLE
        )
    if _NOT_FOUND.search(code):
        return NotFoundError(f"It does not exist. {said}", call=call, remedy="Check its name, account and region.")
    if answer.status == 403:
        return _denied(answer.message, said, call)
    return PipelineError(
        f"AWS refuses the call. {said}", call=call, remedy="See AWS's message; if it does not help, report it to us."
    )


def _denied(message: str, said: str, call: str) -> PermissionMissingError:
    named = _MISSING_ACTION.search(message)
    refused_by = _REFUSED_BY.search(message)
    remedy = _REMEDY_ALLOW
    if refused_by:
        explicit = refused_by["how"] != "because no"
        remedy = _REMEDIES.get(refused_by["kind"], _REMEDY_DENY if explicit else _REMEDY_ALLOW)
    return PermissionMissingError(
        f"AWS does not allow the call. {said}",
        call=call,
        missing=f"the IAM action {named[1]}" if named else None,
        remedy=remedy,
    )


def _without_secrets(message: str) -> str:
    # A refused signature comes with the string that was signed, in which a session token may stand.
    message = message.split("The Canonical String for this request", 1)[0]
    message = re.sub(r"//[^/@\s]+@", "//", message)
    message = " ".join(message.split())
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}…"
