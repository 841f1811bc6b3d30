"""Roles as access controls, those of permission sets too: WHO may assume them × WHAT their inline policies grant."""

from __future__ import annotations

from dataclasses import dataclass, replace

from raito_aws_pipeline.access.drafts import Draft, draft, inline_documents, inline_text, row_about, what_items
from raito_aws_pipeline.access.sources import AccessRules, AccessSources
from raito_aws_pipeline.aws.iam.roles_and_policies import IamRole
from raito_aws_pipeline.iam_policy.accounting import Unaccounted, unaccounted, unaccounted_principals
from raito_aws_pipeline.iam_policy.document import NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.known import KnownObjects
from raito_aws_pipeline.iam_policy.remainder import Rest
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.iam_policy.what import what_of
from raito_aws_pipeline.iam_policy.who import trust_users
from raito_aws_pipeline.model.access_controls import AccessControl, Who
from raito_aws_pipeline.model.access_remainder import RemainderReason
from raito_aws_pipeline.model.tags import AWS_TAG_SOURCE, Tag

TRUST = "trust"
ASSIGNMENTS = "assignments"
PERMISSION_SET_REASON = "Of an imported permission set only WHO can be changed"

_SERVICE_LINKED = "/aws-service-role/"
_RESERVED = "/aws-reserved/"
_OF_PERMISSION_SETS = "/aws-reserved/sso.amazonaws.com/"


def role_draft(role: IamRole, sources: AccessSources, rules: AccessRules, scope: Scope, known: KnownObjects) -> Draft:
    """The access control of one role."""
    documents, rests = inline_documents(role.inline_policies)
    understood = what_of(documents, scope, known)
    permission_set = sources.permission_set_roles.get(role.name)
    trusted = _trusted(role, sources)
    if permission_set is None:
        who, who_rests = Who(users=trusted.users, groups=()), list(trusted.remainder)
    else:
        who, who_rests = _assigned(permission_set, trusted, sources)
    rests += [*understood.remainder, *who_rests]
    if role.permissions_boundary_arn is not None:
        rests.append(row_about(role.permissions_boundary_arn, RemainderReason.PERMISSIONS_BOUNDARY, role.arn))
    is_locked = None if permission_set is None else True
    reason = None if permission_set is None else PERMISSION_SET_REASON
    tags = tuple(Tag(tag.key, tag.value, AWS_TAG_SOURCE) for tag in role.tags or ()) if rules.reads_tags else None
    control = AccessControl(
        external_id=sources.role_external_id(role.name),
        name=permission_set or role.name,
        naming_hint=role.name,
        type="aws_role" if permission_set is None else "aws_sso_role",
        action="grant",
        policy=inline_text(role.inline_policies),
        who=who,
        not_internalizable=_is_of_aws(role),
        what_locked=is_locked,
        what_locked_reason=reason,
        name_locked=is_locked,
        name_locked_reason=reason,
        delete_locked=is_locked,
        delete_locked_reason=reason,
        actual_name=permission_set or role.name,
        what=what_items(understood.what),
        tags=tags,
    )
    return draft(control, rests, (*unaccounted(documents, understood, scope), *trusted.lost))


@dataclass(frozen=True, slots=True)
class _Trusted:
    users: tuple[str, ...]
    remainder: tuple[Rest, ...]
    lost: tuple[Unaccounted, ...]


def _trusted(role: IamRole, sources: AccessSources) -> _Trusted:
    if role.trust_policy is None:
        return _Trusted((), (row_about(TRUST, RemainderReason.UNREADABLE),), ())
    document = NamedDocument(TRUST, parse_document(role.trust_policy))
    found = trust_users(document, sources.principals)
    lost = unaccounted_principals(document, found.remainder, (*found.users, *found.taken_out))
    return _Trusted(found.users, found.remainder, lost)


def _assigned(permission_set: str, trusted: _Trusted, sources: AccessSources) -> tuple[Who, list[Rest]]:
    """WHO is assigned to the permission set here; its trust, kept by AWS, is in a SAML provider alone."""
    federated = RemainderReason.FEDERATED_PRINCIPAL
    rests = [replace(rest, incomplete=rest.incomplete and rest.reason != federated) for rest in trusted.remainder]
    found = sources.sets_by_name.get(permission_set)
    if found is None:
        return Who(users=(), groups=()), rests
    if found.assignments is None:
        return Who(users=(), groups=()), [*rests, row_about(ASSIGNMENTS, RemainderReason.UNREADABLE, found.arn)]
    users: set[str] = set()
    groups: set[str] = set()
    for assignment in found.assignments:
        element = f"{assignment.principal_type} {assignment.principal_id}"
        if assignment.deleted:
            rests.append(row_about(ASSIGNMENTS, RemainderReason.DELETED_ASSIGNMENT, element, incomplete=False))
        elif assignment.name is None:
            rests.append(row_about(ASSIGNMENTS, RemainderReason.UNREADABLE, element))
        else:
            (groups if assignment.principal_type == "GROUP" else users).add(assignment.name)
    return Who(users=tuple(sorted(users)), groups=tuple(sorted(groups))), rests


def _is_of_aws(role: IamRole) -> bool:
    """Service-linked roles and others that AWS keeps cannot be changed by anybody else (connector 4)."""
    if role.path.startswith(_OF_PERMISSION_SETS):
        return False
    return role.path.startswith((_SERVICE_LINKED, _RESERVED))
