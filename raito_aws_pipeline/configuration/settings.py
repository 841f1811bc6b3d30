"""Everything that `raito.yml` and the environment say, as one value.

Here: the way from the file to `Settings`, and which errors stop all. Not here: one target (`targets`), one value
(`reading`), the file's syntax (`raito_yml`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from raito_aws_pipeline.configuration.parameter_table import definitions_of
from raito_aws_pipeline.configuration.parameters import (
    TARGET_GROUPS,
    TARGETS,
    ConnectorParameters,
    GeneralParameters,
    all_parameters,
)
from raito_aws_pipeline.configuration.raito_yml import YamlMapping, find_file, read_file
from raito_aws_pipeline.configuration.reading import (
    Given,
    Layer,
    Places,
    in_one,
    layer_of_environment,
    layer_of_mapping,
    layer_of_options,
    read_values,
)
from raito_aws_pipeline.configuration.remarks import Section, notes_about, warnings_about, warnings_about_tasks
from raito_aws_pipeline.configuration.shared_stores import refuse_shared_stores
from raito_aws_pipeline.configuration.target_names import TargetName, refuse_clashes
from raito_aws_pipeline.configuration.targets import BrokenTarget, OtherTarget, Target, read_target
from raito_aws_pipeline.errors import ConfigurationError

_NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Settings:
    """What one run, or one Dagster code location, is configured to do.

    Args:
        source: The file that was read.
        general: What holds for the whole file.
        targets: The targets to run, in the file's order; at least one.
        notes: One line each: what was left out on purpose, and what has no effect in this version.
        warnings: One line each: what is probably not what its author meant.
    """

    source: Path
    general: GeneralParameters
    targets: tuple[Target | BrokenTarget, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def load_settings(
    path: Path | None,
    environment: Mapping[str, str],
    *,
    working_directory: Path,
    home: Path,
    overrides: Mapping[str, str] = _NO_OVERRIDES,
) -> Settings:
    """Read `raito.yml` (protocol 9). Nothing but that one file and the arguments counts.

    Top-level keys: option, else `RAITO_<KEY>`, else the file, else the default (protocol 9.2).

    Args:
        path: The file that the user names; else RAITO_CONFIG_FILE names it; else it is looked for.
        environment: The environment variables.
        working_directory: Where the process runs.
        home: The user's home directory.
        overrides: Options of the command line: top-level key → text.

    Raises:
        ConfigurationError: There is no file, it cannot be read, its top level has a wrong value, targets cannot be told
            apart, or none is left. What is wrong in one target only makes it a `BrokenTarget`.
    """
    named = environment.get("RAITO_CONFIG_FILE")
    source = find_file(path or (Path(named) if named else None), working_directory=working_directory, home=home)
    document = read_file(source)
    one_target = _is_one_target(document, environment)
    top_level = _top_level(document, environment, overrides, source.name, one_target=one_target)
    general = _general(top_level, environment)

    sections = [Section(source.name, document, top_level, at_top_level=True, in_target=one_target)]
    others: list[OtherTarget] = []
    targets: list[tuple[TargetName, Target | BrokenTarget]] = []
    mappings = [document] if one_target else _target_mappings(document, source.name)
    for position, mapping in enumerate(mappings, start=1):
        layer = top_level if one_target else layer_of_mapping(mapping, source.name)
        outcome = read_target(layer, position, top_level=top_level, environment=environment)
        if isinstance(outcome, OtherTarget):
            others.append(outcome)
            continue
        targets.append(outcome)
        name = outcome[1].name
        if not one_target and _is_wanted(name, general):
            sections.append(Section(f"target '{name}'", mapping, layer, at_top_level=False, in_target=True))

    refuse_clashes([name for name, _ in targets])
    refuse_shared_stores([target for _, target in targets if isinstance(target, Target)])
    wanted = _wanted([target for _, target in targets], others, general)
    warnings = [line for section in sections for line in warnings_about(section)]
    warnings += [line for target in wanted if isinstance(target, Target) for line in warnings_about_tasks(target)]
    if one_target and TARGETS.key in top_level:
        warnings.append(f"{source.name}: `targets` is ignored, because `connector-name` stands at the top level.")
    notes = [f"target '{other.name}' is skipped: it is for {other.connector}." for other in others]
    notes += [line for section in sections for line in notes_about(section)]
    return Settings(source, general, wanted, tuple(notes), tuple(warnings))


def _is_one_target(document: YamlMapping, environment: Mapping[str, str]) -> bool:
    """Whether the top level is itself the one target, as the Raito CLI has it (protocol 9.3, flag mode)."""
    in_file = "connector-name" in layer_of_mapping(document, "")
    return in_file or "connector-name" in layer_of_environment(environment, definitions_of(ConnectorParameters))


def _top_level(
    document: YamlMapping,
    environment: Mapping[str, str],
    overrides: Mapping[str, str],
    file_name: str,
    *,
    one_target: bool,
) -> dict[str, Given]:
    of_file = [row for row in all_parameters() if row.scope.at_top_level]
    return {
        **layer_of_mapping(document, file_name),
        **layer_of_environment(environment, all_parameters() if one_target else of_file),
        **layer_of_options(overrides, of_file),
    }


def _general(top_level: Layer, environment: Mapping[str, str]) -> GeneralParameters:
    """The general parameters; what targets inherit is read as well, so that it is wrong once and not in each target."""
    places = Places({}, top_level, environment)
    values, problems = read_values(GeneralParameters, places)
    for group in TARGET_GROUPS:
        problems += read_values(group, places)[1]
    if problems:
        raise in_one(problems)
    return GeneralParameters(**values)


def _target_mappings(document: YamlMapping, file_name: str) -> list[YamlMapping]:
    entries = document.values.get(TARGETS.key)
    if not entries:
        raise ConfigurationError(
            f"{file_name} has no targets.",
            missing="`targets`",
            remedy="List your AWS accounts under `targets:`, each with `name`, `connector-name`, `data-source-id` and "
            "`identity-store-id`.",
        )
    place = f"{file_name}, line {document.lines[TARGETS.key]}"
    if isinstance(entries, str | YamlMapping):
        raise ConfigurationError(f"`targets` ({place}) is not a list.", remedy="Begin each target with `- `.")
    mappings = []
    for position, entry in enumerate(entries, start=1):
        if not isinstance(entry, YamlMapping):
            raise ConfigurationError(
                f"Number {position} of `targets` ({place}) is not a mapping of keys to values.",
                remedy="Write each target as `- name: …` with its other keys below.",
            )
        mappings.append(entry)
    return mappings


def _is_wanted(name: str, general: GeneralParameters) -> bool:
    return not general.only_targets or name in general.only_targets


def _wanted(
    targets: Sequence[Target | BrokenTarget], others: Sequence[OtherTarget], general: GeneralParameters
) -> tuple[Target | BrokenTarget, ...]:
    names = [target.name for target in targets] + [other.name for other in others]
    unknown = [name for name in general.only_targets if name not in names]
    if unknown:
        raise ConfigurationError(
            f"`only-targets` names {_quoted(unknown)}, but the targets are {_quoted(names)}.",
            remedy="Give names of targets, with commas between them.",
        )
    wanted = tuple(target for target in targets if _is_wanted(target.name, general))
    if not wanted:
        reason = "`only-targets` names no AWS target" if targets else "all have other connectors"
        raise ConfigurationError(
            f"No target is left to run of {_quoted(names)}: {reason}.",
            remedy="Give one with `connector-name: raito-io/cli-plugin-aws-account`, and let `only-targets` name it.",
        )
    return wanted


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
