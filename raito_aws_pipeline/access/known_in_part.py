"""Which data objects there are, where some buckets could not be read: what documents name there is taken to exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from raito_aws_pipeline.iam_policy.known import AssumedObjects, Interests, KnownObjects
from raito_aws_pipeline.iam_policy.matching import Pattern


class KnownInPart:
    """Answers from what was read, and for buckets that were not read as a whole with what the documents say.

    A grant on an object that was only not seen stays a grant.

    Args:
        known: What was read.
        interests: What will be asked.
        is_unread: Whether the bucket of this full name could not be read to its end.
    """

    def __init__(self, known: KnownObjects, interests: Interests, is_unread: Callable[[str], bool]) -> None:
        self._known = known
        self._assumed = AssumedObjects(interests)
        self._is_unread = is_unread

    def type_of(self, full_name: str) -> str | None:
        """As `KnownObjects` says."""
        found = self._known.type_of(full_name)
        if found is None and self._is_unread(full_name.partition("/")[0]):
            return self._assumed.type_of(full_name)
        return found

    def folders_covered(self, bucket: str, pattern: Pattern) -> Mapping[str, str]:
        """As `KnownObjects` says."""
        return self._known.folders_covered(bucket, pattern)
