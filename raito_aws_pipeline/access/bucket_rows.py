"""Bucket policies: Raito has no access control for them, so each statement is a row of its bucket (connector 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from raito_aws_pipeline.access.drafts import row_about
from raito_aws_pipeline.aws.s3.bucket_policies import BucketPolicy
from raito_aws_pipeline.iam_policy.document import MalformedDocument, NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.remainder import Rest, rest_of, rest_of_malformed
from raito_aws_pipeline.model.access_remainder import RemainderReason


def bucket_policy_rests(policies: Iterable[BucketPolicy]) -> Iterator[Rest]:
    """A row a statement; one for a policy that is malformed, or could not be read."""
    for policy in policies:
        if not policy.readable:
            yield row_about(policy.bucket, RemainderReason.UNREADABLE, incomplete=False)
        elif policy.document is not None:
            yield from bucket_document_rests(NamedDocument(policy.bucket, parse_document(policy.document)))


def bucket_document_rests(policy: NamedDocument) -> Iterator[Rest]:
    """The rows of one bucket's policy that could be read."""
    if isinstance(policy.document, MalformedDocument):
        yield rest_of_malformed(policy.name, policy.document)
        return
    for statement in policy.document.statements:
        yield rest_of(policy.name, statement, RemainderReason.BUCKET_POLICY, incomplete=False)
