"""The account that single documents are explained for, where there is none to ask: what they name is taken to exist.

Here: the account's id, partition and buckets from what the documents name. Not here: what documents mean in it
(`explaining`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from raito_aws_pipeline.iam_policy.document import Document, MalformedDocument, Statement
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.model.full_names import US_EAST_1, FullNames

DEFAULT_ACCOUNT_ID: Final = "123456789012"

_ARN = re.compile(r'"arn:(aws[a-z-]*):[^:"]*:[^:"]*:(\d{12}(?=:))?')
_IN_BUCKET = re.compile(r"arn:[^:]*:s3:::([^/:*?$]+)(?:/|\Z)")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class AssumedAccount:
    """An account that nobody asked AWS about.

    Args:
        scope: Its id, partition and buckets.
        buckets_given: The buckets were said by the caller; otherwise they are those that documents name.
        assumptions: What was not said and is assumed, a sentence each.
    """

    scope: Scope
    buckets_given: bool
    assumptions: tuple[str, ...]


def assume_account(
    documents: Iterable[Document | MalformedDocument],
    *,
    account_id: str | None = None,
    buckets: Mapping[str, str] | None = None,
) -> AssumedAccount:
    """The account of these documents.

    Args:
        documents: All that will be explained together.
        account_id: Its id; None: the one that the ARNs in the documents name if they name just one, else
            `DEFAULT_ACCOUNT_ID`.
        buckets: Region by name of all its buckets; none: those that the documents name, in us-east-1.
    """
    statements = [s for document in documents if isinstance(document, Document) for s in document.statements]
    arns = {arn.groups() for statement in statements for arn in _ARN.finditer(statement.text)}
    partitions = {partition for partition, _ in arns}
    assumptions = []
    if account_id is None:
        account_id, assumption = _account(sorted({account for _, account in arns if account}))
        assumptions.append(assumption)
    found = dict(buckets or {})
    if not found:
        found = dict.fromkeys(sorted(set(_named_buckets(statements))), US_EAST_1)
        if found:
            assumptions.append(f"Buckets: those that are named, in {US_EAST_1} ({_list(list(found))}).")
    scope = Scope(FullNames(account_id), found, partition=partitions.pop() if len(partitions) == 1 else "aws")
    return AssumedAccount(scope, bool(buckets), tuple(assumptions))


def _account(named: list[str]) -> tuple[str, str]:
    if len(named) == 1:
        return named[0], f"Account: {named[0]}, the only one that is named."
    why = f"several are named ({_list(named)})" if named else "none is named"
    return DEFAULT_ACCOUNT_ID, f"Account: {DEFAULT_ACCOUNT_ID}, since {why}."


def _named_buckets(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        for resource in statement.resources or ():
            if found := _IN_BUCKET.match(resource):
                yield found.group(1)


def _list(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
