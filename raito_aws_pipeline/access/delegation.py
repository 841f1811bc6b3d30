"""Whether a bucket lets an access point grant: without that, what the access point's policy says does not work.

AWS: S3 User Guide, "Configuring IAM policies for using access points", "Delegating access control to access points".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from raito_aws_pipeline.aws.access_points import AccessPoint
from raito_aws_pipeline.aws.s3.bucket_policies import BucketPolicy
from raito_aws_pipeline.iam_policy.document import Document, NamedDocument, Statement, parse_document
from raito_aws_pipeline.iam_policy.grants import GrantedItem
from raito_aws_pipeline.iam_policy.known import KnownObjects
from raito_aws_pipeline.iam_policy.matching import text_pattern
from raito_aws_pipeline.iam_policy.principal import PrincipalKind, principals
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.iam_policy.what import what_of
from raito_aws_pipeline.iam_policy.who import UnderstoodWho

_DELEGATING_KEYS = ("s3:dataaccesspointaccount", "s3:dataaccesspointarn")
_OPERATORS = ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "StringEqualsIgnoreCase")


def lent_document(
    policy: BucketPolicy, point: AccessPoint, who: UnderstoodWho | None, account_id: str
) -> NamedDocument:
    """What of a bucket's policy an access point may pass on, as if it were an identity policy.

    That are the statements whose condition names the access point or its account, and those that grant the same users
    and roles without a condition.

    Args:
        policy: The bucket's policy.
        point: The access point.
        who: Whom the access point names; None: anybody, for asking beforehand which data objects matter.
        account_id: The account.
    """
    document = parse_document(policy.document or "")
    statements = document.statements if isinstance(document, Document) else ()
    lent = [s for s in statements if s.allows and not s.problem and _lends(s, point, who, account_id)]
    return NamedDocument(
        policy.bucket,
        Document("2012-10-17", tuple(replace(s, principal=None, not_principal=None, condition=None) for s in lent)),
    )


def delegates(lent: NamedDocument, granted: tuple[GrantedItem, ...], scope: Scope, known: KnownObjects) -> bool:
    """Whether all that an access point grants is among what it may pass on."""
    allowed = {item.full_name: set(item.permissions) for item in what_of([lent], scope, known).what}
    whole = {name for name in allowed if "/" not in name}
    return all(
        set(item.permissions)
        <= allowed.get(item.full_name, set()).union(
            *(allowed[name] for name in whole if item.full_name.startswith(f"{name}/"))
        )
        for item in granted
    )


def _lends(statement: Statement, point: AccessPoint, who: UnderstoodWho | None, account_id: str) -> bool:
    named = list(principals(statement.principal)) if statement.principal is not None else []
    for_all = any(
        p.kind is PrincipalKind.ANYBODY or (p.kind is PrincipalKind.ACCOUNT and p.account_id == account_id)
        for p in named
    )
    if statement.condition is not None:
        return for_all and all(_is_of(point, account_id, *condition) for condition in _conditions(statement.condition))
    if who is None or for_all:
        return True
    users = {p.name for p in named if p.kind is PrincipalKind.USER and p.account_id == account_id}
    roles = {p.name for p in named if p.kind is PrincipalKind.ROLE and p.account_id == account_id}
    return users.issuperset(who.users) and roles.issuperset(who.roles)


def _conditions(condition: Any) -> Iterator[tuple[str, str, Any]]:
    for operator, keys in condition.items():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            yield operator, key.lower(), values


def _is_of(point: AccessPoint, account_id: str, operator: str, key: str, values: Any) -> bool:
    """Whether a condition holds for every request through the access point."""
    if operator not in _OPERATORS or key not in _DELEGATING_KEYS:
        return False
    asked = account_id if key == _DELEGATING_KEYS[0] else point.arn
    texts = values if isinstance(values, list) else [values]
    is_exact = operator in {"StringEquals", "StringEqualsIgnoreCase"}
    return any(str(text) == asked if is_exact else text_pattern(str(text)).matches(asked) for text in texts)
