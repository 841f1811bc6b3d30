"""What S3 answers for a bucket of given keys: ListObjectsV2 by its documentation, without a network."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from raito_aws_pipeline.aws.s3.key_pages import KeyPage
from raito_aws_pipeline.aws.s3.list_objects import PageRequest

BEHIND_ALL = "\U0010ffff" * 256
"""No name below a folder comes after this one."""


@dataclass(frozen=True)
class BucketOfKeys:
    """A bucket; the size of each object is the length of its key.

    Args:
        keys: Its keys, ascending.
        repeats_folders: Whether a common prefix is given where it is not after `start_after`, but keys below it are.
            S3 does not; others that speak its protocol do.
    """

    keys: list[str] = field(default_factory=list)
    repeats_folders: bool = False

    @classmethod
    def of(cls, keys: Iterable[str], *, repeats_folders: bool = False) -> BucketOfKeys:
        """A bucket of these keys, in any order."""
        return cls(sorted(set(keys)), repeats_folders)

    def page(self, request: PageRequest, page_size: int) -> KeyPage:
        """One answer."""
        keys: list[str] = []
        prefixes: list[str] = []
        for entry, is_folder in self._entries(request):
            if len(keys) + len(prefixes) == page_size:
                return self._page(keys, prefixes, truncated=True)
            (prefixes if is_folder else keys).append(entry)
        return self._page(keys, prefixes, truncated=False)

    @staticmethod
    def _page(keys: list[str], prefixes: list[str], *, truncated: bool) -> KeyPage:
        return KeyPage(keys, [len(key) for key in keys], prefixes, truncated)

    def _entries(self, request: PageRequest) -> Iterator[tuple[str, bool]]:
        position = max(bisect_right(self.keys, request.start_after), bisect_left(self.keys, request.prefix))
        while position < len(self.keys) and self.keys[position].startswith(request.prefix):
            key = self.keys[position]
            slash = key.find("/", len(request.prefix)) if request.delimiter else -1
            if slash < 0:
                yield key, False
                position += 1
                continue
            folder = key[: slash + 1]
            if self.repeats_folders or folder > request.start_after:
                yield folder, True
            position = bisect_right(self.keys, folder + BEHIND_ALL)
