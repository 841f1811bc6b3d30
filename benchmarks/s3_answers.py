"""What the benchmarks' S3 answers: pages of synthetic keys, rendered by the folder from one template.

Here: parameters of a request → body of the answer. Not here: HTTP (`s3_server`) and the keys (`key_space`). It answers
what a listing of data objects asks: who one is, which buckets there are, what they are tagged with, and their keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

from benchmarks.key_space import AFTER_ALL, FILES, KeySpace, file_name, folder_of, job_of

ACCOUNT = "123456789012"
REGION = "eu-west-1"

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_MOST_KEYS = 1000
_FOLDER, _JOB = b"\0", b"\1"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an answer."""

    status: int
    body: bytes


def answer(buckets: Mapping[str, KeySpace], bucket: str, parameters: Mapping[str, str]) -> Answer:
    """Answer a GET.

    Args:
        buckets: The buckets of the account.
        bucket: The bucket that is asked about; empty: the account.
        parameters: Those of the query, decoded.
    """
    if not bucket:
        return Answer(200, _bucket_list(buckets))
    if bucket not in buckets:
        return _refusal(404, "NoSuchBucket", "The specified bucket does not exist")
    if "location" in parameters:
        location = f"<LocationConstraint {_NAMESPACE}>{REGION}</LocationConstraint>"
        return Answer(200, (_XML + location).encode())
    if "tagging" in parameters:
        return _refusal(404, "NoSuchTagSet", "The TagSet does not exist")
    if parameters.get("list-type") == "2":
        return Answer(200, list_objects(bucket, buckets[bucket], parameters))
    return _refusal(501, "NotImplemented", "The benchmarks' S3 does not answer this")


def caller_identity() -> Answer:
    """The answer to GetCallerIdentity of STS."""
    result = f"<Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn><UserId>bench</UserId><Account>{ACCOUNT}</Account>"
    text = (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<GetCallerIdentityResult>{result}</GetCallerIdentityResult>"
        "<ResponseMetadata><RequestId>bench</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )
    return Answer(200, text.encode())


def list_objects(bucket: str, keys: KeySpace, parameters: Mapping[str, str]) -> bytes:
    """A page of ListObjectsV2: `prefix`, `delimiter`, `start-after`, `continuation-token`, `max-keys`, `encoding-type`.

    Without a delimiter a page costs a copy of its text for each folder, and no step for each key.
    """
    prefix, delimiter = parameters.get("prefix", ""), parameters.get("delimiter", "")
    most = min(int(parameters.get("max-keys", _MOST_KEYS)), _MOST_KEYS)
    encoded = parameters.get("encoding-type") == "url"
    numbers = keys.beginning_with(prefix)
    if "continuation-token" in parameters:
        first = int(parameters["continuation-token"])
    else:
        first = max(numbers.start, keys.after(parameters.get("start-after", "")))
    prefixes: list[str] = []
    if delimiter:
        contents, prefixes, following = _rolled_up(keys, range(first, numbers.stop), (prefix, delimiter), most)
    else:
        following = min(first + most, numbers.stop)
        contents = [range(first, following)]
    count = sum(map(len, contents)) + len(prefixes)
    truncated = count > 0 and following < numbers.stop
    head = [
        f"<Name>{bucket}</Name><Prefix>{_text(prefix, encoded)}</Prefix>",
        f"<NextContinuationToken>{following}</NextContinuationToken>" if truncated else "",
        f"<KeyCount>{count}</KeyCount><MaxKeys>{most}</MaxKeys>",
        f"<Delimiter>{_text(delimiter, encoded)}</Delimiter>" if delimiter else "",
        "<EncodingType>url</EncodingType>" if encoded else "",
        f"<IsTruncated>{'true' if truncated else 'false'}</IsTruncated>",
    ]
    return b"".join(
        [
            f"{_XML}<ListBucketResult {_NAMESPACE}>{''.join(head)}".encode(),
            *(part for span in contents for part in _contents(span, encoded)),
            "".join(
                f"<CommonPrefixes><Prefix>{_text(p, encoded)}</Prefix></CommonPrefixes>" for p in prefixes
            ).encode(),
            b"</ListBucketResult>",
        ]
    )


def _rolled_up(
    keys: KeySpace, numbers: range, prefix_and_delimiter: tuple[str, str], most: int
) -> tuple[list[range], list[str], int]:
    """Keys without a further delimiter, what the others roll up to, and the number with which the next page begins."""
    prefix, delimiter = prefix_and_delimiter
    contents: list[range] = []
    prefixes: list[str] = []
    at = numbers.start
    while at < numbers.stop and len(contents) + len(prefixes) < most:
        before, found, _ = keys[at][len(prefix) :].partition(delimiter)
        if found:
            prefixes.append(f"{prefix}{before}{delimiter}")
            at = keys.after(prefixes[-1] + AFTER_ALL)
        else:
            contents.append(range(at, at + 1))
            at += 1
    return contents, prefixes, at


def _entry(number: int) -> bytes:
    etag = f"{number * 0x5DEECE66D:032x}"
    return (
        f"<Contents><Key>{_FOLDER.decode()}/{file_name(number, _JOB.decode())}</Key>"
        f"<LastModified>2026-02-03T04:05:06.000Z</LastModified><ETag>&quot;{etag}&quot;</ETag>"
        f"<Size>{10_000 + number}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    ).encode()


_TEMPLATE = b"".join(_entry(number) for number in range(FILES))
"""The entries of one folder, all of the same length."""


def _contents(span: range, encoded: bool) -> Iterator[bytes]:
    for folder in range(span.start // FILES, -(-span.stop // FILES)):
        # The one character of the path that S3 encodes; `quote_plus` would cost as much as all the rest.
        path = (folder_of(folder).replace("=", "%3D") if encoded else folder_of(folder)).encode()
        entries = _TEMPLATE.replace(_FOLDER, path).replace(_JOB, job_of(folder).encode())
        length, before = len(entries) // FILES, folder * FILES
        yield entries[max(span.start - before, 0) * length : min(span.stop - before, FILES) * length]


def _text(value: str, encoded: bool) -> str:
    return quote_plus(value, safe="/") if encoded else escape(value)


def _bucket_list(buckets: Mapping[str, KeySpace]) -> bytes:
    entries = "".join(
        f"<Bucket><Name>{name}</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate>"
        f"<BucketRegion>{REGION}</BucketRegion></Bucket>"
        for name in sorted(buckets)
    )
    owner = "<Owner><ID>bench</ID></Owner>"
    result = f"<ListAllMyBucketsResult {_NAMESPACE}>{owner}<Buckets>{entries}</Buckets></ListAllMyBucketsResult>"
    return (_XML + result).encode()


def _refusal(status: int, code: str, message: str) -> Answer:
    return Answer(status, f"{_XML}<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())
