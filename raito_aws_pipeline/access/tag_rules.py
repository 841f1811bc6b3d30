"""Names and owners of access controls from tags that the configuration names (protocol 9.6)."""

from __future__ import annotations

import msgspec

from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.owner_tags import OWNER_TAG, with_owners

NAME_REASON = "The name is that of a tag in AWS"
OWNERS_REASON = "The owners are those of a tag in AWS"


def renamed(control: AccessControl, key: str | None) -> AccessControl:
    """The access control under the name that the first tag of `key` (in any case) with a value gives, name locked."""
    if not key:
        return control
    name = next((tag.value for tag in control.tags or () if tag.key.lower() == key.lower() and tag.value), None)
    if name is None:
        return control
    return msgspec.structs.replace(control, name=name, name_locked=True, name_locked_reason=NAME_REASON)


def owned(control: AccessControl, key: str | None) -> AccessControl:
    """The access control with the owners that tags of `key` name, locked where any results."""
    tags = with_owners(control.tags, key)
    if not key or not any(tag.key == OWNER_TAG and tag.value for tag in tags or ()):
        return control
    return msgspec.structs.replace(control, tags=tags, owners_locked=True, owners_locked_reason=OWNERS_REASON)
