"""Faults that a test asks for: denied, throttled and failing calls, answered as AWS answers them.

Here: which calls fail, and the answers in each service's protocol, so that the SDK's own retries and error parsing run.
Without a rule nothing happens. Not here: faults of the content (a broken document is a part of the account).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from xml.sax.saxutils import escape

from moto.core.utils import get_service_model

from raito_aws_pipeline.local.aws.patches.sts import caller_arn
from raito_aws_pipeline.local.aws.served_calls import Call

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


@dataclass
class _Rule:
    call_name: str
    refusal: Refusal
    after: int
    times: int | None
    parameters: Mapping[str, str]
    seen: int = 0
    used: int = 0

    def concerns(self, call: Call) -> bool:
        if self.call_name != call.name:
            return False
        if not self.parameters:
            return True
        given = call.parameters()
        return all(fnmatchcase(str(given.get(name, "")), pattern) for name, pattern in self.parameters.items())

    def takes(self) -> bool:
        """Count one more call that the rule concerns; whether it is one of those to refuse."""
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.used >= self.times):
            return False
        self.used += 1
        return True


@dataclass
class Faults:
    """The faults in force. Calls are named as `LocalAws.calls` names them: `iam:ListUsers`, `s3:ListObjectsV2`.

    Every method takes, beside the name of the call:
        after: So many calls are served before the first fault; the second page of a list fails with `after=1`.
        times: So many calls fail, and later ones are served again; None: all. Retries are calls.
        parameters: Only calls with these request parameters; values are patterns (`PolicyArn="arn:aws:iam::aws:*"`).

    Rules are tried in the order in which they were made; the first that takes a call answers it.
    """

    _rules: list[_Rule] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def deny(self, call: str, *, after: int = 0, times: int | None = None, **parameters: str) -> None:
        """Answer AccessDenied, with AWS's text that names caller, action and resource."""
        self._add(call, DENIED, after, times, parameters)

    def throttle(self, call: str, *, after: int = 0, times: int | None = 1, **parameters: str) -> None:
        """Answer that the rate is exceeded; once unless `times` says otherwise."""
        self._add(call, THROTTLED, after, times, parameters)

    def fail(self, call: str, *, after: int = 0, times: int | None = None, **parameters: str) -> None:
        """Answer with an internal error (HTTP 500)."""
        self._add(call, FAILED, after, times, parameters)

    def refuse(
        self,
        call: str,
        status: int,
        code: str,
        message: str,
        *,
        after: int = 0,
        times: int | None = None,
        **parameters: str,
    ) -> None:
        """Answer with an error of one's own choice, in the protocol of the service."""
        spelled = (status, code)
        self._add(call, Refusal(spelled, spelled, spelled, message), after, times, parameters)

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._rules.clear()

    def answer(self, call: Call) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Status, headers and body that a call is refused with, or None: it is served."""
        with self._lock:
            rule = next((rule for rule in self._rules if rule.concerns(call) and rule.takes()), None)
        return None if rule is None else _written(call, rule.refusal)

    def _add(self, call: str, refusal: Refusal, after: int, times: int | None, parameters: Mapping[str, str]) -> None:
        service, separator, operation = call.partition(":")
        if not separator or operation not in get_service_model(service).operation_names:
            raise ValueError(f"{call!r} is no call: write service:Operation, such as iam:ListUsers")
        with self._lock:
            self._rules.append(_Rule(call, refusal, after, times, parameters))


def _written(call: Call, refusal: Refusal) -> tuple[int, list[tuple[str, str]], bytes]:
    message = refusal.message or _denial(call)
    if call.service == "s3":
        status, code = refusal.s3
        body = f"<Error>{_xml(code, message)}<RequestId>{REQUEST_ID}</RequestId></Error>"
        kind = "application/xml"
    elif call.service == "s3control" or get_service_model(call.service).protocol == "query":
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
