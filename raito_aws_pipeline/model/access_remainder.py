"""What of AWS's policies no access control can say, row by row with the reason (connector 4)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from raito_aws_pipeline.model.columns import Column, Row


class RemainderReason(StrEnum):
    """Why a statement, or a part of one, is not among WHO and WHAT (connector 4)."""

    DENY = "deny"
    CONDITION = "condition"
    NOT_RESOURCE = "not_resource"
    NOT_PRINCIPAL = "not_principal"
    POLICY_VARIABLE = "policy_variable"
    ROLE_PRINCIPAL = "role_principal"
    SESSION_PRINCIPAL = "session_principal"
    ACCOUNT_PRINCIPAL = "account_principal"
    ANYBODY = "anybody"
    FOREIGN_PRINCIPAL = "foreign_principal"
    SERVICE_PRINCIPAL = "service_principal"
    FEDERATED_PRINCIPAL = "federated_principal"
    DELETED_PRINCIPAL = "deleted_principal"
    UNKNOWN_PRINCIPAL = "unknown_principal"
    EXCLUDED_PRINCIPAL = "excluded_principal"
    DIFFERENT_PRINCIPALS = "different_principals"
    """A statement of an access point that is not for all whom its other statements name."""
    KEY_WILDCARD = "key_wildcard"
    BUCKET_WILDCARD = "bucket_wildcard"
    KEY_IS_FOLDER = "key_is_folder"
    UNKNOWN_OBJECT = "unknown_object"
    UNKNOWN_BUCKET = "unknown_bucket"
    NO_EFFECT = "no_effect"
    NON_S3_ACTION = "non_s3_action"
    OTHER_S3_NAMESPACE = "other_s3_namespace"
    ACCESS_POINT_RESOURCE = "access_point_resource"
    PERMISSIONS_BOUNDARY = "permissions_boundary"
    BUCKET_POLICY = "bucket_policy"
    BUCKET_NOT_DELEGATING = "bucket_not_delegating"
    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    NO_POLICY = "no_policy"
    FOREIGN_BUCKET = "foreign_bucket"
    VPC_ORIGIN = "vpc_origin"
    DELETED_ASSIGNMENT = "deleted_assignment"


class AccessRemainder(Row, frozen=True, kw_only=True):
    """One statement, principal, action or resource that was not carried over, and where it stands."""

    access_control: Annotated[str, Column("External id of the access control it belongs to; empty: it has none.")]
    policy: Annotated[str, Column("Where it stands: name or ARN of the policy, 'trust', or the bucket's name.")]
    sid: Annotated[str, Column("Sid of the statement, else its number, #1 the first; empty: the whole document.")]
    reason: Annotated[str, Column("Why: deny, condition, key_wildcard, …")]
    element: Annotated[
        str, Column("The principal, action (or actions) or resource that it is about; empty: the whole statement.")
    ]
    statement: Annotated[
        str, Column("The statement as JSON, its conditions with it; of a malformed document its text.")
    ]
    incomplete: Annotated[bool, Column("Whether the access control grants more or less than Raito is told for it.")]
