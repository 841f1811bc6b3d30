"""Usage statements: who used which data objects, when and how (protocol 6.6)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from raito_aws_pipeline.model.access_controls import DataObjectReference
from raito_aws_pipeline.model.columns import Column, Row


class AccessedDataObject(msgspec.Struct, frozen=True):
    """One data object that a statement touched."""

    data_object: Annotated[DataObjectReference | None, Column("The data object.")]
    permissions: Annotated[tuple[str, ...] | None, Column("IAM actions that the use needed.", omit_when_unset=True)] = (
        None
    )
    global_permission: Annotated[str | None, Column("read, write or admin.", omit_when_unset=True)] = None


class UsageStatement(Row, frozen=True, kw_only=True):
    """One use, as a CloudTrail event tells it."""

    external_id: Annotated[str, Column("CloudTrail's event id.", unique=True)]
    accessed_data_objects: Annotated[tuple[AccessedDataObject, ...], Column("What was used.")]
    user: Annotated[str | None, Column("Account name or e-mail of the user.", omit_when_unset=True)] = None
    role: Annotated[str | None, Column("Role that the user had taken.", omit_when_unset=True)] = None
    success: Annotated[bool, Column("Whether the call succeeded.")]
    status: Annotated[str | None, Column("Status text.", omit_when_unset=True)] = None
    query: Annotated[str, Column("Always empty: Raito takes any other text for a statement that it cannot parse.")] = ""
    start_time: Annotated[int | None, Column("Start, in seconds since 1970-01-01 UTC.", omit_when_unset=True)] = None
    end_time: Annotated[int | None, Column("End, in seconds since 1970-01-01 UTC.", omit_when_unset=True)] = None
    bytes: Annotated[int | None, Column("Bytes in and out.", omit_when_unset=True)] = None
    rows: Annotated[int | None, Column("Rows read; AWS does not say.", omit_when_unset=True)] = None
    credits: Annotated[float | None, Column("Cost; AWS does not say.", omit_when_unset=True)] = None
    error: Annotated[str | None, Column("Why the statement could not be understood.", omit_when_unset=True)] = None
