"""Listing keys: CPU of the client against boto3's paginator, and what several workers gain where S3 is far away."""

from __future__ import annotations

import os
import time

import boto3

from benchmarks.figures import Figure, at_least, told
from benchmarks.measuring import compare, cpu_seconds
from benchmarks.s3_answers import REGION
from benchmarks.s3_server import environment, s3_server
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.s3.listing import BucketToList, list_keys

BUCKET = "bench"
KEYS, MANY_KEYS, FAR_KEYS = 20_000, 1_000_000, 400_000
LATENCY_MS = 30
ROUNDS = 5


def figures() -> list[Figure]:
    """The server is a process of its own: only the client's CPU counts."""
    with s3_server({BUCKET: KEYS}) as url:
        os.environ.update(environment(url))
        clients, s3 = AwsClients(), boto3.client("s3")

        def plain() -> None:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
            _expect(KEYS, sum(len([entry["Key"] for entry in page["Contents"]]) for page in pages))

        ours_cpu, boto3_cpu = compare(lambda: list_all(clients, KEYS), plain, ROUNDS)
    with s3_server({BUCKET: MANY_KEYS}) as url:
        os.environ.update(environment(url))
        seconds = wall_seconds(AwsClients(), MANY_KEYS)
        one_worker = AwsClients(concurrency=1)
        one_worker_cpu = cpu_seconds(lambda: list_all(one_worker, MANY_KEYS))
    with s3_server({BUCKET: FAR_KEYS}, LATENCY_MS) as url:
        os.environ.update(environment(url))
        alone, five, sixteen = (wall_seconds(AwsClients(concurrency=count), FAR_KEYS) for count in (1, 5, 16))
    far = f"{FAR_KEYS:,} keys at {LATENCY_MS} ms"
    return [
        at_least("listing keys, boto3's CPU against ours with 5 workers", boto3_cpu / ours_cpu, "x", 8),
        told("listing keys with 5 workers", ours_cpu / KEYS * 1e6, "CPU µs/key"),
        told("listing keys with 1 worker", one_worker_cpu / MANY_KEYS * 1e6, "CPU µs/key"),
        told("listing keys with boto3", boto3_cpu / KEYS * 1e6, "CPU µs/key"),
        told("listing keys with 5 workers", MANY_KEYS / seconds, "keys/s"),
        at_least(f"listing {far}, time of 1 worker against 5", alone / five, "x", 3),
        told(f"listing {far}, time of 1 worker against 16", alone / sixteen, "x"),
    ]


def list_all(clients: AwsClients, keys: int) -> None:
    """Read all keys of the bucket; `keys` is how many there are."""
    events = list_keys(clients, [BucketToList(BUCKET, REGION)])
    _expect(keys, sum(len(event[1].keys) for event in events if isinstance(event, tuple)))


def wall_seconds(clients: AwsClients, keys: int) -> float:
    """How long that takes."""
    started = time.perf_counter()
    list_all(clients, keys)
    return time.perf_counter() - started


def _expect(keys: int, found: int) -> None:
    if found != keys:
        raise RuntimeError(f"{found} of {keys} keys were listed")
