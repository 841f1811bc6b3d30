"""The table of S3 actions: whole, sorted, with Raito's classes where Raito has them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from raito_aws_pipeline.model.s3_actions import (
    AccessLevel,
    GlobalPermission,
    format_table,
    parse_table,
    s3_actions,
)

PERMISSIONS = Path(__file__).resolve().parents[3] / "shared" / "spec" / "s3-permissions.tsv"


def test_an_action_says_what_it_acts_on_and_as_what_it_counts() -> None:
    action = s3_actions()["s3:PutObjectAcl"]

    assert action.access_level is AccessLevel.PERMISSIONS_MANAGEMENT
    assert action.resource_types == ("accesspointobject", "object")
    assert (action.in_object_list, action.in_access_point_list) == (True, True)
    assert (action.global_permission, action.usage_permission) == (GlobalPermission.WRITE, GlobalPermission.ADMIN)
    assert action.description == "Sets the access control list of an object."


def test_an_action_without_resource_types_has_none() -> None:
    assert s3_actions()["s3:ListAllMyBuckets"].resource_types == ()


def test_actions_are_sorted_by_name_and_named_as_in_iam() -> None:
    names = list(s3_actions())

    assert names == sorted(names)
    assert all(name == action.name and name.startswith("s3:") for name, action in s3_actions().items())


def test_each_description_is_one_short_sentence_of_its_own() -> None:
    descriptions = [action.description for action in s3_actions().values()]

    assert len(set(descriptions)) == len(descriptions)
    for description in descriptions:
        assert description[0].isupper()
        assert description.endswith(".")
        assert description.count(". ") == 0
        assert len(description) <= 100


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        s3_actions()["s3:New"] = s3_actions()["s3:GetObject"]  # type: ignore[index]


def test_a_table_that_was_written_is_read_back() -> None:
    actions = list(s3_actions().values())

    assert list(parse_table(format_table(actions))) == actions


def test_the_actions_that_raito_knows_have_raitos_classes() -> None:
    if not PERMISSIONS.is_file():
        pytest.skip(f"the permissions known of Raito are not here: {PERMISSIONS}")
    with PERMISSIONS.open(encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(file, delimiter="\t"))

    assert len(known) == 128
    for row in known:
        action = s3_actions()[row["permission"]]
        assert action.in_object_list == (row["in_object_list"] == "object"), action.name
        assert action.in_access_point_list == (row["in_accesspoint_list"] == "accesspoint"), action.name
        assert (action.global_permission, action.usage_permission) == (row["global_set"], row["usage_set"]), action.name
