"""What the last push of identities held, so that the next one knows what it would remove."""

from __future__ import annotations

from typing import Annotated

from raito_aws_pipeline.model.columns import Column, Row


class PushedIdentity(Row, frozen=True, kw_only=True):
    """One user or group that Raito was given."""

    identity_store_id: Annotated[str, Column("Id of the identity store in Raito.")]
    noun: Annotated[str, Column("users or groups.")]
    external_id: Annotated[str, Column("External id, unique within its noun.")]
    name: Annotated[str, Column("Name at the time of the push.")]
