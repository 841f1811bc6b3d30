"""Managed policies as access controls: WHO they are attached to × WHAT their document grants."""

from __future__ import annotations

from collections.abc import Iterator

from raito_aws_pipeline.access.drafts import Draft, draft, row_about, what_items
from raito_aws_pipeline.access.sources import AccessRules, AccessSources
from raito_aws_pipeline.aws.iam.roles_and_policies import IamPolicy
from raito_aws_pipeline.iam_policy.accounting import unaccounted
from raito_aws_pipeline.iam_policy.document import NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.known import KnownObjects
from raito_aws_pipeline.iam_policy.remainder import Rest
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.iam_policy.what import what_of
from raito_aws_pipeline.model.access_controls import AccessControl, Who
from raito_aws_pipeline.model.access_remainder import RemainderReason

AWS_MANAGED_REASON = "This policy is managed by AWS"


def imported_policies(sources: AccessSources, rules: AccessRules) -> list[IamPolicy]:
    """The managed policies that are attached and that the configuration does not leave out."""
    if rules.skips_managed_policies:
        return []
    return [
        policy
        for policy in sources.policies
        if (policy.attached_users or policy.attached_groups or policy.attached_roles)
        and not (policy.is_aws_managed and rules.skips_aws_managed_policies)
        and not rules.excludes_policy(policy.name)
    ]


def policy_draft(
    policy: IamPolicy, sources: AccessSources, rules: AccessRules, scope: Scope, known: KnownObjects
) -> Draft:
    """The access control of one managed policy."""
    documents = [] if policy.document is None else [NamedDocument(policy.name, parse_document(policy.document))]
    understood = what_of(documents, scope, known)
    rests = list(understood.remainder) if documents else [row_about(policy.name, RemainderReason.UNREADABLE)]
    for role in policy.attached_roles:
        if rules.excludes_role(role):
            rests.append(row_about(policy.name, RemainderReason.EXCLUDED_PRINCIPAL, f"role {role}"))
    rests += _bounded(policy, sources)
    roles = tuple(sources.role_external_id(role) for role in policy.attached_roles if not rules.excludes_role(role))
    is_locked = True if policy.is_aws_managed else None
    reason = AWS_MANAGED_REASON if policy.is_aws_managed else None
    control = AccessControl(
        external_id=_external_id(policy, sources),
        name=policy.name,
        naming_hint=policy.name,
        type="aws_policy",
        action="grant",
        policy=policy.document or "",
        who=Who(
            users=policy.attached_users or None,
            groups=policy.attached_groups or None,
            access_providers=roles if policy.attached_roles else None,
        ),
        what_locked=is_locked,
        what_locked_reason=reason,
        name_locked=is_locked,
        name_locked_reason=reason,
        delete_locked=is_locked,
        delete_locked_reason=reason,
        actual_name=policy.name,
        what=what_items(understood.what),
    )
    return draft(control, rests, unaccounted(documents, understood, scope))


def _external_id(policy: IamPolicy, sources: AccessSources) -> str:
    """A customer's policy keeps the name; one of AWS's that has the same name is called by its ARN (connector 4)."""
    is_twice = policy.is_aws_managed and policy.name in sources.policy_names_twice
    return f"policy:{policy.arn if is_twice else policy.name}"


def _bounded(policy: IamPolicy, sources: AccessSources) -> Iterator[Rest]:
    """A row for each user, role and member of a group whose boundary may let through less than the policy grants."""
    members = {
        *(f"user {name}" for name in policy.attached_users),
        *(f"role {name}" for name in policy.attached_roles),
        *(f"user {name}" for group in policy.attached_groups for name in sources.members.get(group, ())),
    }
    for member in sorted(members & sources.boundaries.keys()):
        boundary = sources.boundaries[member]
        yield row_about(boundary, RemainderReason.PERMISSIONS_BOUNDARY, member, incomplete=False)
