"""What of a document neither WHO nor WHAT can say (connector 4: remainder).

Here: one row before it is known which access control it belongs to. Not here: the reasons (`model.access_remainder`)
and what makes a row.
"""

from __future__ import annotations

from dataclasses import dataclass

from raito_aws_pipeline.iam_policy.document import MalformedDocument, Statement
from raito_aws_pipeline.model.access_remainder import RemainderReason


@dataclass(frozen=True, slots=True)
class Rest:
    """One thing that was not carried over; the columns of `AccessRemainder` without the access control.

    Args:
        policy: Where it stands: the name of the document.
        sid: Sid of the statement, else its number; empty: the whole document.
        reason: Why.
        element: The principal, action or resource that it is about; actions of other services stand together, separated
            by `, `; empty: the whole statement.
        statement: The statement as JSON; of a malformed document its text.
        incomplete: More or less is granted than WHO and WHAT say.
    """

    policy: str
    sid: str
    reason: RemainderReason
    element: str
    statement: str
    incomplete: bool


def rest_of(
    policy: str, statement: Statement, reason: RemainderReason, element: str = "", *, incomplete: bool = True
) -> Rest:
    """A row of a statement, or of an element of it."""
    return Rest(policy, statement.sid, reason, element, statement.text, incomplete)


def rest_of_malformed(policy: str, document: MalformedDocument) -> Rest:
    """The one row of a document that is none."""
    return Rest(policy, "", RemainderReason.MALFORMED, "", document.text, incomplete=True)
