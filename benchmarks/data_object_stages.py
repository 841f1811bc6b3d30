"""The way of data objects, from S3 to the import file, as a run goes it, and what each half of it takes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.s3_answers import ACCOUNT, REGION
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.configuration.settings import load_settings
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.checks import TreeCheck
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.sync.buckets import write_buckets
from raito_aws_pipeline.sync.connections import aws_clients
from raito_aws_pipeline.sync.data_object_files import data_source_object, write_data_object_file
from raito_aws_pipeline.sync.data_objects import RegionWritten, write_data_objects
from raito_aws_pipeline.sync.tables import DATA_OBJECTS, region_partition

_CONFIG = f"""
domain: acme
api-user: bench@example.org
api-secret: none
targets:
  - name: bench
    connector-name: raito-io/cli-plugin-aws-account
    data-source-id: source
    aws-regions: {REGION}
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run took.

    Args:
        keys: Keys that were listed.
        objects: Records of the import file.
        lake_seconds: Wall time from the first call to the Parquet file.
        lake_cpu_seconds: CPU of that.
        file_seconds: Wall time from the Parquet file to the import file.
        file_cpu_seconds: CPU of that.
    """

    keys: int
    objects: int
    lake_seconds: float
    lake_cpu_seconds: float
    file_seconds: float
    file_cpu_seconds: float


class Run:
    """One target with its lake, in a folder.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        config = folder / "raito.yml"
        config.write_text(_CONFIG, encoding="utf-8")
        settings = load_settings(config, dict(os.environ), working_directory=folder, home=folder)
        (target,) = settings.targets
        assert isinstance(target, Target)
        self._target = target
        self._clients: AwsClients = aws_clients(target)
        self._lake = Lake(str(folder / "lake"))
        self._import_file = folder / "data-objects.json"

    def write_lake(self) -> int:
        """Buckets, then keys into Parquet, with the checks of the assets; gives the number of keys."""
        keys = 0

        def on_region(written: RegionWritten) -> None:
            nonlocal keys
            keys += sum(bucket.objects for bucket in written.buckets)

        write_buckets(self._lake, self._target, self._clients)
        checks = write_data_objects(self._lake, self._target, self._clients, [REGION], on_region)
        failed = [check for check in checks if not check.passed]
        if failed:
            raise RuntimeError(f"checks failed: {failed}")
        return keys

    def write_import_file(self) -> int:
        """The import file of what lies in the lake, with the checks of the push; gives the number of records."""
        rows = self._lake.read(DATA_OBJECTS.key(self._target), DataObject, [region_partition(REGION)])
        return write_data_object_file(
            self._target, TreeCheck(ACCOUNT), data_source_object(ACCOUNT), rows, self._import_file
        ).records


def measured_run(folder: Path) -> Measured:
    """The whole way once, in this process."""
    run = Run(folder)
    keys, lake_seconds, lake_cpu_seconds = _timed(run.write_lake)
    objects, file_seconds, file_cpu_seconds = _timed(run.write_import_file)
    return Measured(keys, objects, lake_seconds, lake_cpu_seconds, file_seconds, file_cpu_seconds)


def _timed(stage: Callable[[], int]) -> tuple[int, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    count = stage()
    return count, time.perf_counter() - wall, time.process_time() - cpu
