"""WHO of roles from their trust policies, and of access points from theirs (connector 4).

Here: which IAM users and roles of the account a document names, and rows for all others. Not here: WHO that is no
matter of documents (attachments, assignments of permission sets), and WHAT (`what`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from raito_aws_pipeline.iam_policy.actions import matches_action
from raito_aws_pipeline.iam_policy.document import MalformedDocument, NamedDocument, Statement
from raito_aws_pipeline.iam_policy.principal import Principal, PrincipalKind, principals
from raito_aws_pipeline.iam_policy.remainder import Rest, rest_of, rest_of_malformed
from raito_aws_pipeline.model.access_remainder import RemainderReason

ASSUME_ROLE = "sts:AssumeRole"
_BESIDE = ("sts:TagSession", "sts:SetSourceIdentity")
"""Actions that say nothing about who may assume a role."""
_OF_FEDERATED = ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")

RAITO_PERMISSION_SET_ROLES = "AWSReservedSSO_RAITO_"
"""Names of roles of permission sets that Raito made begin so; policies of its access points name them beside users."""


@dataclass(frozen=True, slots=True)
class UnderstoodWho:
    """The principals of a document, understood.

    Args:
        users: Names of IAM users, sorted.
        roles: Names of roles, sorted; of a trust policy none.
        taken_out: The users that a Deny took out, sorted.
        remainder: The principals that are neither, in the order of the document.
        incomplete: More or less is granted than WHO says.
    """

    users: tuple[str, ...]
    roles: tuple[str, ...]
    taken_out: tuple[str, ...]
    remainder: tuple[Rest, ...]
    incomplete: bool


@dataclass(frozen=True, slots=True)
class Principals:
    """The account whose principals WHO can name: its id, and the names of its users and roles."""

    account_id: str
    users: Collection[str]
    roles: Collection[str] = ()


def trust_users(trust: NamedDocument, account: Principals) -> UnderstoodWho:
    """The IAM users of the account that a trust policy lets assume its role; all other principals are rows."""
    reading = _Reading(account)
    for statement in reading.statements(trust):
        if statement.resources is not None or (statement.principal is None and statement.not_principal is None):
            reading.add(rest_of(trust.name, statement, RemainderReason.MALFORMED))
        elif statement.allows:
            for row in reading.allow_trust(trust.name, statement):
                reading.add(row)
        else:
            reading.denials.append((len(reading.rows), statement))
    for at, statement in reversed(reading.denials):
        row = rest_of(trust.name, statement, RemainderReason.DENY, incomplete=not reading.deny_trust(statement))
        reading.rows.insert(at, row)
    return reading.understood()


def access_point_principals(policy: NamedDocument, account: Principals) -> UnderstoodWho:
    """The users and roles of the account that an access point's policy names; all other principals are rows.

    Statements that are rows as a whole (`what.what_of`) name nobody here. All others are merged: where they are not for
    the same users and roles, those that are not for all of them are rows as well.
    """
    reading = _Reading(account)
    named: dict[tuple[object, ...], set[str]] = {}
    statements = []
    for statement in reading.statements(policy, with_malformed=False):
        if not statement.allows or statement.principal is None or statement.resources is None:
            continue
        if statement.condition is not None or statement.not_resource:
            continue
        content = (statement.not_action, frozenset(statement.actions), frozenset(statement.resources))
        before = named.setdefault(content, set())
        statements.append((content, statement))
        for principal in principals(statement.principal):
            if row := reading.name_for_access_point(policy.name, statement, principal):
                reading.add(row)
            else:
                before.add(f"{principal.kind.value} {principal.name}")
    everybody = set().union(*named.values())
    for content, statement in statements:
        if named[content] != everybody:
            reading.add(rest_of(policy.name, statement, RemainderReason.DIFFERENT_PRINCIPALS))
    return reading.understood()


_REASONS = {
    PrincipalKind.ANYBODY: RemainderReason.ANYBODY,
    PrincipalKind.ACCOUNT: RemainderReason.ACCOUNT_PRINCIPAL,
    PrincipalKind.USER: RemainderReason.UNKNOWN_PRINCIPAL,
    PrincipalKind.ROLE: RemainderReason.ROLE_PRINCIPAL,
    PrincipalKind.SESSION: RemainderReason.SESSION_PRINCIPAL,
    PrincipalKind.SERVICE: RemainderReason.SERVICE_PRINCIPAL,
    PrincipalKind.FEDERATED: RemainderReason.FEDERATED_PRINCIPAL,
    PrincipalKind.CANONICAL_USER: RemainderReason.UNKNOWN_PRINCIPAL,
    PrincipalKind.DELETED: RemainderReason.DELETED_PRINCIPAL,
    PrincipalKind.UNKNOWN: RemainderReason.UNKNOWN_PRINCIPAL,
}
_OF_AN_ACCOUNT = (PrincipalKind.ACCOUNT, PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.SESSION)


def _means(statement: Statement, action: str) -> bool:
    return any(matches_action(text, action) for text in statement.actions) != statement.not_action


@dataclass(slots=True)
class _Reading:
    account: Principals
    users: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    taken_out: set[str] = field(default_factory=set)
    rows: list[Rest] = field(default_factory=list)
    denials: list[tuple[int, Statement]] = field(default_factory=list)

    def understood(self) -> UnderstoodWho:
        rows = tuple(dict.fromkeys(self.rows))
        return UnderstoodWho(
            tuple(sorted(self.users)),
            tuple(sorted(self.roles)),
            tuple(sorted(self.taken_out)),
            rows,
            any(row.incomplete for row in rows),
        )

    def add(self, row: Rest) -> None:
        self.rows.append(row)

    def statements(self, named: NamedDocument, *, with_malformed: bool = True) -> Iterator[Statement]:
        if isinstance(named.document, MalformedDocument):
            if with_malformed:
                self.add(rest_of_malformed(named.name, named.document))
            return
        for statement in named.document.statements:
            if not statement.problem:
                yield statement
            elif with_malformed:
                self.add(rest_of(named.name, statement, RemainderReason.MALFORMED))

    def allow_trust(self, policy: str, statement: Statement) -> Iterator[Rest]:
        if statement.not_principal is not None:
            yield rest_of(policy, statement, RemainderReason.NOT_PRINCIPAL)
            return
        named = list(principals(statement.principal))
        lets_assume = _means(statement, ASSUME_ROLE)
        for principal in named:
            if not self._is_user(principal):
                yield self._row(policy, statement, principal)
            elif not lets_assume:
                yield rest_of(policy, statement, RemainderReason.NO_EFFECT, principal.text, incomplete=False)
            elif statement.condition is not None:
                yield rest_of(policy, statement, RemainderReason.CONDITION, principal.text)
            else:
                self.users.add(principal.name)
        has_federated = any(principal.kind is PrincipalKind.FEDERATED for principal in named)
        with_effect = (ASSUME_ROLE, *_BESIDE, *(_OF_FEDERATED if has_federated else ()))
        for text in () if statement.not_action else statement.actions:
            if not any(matches_action(text, action) for action in with_effect):
                yield rest_of(policy, statement, RemainderReason.NO_EFFECT, text, incomplete=False)

    def deny_trust(self, statement: Statement) -> bool:
        """Take out the users whom a Deny names for sure; whether WHO now says all that it does."""
        if not _means(statement, ASSUME_ROLE):
            return True
        if statement.condition is not None or statement.not_principal is not None:
            return False
        denied: set[str] = set()
        for principal in principals(statement.principal):
            is_own = principal.kind is PrincipalKind.ACCOUNT and principal.account_id == self.account.account_id
            if principal.kind is PrincipalKind.ANYBODY or is_own:
                denied |= self.users
            elif self._is_user(principal):
                denied.add(principal.name)
        taken = denied & self.users
        self.users -= taken
        self.taken_out |= taken
        return bool(taken)

    def name_for_access_point(self, policy: str, statement: Statement, principal: Principal) -> Rest | None:
        """Take a user or role into WHO, or tell why not."""
        if self._is_user(principal):
            self.users.add(principal.name)
            return None
        if principal.kind is not PrincipalKind.ROLE or principal.account_id != self.account.account_id:
            return self._row(policy, statement, principal)
        if principal.name.startswith(RAITO_PERMISSION_SET_ROLES):
            reason = RemainderReason.EXCLUDED_PRINCIPAL
            return rest_of(policy, statement, reason, principal.text, incomplete=False)
        if principal.name not in self.account.roles:
            return rest_of(policy, statement, RemainderReason.UNKNOWN_PRINCIPAL, principal.text)
        self.roles.add(principal.name)
        return None

    def _is_user(self, principal: Principal) -> bool:
        # Names of users are unique in an account, whatever their paths.
        return (
            principal.kind is PrincipalKind.USER
            and principal.account_id == self.account.account_id
            and principal.name in self.account.users
        )

    def _row(self, policy: str, statement: Statement, principal: Principal) -> Rest:
        reason = _REASONS[principal.kind]
        if principal.kind in _OF_AN_ACCOUNT and principal.account_id != self.account.account_id:
            reason = RemainderReason.FOREIGN_PRINCIPAL
        # A principal that is no more gets nothing.
        return rest_of(
            policy, statement, reason, principal.text, incomplete=reason != RemainderReason.DELETED_PRINCIPAL
        )
