"""The tables that the stages write: name (that of the asset), definition, and the key in the lake."""

from __future__ import annotations

from dataclasses import dataclass

from raito_aws_pipeline.aws.iam.entities import AccountEntity
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.model.columns import Row
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.pushed_identities import PushedIdentity


@dataclass(frozen=True, slots=True)
class Table:
    """A table of every target that has it; `name` is also the name of its asset."""

    name: str
    row: type[Row]

    def key(self, target: Target) -> tuple[str, ...]:
        """The table's key in the lake, and the asset's in Dagster: the target's slug, then the name."""
        return (target.slug, self.name)


ACCOUNT_AUTHORIZATION_DETAILS = Table("account_authorization_details", AccountEntity)
USERS = Table("users", User)
GROUPS = Table("groups", Group)
RAITO_IDENTITY_STORE = Table("raito_identity_store", PushedIdentity)
