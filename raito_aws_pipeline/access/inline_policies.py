"""Inline policies of users and groups as access controls: one for each that has any."""

from __future__ import annotations

from raito_aws_pipeline.access.drafts import Draft, draft, inline_documents, inline_text, row_about, what_items
from raito_aws_pipeline.access.sources import AccessSources
from raito_aws_pipeline.aws.iam.entities import AccountEntity, EntityKind
from raito_aws_pipeline.iam_policy.accounting import unaccounted
from raito_aws_pipeline.iam_policy.known import KnownObjects
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.iam_policy.what import what_of
from raito_aws_pipeline.model.access_controls import AccessControl, Who
from raito_aws_pipeline.model.access_remainder import RemainderReason


def inline_draft(owner: AccountEntity, sources: AccessSources, scope: Scope, known: KnownObjects) -> Draft | None:
    """The access control of the inline policies of a user or group; None: it has none."""
    if owner.inline_policies == ():
        return None
    is_user = owner.kind == EntityKind.USER
    documents, rests = inline_documents(owner.inline_policies)
    understood = what_of(documents, scope, known)
    rests += understood.remainder
    members = [f"user {name}" for name in ([owner.name] if is_user else sources.members.get(owner.name, ()))]
    rests += [
        row_about(sources.boundaries[member], RemainderReason.PERMISSIONS_BOUNDARY, member, incomplete=is_user)
        for member in members
        if member in sources.boundaries
    ]
    # Sorted by the sweep: the same policies have the same external id in each run.
    names = "".join(f"{policy.name}|" for policy in owner.inline_policies or ())
    name = f"{owner.kind.capitalize()} {owner.name} inline policies"
    control = AccessControl(
        external_id=f"{owner.kind}:{owner.name}|inline:{names}",
        name=name,
        type="aws_policy",
        action="grant",
        policy=inline_text(owner.inline_policies),
        who=Who(users=(owner.name,)) if is_user else Who(groups=(owner.name,)),
        actual_name=name,
        what=what_items(understood.what),
    )
    return draft(control, rests, unaccounted(documents, understood, scope))
