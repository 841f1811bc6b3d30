"""S3 access points as access controls: WHO and WHAT are what their policy says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from raito_aws_pipeline.access.delegation import delegates, lent_document
from raito_aws_pipeline.access.drafts import Draft, draft, remainder_rows, row_about, what_items
from raito_aws_pipeline.access.sources import AccessRules, AccessSources
from raito_aws_pipeline.aws.access_points import AccessPoint
from raito_aws_pipeline.aws.s3.bucket_policies import BucketPolicy
from raito_aws_pipeline.iam_policy.accounting import unaccounted, unaccounted_principals
from raito_aws_pipeline.iam_policy.document import NamedDocument, parse_document
from raito_aws_pipeline.iam_policy.known import KnownObjects
from raito_aws_pipeline.iam_policy.remainder import Rest
from raito_aws_pipeline.iam_policy.scope import AccessPoint as ScopedAccessPoint
from raito_aws_pipeline.iam_policy.scope import Scope
from raito_aws_pipeline.iam_policy.what import what_of
from raito_aws_pipeline.iam_policy.who import access_point_principals
from raito_aws_pipeline.model.access_controls import AccessControl, Who
from raito_aws_pipeline.model.access_remainder import RemainderReason


def access_point_scope(point: AccessPoint, scope: Scope) -> Scope | None:
    """The scope in which an access point's policy is understood; None: its bucket is not an imported one."""
    if point.bucket is None or point.bucket not in scope.buckets:
        return None
    return replace(scope, access_point=ScopedAccessPoint(point.arn, point.bucket))


def access_point_draft(
    point: AccessPoint,
    sources: AccessSources,
    rules: AccessRules,
    scope: Scope,
    known: KnownObjects,
    *,
    bucket_policies: Mapping[str, BucketPolicy],
) -> Draft:
    """The access control of one access point; rows alone where it has no policy, or none that could be understood."""
    external_id = f"accesspoint:{point.arn}"
    reason = _reason_of_none(point, sources, scope)
    within = access_point_scope(point, scope)
    if reason is not None or within is None or point.document is None:
        reason = reason or RemainderReason.UNKNOWN_BUCKET
        incomplete = reason != RemainderReason.NO_POLICY
        row = Rest(point.name, "", reason, point.bucket or "", point.document or "", incomplete)
        return Draft(None, remainder_rows(external_id, [row]))
    document = NamedDocument(point.name, parse_document(point.document))
    understood = what_of([document], within, known)
    who = access_point_principals(document, sources.principals)
    rests: list[Rest] = list(dict.fromkeys((*understood.remainder, *who.remainder)))
    roles = [role for role in who.roles if rules.imports_role(role)]
    rests += [
        row_about(point.name, RemainderReason.EXCLUDED_PRINCIPAL, f"role {role}")
        for role in who.roles
        if role not in roles
    ]
    if point.network_origin == "VPC":
        rests.append(row_about(point.name, RemainderReason.VPC_ORIGIN, point.vpc_id or ""))
    bucket_policy = bucket_policies.get(point.bucket or "")
    if bucket_policy is None or not delegates(
        lent_document(bucket_policy, point, who, sources.account_id), understood.what, scope, known
    ):
        rests.append(row_about(point.name, RemainderReason.BUCKET_NOT_DELEGATING, point.bucket or ""))
    control = AccessControl(
        external_id=external_id,
        name=point.name,
        type="aws_access_point",
        action="grant",
        policy=point.document,
        who=Who(
            users=who.users,
            groups=(),
            access_providers=tuple(sorted(map(sources.role_external_id, roles))) or None,
        ),
        actual_name=point.name,
        what=what_items(understood.what),
    )
    lost = unaccounted([document], understood, within)
    made = draft(control, rests, (*lost, *unaccounted_principals(document, rests, who.users, who.roles)))
    if made.control is not None and not made.control.incomplete:
        # Where nothing is missing the Raito CLI's connector does not say so either (protocol 6.5).
        return replace(made, control=msgspec.structs.replace(made.control, incomplete=None))
    return made


def _reason_of_none(point: AccessPoint, sources: AccessSources, scope: Scope) -> RemainderReason | None:
    """Why there is no access control."""
    if not point.readable:
        return RemainderReason.UNREADABLE
    if point.bucket_account_id not in (None, sources.account_id):
        return RemainderReason.FOREIGN_BUCKET
    if point.bucket is None or point.bucket not in scope.buckets:
        return RemainderReason.UNKNOWN_BUCKET
    return RemainderReason.NO_POLICY if point.document is None else None
