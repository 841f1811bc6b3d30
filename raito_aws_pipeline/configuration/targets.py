"""One target of `raito.yml`: an AWS account or organisation, and its counterpart in Raito.

Here: what a target is, and how one becomes settings, or an error of its own that leaves the other targets alone.
Not here: the file and its top level (`settings`), values (`reading`), names that clash (`target_names`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from raito_aws_pipeline.configuration.parameters import (
    TARGET_GROUPS,
    AwsParameters,
    ConnectorParameters,
    LockParameters,
    RaitoParameters,
    SkipParameters,
)
from raito_aws_pipeline.configuration.reading import Layer, Places, in_one, read_values
from raito_aws_pipeline.configuration.rules import (
    refuse_half_an_organization,
    refuse_missing_credentials,
    with_one_catalogue,
)
from raito_aws_pipeline.configuration.target_names import TargetName, slug_of
from raito_aws_pipeline.errors import ConfigurationError


class TargetKind(StrEnum):
    """What a target reads: the value is the type of its identity store in Raito (protocol 5.3, connector 2)."""

    ACCOUNT = "aws-account"
    ORGANIZATION = "aws-organization"


@dataclass(frozen=True)
class Target:
    """An AWS account or organisation with all its settings.

    Args:
        name: As in `raito.yml`.
        slug: The name with characters of `[A-Za-z0-9_]` only; no other target has it.
        kind: Which connector it is for.
        raito: Its place in Raito and the way there.
        skip: Tasks that are left out.
        aws: The way to AWS, what is read there.
        locks: Parts of access controls that stay managed in AWS.
    """

    name: str
    slug: str
    kind: TargetKind
    raito: RaitoParameters
    skip: SkipParameters
    aws: AwsParameters
    locks: LockParameters

    @property
    def default_region(self) -> str | None:
        """The region of calls that no region is given for; None: the SDK's own."""
        first = self.aws.aws_regions[0] if self.aws.aws_regions else None
        if self.kind is TargetKind.ORGANIZATION:
            return self.aws.aws_region or first
        return first or self.aws.aws_region


@dataclass(frozen=True)
class BrokenTarget:
    """A target that cannot be used, while others can.

    Args:
        name: As in `raito.yml`; `target <n>` where it has none.
        slug: As in `Target`.
        kind: None where that is what is broken.
        error: Why; names the target.
    """

    name: str
    slug: str
    kind: TargetKind | None
    error: ConfigurationError


@dataclass(frozen=True)
class OtherTarget:
    """A target of a connector that this is not for.

    Args:
        name: As in `raito.yml`, else the connector's.
        connector: Its `connector-name`.
    """

    name: str
    connector: str


_KIND_OF_CONNECTOR = {
    "cli-plugin-aws-account": TargetKind.ACCOUNT,
    "cli-plugin-aws-organization": TargetKind.ORGANIZATION,
}


def kind_of_connector(connector_name: str) -> TargetKind | None:
    """The kind of target that a `connector-name` is for, with or without `raito-io/` and `@version`; or None."""
    plugin = connector_name.strip().lower().partition("@")[0].removeprefix("raito-io/")
    return _KIND_OF_CONNECTOR.get(plugin)


def read_target(
    layer: Layer, position: int, *, top_level: Layer, environment: Mapping[str, str]
) -> tuple[TargetName, Target | BrokenTarget] | OtherTarget:
    """One target.

    Args:
        layer: What it gives.
        position: Which of the file's targets it is, from 1.
        top_level: What the top level gives; must be readable.
        environment: The variables that `{{VAR}}` may name.
    """
    places = Places(layer, top_level, environment)
    connector, problems = read_values(ConnectorParameters, places)
    connector_name = connector.get("connector_name")
    given_name = _given_name(layer, connector)
    kind = kind_of_connector(connector_name) if connector_name else None
    if connector_name and kind is None:
        return OtherTarget(given_name or connector_name, connector_name)
    name = given_name or connector_name or f"target {position}"
    target_name = TargetName(name, slug_of(name), given_name is not None, position)
    try:
        if kind is None:
            raise in_one(problems or [_no_connector()])
        return target_name, _target(target_name, kind, places)
    except ConfigurationError as error:
        error.with_target(name)
        return target_name, BrokenTarget(name, target_name.slug, kind, error)


def _no_connector() -> ConfigurationError:
    return ConfigurationError(
        "It does not say which connector it is for.",
        missing="`connector-name`",
        remedy="Give `connector-name: raito-io/cli-plugin-aws-account`.",
    )


def _given_name(layer: Layer, connector: Mapping[str, Any]) -> str | None:
    """The name, or its text where that could not be read (`{{NAME_OF_PROD}}`); None where none is given."""
    if "name" in connector:
        name: str | None = connector["name"]
        return name
    text = layer["name"].value
    return text.strip() if isinstance(text, str) else None


def _target(name: TargetName, kind: TargetKind, places: Places) -> Target:
    """Raises ConfigurationError with all that is wrong with single values, else with the first rule that is broken."""
    groups: dict[type, dict[str, Any]] = {}
    problems: list[ConfigurationError] = []
    for group in TARGET_GROUPS:
        groups[group], wrong = read_values(group, places)
        problems += wrong
    if problems:
        raise in_one(problems)
    target = Target(
        name=name.name,
        slug=name.slug,
        kind=kind,
        raito=RaitoParameters(**groups[RaitoParameters]),
        skip=SkipParameters(**groups[SkipParameters]),
        aws=AwsParameters(**groups[AwsParameters]),
        locks=LockParameters(**groups[LockParameters]),
    )
    refuse_missing_credentials(target.raito)
    if kind is TargetKind.ORGANIZATION:
        return target
    refuse_half_an_organization(target.aws)
    return replace(target, aws=with_one_catalogue(target.aws, places.target))
