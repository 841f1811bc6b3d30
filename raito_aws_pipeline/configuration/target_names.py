"""Names of targets: the slug of each, and that no two are the same (house rule "Names").

Here: name → slug, and the error of names that clash. Not here: what else a target says (`targets`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from raito_aws_pipeline.errors import ConfigurationError


@dataclass(frozen=True)
class TargetName:
    """How a target is called.

    Args:
        name: As in `raito.yml`, or what stands for it.
        slug: The name with characters of `[A-Za-z0-9_]` only: prefix of asset keys and folder in the lake.
        given: Whether `raito.yml` gives the name.
        position: Which of the targets in the file it is, from 1.
    """

    name: str
    slug: str
    given: bool
    position: int


def slug_of(name: str) -> str:
    """The name with `_` for each run of other characters than `[A-Za-z0-9]` and `_`; never empty."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", name) or "_"


def refuse_clashes(names: Sequence[TargetName]) -> None:
    """Every target needs a slug of its own; case does not count, as on some file systems; and a name, among several.

    Raises:
        ConfigurationError: Two targets have one slug, or one of several has no name.
    """
    unnamed = [name for name in names if not name.given]
    if unnamed and len(names) > 1:
        positions = " and ".join(str(name.position) for name in unnamed)
        raise ConfigurationError(
            f"There are several AWS targets, and number {positions} of `targets` has no name.",
            missing="`name`",
            remedy="Give each of them a `name` of its own.",
        )
    first: dict[str, TargetName] = {}
    for name in names:
        twin = first.setdefault(name.slug.lower(), name)
        if twin is not name:
            raise ConfigurationError(
                f"The targets '{twin.name}' and '{name.name}' (numbers {twin.position} and {name.position}) are both "
                f"'{name.slug}' in asset keys and folders: only letters, digits and `_` stand there, in any case.",
                remedy="Rename one of them.",
            )
