"""What Raito holds of a data source's access controls after the last push."""

from __future__ import annotations

from typing import Annotated

from raito_aws_pipeline.model.columns import Column, Row


class PushedAccessControl(Row, frozen=True, kw_only=True):
    """An access control that Raito has from us."""

    data_source_id: Annotated[str, Column("Id of the data source in Raito.")]
    external_id: Annotated[str, Column("External id.", unique=True)]
    name: Annotated[str, Column("Display name.")]
