"""Whether a bucket lets an access point grant: without that, what the access point's policy says does not work.

AWS: S3 User Guide, "Configuring IAM policies for using access points", "Delegating access control to access points".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from raito_aws_pipeline.aws.access_points import AccessPoint
from raito_aws_pipeline.aws.s3.bucket_policies import BucketPolicy
from raito_aws_pipeline.iam_policy.actions import s3_actions_of_statement
from raito_aws_pipeline.iam_policy.document import VARIABLES_SINCE, Document, NamedDocument, Statement, parse_document
from raito_aws_pipeline.iam_policy.grants import GrantedItem
from raito_aws_pipeline.iam_policy.known import KnownObjects
from raito_aws_pipeline.iam_policy.matching import arn_pattern, text_pattern
from raito_aws_pipeline.iam_policy.principal import PrincipalKind, principals
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.iam_policy.what import what_of
from raito_aws_pipeline.iam_policy.who import UnderstoodWho
from raito_aws_pipeline.model.access_remainder import RemainderReason

_DELEGATING_KEYS = ("s3:dataaccesspointaccount", "s3:dataaccesspointarn")
_OPERATORS = ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "StringEqualsIgnoreCase")


def lent_document(
    policy: BucketPolicy, point: AccessPoint, who: UnderstoodWho | None, account_id: str
) -> NamedDocument:
    """What of a bucket's policy an access point may pass on, as if it were an identity policy.

    That are the statements whose condition names the access point or its account, and those that grant the same users
    and roles without a condition, less what is denied to any of them for sure. A Deny under a condition is a row of the
    bucket.

    Args:
        policy: The bucket's policy.
        point: The access point.
        who: Whom the access point names; None: anybody, for asking beforehand which data objects matter.
        account_id: The account.
    """
    document = parse_document(policy.document or "")
    statements = document.statements if isinstance(document, Document) else ()
    lent = [
        statement
        for statement in statements
        if not statement.problem
        and (_lends(statement, point, who, account_id) if statement.allows else _denies(statement, who, account_id))
    ]
    return NamedDocument(
        policy.bucket,
        Document(VARIABLES_SINCE, tuple(replace(s, principal=None, not_principal=None, condition=None) for s in lent)),
    )


def delegates(lent: NamedDocument, granted: tuple[GrantedItem, ...], scope: Scope, known: KnownObjects) -> bool:
    """Whether all that an access point grants is among what it may pass on.

    A Deny that takes a part of what may be passed on is taken to take from what is granted, if it is of its actions.
    """
    permissions = {permission for item in granted for permission in item.permissions}
    statements = lent.document.statements if isinstance(lent.document, Document) else ()
    concerned = tuple(s for s in statements if s.allows or not permissions.isdisjoint(s3_actions_of_statement(s)))
    found = what_of([NamedDocument(lent.name, Document(VARIABLES_SINCE, concerned))], scope, known)
    if any(rest.reason == RemainderReason.DENY and rest.incomplete for rest in found.remainder):
        return False
    allowed = {item.full_name: set(item.permissions) for item in found.what}
    return all(
        set(item.permissions) <= set().union(*(allowed.get(name, ()) for name in _within(item.full_name, scope)))
        for item in granted
    )


def _within(full_name: str, scope: Scope) -> Iterator[str]:
    """Full names of all data objects that hold one, itself the first."""
    name = full_name
    while name:
        yield name
        name = name.rpartition("/")[0]
    yield scope.names.account_id


def _lends(statement: Statement, point: AccessPoint, who: UnderstoodWho | None, account_id: str) -> bool:
    for_all = _is_for_all(statement, account_id)
    if statement.condition is not None:
        return for_all and all(_is_of(point, account_id, *condition) for condition in _conditions(statement.condition))
    if who is None or for_all:
        return True
    return _named(statement, account_id) >= _names(who)


def _denies(statement: Statement, who: UnderstoodWho | None, account_id: str) -> bool:
    """Whether it takes something from anybody whom the access point names, whatever the request."""
    if statement.condition is not None:
        return False
    if who is None or statement.principal is None or _is_for_all(statement, account_id):
        return True
    return not _named(statement, account_id).isdisjoint(_names(who))


def _is_for_all(statement: Statement, account_id: str) -> bool:
    return statement.principal is not None and any(
        p.kind is PrincipalKind.ANYBODY or (p.kind is PrincipalKind.ACCOUNT and p.account_id == account_id)
        for p in principals(statement.principal)
    )


def _named(statement: Statement, account_id: str) -> set[tuple[PrincipalKind, str]]:
    if statement.principal is None:
        return set()
    return {(p.kind, p.name) for p in principals(statement.principal) if p.account_id == account_id}


def _names(who: UnderstoodWho) -> set[tuple[PrincipalKind, str]]:
    users = {(PrincipalKind.USER, name) for name in who.users}
    return users | {(PrincipalKind.ROLE, name) for name in who.roles}


def _conditions(condition: Any) -> Iterator[tuple[str, str, Any]]:
    for operator, keys in condition.items():
        # What is no condition that AWS would take holds for nobody.
        for key, values in keys.items() if isinstance(keys, dict) else (("", None),):
            yield operator, key.lower(), values


def _is_of(point: AccessPoint, account_id: str, operator: str, key: str, values: Any) -> bool:
    """Whether a condition holds for every request through the access point."""
    if operator not in _OPERATORS or key not in _DELEGATING_KEYS:
        return False
    asked = account_id if key == _DELEGATING_KEYS[0] else point.arn
    texts = values if isinstance(values, list) else [values]
    if operator in {"StringEquals", "StringEqualsIgnoreCase"}:
        return asked in texts
    pattern = text_pattern if operator == "StringLike" else arn_pattern
    return any(isinstance(text, str) and pattern(text).matches(asked) for text in texts)
