"""What Raito holds of a data source's objects after the last push: counts, not the objects themselves."""

from __future__ import annotations

from typing import Annotated

from raito_aws_pipeline.model.columns import Column, Row


class PushedDataObjects(Row, frozen=True, kw_only=True):
    """One bucket's part of the last push."""

    data_source_id: Annotated[str, Column("Id of the data source in Raito.")]
    bucket: Annotated[str, Column("Full name of the bucket.", unique=True)]
    sent: Annotated[int, Column("Data objects that the import file held, the bucket itself included.")]
    held: Annotated[
        int, Column("Data objects that Raito holds at least: those sent, or more where it was to keep all.")
    ]
    complete: Annotated[bool, Column("Whether nothing was missing of any region when it was pushed.")]
