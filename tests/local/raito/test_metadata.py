"""A data source's metadata: what is kept, what is refused, and what imports of data objects make of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.raito.wire_client import WireClient, data_object

DOCUMENT = (
    "mutation ($id:ID!$input:DataSourceMetaDataInput!){setDataSourceMetaData(id: $id, input :$input)"
    "{__typename,... on DataSource{id},... on BaseError{message}}}"
)

METADATA: dict[str, Any] = {
    "type": "aws-account",
    "dataObjectTypes": [
        {"name": "datasource", "children": ["bucket"]},
        {
            "name": "bucket",
            "permissions": [
                {"permission": "s3:GetObject", "globalPermissions": ["read"], "usageGlobalPermissions": ["read"]}
            ],
        },
    ],
    "accessProviderTypes": [
        {"type": "aws_role"},
        {"type": "aws_policy", "allowedWhoAccessProviderTypes": ["aws_role"], "commonParentType": "bucket"},
    ],
    "usageMetaInfo": {"defaultLevel": "Bucket", "levels": [{"name": "bucket", "dataObjectTypes": ["bucket"]}]},
}


def set_metadata(client: WireClient, metadata: dict[str, Any], data_source: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = client.data(DOCUMENT, id=data_source or client.raito.data_source_id, input=metadata)
    return answer


def with_bucket(**members: Any) -> dict[str, Any]:
    """The metadata with other members of its bucket type."""
    source, bucket = METADATA["dataObjectTypes"]
    return {**METADATA, "dataObjectTypes": [source, {**bucket, **members}]}


def test_metadata_is_kept_until_other_comes(client: WireClient) -> None:
    state, source = client.raito.state, client.raito.data_source_id
    assert state.data_source_metadata(source) is None

    assert set_metadata(client, METADATA) == {"__typename": "DataSource", "id": source}
    assert state.data_source_metadata(source) == METADATA
    set_metadata(client, {"type": "other"})
    assert state.data_source_metadata(source) == {"type": "other"}


@pytest.mark.parametrize(
    ("metadata", "complaint"),
    [
        (
            {**METADATA, "dataObjectTypes": [*METADATA["dataObjectTypes"], {"name": "bucket"}]},
            "data object type 'bucket' is declared 2 times",
        ),
        (
            with_bucket(children=["file"]),
            "data object type 'bucket' may hold 'file', which is not declared",
        ),
        (
            with_bucket(permissions=[{"permission": "p"}, {"permission": "p"}]),
            "permission of data object type 'bucket' 'p' is declared 2 times",
        ),
        (
            with_bucket(permissions=[{"permission": "p", "globalPermissions": ["READ"]}]),
            "permission 'p' of 'bucket' has 'READ' among globalPermissions",
        ),
        (
            with_bucket(permissions=[{"permission": "p", "usageGlobalPermissions": ["use"]}]),
            "permission 'p' of 'bucket' has 'use' among usageGlobalPermissions",
        ),
        (
            {**METADATA, "accessProviderTypes": [{"type": "a"}, {"type": "a"}]},
            "access provider type 'a' is declared 2 times",
        ),
        (
            {**METADATA, "accessProviderTypes": [{"type": "a", "allowedWhoAccessProviderTypes": ["b"]}]},
            "access provider type 'a' allows as WHO 'b', which is not declared",
        ),
        (
            {**METADATA, "accessProviderTypes": [{"type": "a", "commonParentType": "table"}]},
            "access provider type 'a' has as common parent 'table', which is not declared",
        ),
        (
            {**METADATA, "usageMetaInfo": {"defaultLevel": "file", "levels": [{"name": "bucket"}]}},
            "the default usage level 'file' is none of the levels",
        ),
        (
            {
                **METADATA,
                "usageMetaInfo": {"defaultLevel": "l", "levels": [{"name": "l", "dataObjectTypes": ["file"]}]},
            },
            "usage level 'l' is over 'file', which is not declared",
        ),
    ],
)
def test_metadata_that_contradicts_itself_is_refused(
    client: WireClient, metadata: dict[str, Any], complaint: str
) -> None:
    source = client.raito.data_source_id

    assert set_metadata(client, metadata) == {
        "__typename": "InvalidInputError",
        "message": f"The metadata of data source '{source}' is refused: {complaint}.",
    }
    assert client.raito.state.data_source_metadata(source) is None


def test_a_data_source_that_does_not_exist_has_no_metadata(client: WireClient) -> None:
    answer = set_metadata(client, METADATA, "other")

    assert answer == {"__typename": "NotFoundError", "message": "There is no data source 'other'."}


def test_an_import_looks_at_the_metadata_and_the_state_shows_what_it_brought(client: WireClient) -> None:
    set_metadata(client, METADATA)
    records = [
        data_object("root"),
        data_object("b1", "root", fullName="root:b1", dataType="x"),
        data_object("b2", "root"),
        data_object("odd", "b2", type="odd"),
    ]

    done = client.import_file(client.create_job(), "DS", "importDataSourceRequest", records, deleteUntouched=True)

    state = client.raito.state
    assert done["result"]["dataObjectsAdded"] == 4
    assert done["result"]["warnings"] == [
        "1 data objects have a type that the data source's metadata does not declare: odd (odd)"
    ]
    assert state.data_object_counts() == {"bucket": 2, "datasource": 1, "odd": 1}
    assert state.data_object_counts("other") == {}
    assert [one.external_id for one in state.data_objects(client.raito.data_source_id)] == ["b1", "b2", "odd", "root"]
    found = state.data_object("root:b1")
    assert found is not None
    assert (found.external_id, found.data_type) == ("b1", "x")
    assert state.data_object("b1") is None
