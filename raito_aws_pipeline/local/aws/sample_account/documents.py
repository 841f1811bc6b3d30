"""Policy documents in IAM's words: `document(allow(…), deny(…))`, `document(trust_user(…))`.

Here: statements, principals and ARNs. Not here: the documents of the account, which lie with what carries them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import ACCOUNT

Document = dict[str, Any]
Statement = dict[str, Any]
Condition = dict[str, dict[str, Any]]
Texts = str | Sequence[str]

VERSION = "2012-10-17"
OLD_VERSION = "2008-10-17"
"""The version of old documents, in which `${…}` is no variable."""

LIST_BUCKET = ("s3:ListBucket", "s3:GetBucketLocation")
READ_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion")
WRITE_OBJECTS = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload")


def document(*statements: Statement, version: str = VERSION) -> Document:
    """A policy document of these statements."""
    return {"Version": version, "Statement": list(statements)}


def allow(action: Texts, resource: Texts, *, condition: Condition | None = None, sid: str | None = None) -> Statement:
    """An `Allow` statement of an identity policy."""
    return _statement("Allow", {"Action": _written(action), "Resource": _written(resource)}, condition, sid)


def deny(action: Texts, resource: Texts, *, condition: Condition | None = None, sid: str | None = None) -> Statement:
    """A `Deny` statement of an identity policy."""
    return _statement("Deny", {"Action": _written(action), "Resource": _written(resource)}, condition, sid)


def granted_to(principal: Any, statement: Statement) -> Statement:
    """A statement of a resource's policy: the same statement, with its `Principal`."""
    return {**statement, "Principal": principal}


def trust_user(
    arn: Texts, *, action: Texts = "sts:AssumeRole", condition: Condition | None = None, sid: str | None = None
) -> Statement:
    """Trust in users, or in any other principals that are named by ARN, id or account."""
    return _trust({"AWS": _written(arn)}, action, condition, sid)


def trust_account(account: str, *, condition: Condition | None = None) -> Statement:
    """Trust in everyone whom an account's administrators let assume roles."""
    return _trust({"AWS": f"arn:aws:iam::{account}:root"}, "sts:AssumeRole", condition, None)


def trust_service(service: Texts) -> Statement:
    """Trust in services of AWS, by the host name's first part (`lambda`)."""
    names = [service] if isinstance(service, str) else service
    hosts = [f"{name}.amazonaws.com" for name in names]
    return _trust({"Service": hosts[0] if len(hosts) == 1 else hosts}, "sts:AssumeRole", None, None)


def trust_saml(provider: str) -> Statement:
    """Trust in those who sign in by a SAML provider of the account."""
    condition = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    principal = {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/{provider}"}
    return _trust(principal, "sts:AssumeRoleWithSAML", condition, None)


def trust_oidc(provider: str, subject: str) -> Statement:
    """Trust in the tokens of an OIDC provider of the account that are for a subject."""
    condition = {"StringEquals": {f"{provider}:aud": "sts.amazonaws.com"}, "StringLike": {f"{provider}:sub": subject}}
    principal = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{provider}"}
    return _trust(principal, "sts:AssumeRoleWithWebIdentity", condition, None)


def trust_identity_center() -> Statement:
    """The trust of the roles that Identity Center makes: its own SAML provider."""
    principal = {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/AWSSSO_1a2b3c4d5e6f7081_DO_NOT_DELETE"}
    condition = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    return _trust(principal, ("sts:AssumeRoleWithSAML", "sts:TagSession"), condition, None)


def trust_everyone(condition: Condition | None = None) -> Statement:
    """Trust in `*`."""
    return _trust("*", "sts:AssumeRole", condition, None)


def bucket_arn(bucket: str) -> str:
    """ARN of a bucket."""
    return f"arn:aws:s3:::{bucket}"


def objects_arn(bucket: str, keys: str = "*") -> str:
    """ARN of objects in a bucket; without `keys`, of all."""
    return f"arn:aws:s3:::{bucket}/{keys}"


def user_arn(name: str, path: str = "/", account: str = ACCOUNT) -> str:
    """ARN of a user."""
    return f"arn:aws:iam::{account}:user{path}{name}"


def role_arn(name: str, path: str = "/", account: str = ACCOUNT) -> str:
    """ARN of a role."""
    return f"arn:aws:iam::{account}:role{path}{name}"


def aws_policy(name: str) -> str:
    """ARN of an AWS managed policy, by its path and name (`job-function/Billing`)."""
    return f"arn:aws:iam::aws:policy/{name}"


def access_point_arn(region: str, name: str, objects: str | None = None) -> str:
    """ARN of an access point, or of objects behind it."""
    arn = f"arn:aws:s3:{region}:{ACCOUNT}:accesspoint/{name}"
    return arn if objects is None else f"{arn}/object/{objects}"


def _trust(principal: Any, action: Texts, condition: Condition | None, sid: str | None) -> Statement:
    return _statement("Allow", {"Principal": principal, "Action": _written(action)}, condition, sid)


def _statement(effect: str, elements: Statement, condition: Condition | None, sid: str | None) -> Statement:
    statement: Statement = {} if sid is None else {"Sid": sid}
    statement |= {"Effect": effect, **elements}
    if condition is not None:
        statement["Condition"] = condition
    return statement


def _written(texts: Texts) -> str | list[str]:
    """A single text as it is, several as a list: IAM takes both."""
    return texts if isinstance(texts, str) else list(texts)
