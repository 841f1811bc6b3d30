"""Where raito.yml is found, and what stands in it, as text (protocol 9.1)."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.configuration.raito_yml import YamlMapping, find_file, parse, read_file
from raito_aws_pipeline.errors import ConfigurationError


def parsed(text: str) -> YamlMapping:
    return parse(dedent(text), source="raito.yml")


def test_every_scalar_stays_the_text_that_it_is() -> None:
    document = parsed("""
        account: 012345678901
        octal: 0o17
        yes-or-no: yes
        float: 1.10
        date: 2024-01-01
        quoted: "null"
        equals: =
        nothing: null
        tilde: ~
        blank:
        """)
    assert document.values == {
        "account": "012345678901",
        "octal": "0o17",
        "yes-or-no": "yes",
        "float": "1.10",
        "date": "2024-01-01",
        "quoted": "null",
        "equals": "=",
        "nothing": None,
        "tilde": None,
        "blank": None,
    }


def test_keys_have_no_case_and_know_their_line() -> None:
    document = parsed("Domain: acme\nTargets:\n  - Name: prod\n    AWS-Profile: p\n")
    assert document.lines == {"domain": 1, "targets": 2}
    assert document.values["targets"] == [
        YamlMapping({"name": "prod", "aws-profile": "p"}, {"name": 3, "aws-profile": 4})
    ]


def test_anchors_and_merges_work_and_own_keys_win() -> None:
    document = parsed("""
        shared: &shared
          aws-profile: p
          aws-concurrency: 2
        target:
          <<: *shared
          AWS-Concurrency: 9
        """)
    target = document.values["target"]
    assert isinstance(target, YamlMapping)
    assert target.values == {"aws-profile": "p", "aws-concurrency": "9"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("domain: a\nDomain: b\n", r"at line 2, column 1: the key `domain` stands twice, on lines 1 and 2"),
        ("domain: [a\n", r"raito.yml is not valid YAML at line 2"),
        ("domain: a\n  b: c\n", r"raito.yml is not valid YAML at line 2, column 4"),
        ("a: !secret b", r"a `!tag` is not known here"),
        ("a: &a [*a]", r"is not valid YAML"),
        ("? [a]\n: b", r"expected a key"),
        ("a: !!seq b", r"expected a list"),
        ("a: !!map b", r"expected a mapping"),
        ("a: !!int [b]", r"expected a text"),
        ("a: 1\n---\nb: 2\n", r"is not valid YAML"),
        ("a: \x00", r"is not valid YAML"),
        ('a: "\\UFFFFFFFF"', r"an impossible character"),
        ("[" * 5_000, r"nested too deeply"),
        ("", r"raito.yml is empty"),
        ("just a text", r"raito.yml is not a mapping"),
        ("- a\n- b\n", r"raito.yml is not a mapping"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        parse(text, source="raito.yml")


@pytest.mark.parametrize(
    "line",
    [
        "api-secret: *hunter2",
        "api-secret: !hunter2'x' a",
        "api-secret: 'hunter2",
        "api-secret: [hunter2",
        "api-secret: hunter2: a",
    ],
)
def test_an_error_of_the_syntax_quotes_nothing_of_the_file(line: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(line, source="raito.yml")
    assert "hunter2" not in str(caught.value)


@given(
    st.text(alphabet="a:-[]{}'\"*&!%|>?,# \n\t", max_size=12), st.text(alphabet="a:-[]{}'\"*&!%|>?,# \n\t", max_size=12)
)
def test_no_broken_file_gives_its_secret_away(before: str, after: str) -> None:
    try:
        parse(f"{before}api-secret: hunter2{after}", source="raito.yml")
    except ConfigurationError as error:
        assert "hunter2" not in str(error)


@given(st.one_of(st.text(), st.text(alphabet="ab:-[]{}'\"*&!%|>?,# \n\t<~\\U0")))
def test_any_text_is_a_mapping_or_a_configuration_error(text: str) -> None:
    try:
        assert isinstance(parse(text, source="raito.yml"), YamlMapping)
    except ConfigurationError as error:
        assert error.remedy


def test_the_file_is_looked_for_here_then_at_home(tmp_path: Path) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    (home / ".raito").mkdir(parents=True)
    here.mkdir()

    def found() -> Path:
        return find_file(None, working_directory=here, home=home)

    with pytest.raises(ConfigurationError, match=r"No raito.yml was found in .*here or .*\.raito"):
        found()
    for path in (
        home / ".raito" / "raito.yaml",
        home / ".raito" / "raito.yml",
        here / "raito.yaml",
        here / "raito.yml",
    ):
        path.write_text("domain: a", encoding="utf-8")
        assert found() == path


def test_a_named_file_counts_from_the_working_directory_and_must_exist(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text("domain: a", encoding="utf-8")
    assert find_file(Path("mine.yml"), working_directory=tmp_path, home=tmp_path) == tmp_path / "mine.yml"
    with pytest.raises(ConfigurationError, match=r"There is no file .*yours.yml"):
        find_file(tmp_path / "yours.yml", working_directory=tmp_path, home=tmp_path)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    (tmp_path / "raito.yml").write_bytes(b"\xef\xbb\xbfdomain: acme")
    assert read_file(tmp_path / "raito.yml").values == {"domain": "acme"}


def test_other_encodings_and_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "raito.yml").write_bytes(b"domain: \xff")
    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        read_file(tmp_path / "raito.yml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_file(tmp_path)
