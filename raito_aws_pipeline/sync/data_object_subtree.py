"""Partial sync: only what lies below one data object is read again and pushed (connector 3, protocol 7.10).

Raito asks for it in a sync trigger. Nothing is deleted, and the tables of whole regions stay as they are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.s3.listing import BucketToList
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.checks import TreeCheck
from raito_aws_pipeline.errors import ConfigurationError
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.buckets import BucketScope
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.full_names import US_EAST_1, FullNames, bucket_of
from raito_aws_pipeline.raito.imports import import_data_objects
from raito_aws_pipeline.raito.metadata import set_data_source_metadata
from raito_aws_pipeline.raito.tasks import Task
from raito_aws_pipeline.sync.account import account_id
from raito_aws_pipeline.sync.buckets import read_buckets_in_lake
from raito_aws_pipeline.sync.connections import RaitoOptions
from raito_aws_pipeline.sync.data_object_files import write_data_object_file
from raito_aws_pipeline.sync.data_object_push import DataObjectPush, data_source_id, metadata_of, missing_parts
from raito_aws_pipeline.sync.data_objects import full_names
from raito_aws_pipeline.sync.glue_objects import glue_region, write_glue_tables
from raito_aws_pipeline.sync.region_content import RegionContent
from raito_aws_pipeline.sync.regions import target_regions
from raito_aws_pipeline.sync.s3_objects import Listing, s3_objects
from raito_aws_pipeline.sync.tables import DATA_OBJECT_SUBTREE
from raito_aws_pipeline.sync.written import TableWritten, write_table


@dataclass(frozen=True, slots=True)
class Subtree:
    """What a partial sync is about.

    Args:
        parent: Full name of the data object that everything lies below: a bucket or a folder.
        excludes: What of it is left out, with all that lies below: full names, or paths below the parent.
    """

    parent: str
    excludes: tuple[str, ...] = ()

    def leaves_out(self, full_name: str) -> bool:
        """Whether an object below the parent is one of the excluded ones, or lies below one."""
        path = full_name.removeprefix(f"{self.parent}/")
        return any(_is_at_or_below(name, exclude) for exclude in self.excludes for name in (full_name, path))


def write_subtree(lake: Lake, target: Target, clients: AwsClients, subtree: Subtree) -> TableWritten:
    """Read what lies below one data object into a table of its own, in place of that of the last partial sync.

    In Glue mode the catalogues are read again for it. Memory: that of a region (`data_objects`).

    Raises:
        ConfigurationError: The parent is no bucket of the account that is imported, nor lies in one.
        LakeError: The buckets were never read.
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached).
    """
    names = full_names(target, account_id(target, clients))
    subtree = _spelled_by(names, target, subtree)
    read = _read_catalogues if target.aws.aws_glue_enabled else _list_bucket
    content = read(lake, target, clients, names, subtree)
    return write_table(lake, target, DATA_OBJECT_SUBTREE, content.batches, content.failures)


def push_subtree(
    lake: Lake, target: Target, clients: AwsClients, task: Task, subtree: Subtree, *, options: RaitoOptions
) -> DataObjectPush:
    """Send what `write_subtree` read to Raito, within a running task; nothing is deleted there.

    Args:
        lake: The lake.
        target: The target; it has a data source.
        clients: Its AWS clients, which say the account.
        task: The task DS of an open job.
        subtree: What was read.
        options: How long Raito may work on the import.

    Raises:
        CheckFailedError: A check does not hold; nothing was sent.
        PipelineError: Raito refuses, or cannot be reached.
    """
    store_id = data_source_id(target)
    parent = _spelled_by(full_names(target, account_id(target, clients)), target, subtree).parent
    key = DATA_OBJECT_SUBTREE.key(target)
    missing = lake.completeness(key).failures
    warnings = [f"Of what lies below {parent}, {missing_parts(missing)}."] if missing else []
    for warning in warnings:
        task.warn(warning)
    with tempfile.TemporaryDirectory(prefix="raito-aws-pipeline-") as folder:
        path = Path(folder) / "data-objects.json"
        file = write_data_object_file(target, TreeCheck(parent), None, lake.read(key, DataObject), path)
        if not file.records and not warnings:
            warnings.append(f"Nothing lies below {parent}, or it is no folder: nothing was imported.")
            task.warn(warnings[-1])
        set_data_source_metadata(task.session, store_id, metadata_of(target))
        result = import_data_objects(
            task, store_id, file.path, delete_untouched=False, timeout=options.import_timeout_seconds
        )
    warnings.extend(result.warnings or ())
    kept = f"only what lies below {parent} was read"
    return DataObjectPush(task.address.job_id, file.records, file.bytes, result, kept, tuple(warnings), None)


def _list_bucket(lake: Lake, target: Target, clients: AwsClients, names: FullNames, subtree: Subtree) -> RegionContent:
    full_name, slash, below = subtree.parent.partition("/")
    path = below if slash else None
    buckets, _ = read_buckets_in_lake(lake, target)
    bucket = next((b for b in buckets if names.bucket(b.region or "", b.name) == full_name), None)
    if bucket is None or bucket.region is None or bucket.scope != BucketScope.INCLUDED:
        raise ConfigurationError(
            f"'{subtree.parent}' does not lie in a bucket that is imported"
            f"{'' if bucket is None else f' ({bucket.scope})'}.",
            target=target.name,
            remedy="Give the full name of a bucket or folder as Raito shows it; read the buckets again if it is new.",
        )
    if path is not None and not target.aws.aws_s3_emulate_folder_structure:
        raise ConfigurationError(
            f"'{subtree.parent}' is no bucket, and without folders nothing lies below anything else.",
            target=target.name,
            remedy="Give the full name of a bucket, or set aws-s3-emulate-folder-structure.",
        )
    if path is not None and path.count("/") + 1 >= target.aws.aws_s3_max_folder_depth:
        # Nothing below so deep a folder is imported.
        return RegionContent((), [], [], [])
    listing = Listing(
        BucketToList(bucket.name, bucket.region, "" if path is None else f"{path}/"),
        full_name,
        below=path,
        is_left_out=lambda key: subtree.leaves_out(f"{full_name}/{key}"),
    )
    return s3_objects(target, clients, [listing])


def _read_catalogues(
    lake: Lake, target: Target, clients: AwsClients, names: FullNames, subtree: Subtree
) -> RegionContent:
    buckets, not_located = read_buckets_in_lake(lake, target)
    regions = target_regions(target)
    for region in regions:
        write_glue_tables(lake, target, clients, region)
    failures = list(not_located)

    def batches() -> Iterator[pa.RecordBatch]:
        for region in regions:
            content = glue_region(lake, target, buckets, names, region)
            # Each region names what is missing of all catalogues.
            failures.extend(failure for failure in content.failures if failure not in failures)
            for batch in content.batches:
                wanted = [
                    name.startswith(f"{subtree.parent}/") and not subtree.leaves_out(name)
                    for name in batch.column("full_name").to_pylist()
                ]
                yield batch.filter(pa.array(wanted, pa.bool_()))

    return RegionContent(batches(), [], [], failures)


def _spelled_by(names: FullNames, target: Target, subtree: Subtree) -> Subtree:
    """The subtree in full names as this target writes them; Raito may have some in the old form of us-east-1.

    Raises:
        ConfigurationError: The parent is no bucket of the account, nor lies in one.
    """
    parent = _full_name(names, subtree.parent)
    if parent is None:
        raise ConfigurationError(
            f"'{subtree.parent}' is no bucket of account {names.account_id}, nor lies in one.",
            target=target.name,
            remedy=f"Give a full name such as {names.account_id}:eu-west-1:bucket/folder, or --target where it belongs "
            "to another one; for all data objects, run a full sync.",
        )
    return Subtree(parent, tuple(_full_name(names, exclude) or exclude for exclude in subtree.excludes))


def _full_name(names: FullNames, text: str) -> str | None:
    found = bucket_of(text)
    if found is None or found[0].account_id != names.account_id:
        return None
    bucket, path = found
    full_name = names.bucket(bucket.region or US_EAST_1, bucket.bucket)
    return full_name if path is None else f"{full_name}/{path}"


def _is_at_or_below(name: str, other: str) -> bool:
    return name == other or name.startswith(f"{other}/")
