"""The policies of buckets, as S3 keeps them: one `GetBucketPolicy` a bucket.

Not here: which buckets there are (`aws.s3.buckets`) and what a policy means (`iam_policy`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from raito_aws_pipeline.aws.calls import ServiceCalls
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.concurrent_calls import in_order
from raito_aws_pipeline.aws.failures import answer_of, ends_reading, read_failure
from raito_aws_pipeline.errors import NotFoundError, PipelineError
from raito_aws_pipeline.model.columns import Column, Row
from raito_aws_pipeline.model.read_failures import ReadFailure


class BucketPolicy(Row, frozen=True, kw_only=True):
    """The policy of one bucket of the account, or that it has none."""

    bucket: Annotated[str, Column("Name of the bucket.", unique=True)]
    region: Annotated[str | None, Column("Region that it lies in; null: not known.")]
    document: Annotated[str | None, Column("The policy as S3 keeps it; null: the bucket has none, or see readable.")]
    readable: Annotated[bool, Column("Whether the policy could be read; false: nobody knows whether there is one.")]


def read_bucket_policies(
    clients: AwsClients, buckets: Sequence[tuple[str, str | None]]
) -> Iterator[BucketPolicy | ReadFailure]:
    """The policies of buckets, in the order of the buckets: a row each.

    One that cannot be read has a row that says so, followed by the failure, whose part is the bucket. A bucket that is
    deleted meanwhile is left out. Memory: the policies of twice `clients.concurrency` buckets, of 20 KB at most.

    Args:
        clients: The account's clients; `concurrency` calls are made at a time.
        buckets: Name and region; None where the region is not known: S3 then says where the bucket is.

    Raises:
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached).
    """

    def read(bucket: tuple[str, str | None]) -> Sequence[BucketPolicy | ReadFailure]:
        return _read(clients, *bucket)

    with ThreadPoolExecutor(clients.concurrency, thread_name_prefix="bucket-policies") as executor:
        for found in in_order(read, buckets, executor, clients.concurrency * 2):
            yield from found


def _read(clients: AwsClients, bucket: str, region: str | None) -> Sequence[BucketPolicy | ReadFailure]:
    try:
        answer = ServiceCalls(clients.client("s3", region), "s3").call("GetBucketPolicy", Bucket=bucket)
    except NotFoundError as error:
        if error.__cause__ is not None and answer_of(error.__cause__).code == "NoSuchBucketPolicy":
            return [BucketPolicy(bucket=bucket, region=region, document=None, readable=True)]
        return []
    except PipelineError as error:
        if ends_reading(error):
            raise
        unreadable = BucketPolicy(bucket=bucket, region=region, document=None, readable=False)
        return [unreadable, read_failure(error, part=bucket)]
    return [BucketPolicy(bucket=bucket, region=region, document=answer["Policy"], readable=True)]
