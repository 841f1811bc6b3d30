"""The file `raito.yml` itself: where it is found, and what stands in it, as text.

Here: discovery (protocol 9.1) and YAML with every scalar left as text, because account ids (`012345678901`), names
and versions are no numbers. Not here: what keys mean (`reading`, `settings`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from raito_aws_pipeline.errors import ConfigurationError

FILE_NAMES = ("raito.yml", "raito.yaml")

YamlValue: TypeAlias = "str | Sequence[YamlValue] | YamlMapping | None"


@dataclass(frozen=True)
class YamlMapping:
    """A mapping of the file.

    Args:
        values: Key in lower case → text, None (null), list or mapping.
        lines: Key → its line in the file, from 1.
    """

    values: Mapping[str, YamlValue]
    lines: Mapping[str, int]


def find_file(path: Path | None, *, working_directory: Path, home: Path) -> Path:
    """The file to read: the one that is named, else `raito.yml` or `raito.yaml` in `.`, then in `$HOME/.raito`.

    Args:
        path: The file that the user names; relative ones count from the working directory.
        working_directory: Where the process runs.
        home: The user's home directory.

    Raises:
        ConfigurationError: There is no such file.
    """
    if path is not None:
        named = working_directory / path
        if not named.is_file():
            raise ConfigurationError(
                f"There is no file {named}.", missing=str(named), remedy="Give the path of your raito.yml."
            )
        return named
    folders = (working_directory, home / ".raito")
    for candidate in (folder / name for folder in folders for name in FILE_NAMES):
        if candidate.is_file():
            return candidate
    raise ConfigurationError(
        "No raito.yml was found in " + " or ".join(str(folder) for folder in folders) + ".",
        missing="raito.yml",
        remedy="Write one there, or name yours with `--config FILE` or RAITO_CONFIG_FILE.",
    )


def read_file(path: Path) -> YamlMapping:
    """The mapping that the file holds.

    Raises:
        ConfigurationError: The file cannot be read, is no YAML, or is no mapping; or a key stands twice in one
            mapping. Its message quotes nothing of the file but keys.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.", remedy="Make it readable.") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{path} is not UTF-8: byte {error.start} is wrong.", remedy="Save it as UTF-8."
        ) from None
    return parse(text, source=str(path))


def parse(text: str, *, source: str) -> YamlMapping:
    """The mapping that the text holds; see `read_file`."""
    try:
        document = yaml.load(text, Loader=_TextLoader)  # noqa: S506 (a SafeLoader that makes text only)
    except yaml.YAMLError as error:
        raise ConfigurationError(
            f"{source} is not valid YAML{_place_of(error)}: {_reason_of(error)}.",
            remedy="Correct the file; most often an indent or a quote is missing.",
        ) from None
    except (RecursionError, ValueError, OverflowError):
        # PyYAML recurses once a level, and lets `chr` fail on `"\UFFFFFFFF"`.
        raise ConfigurationError(
            f"{source} is not valid YAML: it is nested too deeply, or names an impossible character.",
            remedy="Correct the file.",
        ) from None
    if not isinstance(document, YamlMapping):
        kind = "is empty" if document is None else "is not a mapping of keys to values"
        raise ConfigurationError(f"{source} {kind}.", remedy="Begin it with keys such as `domain:` and `targets:`.")
    return document


class _TextLoader(yaml.SafeLoader):
    """Scalars as text, null as None, lists, and mappings with their lines."""

    yaml_constructors = {}  # noqa: RUF012 (PyYAML's own class attribute; `add_constructor` fills it)


def _text_of(_loader: _TextLoader, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.constructor.ConstructorError(None, None, "expected a text", node.start_mark)
    return str(node.value)


def _nothing(_loader: _TextLoader, _node: yaml.Node) -> None:
    return None


def _unknown_tag(_loader: _TextLoader, node: yaml.Node) -> None:
    raise yaml.constructor.ConstructorError(None, None, "a `!tag` is not known here", node.start_mark)


def _list_of(loader: _TextLoader, node: yaml.Node) -> list[YamlValue]:
    if not isinstance(node, yaml.SequenceNode):
        raise yaml.constructor.ConstructorError(None, None, "expected a list", node.start_mark)
    return [loader.construct_object(child, deep=True) for child in node.value]


def _mapping_of(loader: _TextLoader, node: yaml.Node) -> YamlMapping:
    if not isinstance(node, yaml.MappingNode):
        raise yaml.constructor.ConstructorError(None, None, "expected a mapping", node.start_mark)
    _refuse_twins(node)
    loader.flatten_mapping(node)  # puts what `<<` merges before the mapping's own keys, which so win
    values: dict[str, YamlValue] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key = _key_of(key_node)
        values[key] = loader.construct_object(value_node, deep=True)
        lines[key] = key_node.start_mark.line + 1
    return YamlMapping(values, lines)


def _refuse_twins(node: yaml.MappingNode) -> None:
    lines: dict[str, int] = {}
    for key_node, _ in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            continue
        key, line = _key_of(key_node), key_node.start_mark.line + 1
        if key in lines:
            raise yaml.constructor.ConstructorError(
                None,
                None,
                f"the key {shown_key(key)} stands twice, on lines {lines[key]} and {line} (case does not count)",
                key_node.start_mark,
            )
        lines[key] = line


def _key_of(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.constructor.ConstructorError(None, None, "expected a key", node.start_mark)
    return str(node.value).lower()


for _scalar in ("bool", "int", "float", "timestamp", "str", "value", "merge"):
    _TextLoader.add_constructor(f"tag:yaml.org,2002:{_scalar}", _text_of)
_TextLoader.add_constructor("tag:yaml.org,2002:null", _nothing)
_TextLoader.add_constructor("tag:yaml.org,2002:seq", _list_of)
_TextLoader.add_constructor("tag:yaml.org,2002:map", _mapping_of)
_TextLoader.add_constructor(None, _unknown_tag)


def shown_key(key: str) -> str:
    """The key for a message: as it stands where it is a plain name, for `api-secret:hunter2` could be one as well."""
    return f"`{key}`" if re.fullmatch(r"[a-z0-9_.-]{1,80}", key) else "(not a plain name)"


def _place_of(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _reason_of(error: yaml.YAMLError) -> str:
    # Neither the line itself nor what the reason quotes is shown: it may be a secret that nobody put in quotes.
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    return re.sub(r"'.*'", "'…'", str(reason), flags=re.DOTALL)
