"""Owners of data objects and access controls, from a tag that the configuration names (protocol 9.6)."""

from __future__ import annotations

from raito_aws_pipeline.model.tags import Tag

OWNER_TAG = "raito_owner"
"""Key of the tag in which Raito takes owners: account names, or `email:<address>`, separated by commas."""


def with_owners(tags: tuple[Tag, ...] | None, key: str | None) -> tuple[Tag, ...] | None:
    """Tags with the owners that tags of `key` name added to `raito_owner`.

    The key is compared without case, `raito_owner` itself with it. The owners of an owner tag that exists come first,
    and the tag is written without spaces and gaps; a new one stands last, with the source of the first tag that named
    an owner. Without a key, or where nobody is named, the tags stay as they are.
    """
    if not key or not tags:
        return tags
    existing = next((t for t in tags if t.key == OWNER_TAG and _names(t.value)), None)
    naming = [t for t in tags if t.key.lower() == key.lower() and t is not existing and _names(t.value)]
    if existing is None and not naming:
        return tags
    named = [name for tag in (*((existing,) if existing else ()), *naming) for name in _names(tag.value)]
    owner = Tag(OWNER_TAG, ",".join(named), (existing or naming[0]).source)
    if existing is None:
        return (*tags, owner)
    return tuple(owner if tag is existing else tag for tag in tags)


def _names(value: str) -> list[str]:
    return [name for part in value.split(",") if (name := part.strip())]
