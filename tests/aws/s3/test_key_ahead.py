"""The guess where keys will be some pages ahead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.aws.s3.key_ahead import behind, key_step
from raito_aws_pipeline.aws.s3.key_pages import KeyPage

KEYS = st.text(st.sampled_from("/0123456789abcXYZ-_é\U0010ffff"), min_size=1, max_size=12)


def ahead(keys: list[str], pages: float) -> str | None:
    step = key_step(keys)
    assert step is not None
    return step.ahead(pages)


@pytest.mark.parametrize(
    ("keys", "pages", "expected"),
    [
        ([f"n-{n:06}" for n in range(1000)], 2, "n-0027"),
        ([f"n-{n:06}" for n in range(99_500, 100_500)], 2, "n-3"),
        ([f"{n:04x}" for n in range(0x3000, 0x4000)], 2, "5d"),
        ([f"dt=2024-01-{day:02}/{n}" for day in range(1, 8) for n in range(9)], 2, "dt=2024-01-19"),
        ([f"dt=2024-01-{day:02}/{n}" for day in range(22, 29) for n in range(9)], 1, "dt=2024-01-34"),
        (["b", "ba", "bc"], 1, "bd"),
    ],
    ids=["numbers", "numbers-at-a-carry", "hex", "days", "days-that-do-not-exist", "a-key-that-begins-another"],
)
def test_names_go_up_as_the_page_showed(keys: list[str], pages: float, expected: str) -> None:
    assert ahead(keys, pages) == expected


def test_above_the_folder_of_the_page_only_numbers_go_up() -> None:
    files = [f"{n:03}" for n in range(900, 1000)]
    assert ahead([f"2024-12/{file}" for file in files], 1) == "2024-13/08"
    assert ahead([f"9/{file}" for file in files], 1) is None
    assert ahead([f"abc/{file}" for file in files], 1) is None


@pytest.mark.parametrize("keys", [[], ["one"]])
def test_fewer_than_two_keys_show_nothing(keys: list[str]) -> None:
    assert key_step(keys) is None


@given(st.sets(KEYS, min_size=2, max_size=40).map(sorted), st.floats(0.1, 100))
def test_a_guess_lies_ahead_at_most_as_deep_as_the_page(keys: list[str], pages: float) -> None:
    step = key_step(keys)
    assert step is not None
    assert all(key.startswith(step.folder) for key in keys)
    guess = step.ahead(pages)
    if guess is not None:
        assert guess > step.last
        assert len(guess) == len(step.last) <= len(keys[-1])


@given(st.sets(KEYS, min_size=2, max_size=40).map(sorted), st.floats(0.1, 50), st.floats(1, 10))
def test_more_pages_ahead_is_not_nearer(keys: list[str], pages: float, more: float) -> None:
    step = key_step(keys)
    assert step is not None
    near, far = step.ahead(pages), step.ahead(pages * more)
    assert far is None or (near is not None and near <= far)


@given(st.text(st.sampled_from("aé\U0010ffff/"), max_size=8), st.integers(0, 40))
def test_behind_a_folder_come_only_keys_outside_of_it(name: str, room: int) -> None:
    folder = "f" * max(0, 1023 - len(name.encode()) - room) + name + "/"
    after = behind(folder)
    assert folder <= after < folder[:-1] + "0"
    assert len(after.encode()) <= 1024
    for below in ("a", "~~", "\x7f", "\u07ff", "\uffff", "\U0010ffff"):
        if len((folder + below).encode()) <= 1024:
            assert folder + below <= after


@given(st.sets(KEYS, min_size=1, max_size=30).map(sorted), KEYS, st.none() | KEYS)
def test_a_page_can_be_cut_on_both_sides(keys: list[str], after: str, end: str | None) -> None:
    folders = [key for key in keys if key.endswith("/")]
    files = [key for key in keys if not key.endswith("/")]
    kept = KeyPage(files, [len(key) for key in files], folders, truncated=True).within(after, end)
    assert kept.entries == [key for key in keys if key > after and (end is None or key <= end)]
    assert kept.sizes == [len(key) for key in kept.keys]
