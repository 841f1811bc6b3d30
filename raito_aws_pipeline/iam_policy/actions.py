"""Actions of policies over the table of S3's actions.

Here: which S3 actions a pattern or a list of patterns means, what they act on, and what else it may mean. Not here: the
table (`model.s3_actions`).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cache, lru_cache
from typing import Final

from raito_aws_pipeline.iam_policy.document import Statement
from raito_aws_pipeline.iam_policy.matching import CACHED, action_pattern
from raito_aws_pipeline.model.s3_actions import AccessLevel, s3_actions

Actions = frozenset[str]

S3_PREFIX: Final = "s3:"
LIST_BUCKETS: Final = "s3:ListAllMyBuckets"
NOTHING: Final[Actions] = frozenset()


class Service(Enum):
    """Of which service's actions a pattern is."""

    S3 = "s3"
    OTHER_S3 = "s3express, s3tables, s3-object-lambda, …"
    OTHER = "another service"
    SEVERAL = "S3 and others"


@cache
def all_actions() -> Actions:
    """All S3 actions that IAM knows."""
    return frozenset(name for name, a in s3_actions().items() if a.access_level is not AccessLevel.NOT_IN_IAM)


@cache
def actions_on(resource_type: str) -> Actions:
    """The S3 actions that act on resources of this type; on the empty type: those without any."""
    table = s3_actions()
    return frozenset(name for name in all_actions() if resource_type in (table[name].resource_types or ("",)))


@cache
def typed_actions() -> Actions:
    """The S3 actions that act on resources of some type."""
    return all_actions() - actions_on("")


@cache
def listing_actions() -> Actions:
    """Actions that `arn:<partition>:s3:::*` grants although they have no resource type.

    S3 holds `s3:ListAllMyBuckets` against that ARN (S3: "Identity-based policy examples", listing buckets).
    """
    return frozenset((LIST_BUCKETS,)) & all_actions()


@cache
def resource_types_of(action: str) -> frozenset[str]:
    """The resource types that an S3 action acts on; empty: it needs `*`."""
    return frozenset(s3_actions()[action].resource_types)


@cache
def s3_actions_of(text: str) -> Actions:
    """The S3 actions that one pattern means; empty: none."""
    pattern = action_pattern(text)
    return frozenset(name for name, lower in _lower_names() if pattern.matches(lower))


@cache
def _lower_names() -> tuple[tuple[str, str], ...]:
    return tuple((name, name.lower()) for name in sorted(all_actions()))


@lru_cache(CACHED)
def _s3_actions_of_all(texts: tuple[str, ...]) -> Actions:
    return NOTHING.union(*map(s3_actions_of, texts))


def s3_actions_of_statement(statement: Statement) -> Actions:
    """The S3 actions that a statement means; with `NotAction` all but the named."""
    named = _s3_actions_of_all(statement.actions)
    return all_actions() - named if statement.not_action else named


@cache
def service_of(text: str) -> Service:
    """Of which service's actions a pattern is, by what stands before its colon."""
    name, colon, _ = text.lower().partition(":")
    if "*" in name or "?" in name or not colon:
        return Service.SEVERAL if s3_actions_of(text) else Service.OTHER
    if name == "s3":
        return Service.S3
    return Service.OTHER_S3 if name.startswith("s3") else Service.OTHER


def reaches_other_services(texts: Iterable[str]) -> bool:
    """Whether any of the patterns means actions of other services beside S3's."""
    return any(service_of(text) is Service.SEVERAL for text in texts)


@cache
def matches_action(text: str, name: str) -> bool:
    """Whether a pattern means this action, in any case."""
    return action_pattern(text).matches(name.lower())
