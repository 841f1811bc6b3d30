"""From an account written as data to moto's state.

Here: one module a service, and their order. Content goes straight into moto's backends, not over HTTP: the sample
account takes a fiftieth of the time so, and documents that AWS would refuse today can be there, as they can in AWS. Not
here: the shape of the data (`account`).
"""

from __future__ import annotations

from raito_aws_pipeline.local.aws.account import Account
from raito_aws_pipeline.local.aws.loading import access_points, cloudtrail, glue, iam, identity_center, s3


def load_account(account: Account) -> None:
    """Add an account to moto's state; what is there stays.

    Raises:
        AccountError: A member refers to nothing, or is there already. Part of the account may have been added.
    """
    s3.load(account)
    iam.load(account)
    glue.load(account)
    access_points.load(account)
    identity_center.load(account)
    cloudtrail.load(account)
