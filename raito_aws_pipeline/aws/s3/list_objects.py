"""One ListObjectsV2: signed and sent by hand where all goes well, by the SDK where it does not.

boto3 spends about 100 µs of CPU on a key, nearly all of it in its XML parser and in the dictionaries that it makes. So
a page is asked for with the SDK's own credentials, signature, endpoint and connections, and taken apart by `key_pages`.
Whatever is not a whole page with status 200 — a refusal, a throttle, a broken connection — is asked for again through
the SDK, whose retries, and whose errors, then count.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, PaginationError
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserError

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.failures import aws_call
from raito_aws_pipeline.aws.s3.key_pages import KeyPage, decoded, key_page, out_of_order, parse_page
from raito_aws_pipeline.errors import NotFoundError, PipelineError

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

PAGE_SIZE = 1000
"""The most keys that S3 gives in one answer (AWS: S3 API reference, max-keys)."""

CALL = "s3:ListBucket"
"""The IAM action of ListObjectsV2."""

_REGION_HEADER = "x-amz-bucket-region"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What of a bucket is asked for.

    Args:
        start_after: Keys after this one, in S3's order; empty: from the first.
        prefix: Keys that begin so.
        delimiter: Roll up what lies below a further `/` into common prefixes.
    """

    start_after: str = ""
    prefix: str = ""
    delimiter: bool = False


@dataclass(frozen=True, slots=True)
class _Endpoint:
    url: str
    http: URLLib3Session


class ListObjects:
    """Asks for pages of keys; may be used by several threads. Its connections live as long as its context.

    Args:
        clients: Credentials, endpoints and retries.
        page_size: Keys a page.

    Raises:
        CredentialsError: There are no credentials.
    """

    def __init__(self, clients: AwsClients, page_size: int = PAGE_SIZE) -> None:
        self._clients = clients
        self._page_size = page_size
        self._credentials = clients.credentials()
        self._lock = threading.Lock()
        self._endpoints: dict[tuple[str, str], _Endpoint] = {}
        self._http: dict[str, URLLib3Session] = {}

    def __enter__(self) -> ListObjects:
        return self

    def __exit__(self, *_: object) -> None:
        for http in self._http.values():
            http.close()

    def page(self, bucket: str, region: str, request: PageRequest) -> KeyPage:
        """A page of a bucket that lies in `region`; it has a key or folder after `start_after`, or is the last one.

        Raises:
            NotFoundError: The bucket does not exist, or lies in another region.
            PipelineError: The call failed, after the SDK's retries, or the keys are in another order than S3's.
        """
        page = self._signed(bucket, region, request)
        if page is None or not _goes_on(page, request):
            page = self._through_the_sdk(bucket, region, request)
        if page.keys and page.keys[0] <= request.start_after:
            raise out_of_order()
        return page

    def _signed(self, bucket: str, region: str, request: PageRequest) -> KeyPage | None:
        endpoint = self._endpoint(bucket, region)
        parameters = {"list-type": "2", "encoding-type": "url", "max-keys": str(self._page_size)}
        if request.start_after:
            parameters["start-after"] = request.start_after
        if request.prefix:
            parameters["prefix"] = request.prefix
        if request.delimiter:
            parameters["delimiter"] = "/"
        signed = AWSRequest("GET", endpoint.url, headers={"User-Agent": self._clients.user_agent}, params=parameters)
        with aws_call(CALL):
            S3SigV4Auth(self._credentials.get_frozen_credentials(), "s3", region).add_auth(signed)
        try:
            answer = endpoint.http.send(signed.prepare())
        except BotoCoreError:
            return None
        if answer.status_code == 200:
            return parse_page(answer.content)
        _refuse_other_region(answer.headers.get(_REGION_HEADER), bucket, region)
        return None

    def _through_the_sdk(self, bucket: str, region: str, request: PageRequest) -> KeyPage:
        pages = (
            self._clients.client("s3", region)
            .get_paginator("list_objects_v2")
            .paginate(
                Bucket=bucket,
                StartAfter=request.start_after,
                Prefix=request.prefix,
                Delimiter="/" if request.delimiter else "",
                EncodingType="url",
                PaginationConfig={"PageSize": self._page_size},
            )
        )
        with aws_call(CALL), suppress(PaginationError):
            for answer in pages:
                _refuse_other_region(answer["ResponseMetadata"]["HTTPHeaders"].get(_REGION_HEADER), bucket, region)
                page = _page_of(answer)
                if _goes_on(page, request):
                    return page
        raise PipelineError(
            "S3 says that there are more keys, and gives nothing to go on with.",
            call=CALL,
            remedy="Run again later; if it does not help, exclude the bucket (aws-s3-exclude-buckets).",
        )

    def _endpoint(self, bucket: str, region: str) -> _Endpoint:
        with self._lock:
            found = self._endpoints.get((bucket, region))
            if found is None:
                url = self._clients.url("s3", region, "ListObjectsV2", Bucket=bucket).partition("?")[0]
                # One session for all buckets of a region, as the SDK has it.
                if region not in self._http:
                    self._http[region] = self._clients.http_session("s3", region)
                found = self._endpoints[bucket, region] = _Endpoint(url, self._http[region])
            return found


def _goes_on(page: KeyPage, request: PageRequest) -> bool:
    """Whether a page has anything new, or is the last one: else only the SDK's token leads on."""
    last = max(page.keys[-1:] + page.common_prefixes[-1:], default="")
    return last > request.start_after or not page.truncated


def _page_of(answer: ListObjectsV2OutputTypeDef) -> KeyPage:
    contents = answer.get("Contents", [])
    keys = [entry["Key"] for entry in contents]
    prefixes = [entry["Prefix"] for entry in answer.get("CommonPrefixes", [])]
    if answer.get("EncodingType") == "url":
        try:
            keys, prefixes = decoded(keys), decoded(prefixes)
        except UnicodeDecodeError as error:
            raise PipelineError(
                f"A key is not UTF-8, as S3's keys are: {error}.",
                call=CALL,
                remedy="Rename or remove the object, or exclude the bucket (aws-s3-exclude-buckets).",
            ) from error
    if "IsTruncated" not in answer:
        raise ResponseParserError("There is neither a list of keys nor an error in it")
    return key_page(keys, [entry.get("Size", 0) for entry in contents], prefixes, answer["IsTruncated"])


def _refuse_other_region(answered: str | None, bucket: str, region: str) -> None:
    """The SDK follows a bucket to another region; its data objects would have names of a bucket that is no more."""
    if answered and answered != region:
        raise NotFoundError(
            f"Bucket {bucket} is not in region {region}: S3 says that it lies in {answered}.",
            call=CALL,
            remedy="Read the buckets again, then the data objects of both regions.",
        )
