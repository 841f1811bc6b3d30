"""The guard against a push that would remove more than half of what Raito holds (house: checks before a push)."""

from __future__ import annotations

from collections.abc import Mapping, Set

from raito_aws_pipeline.model.checks import is_mass_delete


def mass_delete(before: Mapping[str, Set[str]], now: Mapping[str, Set[str]]) -> str | None:
    """Why a push would delete too much, a clause, or None.

    Looked at are each noun by itself and all of them together.

    Args:
        before: External ids of the last push, by noun (`users`, `groups`).
        now: External ids of this push, by noun.
    """
    nouns = sorted(before)
    for label, held, kept in (
        *((noun, before[noun], now.get(noun, set())) for noun in nouns),
        ("users and groups", _labelled(before), _labelled(now)),
    ):
        removed = len(held - kept)
        if is_mass_delete(len(held), removed):
            return f"it would remove {removed} of the {len(held)} {label} that the last push held"
    return None


def _labelled(ids: Mapping[str, Set[str]]) -> set[str]:
    return {f"{noun} {external_id}" for noun, members in ids.items() for external_id in members}
