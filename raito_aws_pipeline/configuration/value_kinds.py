"""Kinds of values that a parameter can have, and how each is read from text.

Here: text → value, and what is accepted, in words. Not here: which parameter is of which kind (`parameters`), and
`{{VAR}}` (`variables`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from raito_aws_pipeline.configuration.name_patterns import name_patterns
from raito_aws_pipeline.configuration.secret import Secret

_TRUE = frozenset({"1", "t", "true", "yes", "on"})
_FALSE = frozenset({"0", "f", "false", "no", "off"})
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_FILE_SIZE = re.compile(r"([0-9]{1,12})\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_BITS_OF_UNIT = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
_DOMAIN = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]+")


@dataclass(frozen=True)
class ValueKind:
    """A kind of value.

    Args:
        type_text: Its name in `info` and in the README.
        accepted: What can be given; ends the sentence "Give …".
        read: Text of `raito.yml` (never empty) → value; raises ValueError, whose text says what is wrong where
            `accepted` does not say it all.
        secret: The text is never shown.
    """

    type_text: str
    accepted: str
    read: Callable[[str], Any]
    secret: bool = False


def whole_number(minimum: int) -> ValueKind:
    """Whole numbers of at least `minimum`."""

    def read(text: str) -> int:
        if not _WHOLE_NUMBER.fullmatch(text.strip()):
            raise ValueError("it is not a whole number")
        if (number := int(text)) < minimum:
            raise ValueError(f"it is less than {minimum}")
        return number

    return ValueKind("whole number", f"a whole number of at least {minimum}", read)


def _boolean(text: str) -> bool:
    spelling = text.strip().lower()
    if spelling not in _TRUE | _FALSE:
        raise ValueError("it is neither true nor false")
    return spelling in _TRUE


def _comma_list(text: str) -> tuple[str, ...]:
    return tuple(item for item in (part.strip() for part in text.split(",")) if item)


def _regions(text: str) -> tuple[str, ...]:
    regions = tuple(dict.fromkeys(_comma_list(text)))
    for region in regions:
        _region(region)
    return regions


def _region(text: str) -> str:
    if not _REGION.fullmatch(text.strip()):
        raise ValueError(f"{text.strip()!r} does not look like a region")
    return text.strip()


def _file_size(text: str) -> int:
    match = _FILE_SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError("it is not a size")
    return int(match[1]) << _BITS_OF_UNIT[match[2].lower()]


def _key_and_value(text: str) -> tuple[str, str]:
    key, separator, value = (part.strip() for part in text.partition(":"))
    if not (key and separator and value) or ":" in value:
        raise ValueError("it is not one key and one value")
    return key, value


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text.lower()):
        raise ValueError("it is not the name of a Raito domain")
    return text


def _http_url(text: str) -> str:
    address = urlsplit(text.strip())
    if address.scheme not in {"http", "https"} or not address.hostname or address.port == 0:
        raise ValueError("it is not an absolute http address")
    return text.strip()


TEXT = ValueKind("text", "one text", str)
SECRET = ValueKind("secret", "one text; better `{{VAR}}`, the name of an environment variable", Secret, secret=True)
BOOLEAN = ValueKind("true/false", "true or false (also 1/0, t/f, yes/no, on/off)", _boolean)
COMMA_LIST = ValueKind("comma list", "one text with commas between the items", _comma_list)
REGION = ValueKind("AWS region", "the name of a region, such as `eu-central-1`", _region)
REGIONS = ValueKind("comma list of AWS regions", "names of regions, such as `eu-central-1,eu-west-1`", _regions)
PATTERNS = ValueKind(
    "comma list of patterns",
    "regular expressions with commas between them, such as `svc-.*,deploy`",
    name_patterns,
)
BUCKET_PATTERNS = ValueKind(
    "comma list of patterns",
    "regular expressions, or wildcards, with commas between them, such as `logs-.*,dev-*`",
    lambda text: name_patterns(text, wildcards=True),
)
FILE_SIZE = ValueKind(
    "size", "a number of bytes with or without a unit, such as `512mb` (1 kb is 1,024 bytes)", _file_size
)
KEY_AND_VALUE = ValueKind("key:value", "`key:value` with exactly one colon, such as `kind:machine`", _key_and_value)
DOMAIN = ValueKind(
    "text",
    "the first part of your Raito address: letters, digits and `-`, beginning with a letter, at least 2",
    _domain,
)
HTTP_URL = ValueKind("URL", "an address such as `https://api.raito.cloud/`", _http_url)
