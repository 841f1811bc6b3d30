"""All access controls of an account, and the remainder: what is made, what is left out, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from raito_aws_pipeline.access.access_points import access_point_draft, access_point_scope
from raito_aws_pipeline.access.bucket_rows import bucket_policy_rests
from raito_aws_pipeline.access.delegation import lent_document
from raito_aws_pipeline.access.drafts import Draft, inline_documents, remainder_rows
from raito_aws_pipeline.access.inline_policies import inline_draft
from raito_aws_pipeline.access.locks import locked
from raito_aws_pipeline.access.policies import imported_policies, policy_draft
from raito_aws_pipeline.access.roles import role_draft
from raito_aws_pipeline.access.sources import AccessRules, AccessSources
from raito_aws_pipeline.access.tag_rules import owned, renamed
from raito_aws_pipeline.iam_policy.document import NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.known import Interests, KnownObjects
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.iam_policy.what import interests_of
from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.access_remainder import AccessRemainder


@dataclass(frozen=True, slots=True)
class AccessImport:
    """What Raito gets, by external id, and what it does not get, by access control.

    Args:
        controls: The access controls.
        remainder: What they do not say, row by row.
        lost: What of the documents is in neither, a text each; there should be nothing.
    """

    controls: tuple[AccessControl, ...]
    remainder: tuple[AccessRemainder, ...]
    lost: tuple[str, ...] = ()


def access_interests(sources: AccessSources, rules: AccessRules, scope: Scope) -> Interests:
    """Which data objects the account's documents ask for: what `access_controls` must know of them."""
    found = interests_of(_identity_documents(sources, rules), scope)
    policies = {policy.bucket: policy for policy in sources.bucket_policies}
    for point in sources.access_points:
        within = access_point_scope(point, scope)
        if within is not None and point.document is not None:
            found |= interests_of([NamedDocument(point.name, parse_document(point.document))], within)
            if point.bucket in policies:
                found |= interests_of([lent_document(policies[point.bucket], point, None, sources.account_id)], scope)
    return found


def access_controls(sources: AccessSources, rules: AccessRules, scope: Scope, known: KnownObjects) -> AccessImport:
    """The access controls of an account with their remainder.

    Memory: all of them, as many as the account has roles, policies and access points.

    Args:
        sources: The account.
        rules: The configuration.
        scope: Its buckets, for identity policies.
        known: Which data objects there are.
    """
    drafts = list(_drafts(sources, rules, scope, known))
    named = {name for kept in drafts if _names_roles(kept) for name in _access_providers(kept)}
    controls = [
        # Raito evaluates locks before names and owners of tags, and not again (protocol 9.6).
        owned(renamed(locked(made.control, rules.locks), rules.name_tag), rules.owner_tag)
        for made in drafts
        if made.control is not None and _is_kept(made.control, named)
    ]
    rows = [row for made in drafts for row in made.rows]
    rows += remainder_rows("", bucket_policy_rests(sorted(sources.bucket_policies, key=lambda policy: policy.bucket)))
    return AccessImport(
        tuple(sorted(controls, key=lambda control: control.external_id)),
        tuple(sorted(rows, key=lambda row: row.access_control)),
        tuple(sorted({text for made in drafts for text in _lost(made)})),
    )


def _drafts(sources: AccessSources, rules: AccessRules, scope: Scope, known: KnownObjects) -> Iterator[Draft]:
    if not rules.skips_iam:
        for role in sources.roles:
            made = role_draft(role, sources, rules, scope, known)
            yield Draft(None, made.rows) if rules.excludes_role(role.name) else made
        for policy in imported_policies(sources, rules):
            yield policy_draft(policy, sources, rules, scope, known)
        owners = (
            *(() if rules.skips_user_inline_policies else sources.users),
            *(() if rules.skips_group_inline_policies else sources.groups),
        )
        for owner in owners:
            inline = inline_draft(owner, sources, scope, known)
            if inline is not None:
                yield inline
    policies = {policy.bucket: policy for policy in sources.bucket_policies}
    for point in sources.access_points:
        yield access_point_draft(point, sources, rules, scope, known, bucket_policies=policies)


def _identity_documents(sources: AccessSources, rules: AccessRules) -> Iterator[NamedDocument]:
    inline = [owner.inline_policies for owner in (*sources.users, *sources.groups)]
    for policies in (*(role.inline_policies for role in sources.roles), *inline):
        yield from inline_documents(policies)[0]
    for policy in imported_policies(sources, rules):
        if policy.document is not None:
            yield NamedDocument(policy.name, parse_document(policy.document))


def _lost(made: Draft) -> Iterator[str]:
    if made.control is None:
        return
    for one in made.lost:
        yield f"{made.control.external_id}: {one.element or 'all'} of {one.sid or 'all'} in {one.policy}"


def _is_kept(control: AccessControl, named: set[str]) -> bool:
    """Roles without WHAT only where WHO of a kept one names them, policies only with WHAT, access points always."""
    if control.type in {"aws_role", "aws_sso_role"}:
        return bool(control.what) or control.external_id in named
    return bool(control.what) or control.type == "aws_access_point"


def _names_roles(made: Draft) -> bool:
    """Whether it is kept and may have roles in WHO."""
    return (
        made.control is not None
        and made.control.type in {"aws_policy", "aws_access_point"}
        and _is_kept(made.control, set())
    )


def _access_providers(made: Draft) -> Iterable[str]:
    return (made.control.who.access_providers or ()) if made.control and made.control.who else ()
