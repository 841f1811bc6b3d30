"""What Raito is told of a data source before its data comes: types of data objects and access controls (protocol 5.2).

Here: the content, as data that becomes JSON. Not here: the S3 actions (`model.s3_actions`) and the sending
(`raito.metadata`).

Deliberately otherwise than the Raito CLI's connector: all S3 actions of IAM instead of 128, and in Glue mode a
`glue-table` may hold folders and glue-tables, because tables lie below other tables' locations (connector 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from raito_aws_pipeline.model.s3_actions import GlobalPermission, S3Action, s3_actions

Content = dict[str, Any]

DATA_SOURCE_TYPE = "aws-account"


def data_source_metadata(*, glue: bool, organization: bool) -> Content:
    """The metadata of a target's data source, always in the same order; about 80 kB as JSON.

    What is empty or false is left out, as the Raito CLI does, but for `supportsApInheritance`; `supportedFeatures` is
    one empty text, as it is on the wire.

    Args:
        glue: Data objects come from the Glue catalogue, not from the keys of buckets.
        organization: The target has an organisation profile, so that permission sets are access controls of a type of
            their own.
    """
    return {
        "dataObjectTypes": _glue_types() if glue else _s3_types(),
        "accessProviderTypes": _access_control_types(organization=organization),
        "supportedFeatures": [""],
        "type": DATA_SOURCE_TYPE,
        "usageMetaInfo": _usage("glue-table" if glue else "file"),
        "supportsApInheritance": True,
    }


def _s3_types() -> list[Content]:
    all_actions, of_objects, _ = _permission_lists()
    return [
        _data_object_type("datasource", permissions=all_actions, children=["bucket"]),
        _data_object_type("bucket", label="S3 Bucket", permissions=all_actions, children=["folder", "file"]),
        _data_object_type("folder", label="S3 Folder", permissions=of_objects, children=["folder", "file"]),
        _data_object_type("file", label="S3 File", permissions=of_objects),
    ]


def _glue_types() -> list[Content]:
    all_actions, of_objects, of_access_points = _permission_lists()
    inner = ["folder", "glue-table"]
    return [
        _data_object_type("datasource", permissions=all_actions, children=["bucket"]),
        _data_object_type("bucket", label="S3 Bucket", permissions=all_actions, children=inner),
        _data_object_type("folder", label="S3 Folder", permissions=of_objects, children=inner),
        _data_object_type(
            "glue-table",
            kind="table",
            label="Glue Table",
            permissions=of_access_points,
            children=["column", *inner],
        ),
        _data_object_type("column", label="Column"),
    ]


def _data_object_type(
    name: str,
    *,
    kind: str | None = None,
    label: str | None = None,
    permissions: Sequence[Content] = (),
    children: Sequence[str] = (),
) -> Content:
    content: Content = {"name": name, "type": kind or name}
    if label:
        content["label"] = label
    if permissions:
        content["permissions"] = list(permissions)
    if children:
        content["children"] = list(children)
    return content


def _permission_lists() -> tuple[list[Content], list[Content], list[Content]]:
    """Permissions of all actions, of those on folders and files, of those on access points and Glue tables."""
    actions = s3_actions().values()
    return (
        [_permission(action) for action in actions],
        [_permission(action) for action in actions if action.in_object_list],
        [_permission(action) for action in actions if action.in_access_point_list],
    )


def _permission(action: S3Action) -> Content:
    levels = list(GlobalPermission)
    return {
        "permission": action.name,
        # A global permission that is granted expands to the permissions that name it: read to the least.
        "globalPermissions": [level.value for level in levels[levels.index(action.global_permission) :]],
        "description": action.description,
        "usageGlobalPermissions": [action.usage_permission.value],
    }


def _access_control_types(*, organization: bool) -> list[Content]:
    roles = ["aws_role", "aws_sso_role"] if organization else ["aws_role"]
    named = {"isNamedEntity": True, "canBeCreated": True}
    assumed = {**named, "canBeAssumed": True}
    types: list[Content] = [
        # A role takes over nobody's WHO, which an empty list cannot say: it is left out on the wire.
        {"type": "aws_role", "label": "AWS Role", **assumed},
        {"type": "aws_policy", "label": "AWS Policy", **named, "allowedWhoAccessProviderTypes": roles},
        {
            "type": "aws_access_point",
            "label": "AWS S3 Access Point",
            **named,
            "allowedWhoAccessProviderTypes": list(roles),
            "commonParentType": "bucket",
        },
    ]
    if organization:
        types.append(
            {
                "type": "aws_sso_role",
                "label": "AWS Permission Set",
                **assumed,
                "identityStoreTypeForWho": "aws-organization",
            }
        )
    return types


def _usage(level: str) -> Content:
    return {"defaultLevel": level, "levels": [{"name": level, "dataObjectTypes": [level, "folder"]}]}
