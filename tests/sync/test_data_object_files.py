"""The import file of data objects: what is refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.data_objects.bucket_tree import BucketTree
from raito_aws_pipeline.data_objects.checks import TreeCheck
from raito_aws_pipeline.errors import CheckFailedError, LakeError
from raito_aws_pipeline.sync.data_object_files import write_data_object_file
from tests.world import World

BUCKET = "123456789012:eu-west-1:lake"


@pytest.fixture
def target(world: World) -> Target:
    (target,) = world.settings().targets
    assert isinstance(target, Target)
    return target


def test_rows_of_the_other_mode_are_refused(target: Target, tmp_path: Path) -> None:
    batch = BucketTree(BUCKET, max_depth=20).add(["a/b", "a/c"])
    path = tmp_path / "data-objects.json"
    assert write_data_object_file(target, TreeCheck(BUCKET), None, [batch], path).records == 2
    in_glue_mode = replace(target, aws=replace(target.aws, aws_glue_enabled=True))
    with pytest.raises(CheckFailedError, match="read in another mode"):
        write_data_object_file(in_glue_mode, TreeCheck(BUCKET), None, [batch], path)
    assert not path.exists()


def test_a_file_that_cannot_be_written_names_its_place_and_what_to_do(target: Target, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "data-objects.json"
    with pytest.raises(LakeError, match="No such file or directory") as failure:
        write_data_object_file(target, TreeCheck(BUCKET), None, [], path)
    assert str(path) in failure.value.what and "TMPDIR" in failure.value.remedy
