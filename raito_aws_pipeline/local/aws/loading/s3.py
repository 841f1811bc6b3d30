"""Buckets and their objects."""

from __future__ import annotations

from moto.s3.models import s3_backends

from raito_aws_pipeline.local.aws.account import CREATED, Account, StoredObject
from raito_aws_pipeline.local.aws.loading.members import document_text, member, seed, tag_pairs


def load(account: Account) -> None:
    """Create the buckets of an account with their objects."""
    s3 = s3_backends[account.account]["aws"]
    for index, bucket in enumerate(account.aws.buckets):
        with member(f"aws.buckets[{index}]"):
            seed("bucket", bucket.name)
            created = s3.create_bucket(bucket.name, bucket.region)
            created.creation_date = bucket.created
            for stored in (*(StoredObject(key=key, modified=CREATED) for key in bucket.keys), *bucket.objects):
                content = bytes(stored.size) if stored.size is not None else stored.body.encode()
                key = s3.put_object(bucket.name, stored.key, content, disable_notification=True)
                key.last_modified = stored.modified
            if bucket.tags:
                s3.put_bucket_tagging(bucket.name, dict(tag_pairs(bucket.tags)))
            if bucket.policy is not None:
                s3.put_bucket_policy(bucket.name, document_text(bucket.policy).encode())
