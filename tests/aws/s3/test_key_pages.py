"""An answer's body becomes a page, or it is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.aws.s3.key_pages import KeyPage, parse_page
from raito_aws_pipeline.aws.s3.list_objects import PageRequest
from raito_aws_pipeline.errors import PipelineError
from tests.aws.s3.http_s3 import text_of

REQUEST = PageRequest()
KEYS = st.sets(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)).map(sorted)


def parsed(text: str) -> KeyPage | None:
    return parse_page(text.encode())


def page(*keys: str, prefixes: tuple[str, ...] = (), truncated: bool = False) -> KeyPage:
    return KeyPage(list(keys), [len(key) for key in keys], list(prefixes), truncated)


@given(KEYS, KEYS, st.booleans())
def test_any_keys_come_out_as_they_went_in(keys: list[str], prefixes: list[str], truncated: bool) -> None:
    given = page(*keys, prefixes=tuple(prefixes), truncated=truncated)

    assert parsed(text_of(given, REQUEST, "token")) == given


def test_entries_are_keys_and_folders_in_one_order() -> None:
    assert page("a", "c", prefixes=("b/", "d/")).entries == ["a", "b/", "c", "d/"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<Error><Code>InternalError</Code></Error>",
        "<html>Sign in to the network</html>",
        text_of(page("a", "b"), REQUEST, "")[:-1],
        text_of(page("a", "b"), REQUEST, "").replace("<IsTruncated>false</IsTruncated>", ""),
        text_of(page("a", "b"), REQUEST, "", encoded=False),
        text_of(page("a", "b"), REQUEST, "").replace("<Size>1</Size>", ""),
        text_of(page("ab", "b"), REQUEST, "").replace("<Key>ab</Key>", "<Key>a&amp;b</Key>"),
        text_of(page("a", prefixes=("b/",)), REQUEST, "").replace("<Prefix>b/<", "<Prefix>b&#39;/<"),
        text_of(page("ab"), REQUEST, "").replace("<Key>ab</Key>", "<Key>%ED%A0%80</Key>"),
    ],
    ids=[
        "empty",
        "an-error",
        "something-else",
        "cut-off",
        "no-end-mark",
        "not-encoded",
        "a-size-is-missing",
        "an-entity-in-a-key",
        "an-entity-in-a-folder",
        "not-utf-8",
    ],
)
def test_what_is_not_wholly_understood_is_no_page(body: str) -> None:
    assert parsed(body) is None


def test_bytes_that_are_no_text_are_no_page() -> None:
    assert parse_page(text_of(page("ab"), REQUEST, "").encode().replace(b"ab", b"\xff")) is None


@pytest.mark.parametrize("given", [page("b", "a"), page("a", "a"), page(prefixes=("b/", "a/"))])
def test_keys_in_another_order_are_an_error(given: KeyPage) -> None:
    with pytest.raises(PipelineError, match="order of their UTF-8 bytes.*aws-s3-exclude-buckets"):
        parsed(text_of(given, REQUEST, ""))
