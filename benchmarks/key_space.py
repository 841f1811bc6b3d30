"""The keys of a synthetic bucket: a formula of their number, so that a bucket of any size costs no memory.

They are laid out as a warehouse writes them: `warehouse/sales-000/year=2017/month=01/day=01/part-00000-….parquet`,
`FILES` a folder, in S3's order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import overload

FILES = 100
"""Files in each of the deepest folders."""

_DAYS, _MONTHS, _YEARS, _FIRST_YEAR = 28, 12, 10, 2017
_MIXED = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""An odd number whose multiples, modulo 2^128, look like the random ids in the names of Spark's files."""

AFTER_ALL = "\U0010ffff"
"""Comes after all characters that keys of this space have."""


@lru_cache(maxsize=4096)
def folder_of(number: int) -> str:
    """The folder of this number, without the `/` behind it."""
    number, day = divmod(number, _DAYS)
    number, month = divmod(number, _MONTHS)
    table, year = divmod(number, _YEARS)
    return f"warehouse/sales-{table:03}/year={_FIRST_YEAR + year}/month={month + 1:02}/day={day + 1:02}"


def job_of(number: int) -> str:
    """The id, in the names of its files, of the job that wrote the folder of this number."""
    return f"{(number + 1) * _MIXED % 2**128:032x}"


def file_name(number: int, job: str) -> str:
    """Name of the file of this number in its folder."""
    return f"part-{number:05}-{job}.c000.snappy.parquet"


class KeySpace(Sequence[str]):
    """Keys by their number, ascending; `bisect` finds the number of a key, there or not.

    Args:
        count: How many keys there are, up to 336 million.
    """

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        """The key of a number from 0 on."""
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        if not 0 <= index < self._count:
            raise IndexError(index)
        folder, file = divmod(index, FILES)
        return f"{folder_of(folder)}/{file_name(file, job_of(folder))}"

    def after(self, key: str) -> int:
        """Number of the first key after this one, which need not exist."""
        return bisect_right(self, key)

    def beginning_with(self, prefix: str) -> range:
        """Numbers of the keys that begin so."""
        if not prefix:
            return range(self._count)
        return range(bisect_left(self, prefix), bisect_left(self, prefix + AFTER_ALL))
