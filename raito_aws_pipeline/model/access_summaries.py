"""Each access control in figures: how many are granted how much, and what could not be said."""

from __future__ import annotations

import datetime
from typing import Annotated

from raito_aws_pipeline.model.columns import Column, Row


class AccessSummary(Row, frozen=True, kw_only=True):
    """The figures of one access control."""

    external_id: Annotated[str, Column("External id of the access control.", unique=True)]
    name: Annotated[str, Column("Its name.")]
    type: Annotated[str, Column("aws_role, aws_policy, aws_sso_role or aws_access_point.")]
    users: Annotated[int, Column("Users in WHO.")]
    groups: Annotated[int, Column("Groups in WHO.")]
    access_providers: Annotated[int, Column("Other access controls in WHO.")]
    what: Annotated[int, Column("Data objects in WHAT.")]
    permissions: Annotated[int, Column("Permissions on them together.")]
    remainder: Annotated[int, Column("Rows of the remainder.")]
    incomplete: Annotated[bool, Column("Whether AWS grants more or less than Raito is told.")]
    last_used_at: Annotated[
        datetime.datetime | None, Column("When the role was last used, as far back as AWS remembers; null: not.")
    ] = None
