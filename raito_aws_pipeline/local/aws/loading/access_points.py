"""S3 access points."""

from __future__ import annotations

from moto.s3control.models import s3control_backends

from raito_aws_pipeline.local.aws.account import CREATED, Account
from raito_aws_pipeline.local.aws.loading.members import document_text, member, seed, tag_list


def load(account: Account) -> None:
    """Create the access points of an account with their policies."""
    for index, access_point in enumerate(account.aws.access_points):
        region = s3control_backends[account.account][access_point.region]
        with member(f"aws.access_points[{index}]"):
            seed("access point", access_point.region, access_point.name)
            created = region.create_access_point(
                account_id=account.account,
                name=access_point.name,
                bucket=access_point.bucket,
                vpc_configuration={"VpcId": access_point.vpc} if access_point.vpc else {},
                public_access_block_configuration={},
                tags=tag_list(access_point.tags),
            )
            created.created = CREATED.isoformat()
            if access_point.policy is not None:
                created.set_policy(document_text(access_point.policy))
