"""What of buckets and of the Glue catalogue is no data object, row by row with the reason."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from raito_aws_pipeline.model.columns import Column, Row


class Reason(StrEnum):
    """Why something is no data object (connector 3)."""

    KEY_IS_FOLDER = "key_is_folder"
    """A key that other keys lie below: the folder has the row."""
    TABLE_AT_BUCKET_ROOT = "table_at_bucket_root"
    """A Glue table whose location is a bucket: the bucket's row has its description and tags."""
    SAME_LOCATION = "same_location"
    """Another Glue table, first by database and name, has this location."""
    COLUMN_IS_OBJECT = "column_is_object"
    """A column of a Glue table whose path is that of a table or folder, or of a column of a table below."""
    SAME_COLUMN = "same_column"
    """A column whose name the table has already."""
    NO_S3_LOCATION = "no_s3_location"
    """A Glue table that does not lie in S3: a view, JDBC, or no location at all."""
    NO_BUCKET_NAME = "no_bucket_name"
    """A Glue table whose location in S3 names no bucket: it is malformed, or the ARN of an access point."""
    BUCKET_NOT_LOCATED = "bucket_not_located"
    """A Glue table in a bucket of another account, or of none: it is a data object, in the catalogue's region."""


class DataObjectRemainder(Row, frozen=True, kw_only=True):
    """A key, Glue table or column that has no row of its own among the data objects, or one with a guessed region."""

    reason: Annotated[str, Column("Why: key_is_folder, table_at_bucket_root, same_location, …")]
    source: Annotated[str, Column("What it is in AWS: `s3://bucket/key`, or `<region>:<database>.<table>[.<column>]`.")]
    full_name: Annotated[str, Column("Full name of the data object that stands in its place; empty: none.")] = ""
    detail: Annotated[str, Column("What a person needs to know beside the reason; may be empty.")] = ""
