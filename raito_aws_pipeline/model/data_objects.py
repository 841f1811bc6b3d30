"""Data objects: the tree of data source, buckets, folders, files, Glue tables and columns (protocol 6.4)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from raito_aws_pipeline.model.columns import Column, Row
from raito_aws_pipeline.model.tags import Tag


class DataObjectType(StrEnum):
    """The types of data objects, as the metadata of the data source declares them (protocol 5.2)."""

    DATASOURCE = "datasource"
    BUCKET = "bucket"
    FOLDER = "folder"
    FILE = "file"
    GLUE_TABLE = "glue-table"
    COLUMN = "column"


class Owners(msgspec.Struct, frozen=True):
    """Owners in the old form, before the tag `raito_owner`."""

    users: Annotated[tuple[str, ...] | None, Column("Account names of the owners.")] = None


class DataObject(Row, frozen=True, kw_only=True):
    """A thing that access is granted on and that is used."""

    external_id: Annotated[str, Column("Unique id: the full name.", unique=True)]
    name: Annotated[str, Column("Last part of the full name.")]
    full_name: Annotated[
        str,
        Column(
            "Path by which access controls and usage refer to the object: `<account>:<region>:<bucket>/<segment>…`",
            unique=True,
        ),
    ]
    type: Annotated[str, Column("datasource, bucket, folder, file, glue-table or column.")]
    description: Annotated[str, Column("Description; may be empty.")] = ""
    parent_external_id: Annotated[str, Column("External id of the parent; empty for the data source alone.")]
    tags: Annotated[tuple[Tag, ...] | None, Column("The object's tags.")] = None
    data_type: Annotated[str | None, Column("Data type of a column.", omit_when_unset=True)] = None
    share_provider_identifier: Annotated[
        str | None, Column("Provider of a shared object; AWS has none.", omit_when_unset=True)
    ] = None
    share_identifier: Annotated[str | None, Column("Share of a shared object; AWS has none.", omit_when_unset=True)] = (
        None
    )
    owners: Annotated[
        Owners | None, Column("Owners in the old form; the tag raito_owner replaces it.", omit_when_unset=True)
    ] = None
