"""What is worth a line about a `raito.yml` that can be used: keys and values that probably do not do what was meant.

Here: warnings (unknown keys with the nearest known one, `{{VAR}}` inside other text, a task that cannot run) and notes
(keys that are accepted, but have no effect in this version). Not here: what cannot be used at all; that is an error.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from raito_aws_pipeline.configuration.parameters import all_parameters
from raito_aws_pipeline.configuration.raito_yml import YamlMapping, shown_key
from raito_aws_pipeline.configuration.reading import Layer
from raito_aws_pipeline.configuration.targets import Target, TargetKind
from raito_aws_pipeline.configuration.variables import holds_part


@dataclass(frozen=True)
class Section:
    """The top level of the file, or a target in it.

    Args:
        where: `raito.yml`, or `target 'prod'`.
        mapping: What stands there.
        layer: What that gives, with what the environment and options give in its place.
        at_top_level: Whether keys of the top level are read there.
        in_target: Whether keys of a target are read there (both: one target, written at the top level).
    """

    where: str
    mapping: YamlMapping
    layer: Layer
    at_top_level: bool
    in_target: bool


def warnings_about(section: Section) -> Iterator[str]:
    """One line for each unknown key and for each `{{VAR}}` that is not replaced, in the file's order."""
    yield from _unknown_keys(section)
    for key, given in section.layer.items():
        if isinstance(given.value, str) and holds_part(given.value):
            yield (
                f"{section.where}: `{key}` ({given.origin}) holds `{{{{…}}}}` beside other text, where it is not "
                "replaced: the whole value must be `{{VAR}}`."
            )


def warnings_about_tasks(target: Target) -> Iterator[str]:
    """One line for each task that cannot run: it is SKIPPED in Raito (protocol 2.7)."""
    is_account = target.kind is TargetKind.ACCOUNT
    if is_account and target.raito.data_source_id is None and not target.skip.skip_data_source_sync:
        yield f"target '{target.name}': there is no `data-source-id`, so its data source sync is skipped."
    if target.raito.identity_store_id is None and not target.skip.skip_identity_store_sync:
        yield f"target '{target.name}': there is no `identity-store-id`, so its identity store sync is skipped."


def notes_about(section: Section) -> Iterator[str]:
    """One line with all keys that are accepted, but have no effect in this version."""
    idle = [key for row in all_parameters() if not row.effective for key in row.spellings if key in section.layer]
    if idle:
        yield f"{section.where}: accepted, but without effect in this version: {', '.join(idle)}."


def _unknown_keys(section: Section) -> Iterator[str]:
    here: set[str] = set()
    elsewhere: set[str] = set()
    for row in all_parameters():
        is_read = (section.at_top_level and row.scope.at_top_level) or (section.in_target and row.scope.in_target)
        (here if is_read else elsewhere).update(row.spellings)
    for key in section.mapping.values:
        if key in here:
            continue
        place = f"{section.where}, line {section.mapping.lines[key]}"
        if key in elsewhere:
            right = "in a target" if section.at_top_level else "at the top level of the file"
            yield f"{place}: `{key}` has no effect there, it is read {right} only."
        else:
            nearest = difflib.get_close_matches(key, sorted(here), n=1, cutoff=0.0)[0]
            yield f"{place}: unknown key {shown_key(key)}; the nearest known key is `{nearest}`."
