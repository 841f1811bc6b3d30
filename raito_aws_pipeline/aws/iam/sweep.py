"""The sweep over an account: the one read that the identity import and the access import share (connector 2)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

from raito_aws_pipeline.aws.caller import caller_identity
from raito_aws_pipeline.aws.calls import ServiceCalls
from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.iam.authorization_details import sweep_authorization_details
from raito_aws_pipeline.aws.iam.entities import account_entity
from raito_aws_pipeline.aws.iam.list_and_get import sweep_list_and_get
from raito_aws_pipeline.aws.iam.sweep_pages import PAGE_SIZE, SweepPage, SweepWay
from raito_aws_pipeline.errors import PermissionMissingError

logger = logging.getLogger(__name__)

ACTION = "iam:GetAccountAuthorizationDetails"


def sweep_account(clients: AwsClients, page_size: int = PAGE_SIZE) -> Iterator[SweepPage]:
    """Read an account: itself, its users, groups, roles and policies, page by page.

    The account is the first row; then come the pages in AWS's order, each sorted by ARN. Memory: one page, and what
    `sweep_list_and_get` says where `GetAccountAuthorizationDetails` is not allowed.

    Raises:
        PermissionMissingError: Neither GetAccountAuthorizationDetails nor ListUsers is allowed.
        PipelineError: Nothing can be read: no credentials, or AWS cannot be reached.
    """
    caller = caller_identity(clients)
    calls = ServiceCalls(clients.client("iam"), "iam")
    pages = sweep_authorization_details(calls, page_size)
    try:
        first = next(pages, SweepPage(()))
    except PermissionMissingError as denied:
        pages = _sweep_without_details(calls, clients.concurrency, page_size, denied)
        first = next(pages)
    yield replace(first, entities=(account_entity(caller), *first.entities))
    yield from pages


def _sweep_without_details(
    calls: ServiceCalls, concurrency: int, page_size: int, denied: PermissionMissingError
) -> Iterator[SweepPage]:
    denied_calls = calls.made
    entities = 0
    try:
        for page in sweep_list_and_get(calls, concurrency, page_size):
            entities += len(page.entities)
            yield replace(page, calls=page.calls + denied_calls)
            denied_calls = 0
    except PermissionMissingError as error:
        raise _nothing_allowed(denied, error) from error
    advice = _advice(calls.made, entities, page_size)
    logger.warning(advice)
    yield SweepPage((), (), 0, SweepWay.LIST_AND_GET, advice)


def _advice(calls_made: int, entities: int, page_size: int) -> str:
    needed = max(1, -(-entities // page_size))
    return (
        f"{ACTION} is not allowed, so the account was read by {calls_made} calls. With that action it takes {needed}, "
        f"{calls_made - needed} fewer: add it to the IAM policy of the user or role that the pipeline runs as."
    )


def _nothing_allowed(denied: PermissionMissingError, error: PermissionMissingError) -> PermissionMissingError:
    return PermissionMissingError(
        f"Nothing of the account may be read. {denied.what} {error.call} is not allowed either. {error.what}",
        call=denied.call,
        missing=f"the IAM action {ACTION} (or {error.call} and the other List and Get actions, which need more calls)",
        remedy=denied.remedy,
    )
