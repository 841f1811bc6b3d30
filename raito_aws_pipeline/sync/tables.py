"""The tables that the stages write: name (that of the asset), definition, and the key in the lake."""

from __future__ import annotations

from dataclasses import dataclass

from raito_aws_pipeline.aws.glue import GlueTable
from raito_aws_pipeline.aws.iam.entities import AccountEntity
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.model.buckets import Bucket, BucketContent
from raito_aws_pipeline.model.columns import Row
from raito_aws_pipeline.model.data_object_remainder import DataObjectRemainder
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.pushed_data_objects import PushedDataObjects
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

BUCKETS = Table("buckets", Bucket)
GLUE_TABLES = Table("glue_tables", GlueTable)
DATA_OBJECTS = Table("data_objects", DataObject)
BUCKET_CONTENTS = Table("bucket_contents", BucketContent)
DATA_OBJECT_REMAINDER = Table("data_object_remainder", DataObjectRemainder)
RAITO_DATA_SOURCE = Table("raito_data_source", PushedDataObjects)
DATA_OBJECT_SUBTREE = Table("data_object_subtree", DataObject)


def region_partition(region: str) -> dict[str, str]:
    """The partition of a table that is kept by region."""
    return {"region": region}
