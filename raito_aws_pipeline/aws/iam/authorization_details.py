"""The sweep by `GetAccountAuthorizationDetails`: everything of IAM that the sync needs, 1,000 entities a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from raito_aws_pipeline.aws.calls import ServiceCalls
from raito_aws_pipeline.aws.failures import read_failure
from raito_aws_pipeline.aws.iam.entities import (
    AccountEntity,
    InlinePolicy,
    document_text,
    group_entity,
    policy_entity,
    role_entity,
    user_entity,
)
from raito_aws_pipeline.aws.iam.sweep_pages import PAGE_SIZE, PARTS, SweepPage, SweepWay
from raito_aws_pipeline.errors import PipelineError

FILTER = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")


def sweep_authorization_details(calls: ServiceCalls, page_size: int = PAGE_SIZE) -> Iterator[SweepPage]:
    """Read users, groups, roles, customer policies and the AWS policies in use; one page is held in memory at a time.

    A failure after the first page ends the sweep: the pages so far are good, and any part may lack something, because
    IAM's pages mix the kinds. The last page then has a failure for each part.

    Raises:
        PipelineError: The first page could not be read; PermissionMissingError where the call is not allowed.
    """
    pages = calls.pages("GetAccountAuthorizationDetails", page_size, Filter=list(FILTER))
    made = 0
    while True:
        try:
            page = next(pages, None)
        except PipelineError as error:
            if made == 0:
                raise
            failures = [read_failure(error, part=part) for part in PARTS]
            yield SweepPage((), failures, calls.made - made, SweepWay.AUTHORIZATION_DETAILS)
            return
        if page is None:
            return
        before, made = made, calls.made
        yield SweepPage(_entities(page), (), made - before, SweepWay.AUTHORIZATION_DETAILS)


def _entities(page: Mapping[str, Any]) -> Sequence[AccountEntity]:
    entities = [
        *(
            user_entity(
                user,
                group_names=user.get("GroupList", ()),
                inline_policies=_inline(user, "UserPolicyList"),
                attached_policies=user.get("AttachedManagedPolicies", ()),
            )
            for user in page.get("UserDetailList", ())
        ),
        *(
            group_entity(
                group,
                inline_policies=_inline(group, "GroupPolicyList"),
                attached_policies=group.get("AttachedManagedPolicies", ()),
            )
            for group in page.get("GroupDetailList", ())
        ),
        *(
            role_entity(
                role,
                inline_policies=_inline(role, "RolePolicyList"),
                attached_policies=role.get("AttachedManagedPolicies", ()),
            )
            for role in page.get("RoleDetailList", ())
        ),
        *(policy_entity(policy, document=_default_document(policy)) for policy in page.get("Policies", ())),
    ]
    return sorted(entities, key=lambda entity: entity.arn)


def _inline(record: Mapping[str, Any], member: str) -> list[InlinePolicy]:
    return [
        InlinePolicy(policy["PolicyName"], document_text(policy["PolicyDocument"])) for policy in record.get(member, ())
    ]


def _default_document(policy: Mapping[str, Any]) -> str | None:
    return next(
        (document_text(v["Document"]) for v in policy.get("PolicyVersionList", ()) if v["IsDefaultVersion"]), None
    )
