"""The S3 access points of a region with their policies, as AWS tells them (connector 4).

Not here: which access controls they become (`access`), and changes of them.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, Any

from raito_aws_pipeline.aws.calls import ServiceCalls
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.concurrent_calls import in_order
from raito_aws_pipeline.aws.failures import answer_of, ends_reading, read_failure
from raito_aws_pipeline.errors import NotFoundError, PipelineError
from raito_aws_pipeline.model.columns import Column, Row
from raito_aws_pipeline.model.read_failures import ReadFailure

logger = logging.getLogger(__name__)

PAGE_SIZE = 1000
"""The most access points that S3 gives in one answer (AWS: S3 API reference, ListAccessPoints, maxResults)."""

_TOLD_BY_THE_LIST = ("Bucket", "BucketAccountId", "NetworkOrigin", "AccessPointArn")
"""What access depends on; an access point of which the list tells all of it can do without `GetAccessPoint`."""


class AccessPoint(Row, frozen=True, kw_only=True):
    """An access point of the account, with its policy."""

    name: Annotated[str, Column("Name, unique within account and region.")]
    arn: Annotated[str, Column("ARN.", unique=True)]
    region: Annotated[str, Column("Region that it belongs to.")]
    alias: Annotated[str | None, Column("Name by which it is used in place of a bucket's.")] = None
    bucket: Annotated[str | None, Column("Name of the bucket behind it; null: there is none.")]
    bucket_account_id: Annotated[str | None, Column("Account that the bucket belongs to; null: not told.")]
    data_source_type: Annotated[str | None, Column("What is behind it where AWS tells: S3, FSX, ….")] = None
    network_origin: Annotated[str | None, Column("Internet or VPC: from where it can be reached; null: not told.")]
    vpc_id: Annotated[str | None, Column("VPC from which alone it can be reached.")] = None
    document: Annotated[str | None, Column("Its policy as S3 keeps it; null: it has none, or see readable.")]
    readable: Annotated[bool, Column("Whether it could be read, its policy included.")]
    created_at: Annotated[datetime.datetime | None, Column("When it was made; null: not told.")] = None


@dataclass(frozen=True, slots=True)
class AccessPointPage:
    """A page of access points, and what could not be read: an access point, or the list of them (no subject)."""

    access_points: Sequence[AccessPoint] = ()
    failures: Sequence[ReadFailure] = ()


def read_access_points(
    clients: AwsClients, account_id: str, region: str, page_size: int = PAGE_SIZE
) -> Iterator[AccessPointPage]:
    """Read the access points of one region, by name: a call a page and two calls each, those concurrently.

    One that cannot be read is a failure of the region with its ARN as subject, and a row with `readable` false; one
    that is deleted meanwhile is left out. Only what access does not depend on may be missing without a failure: the
    date of creation, where `GetAccessPoint` is refused. Memory: a page, with policies of 20 KB at most.

    Args:
        clients: Clients of the account; `concurrency` access points are read at a time.
        account_id: The account.
        region: The region; the `part` of failures.
        page_size: Access points a call.

    Raises:
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached).
    """
    calls = ServiceCalls(clients.client("s3control", region), "s3")
    undated = 0

    def read(listed: Mapping[str, Any]) -> AccessPointPage:
        return _access_point(calls, account_id, region, listed)

    with ThreadPoolExecutor(clients.concurrency, thread_name_prefix="access-points") as executor:
        try:
            # Without a type AWS leaves out those that are attached to something else than a bucket.
            for page in calls.token_pages(
                "ListAccessPoints", AccountId=account_id, MaxResults=page_size, DataSourceType="ALL"
            ):
                listed = page.get("AccessPointList", ())
                pieces = list(in_order(read, listed, executor, clients.concurrency * 2))
                points = [point for piece in pieces for point in piece.access_points]
                undated += sum(point.readable and point.created_at is None for point in points)
                yield AccessPointPage(points, [failure for piece in pieces for failure in piece.failures])
        except PipelineError as error:
            if ends_reading(error):
                raise
            yield AccessPointPage(failures=[read_failure(error, part=region)])
    if undated:
        logger.warning(
            "%d access points of %s have no date of creation, because s3:GetAccessPoint was refused or failed. "
            "Nothing else is missing of them.",
            undated,
            region,
        )


def _access_point(calls: ServiceCalls, account_id: str, region: str, listed: Mapping[str, Any]) -> AccessPointPage:
    named = {"AccountId": account_id, "Name": listed["Name"]}
    subject = listed.get("AccessPointArn") or listed["Name"]
    failures: list[ReadFailure] = []
    details: Mapping[str, Any] = {}
    document: str | None = None
    try:
        details = calls.call("GetAccessPoint", **named)
    except NotFoundError:
        return AccessPointPage()
    except PipelineError as error:
        if ends_reading(error):
            raise
        if not all(listed.get(member) for member in _TOLD_BY_THE_LIST):
            failures.append(read_failure(error, part=region, subject=subject))
    try:
        document = calls.call("GetAccessPointPolicy", **named)["Policy"]
    except NotFoundError as error:
        if error.__cause__ is None or answer_of(error.__cause__).code != "NoSuchAccessPointPolicy":
            return AccessPointPage()
    except PipelineError as error:
        if ends_reading(error):
            raise
        failures.append(read_failure(error, part=region, subject=subject))
    told = {**listed, **details}
    if failures and "AccessPointArn" not in told:
        return AccessPointPage(failures=failures)
    return AccessPointPage([_row(region, told, document, readable=not failures)], failures)


def _row(region: str, told: Mapping[str, Any], document: str | None, *, readable: bool) -> AccessPoint:
    created_at: datetime.datetime | None = told.get("CreationDate")
    return AccessPoint(
        name=told["Name"],
        arn=told["AccessPointArn"],
        region=region,
        alias=told.get("Alias"),
        bucket=told.get("Bucket") or None,
        bucket_account_id=told.get("BucketAccountId"),
        data_source_type=told.get("DataSourceType"),
        network_origin=told.get("NetworkOrigin"),
        vpc_id=told.get("VpcConfiguration", {}).get("VpcId"),
        document=document,
        readable=readable,
        created_at=None if created_at is None else created_at.astimezone(datetime.UTC),
    )
