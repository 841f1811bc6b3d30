"""S3's buckets."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.responses import S3Response

from raito_aws_pipeline.local.aws.patches.replacement import in_place_of

MAX_BUCKETS = 10_000
"""Buckets of a page of ListBuckets where the request does not say."""


def apply() -> None:
    """Put the patches of this module in their place."""
    page_buckets()


def page_buckets() -> None:
    """AWS lists buckets by name, with their region, in pages of MaxBuckets with a ContinuationToken.

    moto lists them as they were created, without region, and cuts a page off without a token, so that buckets are lost.
    """

    @in_place_of(S3Response, "all_buckets")
    def all_buckets(self: Any) -> Any:
        self.data["Action"] = "ListAllMyBuckets"
        self._authenticate_and_authorize_s3_action()
        size = int(self._get_param("max-buckets") or MAX_BUCKETS)
        after = self._get_param("continuation-token") or ""
        prefix, region = self._get_param("prefix"), self._get_param("bucket-region")
        found = self.backend.list_buckets(prefix=prefix, bucket_region=region, max_buckets=None)
        buckets = sorted((bucket for bucket in found if bucket.name > after), key=lambda bucket: bucket.name)
        page = buckets[:size]
        self.data["Action"] = "ListBuckets"
        return self.serialized(
            ActionResult(
                {
                    "Owner": {"ID": self.current_account.rjust(64, "0")},
                    "Prefix": prefix,
                    "Buckets": [
                        {
                            "Name": bucket.name,
                            "CreationDate": bucket.creation_date_ISO8601,
                            "BucketRegion": bucket.region_name,
                        }
                        for bucket in page
                    ],
                    "ContinuationToken": page[-1].name if len(buckets) > size else None,
                }
            )
        )
