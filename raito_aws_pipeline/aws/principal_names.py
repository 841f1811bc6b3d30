"""Names of the users and groups that assignments name by id, in as few calls as that takes.

Not here: users and groups for their own sake (`aws.identity_center`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from raito_aws_pipeline.aws.calls import ServiceCalls
from raito_aws_pipeline.aws.concurrent_calls import in_order
from raito_aws_pipeline.aws.failures import ends_reading
from raito_aws_pipeline.errors import NotFoundError, PermissionMissingError, PipelineError

Principal = tuple[str, str]
"""Type (USER or GROUP) and id."""


@dataclass(frozen=True, slots=True)
class PrincipalNames:
    """User names and display names of groups (without one, the group's id); ids that the store does not have; failures.

    A principal that is in none of the first two has a failure under its id, or its type has one under the store's id.
    """

    names: Mapping[Principal, str]
    deleted: Collection[Principal]
    errors: Sequence[tuple[str, PipelineError]]


@dataclass(frozen=True, slots=True)
class _Kind:
    list_operation: str
    list_key: str
    describe_operation: str
    id_key: str
    name_key: str


_KINDS = {
    "USER": _Kind("ListUsers", "Users", "DescribeUser", "UserId", "UserName"),
    "GROUP": _Kind("ListGroups", "Groups", "DescribeGroup", "GroupId", "DisplayName"),
}


def read_principal_names(
    store: ServiceCalls,
    identity_store_id: str,
    principals: Collection[Principal],
    *,
    executor: ThreadPoolExecutor,
    under_way: int,
    page_size: int,
) -> PrincipalNames:
    """Look up principals of an identity store.

    The store's list is read as long as it took fewer calls than there are principals still to be found; those that are
    left are described one by one. So it takes at most twice the calls of the better of the two ways. Whoever may only
    list, or only describe, gets the names by that. Memory: a page, and the principals.

    Args:
        store: Calls of the identity store's service.
        identity_store_id: The identity store.
        principals: Whom to look up.
        executor: Runs the calls that describe one principal.
        under_way: How many of those are taken ahead.
        page_size: Entries a call of a list.

    Raises:
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached).
    """
    names: dict[Principal, str] = {}
    deleted: set[Principal] = set()
    errors: list[tuple[str, PipelineError]] = []
    for type_, kind in _KINDS.items():
        wanted = {identifier for principal_type, identifier in principals if principal_type == type_}
        search = _Search(store, identity_store_id, kind, page_size, wanted)
        search.run(executor, under_way)
        names.update({(type_, identifier): name for identifier, name in search.names.items()})
        deleted.update((type_, identifier) for identifier in search.deleted)
        errors.extend(sorted(search.errors.items()))
    return PrincipalNames(names, deleted, errors)


@dataclass(slots=True)
class _Search:
    """The search for principals of one kind; `missing` are those of whom nothing is known yet."""

    store: ServiceCalls
    identity_store_id: str
    kind: _Kind
    page_size: int
    missing: set[str]
    names: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    errors: dict[str, PipelineError] = field(default_factory=dict)

    def run(self, executor: ThreadPoolExecutor, under_way: int) -> None:
        if not self.missing:
            return
        pages = self.store.pages(self.kind.list_operation, self.page_size, IdentityStoreId=self.identity_store_id)
        list_error = self._look_through(pages, stop_early=True)
        refused = self._describe_missing(executor, under_way)
        if refused:
            list_error = list_error or self._look_through(pages, stop_early=False)
        self.errors = {identifier: self.errors[identifier] for identifier in self.missing & self.errors.keys()}
        if refused and list_error:
            self.errors[self.identity_store_id] = list_error

    def _look_through(self, pages: Iterator[Mapping[str, Any]], *, stop_early: bool) -> PipelineError | None:
        """Find principals in the list; returns why it could not be read. Who is not in all of it was deleted."""
        try:
            for made, page in enumerate(pages, start=1):
                for entry in page.get(self.kind.list_key, ()):
                    if entry[self.kind.id_key] in self.missing:
                        self._found(entry)
                if stop_early and made >= len(self.missing):
                    return None
        except PipelineError as error:
            if ends_reading(error):
                raise
            return error
        self.deleted |= self.missing
        self.missing.clear()
        return None

    def _describe_missing(self, executor: ThreadPoolExecutor, under_way: int) -> bool:
        """Ask for each that is missing; whether that is refused, so that there is no use in asking on."""
        identifiers = sorted(self.missing)
        for identifier, outcome in zip(
            identifiers, in_order(self._describe, identifiers, executor, under_way), strict=True
        ):
            match outcome:
                case PermissionMissingError():
                    return True
                case NotFoundError():
                    self.deleted.add(identifier)
                    self.missing.discard(identifier)
                case PipelineError():
                    self.errors[identifier] = outcome
                case _:
                    self._found(outcome)
        return False

    def _describe(self, identifier: str) -> Mapping[str, Any] | PipelineError:
        parameters = {"IdentityStoreId": self.identity_store_id, self.kind.id_key: identifier}
        try:
            return self.store.call(self.kind.describe_operation, **parameters)
        except PipelineError as error:
            if ends_reading(error):
                raise
            return error

    def _found(self, entry: Mapping[str, Any]) -> None:
        identifier = entry[self.kind.id_key]
        self.names[identifier] = entry.get(self.kind.name_key) or identifier
        self.missing.discard(identifier)
