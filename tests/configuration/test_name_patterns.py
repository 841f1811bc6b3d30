"""Which names a comma list of patterns matches (connector 1, protocol 6.5)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.configuration.name_patterns import NamePatterns, name_patterns

NAMES = st.text(alphabet="abc-._^$|\n", max_size=8)
EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b", "c", "-", ".", "[ab]", "[^a]", "^", "$", r"\."]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        inner.map(lambda expression: f"(?:{expression})*"),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("patterns", "matching", "others"),
    [
        ("svc-.*,deploy", ["svc-", "svc-a", "deploy"], ["deployer", "my-svc-a", "svc"]),
        (" a , b ,, ", ["a", "b"], ["", " a", "ab"]),
        ("a|b", ["a", "b"], ["ab", "axxx", "xb"]),
        ("(?i)Prod", ["prod", "PROD"], ["production"]),
        ("lake.*|p-inline", ["lake", "lake-1", "p-inline"], ["my-lake", "p-inline2"]),
        ("", [], ["", "a"]),
        (r"[[:alpha:]]+", ["abc"], ["a1"]),
    ],
)
def test_a_name_matches_when_one_pattern_matches_the_whole_of_it(
    patterns: str, matching: list[str], others: list[str]
) -> None:
    compiled = name_patterns(patterns)
    assert [name for name in matching + others if compiled.matches(name)] == matching


@pytest.mark.parametrize(
    ("patterns", "matching", "others"),
    [
        ("dev-*", ["dev-", "dev-a", "dev-a.b"], ["dev", "my-dev-a"]),
        ("*.logs", ["a.logs", ".logs"], ["axlogs", "a.logs2"]),
        ("*", ["anything"], []),
        ("dev-*|prod", ["dev-1", "prod"], ["prod-1"]),
        ("dev-*|test.*", ["dev-1", "test1"], ["dev", "xtest"]),
        ("dev-.*", ["dev-", "dev-a"], ["dev", "dev*"]),
        ("dev.dotted", ["dev.dotted", "dev-dotted"], ["dev.dotted2"]),
        ("acme-(eu|us)-.*", ["acme-eu-1"], ["acme-ap-1"]),
    ],
)
def test_buckets_can_be_given_by_wildcard_too(patterns: str, matching: list[str], others: list[str]) -> None:
    compiled = name_patterns(patterns, wildcards=True)
    assert [name for name in matching + others if compiled.matches(name)] == matching


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        ("a,(", r"'\(' is not a regular expression \(RE2\): missing \)"),
        ("*", r"'\*' is not a regular expression \(RE2\): no argument for repetition operator"),
        ("(?=a)", r"invalid perl operator"),
        ("a)|(?:b", r"'a\)\|\(\?:b' is not a regular expression"),
        (r"\Qa", r"is not a regular expression"),
        ("x{2,3}", r"'x\{2' is cut off: a comma separates patterns"),
    ],
)
def test_a_broken_pattern_is_named_with_the_reason(patterns: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        name_patterns(patterns)


def test_no_pattern_takes_exponential_time() -> None:
    assert not name_patterns("(a+)+b").matches("a" * 5_000)


@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), NAMES)
def test_a_list_is_the_union_of_its_anchored_patterns(expressions: list[str], name: str) -> None:
    expected = any(re.fullmatch(rf"(?:{expression})", name.replace("\n", "\r")) for expression in expressions)
    assert name_patterns(",".join(expressions)).matches(name.replace("\n", "\r")) == expected


@given(NAMES.map(lambda name: name.replace("\n", "")))
def test_a_wildcard_of_everything_matches_everything(name: str) -> None:
    assert name_patterns("*", wildcards=True).matches(name)


@given(st.text())
def test_any_text_is_a_list_of_patterns_or_a_value_error(text: str) -> None:
    for wildcards in (False, True):
        try:
            compiled = name_patterns(text, wildcards=wildcards)
        except ValueError:
            continue
        assert isinstance(compiled.matches(text), bool)


def test_equal_lists_are_equal_values() -> None:
    assert name_patterns("a, b") == name_patterns("a,b") != NamePatterns()
