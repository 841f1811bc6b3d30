r"""Whether Raito still talks with clients of the protocol that we speak (protocol 1.8).

Here: asking, and reading the answer's version constraints. Those have the syntax of Go's Masterminds/semver; each of
their comparators becomes one of npm's, which `semantic_version` evaluates:

| Masterminds | npm |
|---|---|
| `\|\|` between alternatives | the same |
| spaces or commas between comparators that must all hold | spaces |
| `>= 1.2`, with spaces after the operator, and `v1.2` | `>=1.2` |
| `=>`, `=<`, `~>` | `>=`, `<=`, `~` |
| `1.2 - 1.4` | `>=1.2 <=1.4` |
| `!=1.2` (every 1.2.x) | has no form: the contrary of `1.2` |
"""

from __future__ import annotations

import logging
import re

import semantic_version

from raito_aws_pipeline.errors import RaitoRejectedError
from raito_aws_pipeline.raito.documents import SUPPORTED_VERSIONS
from raito_aws_pipeline.raito.graphql import send_typed
from raito_aws_pipeline.raito.session import RaitoSession

logger = logging.getLogger(__name__)

PROTOCOL_VERSION = "0.72.0"
"""The version of the Raito CLI whose protocol we speak; not our own version."""

_VERSION = r"v?[0-9xX*]+(?:\.[0-9xX*]+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_COMPARATOR = re.compile(rf"\s*(!=|=>|>=|=<|<=|~>|[=><~^]?)\s*({_VERSION})\s*(?:,|(?=\s)|$)")
_RANGE = re.compile(rf"({_VERSION})\s+-\s+({_VERSION})")
_OPERATORS = {"=>": ">=", "=<": "<=", "~>": "~", "!=": "", "=": ""}


def check_version(session: RaitoSession, version: str = PROTOCOL_VERSION) -> str | None:
    """Ask Raito whether it supports a version of the protocol.

    Returns:
        None, or why Raito would rather see a newer version (it still supports this one).

    Raises:
        RaitoRejectedError: Raito does not support the version, or its answer cannot be understood.
        PipelineError: Raito cannot be asked.
    """
    call = SUPPORTED_VERSIONS.operation
    answer = send_typed(session, SUPPORTED_VERSIONS)
    try:
        supported = answer["supportedVersions"]
        deprecated = answer.get("deprecatedVersions") or {}
        if matches(version, supported):
            return None
        if deprecated and matches(version, deprecated["deprecatedVersions"]):
            return deprecated.get("msg") or f"Raito will stop to support version {version} of its protocol."
    except (KeyError, TypeError, AttributeError, ValueError) as failure:
        raise RaitoRejectedError(
            f"Raito names the versions that it supports in a way that cannot be understood ({failure}).",
            call=call,
            remedy="Update raito-aws-pipeline; if there is no newer version, report a bug.",
        ) from None
    raise RaitoRejectedError(
        f"Raito does not support version {version} of its protocol any more (it supports {supported}).",
        call=call,
        remedy="Update raito-aws-pipeline.",
    )


def matches(version: str, constraint: str) -> bool:
    """Whether a version satisfies a constraint in Masterminds' syntax (see the module).

    Raises:
        ValueError: The version or the constraint cannot be parsed.
    """
    wanted = semantic_version.Version(version)
    alternatives = [_comparators(alternative) for alternative in constraint.split("||")]
    return any(all(_holds(wanted, *comparator) for comparator in comparators) for comparators in alternatives)


def _comparators(alternative: str) -> list[tuple[str, str]]:
    text = _RANGE.sub(r">=\1 <=\2", alternative).strip()
    found, position = [], 0
    while position < len(text):
        comparator = _COMPARATOR.match(text, position)
        if comparator is None:
            raise ValueError(f"'{alternative}' is no version constraint")
        found.append((comparator[1], comparator[2].removeprefix("v")))
        position = comparator.end()
    if not found:
        raise ValueError("a version constraint is empty")
    return found


def _holds(version: semantic_version.Version, operator: str, operand: str) -> bool:
    holds = bool(semantic_version.NpmSpec(_OPERATORS.get(operator, operator) + operand).match(version))
    return not holds if operator == "!=" else holds
