"""Which tags a thing has after an import: those of the file, and those of sources that the import does not speak of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class SourcedTag(Protocol):
    """A tag, or a record of one."""

    @property
    def key(self) -> str:
        """The key."""

    @property
    def value(self) -> str:
        """The value."""

    @property
    def source(self) -> str:
        """Who gave the tag."""


TagT = TypeVar("TagT", bound=SourcedTag)


def reconciled_tags(
    given: Iterable[TagT] | None, before: Iterable[TagT] | None, scope: frozenset[str]
) -> tuple[TagT, ...]:
    """The tags after an import, by key, value and source, each once.

    Args:
        given: Those of the import's record.
        before: Those that the thing had.
        scope: `tagSourcesScope` (protocol 4): tags of these sources are those of the record, tags of others stay.
            Empty: all are those of the record.
    """
    kept = [tag for tag in before or () if scope and tag.source not in scope]
    taken = [tag for tag in given or () if not scope or tag.source in scope]
    return tuple(sorted({*kept, *taken}, key=lambda tag: (tag.key, tag.value, tag.source)))
