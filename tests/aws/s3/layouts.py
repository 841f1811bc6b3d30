"""How keys are named in buckets as people have them, by the number of pages that they fill."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from random import Random


def same_each_time(seed: int = 7) -> Random:
    """A source of numbers that are the same in each run."""
    return Random(seed)  # noqa: S311 - nothing is secret


def of_days(keys_a_day: Callable[[Random], int], pages: int) -> list[str]:
    """Folders of days as Hive names them, each with as many files as the function says."""
    rng, day, keys = same_each_time(), datetime.date(2023, 1, 1), list[str]()
    while len(keys) < pages * 1000:
        folder = f"sales/year={day.year}/month={day.month:02}/day={day.day:02}"
        keys += (f"{folder}/part-{n:05}-{rng.getrandbits(64):016x}.parquet" for n in range(keys_a_day(rng)))
        day += datetime.timedelta(1)
    return keys


def hashes(pages: int) -> list[str]:
    """Names without any order, in hexadecimal digits."""
    rng = same_each_time()
    return [f"{rng.getrandbits(128):032x}" for _ in range(pages * 1000)]


def one_giant_among_small(pages: int) -> list[str]:
    """A large folder between small ones."""
    small = [f"{side}{folder:02}/{n}" for side in "az" for folder in range(50) for n in range(20)]
    return small + [f"giant/file-{n:07}" for n in range(pages * 1000)]


def uuids(pages: int) -> list[str]:
    """Identifiers with a version, in a folder."""
    rng = same_each_time()
    return [f"data/{uuid.UUID(int=rng.getrandbits(128), version=4)}.json" for _ in range(pages * 1000)]


def log_files(pages: int) -> list[str]:
    """Moments as ISO 8601 writes them, one after the other."""
    rng, moment, keys = same_each_time(), datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC), list[str]()
    for _ in range(pages * 1000):
        moment += datetime.timedelta(seconds=rng.expovariate(1 / 40))
        keys.append(f"logs/{moment:%Y-%m-%dT%H:%M:%S}-{rng.getrandbits(32):08x}.log")
    return keys


LAYOUTS: dict[str, Callable[[int], list[str]]] = {
    "numbers": lambda pages: [f"object-{n:08}" for n in range(pages * 1000)],
    "numbers-without-zeros": lambda pages: [f"{n}.json" for n in range(pages * 1000)],
    "hashes": hashes,
    "uuids": uuids,
    "uneven-days": lambda pages: of_days(lambda rng: int(rng.lognormvariate(5.5, 1.5)) + 1, pages),
    "small-days": lambda pages: of_days(lambda rng: rng.randint(5, 60), pages),
    "large-days": lambda pages: of_days(lambda rng: rng.randint(5_000, 30_000), pages),
    "a-giant-among-small-folders": one_giant_among_small,
    "log-files": log_files,
}
