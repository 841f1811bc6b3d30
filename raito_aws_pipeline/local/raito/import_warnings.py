"""The warnings that an import gives: how often, with a few examples."""

from __future__ import annotations

from raito_aws_pipeline.local.raito.catalogue import Change

_EXAMPLES = 10


class Examples:
    """Counts cases of one kind and keeps the first ten as examples.

    Args:
        what: What is wrong with them; follows the count.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._count = 0
        self._examples: list[str] = []

    def note(self, example: str) -> None:
        """One more case."""
        self._count += 1
        if len(self._examples) < _EXAMPLES:
            self._examples.append(example)

    def warnings(self) -> list[str]:
        """One warning, or none."""
        return [f"{self._count} {self._what}: {_listed(self._examples, self._count)}"] if self._count else []


def repeated_ids(noun: str, change: Change) -> list[str]:
    """The warning on records whose external id came before, if there are any."""
    if not change.repeated:
        return []
    what = f"records of {noun} repeat an external id; the first of each counts"
    return [f"{change.repeated} {what}: {_listed(change.repeated_ids, change.repeated)}"]


def _listed(examples: list[str] | tuple[str, ...], count: int) -> str:
    more = count - len(examples)
    return ", ".join(examples) + (f", and {more} more" if more > 0 else "")
