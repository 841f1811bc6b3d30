"""The data source's metadata against what the Raito CLI's connector sends, with the deliberate differences named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from raito_aws_pipeline.data_objects.metadata import data_source_metadata
from raito_aws_pipeline.model.s3_actions import s3_actions
from tests.golden import golden_json

CONFIGURATIONS = {
    "s3": {"glue": False, "organization": False},
    "neither": {"glue": False, "organization": False},
    "s3-organization": {"glue": False, "organization": True},
    "glue": {"glue": True, "organization": False},
}
"""The golden data's configurations as arguments."""

NEW_IN_LIST = {
    "all": set(),
    "object": {"s3:UpdateObjectEncryption"},
    "accesspoint": {"s3:UpdateObjectEncryption"},
}
"""Actions that the golden lists lack, beside those that IAM has and they do not; all of them in "all"."""


def by_name(types: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in types}


def permissions(entry: dict[str, Any]) -> list[str]:
    return [permission["permission"] for permission in entry.get("permissions", [])]


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_everything_but_permissions_and_what_a_glue_table_holds_is_as_recorded(configuration: str) -> None:
    expected = golden_json("metadata", "metadata.json")["metadata"][configuration]
    ours = data_source_metadata(**CONFIGURATIONS[configuration])

    def without_permissions(metadata: dict[str, Any]) -> dict[str, Any]:
        types = [
            {member: value for member, value in entry.items() if member != "permissions"}
            for entry in metadata["dataObjectTypes"]
        ]
        return {**metadata, "dataObjectTypes": types}

    if configuration == "glue":
        by_name(expected["dataObjectTypes"])["glue-table"]["children"] = ["column", "folder", "glue-table"]
    assert without_permissions(ours) == without_permissions(expected)


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_each_type_offers_the_recorded_permissions_and_the_newer_ones(configuration: str) -> None:
    golden = golden_json("metadata", "metadata.json")
    lists = {name: set(actions) for name, actions in golden["permission_lists"].items()}
    newer = {**NEW_IN_LIST, "all": set(s3_actions()) - lists["all"]}
    recorded = by_name(golden["metadata"][configuration]["dataObjectTypes"])

    for name, entry in by_name(data_source_metadata(**CONFIGURATIONS[configuration])["dataObjectTypes"]).items():
        offered = recorded[name].get("permissions")
        expected = lists[offered] | newer[offered] if offered else set()
        assert permissions(entry) == sorted(expected), name


def test_a_permission_says_by_what_it_is_granted_as_what_its_use_counts_and_what_it_is() -> None:
    [source, *_] = data_source_metadata(glue=False, organization=False)["dataObjectTypes"]
    found = {permission["permission"]: permission for permission in source["permissions"]}

    assert found["s3:GetObject"] == {
        "permission": "s3:GetObject",
        "globalPermissions": ["read", "write", "admin"],
        "description": "Reads an object.",
        "usageGlobalPermissions": ["read"],
    }
    assert found["s3:PutObjectAcl"]["globalPermissions"] == ["write", "admin"]
    assert found["s3:PutObjectAcl"]["usageGlobalPermissions"] == ["admin"]


def test_what_is_empty_is_left_out() -> None:
    types = by_name(data_source_metadata(glue=True, organization=False)["dataObjectTypes"])
    [role, *_] = data_source_metadata(glue=True, organization=True)["accessProviderTypes"]

    assert types["column"] == {"name": "column", "type": "column", "label": "Column"}
    assert "allowedWhoAccessProviderTypes" not in role


def test_two_targets_have_metadata_of_their_own() -> None:
    first = data_source_metadata(glue=True, organization=True)
    first["dataObjectTypes"].clear()
    first["accessProviderTypes"][1]["allowedWhoAccessProviderTypes"].clear()

    again = data_source_metadata(glue=True, organization=True)
    assert again["dataObjectTypes"]
    assert again["accessProviderTypes"][2]["allowedWhoAccessProviderTypes"] == ["aws_role", "aws_sso_role"]


@pytest.mark.parametrize("organization", [False, True])
@pytest.mark.parametrize("glue", [False, True])
def test_the_metadata_is_json_and_the_same_text_each_time(glue: bool, organization: bool) -> None:
    text = json.dumps(data_source_metadata(glue=glue, organization=organization))

    assert text == json.dumps(data_source_metadata(glue=glue, organization=organization))
    assert len(text) < 100_000
