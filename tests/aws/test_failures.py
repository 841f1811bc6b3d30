"""What the exceptions of the AWS SDK become: the kind of failure, the missing action, the remedy."""

from __future__ import annotations

import inspect
from typing import Any

import botocore.exceptions as sdk
import pytest
from botocore.parsers import ResponseParserError
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.aws.failures import answer_of, aws_call, ends_reading, read_failure, translate
from raito_aws_pipeline.errors import (
    ConfigurationError,
    CredentialsError,
    NotFoundError,
    PermissionMissingError,
    PipelineError,
    ThrottledError,
    UnavailableError,
)

ARN = "arn:aws:iam::123456789012:user/ann"


def client_error(code: str, message: str = "", status: int = 400) -> sdk.ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return sdk.ClientError(response, "ListUsers")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDenied", 403, PermissionMissingError),
        ("AccessDeniedException", 400, PermissionMissingError),
        ("UnauthorizedOperation", 403, PermissionMissingError),
        ("", 403, PermissionMissingError),
        ("ExpiredToken", 400, CredentialsError),
        ("ExpiredTokenException", 400, CredentialsError),
        ("InvalidClientTokenId", 403, CredentialsError),
        ("InvalidAccessKeyId", 403, CredentialsError),
        ("UnrecognizedClientException", 400, CredentialsError),
        ("SignatureDoesNotMatch", 403, CredentialsError),
        ("UnauthorizedException", 401, CredentialsError),
        ("Throttling", 400, ThrottledError),
        ("ThrottlingException", 400, ThrottledError),
        ("TooManyRequestsException", 429, ThrottledError),
        ("SlowDown", 503, ThrottledError),
        ("NoSuchEntity", 404, NotFoundError),
        ("NoSuchBucket", 404, NotFoundError),
        ("ResourceNotFoundException", 400, NotFoundError),
        ("EntityNotFoundException", 400, NotFoundError),
        ("404", 404, NotFoundError),
        ("ServiceFailure", 500, UnavailableError),
        ("InternalError", 500, UnavailableError),
        ("ServiceUnavailable", 503, UnavailableError),
        ("500", 500, UnavailableError),
        ("MalformedPolicyDocument", 400, PipelineError),
        ("LimitExceeded", 409, PipelineError),
    ],
)
def test_a_code_of_aws_has_a_kind(code: str, status: int, kind: type[PipelineError]) -> None:
    assert type(translate(client_error(code, "said AWS", status), "iam:ListUsers")) is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (sdk.NoCredentialsError(), CredentialsError),
        (sdk.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), CredentialsError),
        (sdk.CredentialRetrievalError(provider="process", error_msg="exit 1"), CredentialsError),
        (sdk.UnauthorizedSSOTokenError(), CredentialsError),
        (sdk.SSOTokenLoadError(error_msg="token expired"), CredentialsError),
        (sdk.TokenRetrievalError(provider="sso", error_msg="expired"), CredentialsError),
        (sdk.ProfileNotFound(profile="sales"), ConfigurationError),
        (sdk.NoRegionError(), ConfigurationError),
        (sdk.ConfigParseError(path="config", error=ValueError("line 3")), ConfigurationError),
        (sdk.EndpointConnectionError(endpoint_url="https://iam.amazonaws.com"), UnavailableError),
        (sdk.ConnectTimeoutError(endpoint_url="https://iam.amazonaws.com"), UnavailableError),
        (sdk.ReadTimeoutError(endpoint_url="https://iam.amazonaws.com"), UnavailableError),
        (sdk.ConnectionClosedError(endpoint_url="https://iam.amazonaws.com"), UnavailableError),
        (sdk.ProxyConnectionError(proxy_url="http://proxy"), UnavailableError),
        (sdk.SSLError(endpoint_url="https://iam.amazonaws.com", error=ValueError("certificate")), UnavailableError),
        (ResponseParserError("Unable to parse response: <html>"), UnavailableError),
        (sdk.PaginationError(message="The same next token was received twice"), UnavailableError),
        (sdk.ParamValidationError(report="UserName is too long"), PipelineError),
    ],
)
def test_a_failure_of_the_sdk_itself_has_a_kind(error: Exception, kind: type[PipelineError]) -> None:
    assert type(translate(error, "iam:ListUsers")) is kind


def test_the_message_says_call_cause_missing_action_and_remedy() -> None:
    said = f"User: {ARN} is not authorized to perform: iam:ListUsers because no identity-based policy allows it"
    error = translate(client_error("AccessDenied", said, 403), "iam:ListUsers")
    assert str(error) == (
        f"iam:ListUsers: AWS does not allow the call. AccessDenied: {said}. Missing: the IAM action iam:ListUsers. "
        "What to do: Allow the action in the IAM policy of the user or role that the pipeline runs as (README, IAM "
        "policies)."
    )


def test_the_missing_action_is_the_one_that_aws_names_and_not_the_call() -> None:
    said = f"User: {ARN} is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows it"
    assert (
        translate(client_error("AccessDenied", said), "s3:ListBuckets").missing == "the IAM action s3:ListAllMyBuckets"
    )
    assert translate(client_error("AccessDenied", "Access Denied"), "s3:ListBuckets").missing is None


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("with an explicit deny in a service control policy", "organisation's administrator"),
        ("because no service control policy allows the iam:ListUsers action", "organisation's administrator"),
        ("with an explicit deny in a resource control policy", "organisation's administrator"),
        ("with an explicit deny in a permissions boundary", "permissions boundary of the user or role"),
        ("because no permissions boundary allows the iam:ListUsers action", "permissions boundary of the user or role"),
        ("because no session policy allows the iam:ListUsers action", "session policy"),
        ("because no VPC endpoint policy allows the iam:ListUsers action", "VPC endpoint"),
        ("because no resource-based policy allows the iam:ListUsers action", "policy of the resource"),
        ("with an explicit deny in an identity-based policy", "take the Deny away"),
        ("because no identity-based policy allows the iam:ListUsers action", "Allow the action in the IAM policy"),
        ("", "Allow the action in the IAM policy"),
    ],
)
def test_the_remedy_depends_on_the_policy_that_refuses(reason: str, remedy: str) -> None:
    said = f"User: {ARN} is not authorized to perform: iam:ListUsers on resource: * {reason}"
    assert remedy in translate(client_error("AccessDenied", said, 403), "iam:ListUsers").remedy


def test_only_throttling_and_unavailability_are_transient() -> None:
    transient = {
        code: translate(client_error(code), "x:Y").transient for code in ("Throttling", "InternalError", "AccessDenied")
    }
    assert transient == {"Throttling": True, "InternalError": True, "AccessDenied": False}


def test_secrets_in_a_message_of_aws_are_not_repeated() -> None:
    said = (
        "The request signature we calculated does not match the signature you provided. The Canonical String for this "
        "request should have been 'POST / x-amz-security-token:FwoGZXIvYXdzSECRET'"
    )
    assert "FwoGZXIvYXdzSECRET" not in str(translate(client_error("SignatureDoesNotMatch", said, 403), "iam:ListUsers"))
    unreachable = sdk.EndpointConnectionError(endpoint_url="http://me:hunter2@aws.example")
    assert "hunter2" not in str(translate(unreachable, "iam:ListUsers"))


def test_a_long_message_is_cut() -> None:
    assert len(str(translate(client_error("UnauthorizedOperation", "x" * 10_000), "ec2:RunInstances"))) < 1_500


def test_an_error_that_was_translated_already_stays_itself() -> None:
    error = CredentialsError("No.", remedy="Look.")
    assert translate(error, "iam:ListUsers") is error


def test_inside_aws_call_the_cause_is_kept_and_foreign_exceptions_pass() -> None:
    original = client_error("AccessDenied")
    with pytest.raises(PermissionMissingError) as caught, aws_call("iam:ListUsers"):
        raise original
    assert caught.value.__cause__ is original
    with pytest.raises(ZeroDivisionError), aws_call("iam:ListUsers"):
        raise ZeroDivisionError


def failed(error: Exception) -> PipelineError:
    with pytest.raises(PipelineError) as caught, aws_call("iam:GetUser"):
        raise error
    return caught.value


def test_a_failed_part_becomes_a_row_with_aws_code_and_message() -> None:
    said = f"User: {ARN} is not authorized to perform: iam:GetUser on resource: user bob"
    row = read_failure(failed(client_error("AccessDenied", said, 403)), part="users", subject="bob")
    assert (row.part, row.subject, row.call, row.code, row.message) == (
        "users",
        "bob",
        "iam:GetUser",
        "AccessDenied",
        said,
    )
    assert row.remedy.endswith("Missing: the IAM action iam:GetUser.")


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (client_error("AccessDenied"), False),
        (client_error("Throttling"), False),
        (client_error("InternalError", status=500), False),
        (ResponseParserError("<html>"), False),
        (client_error("ExpiredToken"), True),
        (sdk.NoCredentialsError(), True),
        (sdk.EndpointConnectionError(endpoint_url="http://127.0.0.1:9"), True),
    ],
)
def test_reading_goes_on_after_an_answer_and_ends_where_nobody_answers(error: Exception, ends: bool) -> None:
    assert ends_reading(failed(error)) is ends


anything = st.one_of(st.none(), st.integers(), st.text(), st.dictionaries(st.text(max_size=5), st.text(max_size=5)))


@given(code=anything, message=anything, status=anything, call=st.text())
def test_no_answer_of_aws_is_too_odd_to_be_translated(code: Any, message: Any, status: Any, call: str) -> None:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = translate(sdk.ClientError(response, "ListUsers"), call)
    assert error.remedy
    assert str(error)


@given(
    response=st.recursive(
        anything, lambda inner: st.dictionaries(st.sampled_from(["Error", "ResponseMetadata", "Code"]), inner)
    )
)
def test_no_shape_of_an_answer_is_too_odd_to_be_translated(response: Any) -> None:
    error = sdk.ClientError({"Error": {}}, "ListUsers")
    error.response = response
    assert answer_of(error).code
    assert str(translate(error, "iam:ListUsers"))


def test_every_exception_of_the_sdk_has_a_translation() -> None:
    kinds = [k for _, k in inspect.getmembers(sdk, inspect.isclass) if issubclass(k, sdk.BotoCoreError)]
    assert len(kinds) > 50
    for kind in kinds:
        error = kind.__new__(kind)
        Exception.__init__(error, "said the SDK")
        assert "said the SDK" in str(translate(error, "iam:ListUsers")), kind
