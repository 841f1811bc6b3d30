"""From what is given to values: one group of parameters at a time.

Here: which of the places counts (target, top level, environment, option), `{{VAR}}`, conversion by kind, and the one
message of a wrong value. Not here: the file (`raito_yml`), the kinds (`value_kinds`), rules between parameters
(`rules`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from raito_aws_pipeline.configuration.parameter_table import ParameterDefinition, Scope, definitions_of
from raito_aws_pipeline.configuration.raito_yml import YamlMapping, YamlValue
from raito_aws_pipeline.configuration.value_kinds import ValueKind
from raito_aws_pipeline.configuration.variables import value_of_variable, variable_name
from raito_aws_pipeline.errors import ConfigurationError

_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Given:
    """A value as somebody gave it, and where: `raito.yml, line 12`, `environment variable RAITO_DOMAIN`, `option`."""

    value: YamlValue
    origin: str


Layer = Mapping[str, Given]
"""What one place gives: key → value. Null and empty texts are not given (protocol 9.4)."""


@dataclass(frozen=True)
class Places:
    """The places that the parameters of a target are read from, and the variables that `{{VAR}}` may name."""

    target: Layer
    top_level: Layer
    environment: Mapping[str, str]


def layer_of_mapping(mapping: YamlMapping, file_name: str) -> dict[str, Given]:
    """What a mapping of the file gives; the name of the file is for messages."""
    return {
        key: Given(value, f"{file_name}, line {mapping.lines[key]}")
        for key, value in mapping.values.items()
        if _says_something(value)
    }


def layer_of_environment(
    environment: Mapping[str, str], definitions: Iterable[ParameterDefinition]
) -> dict[str, Given]:
    """What `RAITO_<KEY>` gives (protocol 9.2). A secret becomes `{{RAITO_…}}`: its value is not kept."""
    layer = {}
    for definition in definitions:
        for key in definition.spellings if definition.kind else ():
            variable = "RAITO_" + key.upper().replace("-", "_")
            if value := environment.get(variable, "").strip():
                text = f"{{{{{variable}}}}}" if definition.secret else value
                layer[key] = Given(text, f"environment variable {variable}")
    return layer


def layer_of_options(overrides: Mapping[str, str], definitions: Iterable[ParameterDefinition]) -> dict[str, Given]:
    """What the command line gives.

    Raises:
        ConfigurationError: An option names no top-level parameter.
    """
    known = {key for definition in definitions if definition.kind for key in definition.spellings}
    for key in overrides:
        if key not in known:
            raise ConfigurationError(
                f"The option `{key}` is no top-level parameter.", remedy="Give one that `info` lists."
            )
    return {key: Given(text, "option") for key, text in overrides.items() if _says_something(text)}


def read_values(group: type, places: Places) -> tuple[dict[str, Any], list[ConfigurationError]]:
    """The values of a group's fields, defaults included, and one error for each value that cannot be used."""
    values: dict[str, Any] = {}
    problems: list[ConfigurationError] = []
    for definition in definitions_of(group):
        try:
            values[definition.field] = _value(definition, places)
        except ConfigurationError as error:
            problems.append(error)
    return values, problems


def in_one(problems: Sequence[ConfigurationError]) -> ConfigurationError:
    """One error that says all that several say, so that a file is corrected in one go."""
    if len(problems) == 1:
        return problems[0]
    return ConfigurationError(
        " ".join(problem.what for problem in problems),
        missing=", ".join(dict.fromkeys(problem.missing for problem in problems if problem.missing)) or None,
        remedy=" ".join(dict.fromkeys(problem.remedy for problem in problems)),
    )


def _says_something(value: YamlValue) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _value(definition: ParameterDefinition, places: Places) -> Any:
    layers = []
    if definition.scope.in_target:
        layers.append(places.target)
    if definition.scope.at_top_level:
        layers.append(places.top_level)
    if definition.scope is Scope.EITHER:
        return any(value for layer in layers for value in _values_in(definition, layer, places.environment).values())
    for layer in layers:
        values = _values_in(definition, layer, places.environment)
        if values:
            return _the_one(values)
    return definition.default


def _the_one(values: dict[str, Any]) -> Any:
    first = next(iter(values.values()))
    if any(value != first for value in values.values()):
        spellings = " and ".join(f"`{key}`" for key in values)
        raise ConfigurationError(
            f"{spellings} are one parameter and have different values.", remedy="Give only one of the spellings."
        )
    return first


def _values_in(definition: ParameterDefinition, layer: Layer, environment: Mapping[str, str]) -> dict[str, Any]:
    """Spelling → value, for the spellings that are given; none where `{{VAR}}` gives an empty text."""
    values = {}
    for key in definition.spellings:
        if key in layer and definition.kind is not None:
            text = _text(key, layer[key], definition.kind, environment)
            if text.strip():
                values[key] = _converted(key, layer[key], definition.kind, text)
    return values


def _text(key: str, given: Given, kind: ValueKind, environment: Mapping[str, str]) -> str:
    if not isinstance(given.value, str):
        raise _wrong(key, given, kind, "it is not one text")
    variable = variable_name(given.value)
    if variable is None:
        return given.value
    try:
        value = value_of_variable(variable, environment)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"`{key}` ({given.origin}): {error.what}", missing=error.missing, remedy=error.remedy
        ) from None
    if not kind.secret:
        return value
    if not value:
        raise ConfigurationError(
            f"`{key}` ({given.origin}): the environment variable {variable} is empty.",
            missing=f"a value of the environment variable {variable}",
            remedy=f"Set {variable} in the environment of this process.",
        )
    return given.value.strip()


def _converted(key: str, given: Given, kind: ValueKind, text: str) -> Any:
    try:
        return kind.read(text)
    except ValueError as error:
        raise _wrong(key, given, kind, str(error)) from None


def _wrong(key: str, given: Given, kind: ValueKind, reason: str) -> ConfigurationError:
    if isinstance(given.value, str) and variable_name(given.value) is not None:
        reason = "it is not accepted"  # the reason could quote the variable, which may hold a secret
    return ConfigurationError(
        f"`{key}` ({given.origin}) cannot be {_shown(given.value, kind)}: {reason}.",
        remedy=f"Give `{key}` {kind.accepted}.",
    )


def _shown(value: YamlValue, kind: ValueKind) -> str:
    if isinstance(value, YamlMapping):
        return "a mapping"
    if not isinstance(value, str):
        return "a list"
    if kind.secret:
        return "what it is"
    if variable_name(value) is not None:
        return f"the value of {value.strip()}"
    shown = repr(value)
    return shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + "…"
