"""Trails and their log files."""

from __future__ import annotations

import gzip
import json

from moto.cloudtrail.models import cloudtrail_backends
from moto.s3.models import s3_backends

from raito_aws_pipeline.local.aws.account import CREATED, Account, LogFile
from raito_aws_pipeline.local.aws.loading.members import member


def load(account: Account) -> None:
    """Create the trail of an account, and put its log files into the bucket."""
    trail = account.aws.cloudtrail
    if trail is None:
        return
    s3 = s3_backends[account.account]["aws"]
    with member("aws.cloudtrail"):
        if trail.name is not None:
            created = cloudtrail_backends[account.account][trail.region].create_trail(
                trail.name,
                trail.bucket,
                trail.prefix,
                sns_topic_name="",
                is_global=True,
                is_multi_region=True,
                log_validation=True,
                is_org_trail=False,
                cw_log_group_arn="",
                cw_role_arn="",
                kms_key_id="",
                tags_list=[],
            )
            created.status.is_logging = True
            created.status.started = CREATED
        for file in trail.files:
            key = s3.put_object(trail.bucket, file.key, _content(file), disable_notification=True)
            key.last_modified = CREATED


def _content(file: LogFile) -> bytes:
    text = file.raw if file.raw is not None else json.dumps({"Records": file.records})
    return gzip.compress(text.encode(), mtime=0) if file.gzip else text.encode()
