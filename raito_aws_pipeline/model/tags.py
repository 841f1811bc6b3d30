"""Tags: key, value and the source that they come from (protocol 6.1, 6.7)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from raito_aws_pipeline.model.columns import Column, Row

AWS_TAG_SOURCE = "aws-s3"
"""Source of every tag that comes from AWS, as users of the Raito CLI know it (protocol 6.2)."""


class Tag(msgspec.Struct, frozen=True):
    """A tag on a user, group, data object or access control."""

    key: Annotated[str, Column("Key of the tag, as the source spells it.")]
    value: Annotated[str, Column("Value of the tag; may be empty.")]
    source: Annotated[str, Column("Where the tag comes from; Raito reconciles tags per source.")]


class TagAssignment(Row, frozen=True, kw_only=True):
    """A tag given to a data object or a user apart from the object's own import (protocol 6.7)."""

    data_object_full_name: Annotated[
        str | None, Column("Full name of the tagged data object.", omit_when_unset=True)
    ] = None
    user_id: Annotated[str | None, Column("Id of the tagged user.", omit_when_unset=True)] = None
    key: Annotated[str, Column("Key of the tag.")]
    string_value: Annotated[str, Column("Value of the tag.")]
    source: Annotated[str, Column("Where the tag comes from.")]
