"""The data objects of one region on their way into the lake, with what is learned about them as they stream by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from raito_aws_pipeline.model.buckets import BucketContent
from raito_aws_pipeline.model.data_object_remainder import DataObjectRemainder
from raito_aws_pipeline.model.read_failures import ReadFailure


@dataclass(frozen=True, slots=True)
class RegionContent:
    """One region; the lists are whole once the batches have been taken.

    Args:
        batches: The data objects, in the order of the tree.
        buckets: What each bucket held; empty where no keys are listed.
        remainder: What is no data object.
        failures: What could not be read.
    """

    batches: Iterable[pa.RecordBatch]
    buckets: list[BucketContent]
    remainder: list[DataObjectRemainder]
    failures: list[ReadFailure]
