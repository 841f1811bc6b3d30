"""What a parameter is: a field of a frozen dataclass, defined by `parameter`, read back as `ParameterDefinition`.

Here: how a group of parameters becomes rows of the one table. Not here: the parameters themselves (`parameters`), how
their values are read (`reading`), the README's form of the table (`readme_table`).
"""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from raito_aws_pipeline.configuration.name_patterns import NamePatterns
from raito_aws_pipeline.configuration.secret import Secret
from raito_aws_pipeline.configuration.value_kinds import (
    BOOLEAN,
    COMMA_LIST,
    PATTERNS,
    SECRET,
    TEXT,
    ValueKind,
    whole_number,
)

_KIND_OF_TYPE: dict[Any, ValueKind] = {
    str: TEXT,
    str | None: TEXT,
    Secret | None: SECRET,
    bool: BOOLEAN,
    int: whole_number(0),
    tuple[str, ...]: COMMA_LIST,
    NamePatterns: PATTERNS,
}


class Scope(StrEnum):
    """Where a parameter is read in `raito.yml`."""

    TOP_LEVEL = "top level"
    TARGET = "target"
    TARGET_THEN_TOP_LEVEL = "target, else top level"
    EITHER = "target or top level"
    """true in one of the two places, or under one of two spellings, is enough (protocol 9.3)."""

    @property
    def at_top_level(self) -> bool:
        """Whether the key can stand at the top level of the file."""
        return self is not Scope.TARGET

    @property
    def in_target(self) -> bool:
        """Whether the key can stand in a target."""
        return self is not Scope.TOP_LEVEL


@dataclass(frozen=True)
class ParameterDefinition:
    """One row of the table of parameters.

    Args:
        key: The key in `raito.yml`.
        aliases: Other spellings that are read too.
        kind: What values it takes; None for a list of mappings, which has no value of its own.
        default: Its value where nothing is given.
        default_text: The default in words.
        meaning: What it does, one phrase.
        scope: Where it is read.
        family: What neighbouring parameters share: they are one row of the README, with this meaning. None: a row of
            its own.
        effective: Whether this version acts on it; the others are accepted and checked.
    """

    key: str
    aliases: tuple[str, ...]
    kind: ValueKind | None
    default: Any
    default_text: str
    meaning: str
    scope: Scope
    family: str | None
    effective: bool

    @property
    def field(self) -> str:
        """Name of the field of its group that holds the value."""
        return self.key.replace("-", "_")

    @property
    def spellings(self) -> tuple[str, ...]:
        """The key and its aliases."""
        return (self.key, *self.aliases)

    @property
    def type_text(self) -> str:
        """Name of the kind of its values."""
        return self.kind.type_text if self.kind else "list"

    @property
    def secret(self) -> bool:
        """Whether its value is never shown."""
        return self.kind is not None and self.kind.secret


def parameter(
    default: Any,
    meaning: str,
    *,
    scope: Scope = Scope.TARGET,
    kind: ValueKind | None = None,
    aliases: tuple[str, ...] = (),
    default_text: str | None = None,
    family: str | None = None,
    effective: bool = True,
) -> Any:
    """A field of a group of parameters; its name with `-` for `_` is the key.

    Args:
        default: The value where nothing is given.
        meaning: What it does, one phrase, for `info` and the README.
        scope: Where it is read.
        kind: What values it takes; by default that of the field's annotation.
        aliases: Other spellings of the key.
        default_text: The default in words where the value does not say it.
        family: See `ParameterDefinition`.
        effective: See `ParameterDefinition`.
    """
    metadata = {
        "meaning": meaning,
        "scope": scope,
        "kind": kind,
        "aliases": aliases,
        "default_text": default_text,
        "family": family,
        "effective": effective,
    }
    return dataclasses.field(default=default, metadata=metadata)


@cache
def definitions_of(group: type) -> tuple[ParameterDefinition, ...]:
    """The parameters of a group (a dataclass whose fields are all made by `parameter`), in the order of its fields."""
    annotations = typing.get_type_hints(group)
    return tuple(
        ParameterDefinition(
            key=field.name.replace("_", "-"),
            aliases=field.metadata["aliases"],
            kind=field.metadata["kind"] or _KIND_OF_TYPE[annotations[field.name]],
            default=field.default,
            default_text=field.metadata["default_text"] or _in_words(field.default),
            meaning=field.metadata["meaning"],
            scope=field.metadata["scope"],
            family=field.metadata["family"],
            effective=field.metadata["effective"],
        )
        for field in dataclasses.fields(group)
    )


def _in_words(default: Any) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    if default in (None, (), NamePatterns()):
        return "–"
    return str(default)
