"""The sweep by List and Get calls, for credentials that may not call `GetAccountAuthorizationDetails` (connector 2).

It gives the same rows as `authorization_details`, as far as the calls are allowed. Each denied or failed piece becomes
a failure and the rest goes on; what was deleted between its listing and its reading is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal, TypeVar

from raito_aws_pipeline.aws.calls import ServiceCalls
from raito_aws_pipeline.aws.concurrent_calls import Item, Result, in_order
from raito_aws_pipeline.aws.failures import ends_reading, read_failure
from raito_aws_pipeline.aws.iam.entities import (
    AccountEntity,
    InlinePolicy,
    document_text,
    group_entity,
    policy_entity,
    role_entity,
    user_entity,
)
from raito_aws_pipeline.aws.iam.sweep_pages import PAGE_SIZE, SweepPage, SweepWay
from raito_aws_pipeline.errors import NotFoundError, PipelineError
from raito_aws_pipeline.model.read_failures import ReadFailure

Answer = TypeVar("Answer")
Record = Mapping[str, Any]
Principal = Literal["User", "Group", "Role"]


def sweep_list_and_get(calls: ServiceCalls, concurrency: int, page_size: int = PAGE_SIZE) -> Iterator[SweepPage]:
    """Read users, groups, roles, customer policies and the AWS policies in use, `concurrency` calls at a time.

    Memory: a page of entities, all groups with the names of their members (IAM allows 500 groups and 5,000 users), and
    the ARNs of the AWS policies in use. At most twice `concurrency` entities are read ahead.

    Raises:
        PipelineError: The first page of users could not be read, PermissionMissingError where that is not allowed; or
            no call can succeed any more (no credentials, AWS cannot be reached).
    """
    with ThreadPoolExecutor(concurrency, thread_name_prefix="iam-sweep") as executor:
        yield from _ListAndGetSweep(calls, executor, concurrency * 2, page_size).pages()


_POLICIES = "policies"
"""Part of a failure to read which policies an entity has: access is incomplete then, identities are not."""


@dataclass(slots=True)
class _Piece:
    """What became of one entity: its row, or None where it is gone, and what could not be read of it."""

    part: str
    subject: str
    entity: AccountEntity | None = None
    failures: list[ReadFailure] = field(default_factory=list)

    def attempt(self, read: Callable[[], Answer], part: str | None = None) -> Answer | None:
        """The answer, or None where it is refused, which is noted as a failure of `part` (default: the piece's own).

        Raises:
            NotFoundError: What is read is gone.
            PipelineError: No call can succeed any more.
        """
        try:
            return read()
        except NotFoundError:
            raise
        except PipelineError as error:
            if ends_reading(error):
                raise
            self.failures.append(read_failure(error, part=part or self.part, subject=self.subject))
            return None


class _ListAndGetSweep:
    def __init__(self, calls: ServiceCalls, executor: ThreadPoolExecutor, under_way: int, page_size: int) -> None:
        self._calls = calls
        self._executor = executor
        self._under_way = under_way
        self._page_size = page_size
        self._groups_of_user: dict[str, list[str]] = defaultdict(list)
        self._aws_policies_in_use: set[str] = set()
        self._calls_reported = calls.made

    def pages(self) -> Iterator[SweepPage]:
        # Users are asked for first: where they are not allowed, there is nothing to read on for.
        user_pages = self._calls.pages("ListUsers", self._page_size)
        first_users = next(user_pages, {})
        yield from self._groups()
        yield from self._each_page("users", "Users", self._user, chain((first_users,), user_pages))
        yield from self._each_page("roles", "Roles", self._role, self._calls.pages("ListRoles", self._page_size))
        yield from self._each_page(
            "policies",
            "Policies",
            self._customer_policy,
            self._calls.pages("ListPolicies", self._page_size, Scope="Local"),
        )
        yield self._page(self._each(self._aws_policy, sorted(self._aws_policies_in_use)))

    def _groups(self) -> Iterator[SweepPage]:
        groups: list[Record] = []
        failures: list[ReadFailure] = []
        try:
            for page in self._calls.pages("ListGroups", self._page_size):
                groups.extend(page["Groups"])
        except PipelineError as error:
            if ends_reading(error):
                raise
            # Without the groups, users lack their memberships.
            failures = [read_failure(error, part=part) for part in ("groups", "users")]
        for group, (members, piece) in zip(groups, self._each(self._members, groups), strict=True):
            failures.extend(piece.failures)
            for user_name in members:
                self._groups_of_user[user_name].append(group["GroupName"])
        yield self._page(self._each(self._group, groups), failures)

    def _each_page(
        self, part: str, key: str, read: Callable[[Record], _Piece], pages: Iterator[Record]
    ) -> Iterator[SweepPage]:
        while True:
            try:
                page = next(pages, None)
            except PipelineError as error:
                if ends_reading(error):
                    raise
                yield self._page((), [read_failure(error, part=part)])
                return
            if page is None:
                return
            yield self._page(self._each(read, page.get(key, ())))

    def _page(self, pieces: Iterable[_Piece], failures: Sequence[ReadFailure] = ()) -> SweepPage:
        entities: list[AccountEntity] = []
        failed = list(failures)
        for piece in pieces:
            failed.extend(piece.failures)
            if piece.entity:
                entities.append(piece.entity)
                self._aws_policies_in_use.update(_aws_policies_of(piece.entity))
        before, self._calls_reported = self._calls_reported, self._calls.made
        return SweepPage(
            sorted(entities, key=lambda entity: entity.arn),
            failed,
            self._calls_reported - before,
            SweepWay.LIST_AND_GET,
        )

    def _each(self, read: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        return in_order(read, items, self._executor, self._under_way)

    def _members(self, group: Record) -> tuple[list[str], _Piece]:
        """Names of a group's members; a group that is gone has none."""
        name = group["GroupName"]
        piece = _Piece("users", group["Arn"])
        try:
            users = piece.attempt(lambda: self._calls.items("GetGroup", "Users", self._page_size, GroupName=name))
        except NotFoundError:
            users = None
        return [user["UserName"] for user in users or ()], piece

    def _user(self, listed: Record) -> _Piece:
        name = listed["UserName"]
        return self._read_unless_gone(
            _Piece("users", listed["Arn"]),
            lambda piece: user_entity(
                self._details(piece, "User", listed),
                group_names=self._groups_of_user.get(name, ()),
                inline_policies=self._inline_policies(piece, "User", name),
                attached_policies=self._attached_policies(piece, "User", name),
            ),
        )

    def _group(self, listed: Record) -> _Piece:
        name = listed["GroupName"]
        return self._read_unless_gone(
            _Piece("groups", listed["Arn"]),
            lambda piece: group_entity(
                listed,
                inline_policies=self._inline_policies(piece, "Group", name),
                attached_policies=self._attached_policies(piece, "Group", name),
            ),
        )

    def _role(self, listed: Record) -> _Piece:
        name = listed["RoleName"]
        return self._read_unless_gone(
            _Piece("roles", listed["Arn"]),
            lambda piece: role_entity(
                self._details(piece, "Role", listed),
                inline_policies=self._inline_policies(piece, "Role", name),
                attached_policies=self._attached_policies(piece, "Role", name),
            ),
        )

    def _customer_policy(self, listed: Record) -> _Piece:
        piece = _Piece("policies", listed["Arn"])
        try:
            piece.entity = self._policy_with_document(piece, listed)
        except NotFoundError:
            # Gone is the policy, or only the version that was its default when it was listed.
            return self._aws_policy(listed["Arn"])
        return piece

    def _aws_policy(self, arn: str) -> _Piece:
        def read(piece: _Piece) -> AccountEntity | None:
            answer = piece.attempt(lambda: self._calls.call("GetPolicy", PolicyArn=arn))
            return self._policy_with_document(piece, answer["Policy"]) if answer else None

        return self._read_unless_gone(_Piece("policies", arn), read)

    def _policy_with_document(self, piece: _Piece, policy: Record) -> AccountEntity:
        arn, version = policy["Arn"], policy["DefaultVersionId"]
        answer = piece.attempt(lambda: self._calls.call("GetPolicyVersion", PolicyArn=arn, VersionId=version))
        return policy_entity(policy, document=document_text(answer["PolicyVersion"]["Document"]) if answer else None)

    def _read_unless_gone(self, piece: _Piece, read: Callable[[_Piece], AccountEntity | None]) -> _Piece:
        try:
            piece.entity = read(piece)
        except NotFoundError:
            return _Piece(piece.part, piece.subject)
        return piece

    def _details(self, piece: _Piece, kind: Principal, listed: Record) -> Record:
        """The record with tags, boundary and last use, which lists do not have; the listed one where it is refused."""
        answer = piece.attempt(lambda: self._calls.call(f"Get{kind}", **{f"{kind}Name": listed[f"{kind}Name"]}))
        return answer[kind] if answer else {**listed, "Tags": None}

    def _inline_policies(self, piece: _Piece, kind: Principal, name: str) -> list[InlinePolicy] | None:
        names = piece.attempt(
            lambda: self._calls.items(f"List{kind}Policies", "PolicyNames", self._page_size, **{f"{kind}Name": name}),
            _POLICIES,
        )
        if names is None:
            return None
        policies = (self._inline_policy(piece, kind, name, policy_name) for policy_name in names)
        return [policy for policy in policies if policy]

    def _inline_policy(self, piece: _Piece, kind: Principal, name: str, policy_name: str) -> InlinePolicy | None:
        """The policy, without document where that is refused; None where it is gone."""
        try:
            answer = piece.attempt(
                lambda: self._calls.call(f"Get{kind}Policy", PolicyName=policy_name, **{f"{kind}Name": name}),
                _POLICIES,
            )
        except NotFoundError:
            return None
        return InlinePolicy(policy_name, document_text(answer["PolicyDocument"]) if answer else None)

    def _attached_policies(self, piece: _Piece, kind: Principal, name: str) -> list[Record] | None:
        return piece.attempt(
            lambda: self._calls.items(
                f"ListAttached{kind}Policies", "AttachedPolicies", self._page_size, **{f"{kind}Name": name}
            ),
            _POLICIES,
        )


def _aws_policies_of(entity: AccountEntity) -> Iterator[str]:
    """ARNs of the AWS managed policies that an entity has, attached or as permissions boundary."""
    for arn in (*(entity.attached_policy_arns or ()), entity.permissions_boundary_arn):
        if arn and arn.split(":")[4] == "aws":
            yield arn
