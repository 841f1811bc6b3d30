"""One ListObjectsV2: signed and sent by hand where all goes well, by the SDK where it does not.

boto3 spends about 100 µs of CPU on a key, nearly all of it in its XML parser and in the dictionaries that it makes. So
a page is asked for with the SDK's own credentials, signature, endpoint and connections, and taken apart by `key_pages`.
Whatever is not a whole page with status 200 — a refusal, a throttle, a broken connection — is asked for again through
the SDK, whose retries, and whose errors, then count.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote_plus

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import HTTPClientError
from botocore.httpsession import URLLib3Session
from urllib3.exceptions import HTTPError

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.failures import aws_call
from raito_aws_pipeline.aws.s3.key_pages import KeyPage, key_page, parse_page
from raito_aws_pipeline.errors import NotFoundError

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
    """Asks for pages of keys; may be used by several threads.

    Args:
        clients: Credentials, endpoints and retries.
    """

    def __init__(self, clients: AwsClients) -> None:
        self._clients = clients
        self._credentials = clients.credentials()
        self._lock = threading.Lock()
        self._endpoints: dict[tuple[str, str], _Endpoint] = {}
        self._http: dict[str, URLLib3Session] = {}

    def page(self, bucket: str, region: str, request: PageRequest) -> KeyPage:
        """A page of a bucket that lies in `region`.

        Raises:
            NotFoundError: The bucket does not exist, or lies in another region.
            PipelineError: The call failed, after the SDK's retries.
        """
        return self._signed(bucket, region, request) or self._through_the_sdk(bucket, region, request)

    def _signed(self, bucket: str, region: str, request: PageRequest) -> KeyPage | None:
        endpoint = self._endpoint(bucket, region)
        parameters = {"list-type": "2", "encoding-type": "url", "max-keys": "1000"}
        if request.start_after:
            parameters["start-after"] = request.start_after
        if request.prefix:
            parameters["prefix"] = request.prefix
        if request.delimiter:
            parameters["delimiter"] = "/"
        signed = AWSRequest(
            "GET",
            endpoint.url,
            headers={"User-Agent": self._clients.user_agent},
            params=parameters,
            stream_output=True,
        )
        with aws_call(CALL):
            S3SigV4Auth(self._credentials.get_frozen_credentials(), "s3", region).add_auth(signed)
        try:
            answer = endpoint.http.send(signed.prepare())
            body = cast("bytes", cast("Any", answer.raw).read(decode_content=True))
        except (HTTPClientError, HTTPError, OSError):
            return None
        if answer.status_code == 200:
            return parse_page(body)
        _refuse_other_region(answer.headers.get(_REGION_HEADER), bucket, region)
        return None

    def _through_the_sdk(self, bucket: str, region: str, request: PageRequest) -> KeyPage:
        client = self._clients.client("s3", region)
        with aws_call(CALL):
            answer = client.list_objects_v2(
                Bucket=bucket,
                StartAfter=request.start_after,
                Prefix=request.prefix,
                Delimiter="/" if request.delimiter else "",
                EncodingType="url",
            )
        _refuse_other_region(answer["ResponseMetadata"]["HTTPHeaders"].get(_REGION_HEADER), bucket, region)
        contents = answer.get("Contents", [])
        return key_page(
            [unquote_plus(entry["Key"]) for entry in contents],
            [entry.get("Size", 0) for entry in contents],
            [unquote_plus(entry["Prefix"]) for entry in answer.get("CommonPrefixes", [])],
            answer["IsTruncated"],
        )

    def _endpoint(self, bucket: str, region: str) -> _Endpoint:
        """Where the SDK would send it: the URL that it signs in advance, without its query."""
        with self._lock:
            found = self._endpoints.get((bucket, region))
            if found is None:
                with aws_call(CALL):
                    client = self._clients.client("s3", region)
                    url = client.generate_presigned_url("list_objects_v2", Params={"Bucket": bucket}).partition("?")[0]
                # One host has one pool of connections; buckets of AWS are hosts of their own.
                if client.meta.endpoint_url not in self._http:
                    self._http[client.meta.endpoint_url] = self._clients.http_session(url)
                found = self._endpoints[bucket, region] = _Endpoint(url, self._http[client.meta.endpoint_url])
            return found


def _refuse_other_region(answered: str | None, bucket: str, region: str) -> None:
    """The SDK follows a bucket to another region; its data objects would have names of a bucket that is no more."""
    if answered and answered != region:
        raise NotFoundError(
            f"Bucket {bucket} is not in region {region}: S3 says that it lies in {answered}.",
            call=CALL,
            remedy="Read the buckets again, then the data objects of both regions.",
        )
