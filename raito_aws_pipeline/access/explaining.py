"""Single documents explained: what the import understands of them, without any call of AWS.

Here: which kind a document is of, and what of WHO, WHAT and remainder it has. Not here: how documents are understood
(`iam_policy`), the account that is assumed (`assumed_account`), and how it is shown (`cli`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from raito_aws_pipeline.access.assumed_account import AssumedAccount
from raito_aws_pipeline.access.bucket_rows import bucket_document_rests
from raito_aws_pipeline.access.roles import TRUST
from raito_aws_pipeline.iam_policy.actions import Service, service_of
from raito_aws_pipeline.iam_policy.document import (
    Document,
    MalformedDocument,
    NamedDocument,
    Statement,
    parse_document,
)
from raito_aws_pipeline.iam_policy.grants import GrantedItem
from raito_aws_pipeline.iam_policy.known import AssumedObjects
from raito_aws_pipeline.iam_policy.principal import PrincipalKind, principals
from raito_aws_pipeline.iam_policy.remainder import Rest, rest_of
from raito_aws_pipeline.iam_policy.scope import AccessPoint, Scope
from raito_aws_pipeline.iam_policy.what import Understood, interests_of, what_of
from raito_aws_pipeline.iam_policy.who import Principals, access_point_principals, trust_users
from raito_aws_pipeline.model.access_remainder import RemainderReason
from raito_aws_pipeline.model.full_names import US_EAST_1


class DocumentKind(StrEnum):
    """What a document is the policy of."""

    IDENTITY = "identity policy"
    TRUST = "trust policy"
    ACCESS_POINT = "access point policy"
    BUCKET = "bucket policy"
    OTHER_RESOURCE = "policy of another service's resource"
    NONE = "no policy document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One document, understood.

    Args:
        kind: What it is the policy of.
        users: Names of the IAM users in WHO, sorted.
        roles: Names of the roles in WHO, sorted.
        what: WHAT, in the order of the tree.
        remainder: What is in neither, in the order of the document.
        assumptions: What this document does not say and is assumed, a sentence each.
        problems: What is wrong with malformed statements, by Sid and statement as in the remainder.
    """

    kind: DocumentKind
    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    what: tuple[GrantedItem, ...] = ()
    remainder: tuple[Rest, ...] = ()
    assumptions: tuple[str, ...] = ()
    problems: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def incomplete(self) -> bool:
        """More or less is granted than WHO and WHAT say."""
        return any(row.incomplete for row in self.remainder)


def read_document(content: bytes) -> Document | MalformedDocument:
    """The document that a file holds; one that is no UTF-8 is malformed, with `�` for what is no character."""
    try:
        return parse_document(content.decode())
    except UnicodeDecodeError as error:
        return MalformedDocument(content.decode(errors="replace"), f"it is no UTF-8: {error.reason}")


def explain(document: Document | MalformedDocument, account: AssumedAccount) -> Explanation:
    """What the import understands of a document.

    Folders, keys, users and roles of the account that the document names are taken to exist.
    """
    kind = kind_of(document)
    named = NamedDocument(kind.value, document)
    found = _explained(named, kind, account)
    return replace(found, problems=_problems(document))


def kind_of(document: Document | MalformedDocument) -> DocumentKind:
    """The kind of a document by its elements; without a statement that AWS would take it is no policy document."""
    if isinstance(document, MalformedDocument):
        return DocumentKind.NONE
    sound = [statement for statement in document.statements if not statement.problem]
    if document.statements and not sound:
        return DocumentKind.NONE
    with_principal = [s for s in sound if s.principal is not None or s.not_principal is not None]
    if not with_principal:
        return DocumentKind.IDENTITY
    if any(_ACCESS_POINT.match(resource) for resource in _resources(with_principal)):
        return DocumentKind.ACCESS_POINT
    actions = [action for statement in with_principal for action in statement.actions]
    if any(action.lower().startswith("sts:") for action in actions) or not any(_resources(with_principal)):
        return DocumentKind.TRUST
    if any(service_of(action) is not Service.OTHER for action in actions):
        return DocumentKind.BUCKET
    return DocumentKind.OTHER_RESOURCE


_ACCESS_POINT = re.compile(r"arn:([^:]*):s3:([^:]*):([^:]*):accesspoint/([^/]*)")
_PATTERN = re.compile(r"[*?$]")


def _resources(statements: Iterable[Statement]) -> list[str]:
    return [resource for statement in statements for resource in statement.resources or ()]


def _explained(named: NamedDocument, kind: DocumentKind, account: AssumedAccount) -> Explanation:
    if kind is DocumentKind.TRUST:
        who = trust_users(NamedDocument(TRUST, named.document), _principals(named.document, account.scope))
        return Explanation(kind=kind, users=who.users, remainder=who.remainder)
    if kind is DocumentKind.ACCESS_POINT:
        return _explained_access_point(named, account)
    if kind is DocumentKind.BUCKET:
        return Explanation(kind=kind, remainder=tuple(bucket_document_rests(named)))
    if kind is DocumentKind.OTHER_RESOURCE:
        return Explanation(kind=kind, remainder=tuple(_other_rests(named)))
    understood = _understood(named, account.scope)
    return Explanation(kind=kind, what=understood.what, remainder=understood.remainder)


def _understood(named: NamedDocument, scope: Scope) -> Understood:
    return what_of([named], scope, AssumedObjects(interests_of([named], scope)))


def _explained_access_point(named: NamedDocument, account: AssumedAccount) -> Explanation:
    scope, assumptions = _access_point_scope(named.document, account)
    understood = _understood(named, scope)
    who = access_point_principals(named, _principals(named.document, scope))
    return Explanation(
        kind=DocumentKind.ACCESS_POINT,
        users=who.users,
        roles=who.roles,
        what=understood.what,
        remainder=tuple(dict.fromkeys((*understood.remainder, *who.remainder))),
        assumptions=assumptions,
    )


def _access_point_scope(
    document: Document | MalformedDocument, account: AssumedAccount
) -> tuple[Scope, tuple[str, ...]]:
    """The access point that resources of the document name, and a bucket for it, which no policy says."""
    arns = [found.groups() for r in _resources(_statements(document)) if (found := _ACCESS_POINT.match(r))]
    # One without wildcards is the access point's own; in others, wildcards are filled in.
    partition, region, owner, name = min(arns, key=lambda parts: any(map(_PATTERN.search, parts)))
    scope = account.scope
    assumptions = []
    if any(map(_PATTERN.search, (partition, region, owner, name))):
        partition = scope.partition if _PATTERN.search(partition) else partition
        region = US_EAST_1 if _PATTERN.search(region) else region
        owner = scope.names.account_id if _PATTERN.search(owner) else owner
        name = "access-point" if _PATTERN.search(name) else name
        assumptions.append(
            f"Access point: arn:{partition}:s3:{region}:{owner}:accesspoint/{name}, since patterns name it."
        )
    if account.buckets_given:
        bucket = min(scope.buckets, key=lambda bucket: scope.buckets[bucket] != region)
        assumptions.append(f"Bucket of the access point {name}: {bucket}; no policy says of which bucket it is.")
    else:
        bucket = f"bucket-of-{name}"
        assumptions.append(f"Bucket of the access point {name}: called {bucket}, since nobody said of which it is.")
    buckets = {bucket: region or US_EAST_1} | dict(scope.buckets)
    arn = f"arn:{partition}:s3:{region}:{owner}:accesspoint/{name}"
    assumptions.append("Whether the policy of its bucket lets the access point grant all of this is not known.")
    return replace(scope, buckets=buckets, access_point=AccessPoint(arn, bucket)), tuple(assumptions)


def _other_rests(named: NamedDocument) -> Iterable[Rest]:
    for statement in _statements(named.document):
        reason = RemainderReason.MALFORMED if statement.problem else RemainderReason.NON_S3_ACTION
        yield rest_of(named.name, statement, reason, incomplete=False)


def _principals(document: Document | MalformedDocument, scope: Scope) -> Principals:
    """The users and roles of the account that a document names."""
    names: dict[PrincipalKind, set[str]] = {PrincipalKind.USER: set(), PrincipalKind.ROLE: set()}
    for statement in _statements(document):
        for principal in principals(statement.principal) if statement.principal is not None else ():
            if principal.kind in names and principal.account_id == scope.names.account_id:
                names[principal.kind].add(principal.name)
    return Principals(scope.names.account_id, names[PrincipalKind.USER], names[PrincipalKind.ROLE])


def _statements(document: Document | MalformedDocument) -> tuple[Statement, ...]:
    return document.statements if isinstance(document, Document) else ()


def _problems(document: Document | MalformedDocument) -> Mapping[tuple[str, str], str]:
    if isinstance(document, MalformedDocument):
        return {("", document.text): document.problem}
    return {(s.sid, s.text): s.problem for s in document.statements if s.problem}
