"""What could not be read from AWS, kept beside the rows that could: the proof that a table is incomplete."""

from __future__ import annotations

from typing import Annotated

from raito_aws_pipeline.model.columns import Column, Row


class ReadFailure(Row, frozen=True, kw_only=True):
    """One part of AWS that could not be read, after all retries."""

    part: Annotated[str, Column("What is incomplete: users, groups, roles, policies, or a bucket's or region's name.")]
    subject: Annotated[str, Column("The one entity that could not be read (name or ARN); empty: the whole part.")] = ""
    call: Annotated[str, Column("The call that failed, as IAM names it: `<service>:<Operation>`.")]
    code: Annotated[str, Column("AWS's error code.")]
    message: Annotated[str, Column("AWS's message.")]
    remedy: Annotated[str, Column("What to do about it.")]
