"""Deny statements: what they take out of grants, and whether that is all they do (connector 4: WHAT).

Here: the comparison of a Deny statement with what is granted. Not here: the grants (`grants`) and the rows (`what`).
"""

from __future__ import annotations

from enum import IntEnum

from raito_aws_pipeline.iam_policy.actions import (
    actions_on,
    listing_actions,
    resource_types_of,
    s3_actions_of_statement,
    typed_actions,
)
from raito_aws_pipeline.iam_policy.document import Statement
from raito_aws_pipeline.iam_policy.grants import Extent, Grants, actions_reached
from raito_aws_pipeline.iam_policy.principal import PrincipalKind, principals
from raito_aws_pipeline.iam_policy.scope import Breadth, Reach, Scope


def deny(statement: Statement, scope: Scope, granted: Grants, taken: Grants) -> bool:
    """Take out of `granted` what the statement denies for sure, and add it to `taken`.

    Whatever a Deny leaves, because it holds under a condition, for some principals, or for a part of a data object,
    stays granted.

    Returns:
        Whether the grants now say all that the Deny does; a Deny that takes nothing out of them may still act on what
        others grant.
    """
    denial = _Denial(statement, scope)
    denial.take_from_places(granted, taken)
    denial.take_from_data_source(granted, taken)
    return denial.took and not denial.touched


class _Hit(IntEnum):
    """How a Deny statement stands to ARNs: it names none, some, or all of them."""

    NONE = 0
    SOME = 1
    ALL = 2


class _Denial:
    """One Deny statement; `took`: it took something out, `touched`: it denies some of what it left."""

    def __init__(self, statement: Statement, scope: Scope) -> None:
        self.took = False
        self.touched = False
        self._actions = s3_actions_of_statement(statement)
        self._reaches = [scope.reach(text, variables=statement.variables) for text in statement.resources or ()]
        self._inverted = statement.not_resource
        self._certain = statement.condition is None and _holds_for_everybody(statement, scope)
        self._on_buckets = actions_on(scope.bucket_type)
        self._on_objects = actions_on(scope.object_type)

    def take_from_places(self, granted: Grants, taken: Grants) -> None:
        for place, permissions in granted.of_places.items():
            for of_objects, actions in ((False, self._on_buckets), (True, self._on_objects)):
                concerned = permissions & self._actions & actions
                hit = self._hit(place.extent(of_objects=of_objects)) if concerned else _Hit.NONE
                if hit is _Hit.ALL and self._certain:
                    permissions.difference_update(concerned)
                    taken.add(place, concerned)
                    self.took = True
                elif hit:
                    self.touched = True

    def take_from_data_source(self, granted: Grants, taken: Grants) -> None:
        concerned = self._actions & granted.of_data_source.keys()
        if not concerned or not (self._inverted or any(reach.is_in_s3 for reach in self._reaches)):
            return
        breadth = max((r.breadth for r in self._reaches if not r.pattern.has_variable), default=Breadth.NONE)
        if self._inverted:
            self.touched |= breadth is not Breadth.EVERYTHING
            return
        for action in concerned:
            full = _full_breadth(action)
            needed = Breadth.BUCKETS if action in actions_reached(Breadth.BUCKETS) else full
            if not self._certain or breadth < needed:
                self.touched = True
                continue
            has = granted.of_data_source.pop(action)
            taken.add_to_data_source(has, frozenset((action,)))
            self.took = True
            # Access points may be left of an action on buckets and on access points: WHAT says nothing of them.
            self.touched |= breadth < min(has, full)

    def _hit(self, extent: Extent) -> _Hit:
        most = max((_hit(reach, extent) for reach in self._reaches), default=_Hit.NONE)
        return _Hit(_Hit.ALL - most) if self._inverted else most


def _holds_for_everybody(statement: Statement, scope: Scope) -> bool:
    if scope.access_point is None:
        return True
    return statement.principal is not None and any(
        principal.kind is PrincipalKind.ANYBODY for principal in principals(statement.principal)
    )


def _hit(reach: Reach, extent: Extent) -> _Hit:
    pattern = reach.pattern
    if extent.is_beginning:
        covers, touches = pattern.covers_all_with(extent.arn), pattern.may_begin_with(extent.arn)
    else:
        covers = touches = pattern.matches(extent.arn)
    # What a variable stands for is not known: it may name the extent, and may not.
    if covers and not pattern.has_variable:
        return _Hit.ALL
    return _Hit.SOME if touches else _Hit.NONE


def _full_breadth(action: str) -> Breadth:
    """As much of the data source as the action can act on."""
    if action in listing_actions():
        return Breadth.BUCKETS
    if action not in typed_actions():
        return Breadth.EVERYTHING
    return Breadth.BUCKETS if resource_types_of(action) <= {"bucket", "object"} else Breadth.S3
