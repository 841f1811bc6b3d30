"""What Raito holds of a data source's objects after the last push: counts, not the objects themselves."""

from __future__ import annotations

from typing import Annotated

from raito_aws_pipeline.model.columns import Column, Row


class PushedDataObjects(Row, frozen=True, kw_only=True):
    """One region's part of the last push."""

    data_source_id: Annotated[str, Column("Id of the data source in Raito.")]
    region: Annotated[str, Column("The region.", unique=True)]
    sent: Annotated[int, Column("Data objects that the import file held.")]
    held: Annotated[int, Column("Data objects that Raito may hold: those sent, or more where nothing was deleted.")]
    complete: Annotated[bool, Column("Whether nothing was missing of any region when it was pushed.")]
