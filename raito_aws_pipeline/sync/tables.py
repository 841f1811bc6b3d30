"""The tables that the stages write: name (that of the asset), definition, and the key in the lake."""

from __future__ import annotations

from dataclasses import dataclass

from raito_aws_pipeline.aws.access_points import AccessPoint
from raito_aws_pipeline.aws.glue import GlueTable
from raito_aws_pipeline.aws.iam.entities import AccountEntity
from raito_aws_pipeline.aws.iam.roles_and_policies import IamPolicy, IamRole
from raito_aws_pipeline.aws.permission_sets import PermissionSet
from raito_aws_pipeline.aws.s3.bucket_policies import BucketPolicy
from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.access_remainder import AccessRemainder
from raito_aws_pipeline.model.access_summaries import AccessSummary
from raito_aws_pipeline.model.buckets import Bucket, BucketContent
from raito_aws_pipeline.model.columns import Row
from raito_aws_pipeline.model.data_object_remainder import DataObjectRemainder
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.pushed_access_controls import PushedAccessControl
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

IAM_ROLES = Table("iam_roles", IamRole)
IAM_POLICIES = Table("iam_policies", IamPolicy)
BUCKET_POLICIES = Table("bucket_policies", BucketPolicy)
ACCESS_POINTS = Table("access_points", AccessPoint)
PERMISSION_SETS = Table("permission_sets", PermissionSet)
ACCESS_CONTROLS = Table("access_controls", AccessControl)
ACCESS_REMAINDER = Table("access_remainder", AccessRemainder)
ACCESS_SUMMARIES = Table("access_summaries", AccessSummary)
RAITO_ACCESS_CONTROLS = Table("raito_access_controls", PushedAccessControl)


def region_partition(region: str) -> dict[str, str]:
    """The partition of a table that is kept by region."""
    return {"region": region}
