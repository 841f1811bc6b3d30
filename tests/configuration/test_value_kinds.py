"""How each kind of value is read from text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.configuration.parameters import all_parameters
from raito_aws_pipeline.configuration.value_kinds import (
    BOOLEAN,
    COMMA_LIST,
    DOMAIN,
    FILE_SIZE,
    HTTP_URL,
    KEY_AND_VALUE,
    REGION,
    REGIONS,
    ValueKind,
    whole_number,
)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        *((BOOLEAN, text, True) for text in ("1", "t", "T", "true", "TRUE", "True", "yes", "On", " true ")),
        *((BOOLEAN, text, False) for text in ("0", "f", "F", "false", "FALSE", "False", "no", "off")),
        (whole_number(0), " 0012 ", 12),
        (whole_number(0), "+5", 5),
        (COMMA_LIST, " a ,, b,a ", ("a", "b", "a")),
        (REGION, " eu-central-1 ", "eu-central-1"),
        (REGIONS, "us-gov-west-1, eu-isoe-west-1,us-gov-west-1", ("us-gov-west-1", "eu-isoe-west-1")),
        (FILE_SIZE, "512mb", 536_870_912),
        (FILE_SIZE, "512 MB", 536_870_912),
        (FILE_SIZE, "1GiB", 1_073_741_824),
        (FILE_SIZE, "1k", 1_024),
        (FILE_SIZE, "2t", 2 * 1024**4),
        (FILE_SIZE, "100", 100),
        (FILE_SIZE, "100b", 100),
        (FILE_SIZE, "0", 0),
        (KEY_AND_VALUE, "kind : machine", ("kind", "machine")),
        (DOMAIN, "ACME-1", "ACME-1"),
        (HTTP_URL, "http://127.0.0.1:8080/sub/path", "http://127.0.0.1:8080/sub/path"),
    ],
)
def test_what_is_accepted_is_converted(kind: ValueKind, text: str, value: Any) -> None:
    assert kind.read(text) == value


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (BOOLEAN, "maybe", "neither true nor false"),
        (BOOLEAN, "2", "neither true nor false"),
        (whole_number(0), "1.5", "not a whole number"),
        (whole_number(0), "1_000", "not a whole number"),
        (whole_number(0), "٣", "not a whole number"),
        (whole_number(0), "9" * 5_000, "not a whole number"),
        (whole_number(1), "0", "less than 1"),
        (REGIONS, "eu-central-1,eu-central1", "'eu-central1' does not look like a region"),
        (FILE_SIZE, "1.5gb", "not a size"),
        (FILE_SIZE, "-1", "not a size"),
        (FILE_SIZE, "many", "not a size"),
        (KEY_AND_VALUE, "kind", "not one key and one value"),
        (KEY_AND_VALUE, "kind:", "not one key and one value"),
        (KEY_AND_VALUE, ":machine", "not one key and one value"),
        (KEY_AND_VALUE, "a:b:c", "not one key and one value"),
        (DOMAIN, "a", "not the name of a Raito domain"),
        (DOMAIN, "1acme", "not the name of a Raito domain"),
        (DOMAIN, "acme-", "not the name of a Raito domain"),
        (DOMAIN, "acme.raito.cloud", "not the name of a Raito domain"),
        (HTTP_URL, "api.raito.cloud", "not an absolute http address"),
        (HTTP_URL, "ftp://raito", "not an absolute http address"),
        (HTTP_URL, "http://", "not an absolute http address"),
        (HTTP_URL, "http://[", "Invalid IPv6 URL"),
        (HTTP_URL, "http://raito:eighty", "Port could not be cast"),
    ],
)
def test_what_is_not_accepted_is_refused_with_the_reason(kind: ValueKind, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        kind.read(text)


@given(st.sampled_from([row for row in all_parameters() if row.kind]), st.text(min_size=1))
def test_no_text_makes_a_reader_fail_with_anything_but_a_value_error(row: Any, text: str) -> None:
    try:
        row.kind.read(text)
    except ValueError as error:
        assert str(error)
