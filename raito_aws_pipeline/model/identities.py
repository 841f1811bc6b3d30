"""Users and groups of an identity store (protocol 6.2, 6.3)."""

from __future__ import annotations

import datetime
from typing import Annotated

from raito_aws_pipeline.model.columns import Column, Row
from raito_aws_pipeline.model.tags import Tag


class User(Row, frozen=True, kw_only=True):
    """A person or machine of the identity store."""

    external_id: Annotated[
        str,
        Column(
            "Unique id in the identity store: IAM's or Identity Center's UserId; of the root user its ARN.", unique=True
        ),
    ]
    name: Annotated[str, Column("Display name: the user name.")]
    user_name: Annotated[str, Column("Account name, by which access controls and usage refer to the user.")]
    email: Annotated[str, Column("E-mail address by which Raito matches people; the user name where none is known.")]
    group_external_ids: Annotated[
        tuple[str, ...] | None, Column("External ids of the groups that the user is a member of.")
    ] = None
    tags: Annotated[tuple[Tag, ...] | None, Column("The user's tags, in the source's order.")] = None
    is_machine: Annotated[bool | None, Column("Whether the user is a machine; null: not known.")] = None
    arn: Annotated[str | None, Column("ARN of the user in AWS; null for users of Identity Center.", lake_only=True)] = (
        None
    )
    path: Annotated[str | None, Column("IAM path of the user.", lake_only=True)] = None
    created_at: Annotated[datetime.datetime | None, Column("When the user was made in AWS.", lake_only=True)] = None


class Group(Row, frozen=True, kw_only=True):
    """A group of users of the identity store."""

    external_id: Annotated[
        str, Column("Unique id in the identity store: IAM's or Identity Center's GroupId.", unique=True)
    ]
    name: Annotated[str, Column("Name of the group, by which access controls refer to it.")]
    display_name: Annotated[str, Column("Display name of the group.")]
    description: Annotated[str, Column("Description of the group; may be empty.")] = ""
    parent_group_external_ids: Annotated[
        tuple[str, ...] | None, Column("External ids of the groups that this group is a member of; AWS has none.")
    ] = None
    tags: Annotated[tuple[Tag, ...] | None, Column("The group's tags; IAM groups have none.")] = None
    arn: Annotated[
        str | None, Column("ARN of the group in AWS; null for groups of Identity Center.", lake_only=True)
    ] = None
    path: Annotated[str | None, Column("IAM path of the group.", lake_only=True)] = None
    created_at: Annotated[datetime.datetime | None, Column("When the group was made in AWS.", lake_only=True)] = None
