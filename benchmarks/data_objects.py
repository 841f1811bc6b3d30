"""Data objects the whole way, from S3 to the import file: at three sizes, and against a plain program."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import boto3

from benchmarks.data_object_stages import Measured, Run
from benchmarks.figures import Figure, at_least, at_most, told
from benchmarks.key_space import KeySpace
from benchmarks.measuring import compare, peak_and_output
from benchmarks.s3_answers import ACCOUNT, REGION
from benchmarks.s3_server import environment, s3_server

BUCKET = "bench"
PLAIN_KEYS = 100_000
SIZES = (100_000, 1_000_000, 10_000_000)
ROUNDS = 3

_PROGRAM = """
import dataclasses, json, sys
from pathlib import Path
from benchmarks.data_object_stages import measured_run
print(json.dumps(dataclasses.asdict(measured_run(Path(sys.argv[1])))))
"""


def figures() -> list[Figure]:
    """Ratios from runs in turn; speed and memory of one run a size, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        found = _against_plain(Path(folder))
    runs = [_run(keys) for keys in SIZES]
    for measured, peak in runs:
        found += _of_one_size(measured, peak)
    peak_of_large, peak_of_largest = (peak for _, peak in runs[1:])
    growth = peak_of_largest / peak_of_large
    return [*found, at_most("peak memory at 10,000,000 keys against 1,000,000", growth, "x", 1.1)]


def _against_plain(folder: Path) -> list[Figure]:
    with s3_server({BUCKET: PLAIN_KEYS}) as url:
        os.environ.update(environment(url))
        run, s3, plain_file = Run(folder), boto3.client("s3"), folder / "plain.json"

        def ours() -> None:
            run.write_lake()
            run.write_import_file()

        def plain() -> None:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
            write_plain_file([entry["Key"] for page in pages for entry in page["Contents"]], plain_file)

        ours_cpu, plain_cpu = compare(ours, plain, ROUNDS)
        keys = list(KeySpace(PLAIN_KEYS))
        file_cpu, plain_file_cpu = compare(run.write_import_file, lambda: write_plain_file(keys, plain_file))
        _expect_same(json.loads(plain_file.read_bytes()), json.loads((folder / "data-objects.json").read_bytes()))
    return [
        at_least("S3 to import file, CPU of boto3 + json.dumps against ours", plain_cpu / ours_cpu, "x", 12),
        at_least("import file, CPU of folders + json.dumps against ours", plain_file_cpu / file_cpu, "x", 4),
        told("S3 to import file, boto3 + json.dumps", plain_cpu / PLAIN_KEYS * 1e6, "CPU µs/key"),
    ]


def write_plain_file(keys: list[str], path: Path) -> None:
    """Folders by a set of those that were seen, records as dictionaries, `json.dumps` over all of them."""
    bucket = f"{ACCOUNT}:{REGION}:{BUCKET}"
    records = [_plain_record(ACCOUNT, "", "datasource"), _plain_record(bucket, ACCOUNT, "bucket")]
    seen = set()
    for key in keys:
        parent = bucket
        *folders, _ = key.split("/")
        for folder in folders:
            full_name = f"{parent}/{folder}"
            if full_name not in seen:
                seen.add(full_name)
                records.append(_plain_record(full_name, parent, "folder"))
            parent = full_name
        records.append(_plain_record(f"{bucket}/{key}", parent, "file"))
    path.write_text(json.dumps(records), encoding="utf-8")


def _plain_record(full_name: str, parent: str, kind: str) -> dict[str, object]:
    return {
        "externalId": full_name,
        "name": full_name.rpartition("/")[2],
        "fullName": full_name,
        "type": kind,
        "description": "",
        "parentExternalId": parent,
        "tags": None,
    }


def _expect_same(plain: list[dict[str, object]], ours: list[dict[str, object]]) -> None:
    """Both made the same tree: else they cannot be compared."""
    if [(r["fullName"], r["type"], r["parentExternalId"]) for r in plain] != [
        (r["fullName"], r["type"], r["parentExternalId"]) for r in ours
    ]:
        raise RuntimeError("the plain program's data objects are others than ours")


def _run(keys: int) -> tuple[Measured, float]:
    """One run in a process of its own, and its peak memory in MB."""
    with s3_server({BUCKET: keys}) as url, tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment(url))
        peak, output = peak_and_output(_PROGRAM, folder)
    measured = Measured(**json.loads(output))
    if measured.keys != keys:
        raise RuntimeError(f"{measured.keys} of {keys} keys were read")
    return measured, peak


def _of_one_size(run: Measured, peak: float) -> list[Figure]:
    size = f"{run.keys:,} keys"
    return [
        at_least(f"{size} into Parquet", run.keys / run.lake_seconds, "keys/s", 60_000),
        told(f"{size} into Parquet", run.lake_cpu_seconds / run.keys * 1e6, "CPU µs/key"),
        at_least(f"{size}, import file", run.objects / run.file_seconds, "objects/s", 300_000),
        told(f"{size}, import file", run.file_cpu_seconds / run.keys * 1e6, "CPU µs/key"),
        at_most(f"{size}, peak memory", peak, "MB", 1000),
    ]
