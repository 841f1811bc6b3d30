"""A page of keys: the answer to one ListObjectsV2, taken apart without an XML parser.

Here: the text of a page → its keys. Not here: the request (`list_objects`) and which pages are asked for (`listing`).

S3 writes keys URL-encoded on demand (`encoding-type=url`), because XML cannot say every character that a key may have.
What is taken from the text then are plain runs between two tags, at 1/100 of the cost of botocore's parser.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote_plus

from raito_aws_pipeline.errors import PipelineError

_END = b"</ListBucketResult>"
_ENCODED = b"<EncodingType>url</EncodingType>"
_TRUNCATED = b"<IsTruncated>true</IsTruncated>"
_NOT_TRUNCATED = b"<IsTruncated>false</IsTruncated>"
# What an entity of XML would stand in is not matched, and so is missing when all is counted.
_KEY = re.compile(r"<Key>([^<&]*)</Key>")
_SIZE = re.compile(r"<Size>(\d+)</Size>")
_COMMON_PREFIX = re.compile(r"<CommonPrefixes>\s*<Prefix>([^<&]*)</Prefix>\s*</CommonPrefixes>")


@dataclass(frozen=True, slots=True)
class KeyPage:
    """What one answer says, at most 1,000 entries.

    Args:
        keys: Keys of objects, ascending by code point, which is S3's order of UTF-8 bytes.
        sizes: Size of each object, in bytes.
        common_prefixes: Folders that stand for all keys that begin so, with their `/`, ascending.
        truncated: Whether S3 has more.
    """

    keys: list[str]
    sizes: list[int]
    common_prefixes: list[str]
    truncated: bool

    @property
    def entries(self) -> list[str]:
        """Keys and common prefixes together, in S3's order."""
        return sorted(self.keys + self.common_prefixes) if self.common_prefixes else self.keys

    def within(self, after: str, end: str | None) -> KeyPage:
        """The page without what is not after `after`, and what is after `end` (None: nothing is)."""
        keys, prefixes = (
            slice(bisect_right(part, after), len(part) if end is None else bisect_right(part, end))
            for part in (self.keys, self.common_prefixes)
        )
        return KeyPage(self.keys[keys], self.sizes[keys], self.common_prefixes[prefixes], self.truncated)


def parse_page(body: bytes) -> KeyPage | None:
    """The page that an answer's body says; None where it is not whole, not encoded, or no such answer.

    Raises:
        PipelineError: The keys are in another order than S3's, as S3 directory buckets have them.
    """
    truncated = _TRUNCATED in body
    if not body.rstrip().endswith(_END) or _ENCODED not in body or truncated is (_NOT_TRUNCATED in body):
        return None
    try:
        text = body.decode()
        keys, prefixes = _KEY.findall(text), _COMMON_PREFIX.findall(text)
        sizes = list(map(int, _SIZE.findall(text)))
        if not len(sizes) == len(keys) == text.count("<Contents>") or len(prefixes) != text.count("<CommonPrefixes>"):
            return None
        return key_page(decoded(keys), sizes, decoded(prefixes), truncated)
    except UnicodeDecodeError:
        return None


def key_page(keys: list[str], sizes: list[int], common_prefixes: list[str], truncated: bool) -> KeyPage:
    """A page, if its keys are in S3's order.

    Raises:
        PipelineError: They are in another order.
    """
    for part in (keys, common_prefixes):
        if not all(map(operator.lt, part, islice(part, 1, None))):
            raise out_of_order()
    return KeyPage(keys, sizes, common_prefixes, truncated)


def out_of_order() -> PipelineError:
    """The failure of a bucket whose keys come in an order on which no tree can be built."""
    return PipelineError(
        "S3 does not list the keys in the order of their UTF-8 bytes, on which the tree of folders depends.",
        call="s3:ListBucket",
        remedy="Exclude the bucket (aws-s3-exclude-buckets); only general purpose buckets can be imported.",
    )


def decoded(encoded: list[str]) -> list[str]:
    """Keys without their URL encoding; the folder that neighbours share is decoded once.

    Raises:
        UnicodeDecodeError: One of them is no UTF-8.
    """
    folder, decoded_folder = "", ""
    found = []
    for key in encoded:
        if "%" not in key and "+" not in key:
            found.append(key)
            continue
        head, slash, name = key.rpartition("/")
        if head != folder:
            folder, decoded_folder = head, unquote_plus(head, errors="strict")
        if "%" in name or "+" in name:
            name = unquote_plus(name, errors="strict")
        found.append(f"{decoded_folder}{slash}{name}")
    return found
