"""Faults that a test asks for: denied, throttled and failing calls, answered as AWS answers them.

Here: which calls fail. Without a rule nothing happens. Not here: how the answers are written, so that the SDK's own
retries and error parsing run (`refusals`), and faults of the content (a broken document is a part of the account).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model

from raito_aws_pipeline.local.aws.refusals import DENIED, FAILED, THROTTLED, Answer, Refusal, answer_of, every_protocol
from raito_aws_pipeline.local.aws.served_calls import Call


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
        self._add(call, every_protocol(status, code, message), after, times, parameters)

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._rules.clear()

    def answer(self, call: Call) -> Answer | None:
        """The answer that a call is refused with, or None: it is served."""
        with self._lock:
            rule = next((rule for rule in self._rules if rule.concerns(call) and rule.takes()), None)
        return None if rule is None else answer_of(call, rule.refusal)

    def _add(self, call: str, refusal: Refusal, after: int, times: int | None, parameters: Mapping[str, str]) -> None:
        service, _, operation = call.partition(":")
        try:
            known = operation in get_service_model(service).operation_names
        except UnknownServiceError:
            known = False
        if not known:
            raise ValueError(f"{call!r} is no call: write service:Operation, such as iam:ListUsers")
        with self._lock:
            self._rules.append(_Rule(call, refusal, after, times, parameters))
