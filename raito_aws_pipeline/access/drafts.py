"""An access control while it is made: what it says, what it cannot say, and whether that is all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from raito_aws_pipeline.aws.iam.entities import InlinePolicy
from raito_aws_pipeline.iam_policy.accounting import Unaccounted
from raito_aws_pipeline.iam_policy.document import NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.grants import GrantedItem
from raito_aws_pipeline.iam_policy.remainder import Rest
from raito_aws_pipeline.model.access_controls import AccessControl, DataObjectReference, WhatItem
from raito_aws_pipeline.model.access_remainder import AccessRemainder, RemainderReason
from raito_aws_pipeline.model.data_objects import DataObjectType


@dataclass(frozen=True, slots=True)
class Draft:
    """An access control before locks, and its remainder.

    Args:
        control: The access control; None: there is none, only rows.
        rows: What it does not say.
        lost: What of its documents is in neither, though all should be.
    """

    control: AccessControl | None
    rows: tuple[AccessRemainder, ...]
    lost: tuple[Unaccounted, ...] = ()


def draft(control: AccessControl, rests: Iterable[Rest], lost: Iterable[Unaccounted] = ()) -> Draft:
    """An access control with its remainder, incomplete where a row says so."""
    rows = remainder_rows(control.external_id, rests)
    incomplete = any(row.incomplete for row in rows)
    return Draft(msgspec.structs.replace(control, incomplete=incomplete), rows, tuple(lost))


def remainder_rows(external_id: str, rests: Iterable[Rest]) -> tuple[AccessRemainder, ...]:
    """Rows of an access control."""
    return tuple(
        AccessRemainder(
            access_control=external_id,
            policy=rest.policy,
            sid=rest.sid,
            reason=rest.reason.value,
            element=rest.element,
            statement=rest.statement,
            incomplete=rest.incomplete,
        )
        for rest in rests
    )


def row_about(policy: str, reason: RemainderReason, element: str = "", *, incomplete: bool = True) -> Rest:
    """A row that no statement is behind."""
    return Rest(policy, "", reason, element, "", incomplete)


def what_items(granted: Sequence[GrantedItem]) -> tuple[WhatItem, ...]:
    """WHAT as Raito takes it: a type stands at the data source alone, others are found by name (protocol 6.5)."""
    return tuple(
        WhatItem(
            DataObjectReference(item.full_name, item.type if item.type == DataObjectType.DATASOURCE else "", item.type),
            item.permissions,
        )
        for item in granted
    )


def inline_documents(policies: Sequence[InlinePolicy] | None) -> tuple[list[NamedDocument], list[Rest]]:
    """The inline policies that could be read, and rows for those that could not."""
    if policies is None:
        return [], [row_about("inline policies", RemainderReason.UNREADABLE)]
    readable = [NamedDocument(p.name, parse_document(p.document)) for p in policies if p.document is not None]
    return readable, [row_about(p.name, RemainderReason.UNREADABLE) for p in policies if p.document is None]


def inline_text(policies: Sequence[InlinePolicy] | None) -> str:
    """The documents one after the other, each ended by a line feed (protocol 6.5)."""
    return "".join(f"{policy.document}\n" for policy in policies or () if policy.document is not None)
