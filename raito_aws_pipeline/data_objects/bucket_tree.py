"""One bucket's data objects from its keys, as they come in S3's order (connector 3).

S3 lists a folder's keys in one piece, so that a stack of the folders that are open is all that must be remembered. A
key waits until it is known whether others lie below it (`same`, then `same-1`, then `same/child`): such keys are
prefixes of each other, so that no more of them wait than a key is long. Written when that is known, the rows stand in
`model.full_names.tree_order`, strictly ascending: that is what makes each external id unique.

Memory: the rows of one call, and the folders and keys above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from operator import eq

import pyarrow as pa

from raito_aws_pipeline.model.columns import columns_of, schema_of
from raito_aws_pipeline.model.data_objects import DataObject, DataObjectType

_FILE, _FOLDER = DataObjectType.FILE.value, DataObjectType.FOLDER.value

_SHORTEST_RUN = 8
"""Files of one folder from which on it pays to take them at once."""

MOST_NAMED = 100
"""Keys a bucket that are named in the remainder; all are counted."""


@dataclass(slots=True)
class _Rows:
    full_names: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)

    def add(self, full_name: str, name: str, kind: str, parent: str) -> None:
        self.full_names.append(full_name)
        self.names.append(name)
        self.types.append(kind)
        self.parents.append(parent)

    def batch(self) -> pa.RecordBatch:
        full_names = pa.array(self.full_names, pa.string())
        count = len(full_names)
        values = {
            "external_id": full_names,
            "full_name": full_names,
            "name": pa.array(self.names, pa.string()),
            "type": pa.array(self.types, pa.string()),
            "parent_external_id": pa.array(self.parents, pa.string()),
            "description": pa.repeat(pa.scalar(""), count),
        }
        return pa.RecordBatch.from_arrays(
            [values.get(c.name, pa.nulls(count, c.arrow_type)) for c in columns_of(DataObject)],
            schema=schema_of(DataObject),
        )


class BucketTree:
    """Turns the keys of one bucket into data objects.

    Args:
        bucket: Full name of the bucket; its own row is not among those made here.
        max_depth: Segments below the bucket that become data objects; deeper ones are dropped.
        emulate_folders: Make folders as S3's console does; else each key is a file of the bucket, however deep.
        below: Path of a folder to begin in; neither its row nor those above are made, and all keys begin with it.

    Counted are the rows that were made (`folders`, `files`) and the keys that are folders as well
    (`keys_that_are_folders`, the first of them in `named`); `deepest_path` is the key with the most segments (`depth`).
    """

    def __init__(self, bucket: str, *, max_depth: int, emulate_folders: bool = True, below: str | None = None) -> None:
        self.folders = 0
        self.files = 0
        self.keys_that_are_folders = 0
        self.named: list[str] = []
        self.deepest_path = ""
        self.depth = 0
        self._emulate_folders = emulate_folders
        self._bucket = bucket
        self._max_depth = max_depth
        self._rows = _Rows()
        # Paths of the open folders, each one segment longer than the one before.
        self._open: list[str] = [] if below is None else _paths(below)
        self._waiting: list[tuple[str, str, str]] = []
        # The folder of the last key as S3 has it, None: the bucket itself; and what follows from it.
        self._head: str | None = None
        self._parent = bucket
        self._holds_files = True

    def add(self, keys: Sequence[str]) -> pa.RecordBatch:
        """Take in keys that come after all those before; rows as `DataObject`.

        Folders come right before what is in them, files when the first key is seen that ends the wait for others below.
        """
        if keys and not self.depth:
            self._look_at_depth(keys[0])
        at = 0
        while at < len(keys):
            key = keys[at]
            if self._waiting:
                self._settle(key)
            head, slash, name = key.rpartition("/")
            if (head if slash else None) != self._head:
                self._go_to(head if slash else None)
                self._look_at_depth(key)
            if not self._emulate_folders:
                self._waiting.append((key, key, self._bucket))
            elif name and self._holds_files:
                at = self._add_run(keys, at, len(key) - len(name))
                key = keys[at]
                self._waiting.append((key, key[len(head) + len(slash) :], self._parent))
            at += 1
        return self._taken()

    def finish(self) -> pa.RecordBatch:
        """The rows that still waited for keys below; none comes after."""
        while self._waiting:
            self._add_file(*self._waiting.pop())
        return self._taken()

    def _settle(self, key: str) -> None:
        """Write the waiting keys that no key from this one on can lie below; drop those that are folders."""
        while self._waiting:
            waiting, name, parent = self._waiting[-1]
            if not key.startswith(waiting):
                self._add_file(waiting, name, parent)
            elif key[len(waiting)] < "/":
                return
            elif key[len(waiting)] > "/" or not self._emulate_folders:
                self._add_file(waiting, name, parent)
            else:
                self.keys_that_are_folders += 1
                if len(self.named) < MOST_NAMED:
                    self.named.append(waiting)
            self._waiting.pop()

    def _add_run(self, keys: Sequence[str], first: int, folder: int) -> int:
        """Add at once the files of one folder that follow each other, the fast way for what most keys are.

        Args:
            keys: All keys.
            first: Where the run begins.
            folder: Length of the folder's path with its `/`.

        Returns:
            Where the last key of the run stands, which is not added: it waits for the key after it.
        """
        start, last = keys[first][:folder], first
        ahead = first + _SHORTEST_RUN
        if self._waiting or ahead >= len(keys) or not keys[ahead].startswith(start):
            return first
        while last + 1 < len(keys) and keys[last + 1].startswith(start) and "/" not in keys[last + 1][folder:]:
            last += 1
        run = keys[first:last]
        if not run or any(map(str.startswith, keys[first + 1 : last + 1], run)):
            return first
        prefix = f"{self._bucket}/"
        self._rows.full_names += [prefix + key for key in run]
        self._rows.names += [key[folder:] for key in run]
        self._rows.types += [_FILE] * len(run)
        self._rows.parents += [self._parent] * len(run)
        self.files += len(run)
        return last

    def _add_file(self, key: str, name: str, parent: str) -> None:
        self.files += 1
        self._rows.add(f"{self._bucket}/{key}", name, _FILE, parent)

    def _go_to(self, head: str | None) -> None:
        """Be in the folder of this path (None: in the bucket), or in the deepest above it that the limit allows."""
        self._head = head
        if not self._emulate_folders:
            return
        paths = [] if head is None else _paths(head)
        self._holds_files = len(paths) < self._max_depth
        del paths[self._max_depth :]
        common = sum(1 for _ in takewhile(bool, map(eq, paths, self._open)))
        del self._open[common:]
        for path in paths[common:]:
            parent = f"{self._bucket}/{self._open[-1]}" if self._open else self._bucket
            self._rows.add(f"{self._bucket}/{path}", path.rpartition("/")[2], _FOLDER, parent)
            self._open.append(path)
            self.folders += 1
        self._parent = f"{self._bucket}/{paths[-1]}" if paths else self._bucket

    def _look_at_depth(self, key: str) -> None:
        depth = key.count("/") + 1
        if depth > self.depth:
            self.deepest_path, self.depth = key, depth

    def _taken(self) -> pa.RecordBatch:
        rows, self._rows = self._rows, _Rows()
        return rows.batch()


def _paths(folder: str) -> list[str]:
    """`a/b/c` as `a`, `a/b`, `a/b/c`; the empty path is a folder without a name."""
    found: list[str] = []
    for segment in folder.split("/"):
        found.append(f"{found[-1]}/{segment}" if found else segment)
    return found
