"""Actions and resources of an Allow statement that are not S3's, or have no effect (connector 4).

Here: the rows for them. Not here: what S3 actions grant (`what`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from raito_aws_pipeline.iam_policy.actions import Actions, Service, s3_actions_of, service_of
from raito_aws_pipeline.iam_policy.document import Statement
from raito_aws_pipeline.iam_policy.remainder import Rest, rest_of
from raito_aws_pipeline.iam_policy.scope import Reach
from raito_aws_pipeline.model.access_remainder import RemainderReason

NOT_ACTION = "NotAction"
"""Stands for the action of a statement with `NotAction`."""


def foreign_actions(statement: Statement, *, elsewhere: bool) -> Iterator[tuple[RemainderReason, str]]:
    """The actions of other services, by reason.

    Args:
        statement: An Allow statement.
        elsewhere: Its resources reach beyond S3, so that a wildcard over all services does grant something there.
    """
    if statement.not_action:
        if elsewhere:
            yield RemainderReason.NON_S3_ACTION, NOT_ACTION
        return
    others = [
        text
        for text in statement.actions
        if (service := service_of(text)) is Service.OTHER or (service is Service.SEVERAL and elsewhere)
    ]
    if others:
        yield RemainderReason.NON_S3_ACTION, ", ".join(dict.fromkeys(others))
    of_s3 = [text for text in statement.actions if service_of(text) is Service.OTHER_S3]
    if of_s3:
        yield RemainderReason.OTHER_S3_NAMESPACE, ", ".join(dict.fromkeys(of_s3))


def reason_of_foreign(reach: Reach, foreign: Mapping[RemainderReason, str]) -> tuple[RemainderReason, bool]:
    """Why a resource that is none of S3's is not in WHAT."""
    service = reach.pattern.head.split(":")[2:3]
    is_kin = bool(service) and service[0].startswith("s3")
    for reason in (RemainderReason.OTHER_S3_NAMESPACE,) * is_kin + (RemainderReason.NON_S3_ACTION,):
        if reason in foreign:
            return reason, True
    return RemainderReason.NO_EFFECT, False


def actions_without_effect(policy: str, statement: Statement, used: Actions) -> Iterator[Rest]:
    """Rows for S3 actions that do not exist, or act on none of the statement's resources.

    Args:
        policy: Name of the document.
        statement: An Allow statement.
        used: The actions that its resources are about; none: the rows of its resources say why.
    """
    if statement.not_action:
        return
    for text in dict.fromkeys(statement.actions):
        meant = s3_actions_of(text)
        if not meant and service_of(text) is Service.S3:
            # It may exist, and the table be older than it.
            yield rest_of(policy, statement, RemainderReason.NO_EFFECT, text)
        elif meant and used and not meant & used:
            yield rest_of(policy, statement, RemainderReason.NO_EFFECT, text, incomplete=False)
