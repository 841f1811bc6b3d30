"""Which of the things that policies name are data objects.

Here: the questions that statements raise, and their answers from the table of data objects in one pass. Not here: where
the rows are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from raito_aws_pipeline.iam_policy.matching import Pattern
from raito_aws_pipeline.model.data_objects import DataObjectType

TREES: Final = (DataObjectType.FOLDER.value, DataObjectType.GLUE_TABLE.value)
"""Types of data objects that others lie below."""


class KnownObjects(Protocol):
    """Answers which data objects there are."""

    def type_of(self, full_name: str) -> str | None:
        """Type of a data object; None: there is none of this name."""

    def folders_covered(self, bucket: str, pattern: Pattern) -> Mapping[str, str]:
        """The folders and Glue tables below which a pattern matches every key, by full name their types.

        Args:
            bucket: Full name of the bucket.
            pattern: Pattern of keys.

        Returns:
            The topmost of them, in the order of the tree.
        """


@dataclass(frozen=True, slots=True)
class Interests:
    """The questions that documents raise.

    Args:
        trees: Full names of what would be folders or Glue tables.
        keys: Full names of what would be files.
        key_patterns: Full name of a bucket, and a pattern of keys in it.
    """

    trees: frozenset[str]
    keys: frozenset[str]
    key_patterns: frozenset[tuple[str, Pattern]]

    @property
    def full_names(self) -> frozenset[str]:
        """All names whose types will be asked for."""
        return self.trees | self.keys

    def __or__(self, other: Interests) -> Interests:
        return Interests(self.trees | other.trees, self.keys | other.keys, self.key_patterns | other.key_patterns)


NO_INTERESTS: Final = Interests(frozenset(), frozenset(), frozenset())


class AssumedObjects:
    """Takes every folder and key that documents name for a data object, where no table of them is at hand."""

    def __init__(self, interests: Interests) -> None:
        self._interests = interests

    def type_of(self, full_name: str) -> str | None:
        """A folder where the documents name it as one, else a file."""
        if full_name in self._interests.trees:
            return DataObjectType.FOLDER.value
        return DataObjectType.FILE.value if full_name in self._interests.keys else None

    def folders_covered(self, bucket: str, pattern: Pattern) -> Mapping[str, str]:
        """None: which there are is not known."""
        del bucket, pattern
        return {}


@dataclass(slots=True)
class _Search:
    """One pattern's folders; the last found one, since what lies below it comes right after it."""

    pattern: Pattern
    found: dict[str, str] = field(default_factory=dict)
    last: str = "\0"

    def look_at(self, full_name: str, path: str, kind: str) -> None:
        if not full_name.startswith(self.last) and self.pattern.covers_all_with(path):
            self.found[full_name] = kind
            self.last = f"{full_name}/"


class KnownFromRows:
    """Answers from the rows of the table of data objects, each bucket's in the order of the tree.

    Memory: the interests, the answers, and what Arrow makes of one batch; not the rows. Time: Arrow's for all rows, and
    Python's for each folder and each pattern that is asked for its bucket, 40 ns a pair.

    Args:
        interests: What will be asked; nothing else may be.
    """

    def __init__(self, interests: Interests) -> None:
        self._interests = interests
        self._types: dict[str, str] = {}
        self._names = pa.array(sorted(interests.full_names), pa.string())
        self._answers = {(bucket, pattern): _Search(pattern) for bucket, pattern in interests.key_patterns}
        # By bucket, each with a text that whatever matches has in it: that alone passes over most folders.
        self._searches: dict[str, list[tuple[str, _Search]]] = {}
        for (bucket, pattern), search in self._answers.items():
            if pattern.is_open:
                self._searches.setdefault(bucket, []).append((pattern.longest_text, search))

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in rows with the columns `full_name` and `type`, those of one bucket in the order of the tree."""
        names, types = batch.column("full_name"), batch.column("type")
        if len(self._names):
            asked = pc.is_in(names, value_set=self._names)
            self._types.update(zip(names.filter(asked).to_pylist(), types.filter(asked).to_pylist(), strict=True))
        if self._searches:
            trees = pc.is_in(types, value_set=pa.array(TREES, types.type))
            for full_name, kind in zip(names.filter(trees).to_pylist(), types.filter(trees).to_pylist(), strict=True):
                bucket, _, path = full_name.partition("/")
                path = f"{path}/"
                for search in [search for needle, search in self._searches.get(bucket, ()) if needle in path]:
                    search.look_at(full_name, path, kind)

    def type_of(self, full_name: str) -> str | None:
        """As `KnownObjects` says.

        Raises:
            KeyError: The name is not among the interests.
        """
        if full_name not in self._interests.trees and full_name not in self._interests.keys:
            raise KeyError(full_name)
        return self._types.get(full_name)

    def folders_covered(self, bucket: str, pattern: Pattern) -> Mapping[str, str]:
        """As `KnownObjects` says.

        Raises:
            KeyError: The pattern is not among the interests of the bucket.
        """
        return self._answers[bucket, pattern].found
