"""Identity Center: users and groups of an organisation's identity stores, as AWS tells them (connector 2).

Not here: what Raito makes of them (`identities`), and permission sets and their assignments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from raito_aws_pipeline.aws.calls import ServiceCalls
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.concurrent_calls import in_order
from raito_aws_pipeline.aws.failures import ends_reading, read_failure
from raito_aws_pipeline.errors import NotFoundError, PipelineError
from raito_aws_pipeline.model.columns import Column, Row
from raito_aws_pipeline.model.read_failures import ReadFailure

PAGE_SIZE = 100
"""The most that an identity store gives in one answer (AWS: Identity Store API reference, MaxResults)."""


class EmailAddress(msgspec.Struct, frozen=True):
    """An e-mail address of a user."""

    value: Annotated[str, Column("The address.")]
    primary: Annotated[bool, Column("Whether it is the user's primary address.")]


class IdentityCenterUser(Row, frozen=True, kw_only=True):
    """A user of an identity store."""

    identity_store_id: Annotated[str, Column("Identity store that the user is in: d-….")]
    user_id: Annotated[str, Column("Id of the user in the identity store.", unique=True)]
    user_name: Annotated[str, Column("Name with which the user signs in.")]
    display_name: Annotated[str | None, Column("Display name.")] = None
    emails: Annotated[tuple[EmailAddress, ...], Column("E-mail addresses, in AWS's order.")] = ()


class IdentityCenterGroup(Row, frozen=True, kw_only=True):
    """A group of an identity store, with its members."""

    identity_store_id: Annotated[str, Column("Identity store that the group is in: d-….")]
    group_id: Annotated[str, Column("Id of the group in the identity store.", unique=True)]
    display_name: Annotated[str | None, Column("Display name; null: it has none.")] = None
    description: Annotated[str | None, Column("Description.")] = None
    member_user_ids: Annotated[
        tuple[str, ...] | None, Column("Ids of the users that are members, sorted; null: they could not be read.")
    ] = None


@dataclass(frozen=True, slots=True)
class IdentityCenterPage:
    """A page of users or of groups, and what could not be read; `part` of a failure is users or groups."""

    users: Sequence[IdentityCenterUser] = ()
    groups: Sequence[IdentityCenterGroup] = ()
    failures: Sequence[ReadFailure] = ()


def read_identity_center(
    clients: AwsClients, region: str | None = None, page_size: int = PAGE_SIZE
) -> Iterator[IdentityCenterPage]:
    """Read the users, then the groups with their members, of each instance that `ListInstances` names.

    Stores come sorted by id, users and groups in AWS's order. Memory: one page and the members of its groups.

    Args:
        clients: Clients of the organisation.
        region: Region of Identity Center; None: the clients' default region.
        page_size: Entries a call.

    Raises:
        NotFoundError: The region has no instance.
        PipelineError: The instances may not be listed, or no call can succeed (no credentials, AWS cannot be reached).
    """
    store_ids = _identity_store_ids(clients, region, page_size)
    calls = ServiceCalls(clients.client("identitystore", region), "identitystore")
    with ThreadPoolExecutor(clients.concurrency, thread_name_prefix="identity-center") as executor:
        for store_id in store_ids:
            yield from _users(calls, store_id, page_size)
            yield from _groups(calls, store_id, page_size, executor, clients.concurrency * 2)


def _identity_store_ids(clients: AwsClients, region: str | None, page_size: int) -> list[str]:
    calls = ServiceCalls(clients.client("sso-admin", region), "sso")
    instances = calls.items("ListInstances", "Instances", page_size)
    if not instances:
        raise NotFoundError(
            f"Identity Center has no instance in region {region or clients.regions[0]}.",
            call="sso:ListInstances",
            remedy="Set aws-region to the region in which Identity Center is enabled, and aws-profile to the "
            "organisation's management account or its delegated administrator.",
        )
    return sorted({instance["IdentityStoreId"] for instance in instances})


def _users(calls: ServiceCalls, store_id: str, page_size: int) -> Iterator[IdentityCenterPage]:
    try:
        for page in calls.pages("ListUsers", page_size, IdentityStoreId=store_id):
            yield IdentityCenterPage(users=[_user(store_id, user) for user in page["Users"]])
    except PipelineError as error:
        yield IdentityCenterPage(failures=[_failure(error, "users", store_id)])


def _groups(
    calls: ServiceCalls, store_id: str, page_size: int, executor: ThreadPoolExecutor, under_way: int
) -> Iterator[IdentityCenterPage]:
    def with_members(group: Mapping[str, Any]) -> IdentityCenterPage:
        return _group_with_members(calls, store_id, page_size, group)

    try:
        for page in calls.pages("ListGroups", page_size, IdentityStoreId=store_id):
            pieces = list(in_order(with_members, page["Groups"], executor, under_way))
            yield IdentityCenterPage(
                groups=[group for piece in pieces for group in piece.groups],
                failures=[failure for piece in pieces for failure in piece.failures],
            )
    except PipelineError as error:
        # Without the groups, users lack their memberships.
        yield IdentityCenterPage(failures=[_failure(error, part, store_id) for part in ("groups", "users")])


def _group_with_members(
    calls: ServiceCalls, store_id: str, page_size: int, group: Mapping[str, Any]
) -> IdentityCenterPage:
    members: tuple[str, ...] | None = None
    failures: list[ReadFailure] = []
    try:
        memberships = calls.items(
            "ListGroupMemberships", "GroupMemberships", page_size, IdentityStoreId=store_id, GroupId=group["GroupId"]
        )
        members = tuple(sorted(m["MemberId"]["UserId"] for m in memberships if "UserId" in m["MemberId"]))
    except NotFoundError:
        return IdentityCenterPage()  # Deleted since it was listed.
    except PipelineError as error:
        failures.append(_failure(error, "users", group["GroupId"]))
    row = IdentityCenterGroup(
        identity_store_id=store_id,
        group_id=group["GroupId"],
        display_name=group.get("DisplayName"),
        description=group.get("Description"),
        member_user_ids=members,
    )
    return IdentityCenterPage(groups=[row], failures=failures)


def _user(store_id: str, user: Mapping[str, Any]) -> IdentityCenterUser:
    return IdentityCenterUser(
        identity_store_id=store_id,
        user_id=user["UserId"],
        user_name=user["UserName"],
        display_name=user.get("DisplayName"),
        emails=tuple(
            EmailAddress(email["Value"], email.get("Primary", False))
            for email in user.get("Emails", ())
            if email.get("Value")
        ),
    )


def _failure(error: PipelineError, part: str, subject: str) -> ReadFailure:
    """The failure as a row.

    Raises:
        PipelineError: The failure itself, where no further call can succeed.
    """
    if ends_reading(error):
        raise error
    return read_failure(error, part=part, subject=subject)
