"""The README's table of parameters is the one that the code reads, and the README stays short."""

from __future__ import annotations

from pathlib import Path

from raito_aws_pipeline.configuration.readme_table import readme_table

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_table_is_that_of_the_code() -> None:
    assert readme_table().strip() in README


def test_the_readme_has_at_most_200_lines() -> None:
    assert len(README.splitlines()) <= 200
