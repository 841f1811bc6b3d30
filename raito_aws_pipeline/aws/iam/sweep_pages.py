"""What a sweep yields, whichever way it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from raito_aws_pipeline.aws.iam.entities import AccountEntity
from raito_aws_pipeline.model.read_failures import ReadFailure

PAGE_SIZE = 1000
"""The most that IAM gives in one answer, whatever the list (AWS: IAM API reference, MaxItems)."""

PARTS = ("users", "groups", "roles", "policies")
"""What a sweep fills, as `ReadFailure.part` names it."""


class SweepWay(StrEnum):
    """How an account is read."""

    AUTHORIZATION_DETAILS = "GetAccountAuthorizationDetails"
    LIST_AND_GET = "List and Get calls"


@dataclass(frozen=True, slots=True)
class SweepPage:
    """A page of a sweep.

    Args:
        entities: Rows of at most one page of IAM's lists, sorted by ARN; no entity comes twice in a sweep.
        failures: What could not be read while this page was made.
        calls: IAM calls that this page took, failed ones too.
        way: How it was read.
        advice: What would make the next sweep cheaper, on the last page of a sweep that could be; else empty.
    """

    entities: Sequence[AccountEntity]
    failures: Sequence[ReadFailure] = ()
    calls: int = 0
    way: SweepWay = SweepWay.AUTHORIZATION_DETAILS
    advice: str = ""
