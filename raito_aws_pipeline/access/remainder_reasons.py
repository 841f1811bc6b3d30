"""What each reason of the remainder says, for people who read it in a terminal or a table.

Not here: the reasons themselves (`model.access_remainder`) and what has which (`iam_policy`, `access`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from raito_aws_pipeline.model.access_remainder import RemainderReason

REASON_TEXTS: Final[Mapping[RemainderReason, str]] = {
    RemainderReason.DENY: "a Deny: what it takes away for sure is not in WHO and WHAT, all else is",
    RemainderReason.CONDITION: "it holds under a condition only",
    RemainderReason.NOT_RESOURCE: "it is about all resources but those that it names",
    RemainderReason.NOT_PRINCIPAL: "it is for all principals but those that it names",
    RemainderReason.POLICY_VARIABLE: "what it is about depends on who asks",
    RemainderReason.ROLE_PRINCIPAL: "a role, and WHO of a role can hold users only",
    RemainderReason.SESSION_PRINCIPAL: "a session of a role or of a federated user",
    RemainderReason.ACCOUNT_PRINCIPAL: "all principals of the account whose own policies allow it",
    RemainderReason.ANYBODY: "anybody, of any account",
    RemainderReason.FOREIGN_PRINCIPAL: "a principal of another account",
    RemainderReason.SERVICE_PRINCIPAL: "a service of AWS",
    RemainderReason.FEDERATED_PRINCIPAL: "users of a SAML or OpenID Connect provider",
    RemainderReason.DELETED_PRINCIPAL: "a principal that was deleted: nobody gets anything",
    RemainderReason.UNKNOWN_PRINCIPAL: "no user or role that the account has",
    RemainderReason.EXCLUDED_PRINCIPAL: "a role that is left out",
    RemainderReason.DIFFERENT_PRINCIPALS: "it is not for all whom the other statements name",
    RemainderReason.KEY_WILDCARD: "a pattern of keys that is no folder: WHAT has the folders that it surely covers",
    RemainderReason.BUCKET_WILDCARD: "a pattern of buckets: those that are made later may match, too",
    RemainderReason.KEY_IS_FOLDER: "one key where there is a folder: it grants nothing of what lies below",
    RemainderReason.UNKNOWN_OBJECT: "no data object",
    RemainderReason.UNKNOWN_BUCKET: "no imported bucket of the account",
    RemainderReason.NO_EFFECT: "it grants nothing: there is no such action, or none on such a resource",
    RemainderReason.NON_S3_ACTION: "of other services than S3",
    RemainderReason.OTHER_S3_NAMESPACE: "of S3 Express, S3 Tables, S3 Object Lambda or S3 on Outposts",
    RemainderReason.ACCESS_POINT_RESOURCE: "access points, which are no data objects",
    RemainderReason.PERMISSIONS_BOUNDARY: "a permissions boundary may let through less",
    RemainderReason.BUCKET_POLICY: "of a bucket policy, for which Raito has no access controls",
    RemainderReason.BUCKET_NOT_DELEGATING: "the bucket's policy does not let the access point grant all of it",
    RemainderReason.UNREADABLE: "it could not be read",
    RemainderReason.MALFORMED: "it is none that AWS would take",
    RemainderReason.NO_POLICY: "the access point has no policy",
    RemainderReason.FOREIGN_BUCKET: "the bucket is of another account",
    RemainderReason.VPC_ORIGIN: "it holds for requests from one VPC only",
    RemainderReason.DELETED_ASSIGNMENT: "the assignment of a principal that was deleted",
}
"""A clause a reason, without a full stop."""
