"""Who a request comes from: STS's answer, and the account that requests reach."""

from __future__ import annotations

from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam import models as iam_models
from moto.iam.models import iam_backends
from moto.sts.models import STSBackend

from raito_aws_pipeline.local.aws.patches.iam_identifiers import entity_id
from raito_aws_pipeline.local.aws.patches.replacement import in_place_of

CALLER = "raito-sync"
"""Name of the IAM user that requests with unknown credentials come from."""

_served = {"account": DEFAULT_ACCOUNT_ID}


def apply() -> None:
    """Put the patches of this module in their place."""
    reach_the_served_account()
    name_the_caller()


def serve_account(account_id: str) -> None:
    """From now on, requests with credentials that moto has not given out reach this account."""
    _served["account"] = account_id


def caller_arn() -> str:
    """ARN of the user that requests with unknown credentials come from."""
    return f"arn:aws:iam::{_served['account']}:user/{CALLER}"


def reach_the_served_account() -> None:
    """Credentials belong to an account in AWS; moto maps unknown ones to 123456789012, here to the account served.

    Keys that moto gave out (CreateAccessKey, AssumeRole into another account) keep their account.
    """

    @in_place_of(iam_models, "get_account_id_from")
    def get_account_id_from(access_key: str) -> str:
        for account_id, partitions in list(iam_backends.items()):
            if any(access_key in iam.access_keys for iam in list(partitions.values())):
                return account_id
        return _served["account"]


def name_the_caller() -> None:
    """GetCallerIdentity answers an ARN of IAM in AWS; moto answers `arn:aws:sts::…:user/moto` for unknown keys."""
    identity_in_moto = STSBackend.get_caller_identity

    @in_place_of(STSBackend, "get_caller_identity")
    def get_caller_identity(self: Any, access_key_id: str, region: str) -> tuple[str, str, str]:
        user_id, arn, account_id = identity_in_moto(self, access_key_id, region)
        if arn.endswith(":user/moto"):
            return entity_id("AIDA", account_id, CALLER), f"arn:aws:iam::{account_id}:user/{CALLER}", account_id
        return user_id, arn, account_id
