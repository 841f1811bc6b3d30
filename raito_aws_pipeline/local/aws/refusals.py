"""Errors as AWS answers them: status, code and text in the protocol of each service.

Here: how an error is spelled and written. Not here: which calls end with one (`faults`, `server`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model

from raito_aws_pipeline.local.aws.patches.sts import caller_arn
from raito_aws_pipeline.local.aws.served_calls import Call

Answer = tuple[int, list[tuple[str, str]], bytes]
"""HTTP status, headers and body."""

REQUEST_ID = "5f1c7a52-0000-4000-8000-3c9a7d0e4b11"

S3_ACTIONS = {
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
}
"""IAM actions of S3's operations where they have another name."""

IAM_ENTITIES = {"UserName": "user", "RoleName": "role", "GroupName": "group"}
IAM_LISTS = {"ListUsers": "user/", "ListRoles": "role/", "ListGroups": "group/", "ListPolicies": "policy/"}


@dataclass(frozen=True)
class Refusal:
    """An error as each kind of protocol spells it.

    Attributes:
        query: HTTP status and code of services that answer in XML (IAM, STS).
        s3: Those of S3 and S3 Control.
        json: Those of services that answer in JSON.
        message: Text; `None` where it names the caller and the resource.
    """

    query: tuple[int, str]
    s3: tuple[int, str]
    json: tuple[int, str]
    message: str | None = None


DENIED = Refusal((403, "AccessDenied"), (403, "AccessDenied"), (400, "AccessDeniedException"))
THROTTLED = Refusal((400, "Throttling"), (503, "SlowDown"), (400, "ThrottlingException"), "Rate exceeded")
FAILED = Refusal(
    (500, "ServiceFailure"),
    (500, "InternalError"),
    (500, "InternalServerException"),
    "We encountered an internal error. Please try again.",
)


def every_protocol(status: int, code: str, message: str) -> Refusal:
    """An error that all services spell alike."""
    return Refusal((status, code), (status, code), (status, code), message)


def answer_of(call: Call, refusal: Refusal) -> Answer:
    """The answer that refuses a call."""
    message = refusal.message or _denial(call)
    if call.service == "s3":
        status, code = refusal.s3
        body = f"<Error>{_xml(code, message)}<RequestId>{REQUEST_ID}</RequestId></Error>"
        kind = "application/xml"
    elif call.service == "s3control" or _protocol(call.service) == "query":
        status, code = refusal.s3 if call.service == "s3control" else refusal.query
        fault = "Sender" if status < 500 else "Receiver"
        error = f"<Error><Type>{fault}</Type>{_xml(code, message)}</Error>"
        body = f"<ErrorResponse>{error}<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        kind = "text/xml"
    else:
        status, code = refusal.json
        body = json.dumps({"__type": code, "Message": message})
        kind = "application/x-amz-json-1.1"
    content = b"" if call.environ["REQUEST_METHOD"] == "HEAD" else body.encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(content))), ("x-amzn-RequestId", REQUEST_ID)]
    return status, headers, content


def _protocol(service: str) -> str:
    """Protocol of a service; JSON for those that the SDK does not know by the name that they sign with."""
    try:
        return str(get_service_model(service).protocol)
    except UnknownServiceError:
        return "json"


def _xml(code: str, message: str) -> str:
    return f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"


def _denial(call: Call) -> str:
    action = _action(call)
    return (
        f"User: {caller_arn()} is not authorized to perform: {action} on resource: {_resource(call)} "
        f"because no identity-based policy allows the {action} action"
    )


def _action(call: Call) -> str:
    """The IAM action of a call."""
    if call.service in ("s3", "s3control"):
        return f"s3:{S3_ACTIONS.get(call.operation, call.operation)}"
    prefix = "sso" if call.service == "sso-admin" else call.service
    return f"{prefix}:{call.operation}"


def _resource(call: Call) -> str:
    """ARN of what a call is about, as AWS's message names it; `*` where the action has no resource."""
    account = caller_arn().split(":")[4]
    parameters = call.parameters()
    if call.service == "iam":
        if "PolicyArn" in parameters:
            return str(parameters["PolicyArn"])
        for parameter, kind in IAM_ENTITIES.items():
            if parameter in parameters:
                return f"arn:aws:iam::{account}:{kind}/{parameters[parameter]}"
        return f"arn:aws:iam::{account}:{IAM_LISTS[call.operation]}" if call.operation in IAM_LISTS else "*"
    if call.service == "s3" and "Bucket" in parameters:
        key = f"/{parameters['Key']}" if "Key" in parameters else ""
        return f'"arn:aws:s3:::{parameters["Bucket"]}{key}"'
    if call.service == "s3control" and "Name" in parameters:
        return f"arn:aws:s3:{call.region}:{account}:accesspoint/{parameters['Name']}"
    if call.service == "glue":
        return f"arn:aws:glue:{call.region}:{account}:catalog"
    return str(parameters.get("InstanceArn", "*"))
