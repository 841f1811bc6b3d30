"""The trail of the sample account: where CloudTrail delivers its log files. There are no log files yet."""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import HOME_REGION, TRAIL_BUCKET

CLOUDTRAIL: dict[str, Any] = {"region": HOME_REGION, "bucket": TRAIL_BUCKET, "name": "larkfield", "files": []}
