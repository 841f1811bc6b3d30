"""Changes of the catalogue are whole, also when the server stops in the middle of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from raito_aws_pipeline.local.raito.catalogue import Catalogue, ChangeAbandonedError, Incoming


def test_a_change_that_is_given_up_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")

    def records() -> Iterator[Incoming]:
        yield Incoming("a", b"1")
        catalogue.abandon_changes()
        yield Incoming("b", b"1")
        yield Incoming("c", b"1")

    with pytest.raises(ChangeAbandonedError), catalogue.change() as change:
        change.stage([Incoming("z", b"1")], keep_content=True)
        change.apply("things", "owner", delete_untouched=True)
        change.stage(records(), keep_content=True)
    catalogue.close()
    assert catalogue.counts() == {}
    again = Catalogue(tmp_path / "catalogue.sqlite")
    with again.change() as change:
        change.stage([Incoming("a", b"1")], keep_content=True)
        assert change.apply("things", "owner", delete_untouched=True).added == 1
    again.close()


def test_a_change_is_not_seen_before_it_is_whole(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    with catalogue.change() as change:
        change.stage([Incoming("a", b"1"), Incoming("b", b"1")], keep_content=False)
        change.apply("things", "owner", delete_untouched=False)
        assert catalogue.counts() == {}
    assert catalogue.counts() == {"things": 2}
    catalogue.close()


def test_kinds_and_owners_are_apart(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    for kind, owner in (("things", "one"), ("things", "two"), ("others", "one")):
        with catalogue.change() as change:
            change.stage([Incoming("a", b"1")], keep_content=True)
            assert change.apply(kind, owner, delete_untouched=True).added == 1
    with catalogue.change() as change:
        assert change.apply("things", "one", delete_untouched=True).removed == 1
    assert catalogue.counts() == {"others": 1, "things": 1}
    assert catalogue.contents("things") == [b"1"]
    catalogue.close()
