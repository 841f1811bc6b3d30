"""Patterns match what IAM matches: held against a matcher that tries everything."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.iam_policy.matching import Pattern, arn_pattern, text_pattern

PATTERNS = st.text("ab:/*?", max_size=7)
TEXTS = st.text("ab:/", max_size=7)


def matches(pattern: str, text: str) -> bool:
    """The same by the letter of the rule."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(matches(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and matches(pattern[1:], text[1:])


@given(PATTERNS, TEXTS)
def test_wildcards_run_over_everything_in_a_text(pattern: str, text: str) -> None:
    assert text_pattern(pattern).matches(text) == matches(pattern, text)


@given(PATTERNS, TEXTS, TEXTS)
def test_what_may_follow_a_beginning_is_said_exactly(pattern: str, prefix: str, rest: str) -> None:
    following = text_pattern(pattern).after(prefix)
    assert any(one.matches(rest) for one in following) == matches(pattern, prefix + rest)
    assert text_pattern(pattern).covers_all_with(prefix) <= all(
        matches(pattern, prefix + "".join(more)) for more in itertools.product("a:", repeat=2)
    )


@given(st.text("ab*?", max_size=4), st.text("ab*?", max_size=4))
def test_two_patterns_meet_where_a_text_matches_both(one: str, other: str) -> None:
    texts = ("".join(text) for length in range(7) for text in itertools.product("ab", repeat=length))
    assert text_pattern(one).meets(text_pattern(other)) == any(matches(one, t) and matches(other, t) for t in texts)


@given(PATTERNS)
def test_a_pattern_is_written_as_it_means(pattern: str) -> None:
    assert text_pattern(str(text_pattern(pattern))) == text_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("*", "arn:aws:s3:::lake/a/b", True),
        ("arn:aws:s3:*", "arn:aws:s3:::lake/a/b", True),
        ("arn:aws:s3:*", "arn:aws:s3:eu-west-1:123456789012:accesspoint/x", True),
        ("arn:aws:*", "arn:aws:s3:::lake", True),
        ("arn:*:lake/*", "arn:aws:s3:::lake/a", True),
        ("arn:aws:s3:::*", "arn:aws:s3:::lake/a:b/c", True),
        ("arn:aws:s3:::*", "arn:aws:s3:eu-west-1:123456789012:accesspoint/x", False),
        ("arn:*:s3:::lake", "arn:aws-cn:s3:::lake", True),
        ("arn:*:s3:*:*:lake/*", "arn:aws:s3:::lake/a:b", True),
        ("arn:aws:s3::*:lake", "arn:aws:s3:::lake", True),
        ("arn:aws:s?:::lake", "arn:aws:s3:::lake", True),
        ("arn:aws:s3*lake", "arn:aws:s3:::lake", False),
        ("arn:aws:s3:*x:lake", "arn:aws:s3:a:x:lake", False),
        ("arn:aws:s3:?:?:lake", "arn:aws:s3:::lake", False),
        ("arn:aws:s3:::l?ke", "arn:aws:s3:::lake", True),
        ("arn:aws:s3:::a?b", "arn:aws:s3:::a/b", True),
        ("arn:aws:s3:::Lake", "arn:aws:s3:::lake", False),
        ("arn:aws:s3:::lake/*.csv", "arn:aws:s3:::lake/a/b.csv", True),
    ],
)
def test_wildcards_of_arns_stay_in_their_segment_but_at_the_end_of_a_short_one(
    pattern: str, arn: str, expected: bool
) -> None:
    assert arn_pattern(pattern).matches(arn) is expected
    assert any(one.matches(arn[9:]) for one in arn_pattern(pattern).after(arn[:9])) is expected


def test_variables_and_escaped_signs_are_understood_where_the_version_says_so() -> None:
    assert text_pattern("${*}${?}${$}{a}", variables=True) == Pattern(("*?${a}",))
    assert text_pattern("home/${aws:username}/x", variables=True).has_variable
    assert text_pattern("home/${aws:username, 'a'}*", variables=True).tree == "home"
    old = text_pattern("home/${aws:username}")
    assert (old.literal, old.has_variable) == ("home/${aws:username}", False)
    assert not text_pattern("a${", variables=True).has_variable


@pytest.mark.parametrize(
    ("text", "literal", "tree", "matches_all"),
    [
        ("a/b", "a/b", None, False),
        ("a/b/*", None, "a/b", False),
        ("/*", None, "", False),
        ("a//*", None, "a/", False),
        ("a*", None, None, False),
        ("a/*/b/*", None, None, False),
        ("**", None, None, True),
        ("*?", None, None, True),
        ("?*", None, None, True),
    ],
)
def test_the_form_of_a_pattern(text: str, literal: str | None, tree: str | None, matches_all: bool) -> None:
    pattern = text_pattern(text)
    assert (pattern.literal, pattern.tree, pattern.matches_all) == (literal, tree, matches_all)


def test_no_pattern_takes_long() -> None:
    begin = time.process_time()
    assert not text_pattern("*a" * 40 + "*b").matches("a" * 1024)
    assert not arn_pattern("arn:*" + "*a" * 40 + "b").matches("arn:" + "a" * 1024)
    assert time.process_time() - begin < 2
