"""The permission sets of Identity Center that an account has, with who is assigned to them there (connector 4).

Here: what AWS tells of them, names of the principals included. Not here: who the principals are otherwise
(`aws.identity_center`), what the sets grant, which their `AWSReservedSSO_` roles carry, and changes of them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated

import msgspec

from raito_aws_pipeline.aws.calls import ServiceCalls
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.concurrent_calls import in_order
from raito_aws_pipeline.aws.failures import ends_reading, read_failure
from raito_aws_pipeline.aws.principal_names import PrincipalNames, read_principal_names
from raito_aws_pipeline.errors import NotFoundError, PermissionMissingError, PipelineError
from raito_aws_pipeline.model.columns import Column, Row
from raito_aws_pipeline.model.read_failures import ReadFailure

logger = logging.getLogger(__name__)

PAGE_SIZE = 100
"""The most that Identity Center gives in one answer (AWS: IAM Identity Center API reference, MaxResults)."""

PART = "permission_sets"
"""What a failure makes incomplete."""


class PermissionSetTag(msgspec.Struct, frozen=True):
    """A tag of a permission set."""

    key: Annotated[str, Column("Key of the tag.")]
    value: Annotated[str, Column("Value of the tag; may be empty.")]


class Assignment(msgspec.Struct, frozen=True):
    """A user or group to whom a permission set is assigned in the account."""

    principal_type: Annotated[str, Column("USER or GROUP.")]
    principal_id: Annotated[str, Column("Id in the identity store.")]
    name: Annotated[
        str | None,
        Column("User name, or display name of the group (without one its id); null: deleted, or could not be read."),
    ] = None
    deleted: Annotated[bool, Column("Whether the identity store no longer has the principal.")] = False


class PermissionSet(Row, frozen=True, kw_only=True):
    """A permission set that is provisioned to the account."""

    instance_arn: Annotated[str, Column("Instance of Identity Center that has it.")]
    arn: Annotated[str, Column("ARN.", unique=True)]
    name: Annotated[str, Column("Name, unique within the instance.")]
    description: Annotated[str | None, Column("Description.")] = None
    tags: Annotated[tuple[PermissionSetTag, ...] | None, Column("Tags, by key; null: they could not be read.")] = None
    assignments: Annotated[
        tuple[Assignment, ...] | None,
        Column("Who it is assigned to in the account, by type and id; null: they could not be read."),
    ]


@dataclass(frozen=True, slots=True)
class PermissionSets:
    """Permission sets by name, and what could not be read: one of them, or the list of them (no subject)."""

    permission_sets: Sequence[PermissionSet]
    failures: Sequence[ReadFailure]


def read_permission_sets(
    clients: AwsClients,
    *,
    instance_arn: str,
    identity_store_id: str,
    account_id: str,
    region: str | None = None,
    page_size: int = PAGE_SIZE,
) -> PermissionSets:
    """Read the permission sets that are provisioned to an account, with their assignments in that account.

    Three calls a set (more where an answer has several pages), and as few as possible for the names of the principals.
    A set that cannot be described is a failure alone, one whose assignments cannot be listed is a row without them and
    a failure; their subject is its ARN. A set that is deleted meanwhile is left out. Only tags may be missing without a
    failure, because no access depends on them. Memory: all of the account's sets and assignments.

    Where `ListPermissionSetsProvisionedToAccount` is not allowed, all sets of the instance are read, and those are kept
    that are assigned in the account.

    Args:
        clients: Clients of the organisation; `concurrency` sets are read at a time.
        instance_arn: Instance of Identity Center.
        identity_store_id: Its identity store.
        account_id: The account.
        region: Region of Identity Center; None: the clients' default region.
        page_size: Entries a call.

    Raises:
        PipelineError: No further call can succeed (no credentials, AWS cannot be reached).
    """
    reader = _Reader(ServiceCalls(clients.client("sso-admin", region), "sso"), instance_arn, account_id, page_size)
    store = ServiceCalls(clients.client("identitystore", region), "identitystore")
    with ThreadPoolExecutor(clients.concurrency, thread_name_prefix="permission-sets") as executor:
        listed = reader.listed()

        def read(arn: str) -> _Piece:
            return reader.read(arn, assigned_only=listed.assigned_only)

        pieces = list(in_order(read, listed.arns, executor, clients.concurrency * 2))
        found = [one for piece in pieces for one in piece.permission_sets]
        principals = {(a.principal_type, a.principal_id) for one in found for a in one.assignments or ()}
        names = read_principal_names(
            store,
            identity_store_id,
            principals,
            executor=executor,
            under_way=clients.concurrency * 2,
            page_size=page_size,
        )
    _warn_of_tags([piece.tags_error for piece in pieces if piece.tags_error])
    return PermissionSets(
        sorted((_with_names(one, names) for one in found), key=lambda one: (one.name, one.arn)),
        [
            *listed.failures,
            *(failure for piece in pieces for failure in piece.failures),
            *(read_failure(error, part=PART, subject=subject) for subject, error in names.errors),
        ],
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    """ARNs of permission sets, sorted; `assigned_only`: only those count that are assigned in the account."""

    arns: Sequence[str]
    assigned_only: bool = False
    failures: Sequence[ReadFailure] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """What became of one permission set: its row, with principals that have no names yet, or none where it is gone."""

    permission_sets: Sequence[PermissionSet] = ()
    failures: Sequence[ReadFailure] = ()
    tags_error: PipelineError | None = None


@dataclass(frozen=True, slots=True)
class _Reader:
    calls: ServiceCalls
    instance_arn: str
    account_id: str
    page_size: int

    def listed(self) -> _Listed:
        arns: set[str] = set()
        try:
            for page in self.calls.pages(
                "ListPermissionSetsProvisionedToAccount",
                self.page_size,
                InstanceArn=self.instance_arn,
                AccountId=self.account_id,
            ):
                arns.update(page.get("PermissionSets", ()))
        except PermissionMissingError as denied:
            logger.warning("%s Meanwhile all permission sets of the instance are asked for their assignments.", denied)
            return self._all()
        except PipelineError as error:
            return _Listed(sorted(arns), failures=[_failure(error)])
        return _Listed(sorted(arns))

    def _all(self) -> _Listed:
        arns: set[str] = set()
        try:
            for page in self.calls.pages("ListPermissionSets", self.page_size, InstanceArn=self.instance_arn):
                arns.update(page.get("PermissionSets", ()))
        except PipelineError as error:
            return _Listed(sorted(arns), assigned_only=True, failures=[_failure(error)])
        return _Listed(sorted(arns), assigned_only=True)

    def read(self, arn: str, *, assigned_only: bool) -> _Piece:
        failures: list[ReadFailure] = []
        assignments: tuple[Assignment, ...] | None = None
        try:
            try:
                assignments = self._assignments(arn)
            except NotFoundError:
                raise
            except PipelineError as error:
                failures.append(_failure(error, arn))
            if assigned_only and not assignments:
                return _Piece(failures=failures)
            described = self.calls.call("DescribePermissionSet", InstanceArn=self.instance_arn, PermissionSetArn=arn)[
                "PermissionSet"
            ]
            tags, tags_error = self._tags(arn)
        except NotFoundError:
            return _Piece()  # Deleted since it was listed.
        except PipelineError as error:
            return _Piece(failures=[*failures, _failure(error, arn)])
        row = PermissionSet(
            instance_arn=self.instance_arn,
            arn=arn,
            name=described["Name"],
            description=described.get("Description"),
            tags=tags,
            assignments=assignments,
        )
        return _Piece([row], failures, tags_error)

    def _assignments(self, arn: str) -> tuple[Assignment, ...]:
        listed = self.calls.items(
            "ListAccountAssignments",
            "AccountAssignments",
            self.page_size,
            InstanceArn=self.instance_arn,
            PermissionSetArn=arn,
            AccountId=self.account_id,
        )
        principals = {(assignment["PrincipalType"], assignment["PrincipalId"]) for assignment in listed}
        return tuple(Assignment(kind, identifier) for kind, identifier in sorted(principals))

    def _tags(self, arn: str) -> tuple[tuple[PermissionSetTag, ...] | None, PipelineError | None]:
        """The tags, or why there are none."""
        try:
            pages = self.calls.token_pages("ListTagsForResource", InstanceArn=self.instance_arn, ResourceArn=arn)
            tags = [PermissionSetTag(tag["Key"], tag["Value"]) for page in pages for tag in page.get("Tags", ())]
        except NotFoundError:
            raise
        except PipelineError as error:
            if ends_reading(error):
                raise
            return None, error
        return tuple(sorted(tags, key=lambda tag: tag.key)), None


def _with_names(permission_set: PermissionSet, names: PrincipalNames) -> PermissionSet:
    if permission_set.assignments is None:
        return permission_set
    assignments = tuple(
        msgspec.structs.replace(
            one,
            name=names.names.get((one.principal_type, one.principal_id)),
            deleted=(one.principal_type, one.principal_id) in names.deleted,
        )
        for one in permission_set.assignments
    )
    return msgspec.structs.replace(permission_set, assignments=assignments)


def _warn_of_tags(errors: Sequence[PipelineError]) -> None:
    if errors:
        logger.warning(
            "Tags of %d permission sets could not be read; nothing else is missing. %s", len(errors), errors[0]
        )


def _failure(error: PipelineError, subject: str = "") -> ReadFailure:
    """The failure as a row.

    Raises:
        PipelineError: The failure itself, where no further call can succeed.
    """
    if ends_reading(error):
        raise error
    return read_failure(error, part=PART, subject=subject)
