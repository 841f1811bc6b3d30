"""Which parts of access controls stay managed in AWS, as the configuration says (protocol 6.5, 9.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from raito_aws_pipeline.model.access_controls import AccessControl

Matches = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class LockRule:
    """When one part is locked.

    Args:
        all: Of every access control.
        by_name: Of those whose name matches.
        by_tag: Of those with a tag that matches as `key:value`.
        when_incomplete: Of those that Raito cannot hold completely.
    """

    all: bool
    by_name: Matches
    by_tag: Matches
    when_incomplete: bool

    def locks(self, control: AccessControl) -> bool:
        """Whether the part is locked; looked at is the name before a tag may change it."""
        return (
            self.all
            or self.by_name(control.name)
            or any(self.by_tag(f"{tag.key}:{tag.value}") for tag in control.tags or ())
            or (self.when_incomplete and bool(control.incomplete))
        )


@dataclass(frozen=True, slots=True)
class LockRules:
    """The rules of all parts; `owners` are locked of all or of none."""

    who: LockRule
    inheritance: LockRule
    what: LockRule
    names: LockRule
    delete: LockRule
    fully: LockRule
    owners: bool


def locked(control: AccessControl, rules: LockRules) -> AccessControl:
    """The access control with the locks of the configuration; locks that it has already stay."""
    return msgspec.structs.replace(
        control,
        who_locked=control.who_locked or rules.who.locks(control) or None,
        inheritance_locked=control.inheritance_locked or rules.inheritance.locks(control) or None,
        what_locked=control.what_locked or rules.what.locks(control) or None,
        name_locked=control.name_locked or rules.names.locks(control) or None,
        delete_locked=control.delete_locked or rules.delete.locks(control) or None,
        owners_locked=control.owners_locked or rules.owners or None,
        not_internalizable=control.not_internalizable or rules.fully.locks(control),
    )
