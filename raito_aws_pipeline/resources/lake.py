"""Dagster's handle on the lake."""

from __future__ import annotations

from raito_aws_pipeline.lake.tables import Lake


class LakeResource:
    """Gives the lake of `lake-uri`."""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    def open(self) -> Lake:
        """The lake, for one step."""
        return Lake(self._uri)
