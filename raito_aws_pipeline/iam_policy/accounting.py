"""Proof that nothing of a document is lost: each element is in WHO or WHAT, or a row says why not.

Here: the search for elements that are in neither, by the evaluator of `evaluation`, not by the code that made WHAT. Not
here: the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from raito_aws_pipeline.iam_policy.document import MalformedDocument, NamedDocument, Statement
from raito_aws_pipeline.iam_policy.evaluation import Decision, matches_action, matches_resource
from raito_aws_pipeline.iam_policy.foreign_actions import NOT_ACTION
from raito_aws_pipeline.iam_policy.grants import GrantedItem
from raito_aws_pipeline.iam_policy.principal import principals
from raito_aws_pipeline.iam_policy.remainder import Rest
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.iam_policy.what import Understood
from raito_aws_pipeline.model.access_remainder import RemainderReason
from raito_aws_pipeline.model.data_objects import DataObjectType
from raito_aws_pipeline.model.s3_actions import s3_actions


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """An element that is in neither; empty: a whole statement, or with an empty Sid a whole document."""

    policy: str
    sid: str
    element: str


def unaccounted(documents: Iterable[NamedDocument], found: Understood, scope: Scope) -> tuple[Unaccounted, ...]:
    """The actions and resources of documents that are neither in WHAT, nor were taken out of it, nor are a row."""
    items = [_Told(item, scope) for item in (*found.what, *found.taken_out)]
    return tuple(
        Unaccounted(name, sid, element)
        for name, sid, statement, rows in _statements(documents, found.remainder)
        for element in (_missing(statement, rows, items) if statement else _missing_whole(rows))
    )


def unaccounted_principals(
    document: NamedDocument, remainder: Sequence[Rest], users: Iterable[str], roles: Iterable[str] = ()
) -> tuple[Unaccounted, ...]:
    """The principals of a trust policy, or of an access point's, that are neither in WHO nor a row.

    Args:
        document: The policy.
        remainder: Its rows; of an access point those of WHO and of WHAT.
        users: The users in WHO, and those that a Deny took out of it.
        roles: The roles in WHO.
    """
    who = {*(f"user {name}" for name in users), *(f"role {name}" for name in roles)}
    missing = []
    for name, sid, statement, rows in _statements((document,), remainder):
        if statement is None or not statement.allows or statement.problem:
            missing += [Unaccounted(name, sid, element) for element in _missing_whole(rows)]
            continue
        elements = {row.element for row in rows if row.reason != RemainderReason.DIFFERENT_PRINCIPALS}
        if "" not in elements:
            missing += [
                Unaccounted(name, sid, principal.text)
                for principal in principals(statement.principal)
                if principal.text not in elements and f"{principal.kind.value} {principal.name}" not in who
            ]
    return tuple(missing)


def _statements(
    documents: Iterable[NamedDocument], remainder: Sequence[Rest]
) -> Iterator[tuple[str, str, Statement | None, list[Rest]]]:
    """Each statement with its rows; of a malformed document its rows alone."""
    rows: dict[tuple[str, str, str], list[Rest]] = {}
    for row in remainder:
        rows.setdefault((row.policy, row.sid, row.statement), []).append(row)
    for named in documents:
        if isinstance(named.document, MalformedDocument):
            yield named.name, "", None, rows.get((named.name, "", named.document.text), [])
            continue
        for statement in named.document.statements:
            yield named.name, statement.sid, statement, rows.get((named.name, statement.sid, statement.text), [])


def _missing_whole(rows: Sequence[Rest]) -> Iterator[str]:
    if not rows:
        yield ""


def _missing(statement: Statement, rows: Sequence[Rest], items: Sequence[_Told]) -> Iterator[str]:
    if statement.problem or not statement.allows:
        yield from _missing_whole(rows)
        return
    named = {element for row in rows for element in (row.element, *row.element.split(", "))}
    if "" in named:
        return
    actions = (NOT_ACTION,) if statement.not_action else statement.actions
    resources = statement.resources or ()
    # An action that is about something is told there, or a resource that it would be about is a row.
    has_row = any(row.element in resources and row.reason != RemainderReason.NO_EFFECT for row in rows)
    for action in dict.fromkeys(actions):
        says_so = action in named or has_row or named.issuperset(resources)
        if not says_so and not any(item.tells(statement, (action,), resources) for item in items):
            yield action
    for resource in dict.fromkeys(resources):
        says_so = resource in named or named.issuperset(actions)
        if not says_so and not any(item.tells(statement, actions, (resource,)) for item in items):
            yield resource


class _Told:
    """An item of WHAT, with an ARN for each of its permissions that it stands for."""

    def __init__(self, item: GrantedItem, scope: Scope) -> None:
        bucket, slash, path = item.full_name.partition("/")
        name = bucket.rpartition(":")[2]
        itself = scope.access_point.arn if scope.access_point else f"arn:{scope.partition}:s3:::{name}"
        objects = f"{itself}/object" if scope.access_point else itself
        below = f"{objects}/{path}" if slash else objects
        anything = f"{below}/\0" if item.type != DataObjectType.FILE.value else below
        if item.type == DataObjectType.DATASOURCE.value:
            itself = anything = f"arn:{scope.partition}:s3:::\0"
        on_objects = scope.object_type
        self._arns: dict[str, list[str]] = {}
        for permission in item.permissions:
            arn = anything if on_objects in s3_actions()[permission].resource_types else itself
            self._arns.setdefault(arn, []).append(permission)

    def tells(self, statement: Statement, actions: Sequence[str], resources: Sequence[str]) -> bool:
        """Whether the item says what these actions of a statement grant on any of these resources."""
        return any(
            any(_means(statement, actions, permission) for permission in permissions)
            for arn, permissions in self._arns.items()
            if any(matches_resource(text, arn, variables=statement.variables) is Decision.YES for text in resources)
        )


def _means(statement: Statement, actions: Sequence[str], permission: str) -> bool:
    if statement.not_action:
        return not any(matches_action(text, permission) for text in statement.actions)
    return any(matches_action(text, permission) for text in actions)
