"""Access controls, WHO × WHAT, and the feedback on exported ones (protocol 6.5, 7.6).

On the wire Raito calls them access providers.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from raito_aws_pipeline.model.columns import Column, Row
from raito_aws_pipeline.model.data_objects import Owners
from raito_aws_pipeline.model.tags import Tag


class Who(msgspec.Struct, frozen=True):
    """Who gets access."""

    users: Annotated[tuple[str, ...] | None, Column("Account names of users.")] = None
    groups: Annotated[tuple[str, ...] | None, Column("Names of groups.")] = None
    access_providers: Annotated[
        tuple[str, ...] | None, Column("External ids of access controls whose WHO is taken over.")
    ] = None
    recipients: Annotated[tuple[str, ...] | None, Column("Recipients of a share; AWS has none.")] = None


class DataObjectReference(msgspec.Struct, frozen=True):
    """A data object by its full name."""

    full_name: Annotated[str, Column("Full name of the data object.")]
    type: Annotated[str, Column("Type as Raito gets it: datasource, else empty, and it is found by its full name.")]
    object_type: Annotated[str, Column("Type of the data object; empty: not known.", lake_only=True)] = ""


class WhatItem(msgspec.Struct, frozen=True):
    """Permissions on one data object."""

    data_object: Annotated[DataObjectReference | None, Column("The data object.")]
    permissions: Annotated[tuple[str, ...] | None, Column("IAM actions, sorted.")]


class AccessControl(Row, frozen=True, kw_only=True):
    """One grant as AWS has it: a role, a policy, inline policies, a permission set or an access point."""

    external_id: Annotated[
        str, Column("Stable id: role:, ssorole:, policy:, user:, group: or accesspoint: and a name.", unique=True)
    ]
    name: Annotated[str, Column("Display name.")]
    naming_hint: Annotated[str, Column("Hint from which names on AWS are made; may be empty.")] = ""
    type: Annotated[str | None, Column("aws_role, aws_policy, aws_sso_role or aws_access_point.")] = None
    access: Annotated[tuple[str, ...] | None, Column("Old wrapper of WHAT; always null.")] = None
    action: Annotated[str, Column("promise, grant, deny, mask, filtered, purpose or share; AWS: grant.")]
    policy: Annotated[str, Column("The policy documents as text.")] = ""
    who: Annotated[Who | None, Column("Who gets access; null: not known.")] = None
    owners: Annotated[Owners | None, Column("Owners in the old form.", omit_when_unset=True)] = None
    not_internalizable: Annotated[bool, Column("All of it stays managed on AWS.")] = False
    who_locked: Annotated[bool | None, Column("WHO stays managed on AWS.", omit_when_unset=True)] = None
    who_locked_reason: Annotated[str | None, Column("Why.", omit_when_unset=True)] = None
    inheritance_locked: Annotated[bool | None, Column("Inheritance stays managed on AWS.", omit_when_unset=True)] = None
    inheritance_locked_reason: Annotated[str | None, Column("Why.", omit_when_unset=True)] = None
    what_locked: Annotated[bool | None, Column("WHAT stays managed on AWS.", omit_when_unset=True)] = None
    what_locked_reason: Annotated[str | None, Column("Why.", omit_when_unset=True)] = None
    name_locked: Annotated[bool | None, Column("The name stays managed on AWS.", omit_when_unset=True)] = None
    name_locked_reason: Annotated[str | None, Column("Why.", omit_when_unset=True)] = None
    delete_locked: Annotated[bool | None, Column("Raito must not delete it.", omit_when_unset=True)] = None
    delete_locked_reason: Annotated[str | None, Column("Why.", omit_when_unset=True)] = None
    owners_locked: Annotated[bool | None, Column("Owners stay managed on AWS.", omit_when_unset=True)] = None
    owners_locked_reason: Annotated[str | None, Column("Why.", omit_when_unset=True)] = None
    actual_name: Annotated[str, Column("Name on AWS.")]
    what: Annotated[tuple[WhatItem, ...] | None, Column("What is granted, one item a data object.")] = None
    incomplete: Annotated[
        bool | None, Column("Not everything that AWS grants could be represented.", omit_when_unset=True)
    ] = None
    tags: Annotated[tuple[Tag, ...] | None, Column("Tags of the access control.")] = None
    common_what_data_object: Annotated[
        str | None, Column("Parent that all WHAT items share.", omit_when_unset=True)
    ] = None


class AccessFeedbackEntry(msgspec.Struct, frozen=True):
    """What became of one exported access control."""

    access_id: Annotated[str, Column("Raito's id of the access control.")]
    actual_name: Annotated[str, Column("Name on AWS; empty when deleted or never made.")]
    external_id: Annotated[str | None, Column("External id on AWS.")]
    type: Annotated[str | None, Column("Type of the access control.")]
    errors: Annotated[tuple[str, ...] | None, Column("Why it could not be applied.")]
    warnings: Annotated[tuple[str, ...] | None, Column("What to know about how it was applied.")]


class AccessFeedback(Row, frozen=True, kw_only=True):
    """The feedback record of one exported access control; the outer external id is Raito's own id."""

    external_id: Annotated[str, Column("Raito's id of the access control.", unique=True)]
    access: Annotated[tuple[AccessFeedbackEntry, ...], Column("Exactly one entry.")]
