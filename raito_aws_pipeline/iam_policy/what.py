"""WHAT of an access control from its documents, and what WHAT cannot say (connector 4).

The law: for the account's buckets, WHAT is what an evaluator of IAM would allow, or a row says where not. Here: the
statements one by one. Not here: what patterns reach (`scope`), what Deny takes away (`denials`), and WHO (`who`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from raito_aws_pipeline.iam_policy.actions import (
    NOTHING,
    Actions,
    actions_on,
    s3_actions_of_statement,
)
from raito_aws_pipeline.iam_policy.denials import deny
from raito_aws_pipeline.iam_policy.document import MalformedDocument, NamedDocument, Statement
from raito_aws_pipeline.iam_policy.foreign_actions import actions_without_effect, foreign_actions, reason_of_foreign
from raito_aws_pipeline.iam_policy.grants import (
    GrantedItem,
    Grants,
    actions_reached,
    bucket_place,
    file_place,
    tree_place,
)
from raito_aws_pipeline.iam_policy.known import TREES, Interests, KnownObjects
from raito_aws_pipeline.iam_policy.matching import Pattern
from raito_aws_pipeline.iam_policy.remainder import Rest, rest_of, rest_of_malformed
from raito_aws_pipeline.iam_policy.scope import ACCESS_POINT_TYPES, Breadth, BucketReach, Reach, Scope
from raito_aws_pipeline.model.access_remainder import RemainderReason
from raito_aws_pipeline.model.data_objects import DataObjectType


@dataclass(frozen=True, slots=True)
class Understood:
    """Documents of one access control, understood.

    Args:
        what: What is granted, in the order of the tree.
        taken_out: What Deny statements took out of it.
        remainder: What WHAT does not say, in the order of the documents.
        incomplete: More or less is granted than WHAT says.
    """

    what: tuple[GrantedItem, ...]
    taken_out: tuple[GrantedItem, ...]
    remainder: tuple[Rest, ...]
    incomplete: bool


def what_of(documents: Sequence[NamedDocument], scope: Scope, known: KnownObjects) -> Understood:
    """What the documents of one access control grant together.

    Args:
        documents: All that apply to the same principals: a Deny in one takes from what another allows.
        scope: The account, and whether the documents are an access point's policy.
        known: Answers which data objects there are; asked is only what `interests_of` names.
    """
    reading = _Reading(scope, known)
    denials: list[tuple[int, str, Statement]] = []
    for named in documents:
        if isinstance(named.document, MalformedDocument):
            reading.remainder.append(rest_of_malformed(named.name, named.document))
            continue
        for statement in named.document.statements:
            if _is_malformed(statement, scope):
                reading.remainder.append(rest_of(named.name, statement, RemainderReason.MALFORMED))
            elif statement.allows:
                reading.remainder.extend(reading.allow(named.name, statement))
            else:
                denials.append((len(reading.remainder), named.name, statement))
    taken = Grants()
    denied = [
        (at, rest_of(name, s, RemainderReason.DENY, incomplete=not deny(s, scope, reading.grants, taken)))
        for at, name, s in denials
    ]
    for at, row in reversed(denied):
        reading.remainder.insert(at, row)
    return Understood(
        reading.grants.items(scope),
        taken.items(scope),
        tuple(reading.remainder),
        any(row.incomplete for row in reading.remainder),
    )


def interests_of(documents: Iterable[NamedDocument], scope: Scope) -> Interests:
    """All that `what_of` will ask about these documents, together or in parts."""
    trees: set[str] = set()
    keys: set[str] = set()
    patterns: set[tuple[str, Pattern]] = set()
    for statement in _statements(documents, scope):
        if _reason_of_whole(statement) or not s3_actions_of_statement(statement) & actions_on(scope.object_type):
            continue
        for text in statement.resources or ():
            reach = scope.reach(text, variables=statement.variables)
            if reach.pattern.has_variable:
                continue
            for bucket in reach.buckets:
                name = scope.bucket_name(bucket.bucket)
                trees.update(f"{name}/{path}" for path in bucket.trees)
                keys.update(f"{name}/{key}" for key in bucket.keys if not _ends_like_folder(key))
                patterns.update((name, pattern) for pattern in bucket.patterns)
    return Interests(frozenset(trees), frozenset(keys), frozenset(patterns))


def _statements(documents: Iterable[NamedDocument], scope: Scope) -> Iterator[Statement]:
    for named in documents:
        if not isinstance(named.document, MalformedDocument):
            yield from (s for s in named.document.statements if s.allows and not _is_malformed(s, scope))


def _is_malformed(statement: Statement, scope: Scope) -> bool:
    """Also of a statement that says whom it is for where it must not, or does not where it must."""
    if statement.problem or statement.resources is None:
        return True
    says_who = statement.principal is not None or statement.not_principal is not None
    return says_who != (scope.access_point is not None)


def _reason_of_whole(statement: Statement) -> RemainderReason | None:
    """Why an Allow statement with S3 actions cannot be carried over at all."""
    if statement.condition is not None:
        return RemainderReason.CONDITION
    if statement.not_principal is not None:
        return RemainderReason.NOT_PRINCIPAL
    return RemainderReason.NOT_RESOURCE if statement.not_resource else None


def _ends_like_folder(key: str) -> bool:
    return not key or key.endswith("/")


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a statement's actions one resource is about, and why the resource is no, or not all, WHAT."""

    actions: Actions
    reasons: tuple[tuple[RemainderReason, bool], ...]


class _Reading:
    """The Allow statements of an access control, added up."""

    def __init__(self, scope: Scope, known: KnownObjects) -> None:
        self.grants = Grants()
        self.remainder: list[Rest] = []
        self._scope = scope
        self._known = known
        self._on_bucket = actions_on(scope.bucket_type)
        self._on_objects = actions_on(scope.object_type)

    def allow(self, policy: str, statement: Statement) -> Iterator[Rest]:
        """Add what a statement grants; the rows of what it is more than that."""
        actions = s3_actions_of_statement(statement)
        reaches = [(text, self._scope.reach(text, variables=statement.variables)) for text in statement.resources or ()]
        reason = _reason_of_whole(statement)
        if actions and reason:
            yield rest_of(policy, statement, reason)
            return
        elsewhere = statement.not_resource or any(reach.breadth is Breadth.EVERYTHING for _, reach in reaches)
        foreign = dict(foreign_actions(statement, elsewhere=elsewhere or not all(r.is_in_s3 for _, r in reaches)))
        for foreign_reason, element in foreign.items():
            yield rest_of(policy, statement, foreign_reason, element)
        if not actions:
            yield from actions_without_effect(policy, statement, NOTHING)
            if statement.not_action and not foreign:
                yield rest_of(policy, statement, RemainderReason.NO_EFFECT, incomplete=False)
            return
        used: Actions = NOTHING
        for text, reach in dict(reaches).items():
            part = self._resource(reach, actions, foreign)
            used |= part.actions
            for part_reason, incomplete in part.reasons:
                yield rest_of(policy, statement, part_reason, text, incomplete=incomplete)
        yield from actions_without_effect(policy, statement, used)

    def _resource(self, reach: Reach, actions: Actions, foreign: dict[RemainderReason, str]) -> _Part:
        scope = self._scope
        if not reach.is_in_s3:
            return _Part(NOTHING, (reason_of_foreign(reach, foreign),))
        if reach.breadth:
            concerned = actions & (actions_reached(reach.breadth))
            self.grants.add_to_data_source(reach.breadth, concerned)
            return _Part(concerned, () if concerned else ((RemainderReason.NO_EFFECT, False),))
        on_bucket = actions & self._on_bucket if reach.names_buckets else NOTHING
        on_objects = actions & self._on_objects if reach.names_objects else NOTHING
        on_others = {kind: found for kind in reach.other_types if (found := actions & actions_on(kind))}
        concerned = on_bucket | on_objects | NOTHING.union(*on_others.values())
        if not concerned:
            return _Part(NOTHING, ((RemainderReason.NO_EFFECT, False),))
        if reach.pattern.has_variable:
            return _Part(concerned, ((RemainderReason.POLICY_VARIABLE, True),))
        reasons: dict[RemainderReason, bool] = {}
        if on_bucket or on_objects:
            if reach.is_wild:
                reasons[RemainderReason.BUCKET_WILDCARD] = False
            if reach.unknown_bucket:
                reasons[RemainderReason.UNKNOWN_BUCKET] = True
            for bucket in reach.buckets:
                if bucket.itself and on_bucket:
                    self.grants.add(bucket_place(scope, bucket.bucket), on_bucket)
                if on_objects:
                    reasons.update(dict.fromkeys(self._objects(bucket, on_objects), True))
        if on_others.keys() & ACCESS_POINT_TYPES:
            reasons[RemainderReason.ACCESS_POINT_RESOURCE] = True
        if on_others.keys() - ACCESS_POINT_TYPES:
            reasons[RemainderReason.UNKNOWN_OBJECT] = True
        return _Part(concerned, tuple(reasons.items()))

    def _objects(self, reach: BucketReach, actions: Actions) -> Iterator[RemainderReason]:
        """Grant actions on objects of a bucket; why some that are reached are no data objects."""
        scope, bucket = self._scope, reach.bucket
        if reach.all_objects:
            self.grants.add(bucket_place(scope, bucket), actions)
            return
        name = scope.bucket_name(bucket)
        for path in reach.trees:
            kind = self._known.type_of(f"{name}/{path}")
            if kind in TREES:
                self.grants.add(tree_place(scope, bucket, f"{name}/{path}", kind), actions)
            elif not reach.patterns:
                yield RemainderReason.UNKNOWN_OBJECT
        for key in reach.keys:
            kind = None if _ends_like_folder(key) else self._known.type_of(f"{name}/{key}")
            if kind == DataObjectType.FILE.value:
                self.grants.add(file_place(scope, bucket, f"{name}/{key}"), actions)
            elif kind in TREES or _ends_like_folder(key):
                yield RemainderReason.KEY_IS_FOLDER
            elif not reach.patterns:
                yield RemainderReason.UNKNOWN_OBJECT
        for pattern in reach.patterns:
            for full_name, kind in self._known.folders_covered(name, pattern).items():
                self.grants.add(tree_place(scope, bucket, full_name, kind), actions)
            yield RemainderReason.KEY_WILDCARD
