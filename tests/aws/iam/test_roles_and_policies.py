"""Roles and managed policies as views of a sweep: columns, attachments, and which of AWS's policies are there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.iam.entities import AccountEntity, EntityTag, InlinePolicy
from raito_aws_pipeline.aws.iam.roles_and_policies import IamPolicy, IamRole, policies_of, roles_of
from raito_aws_pipeline.aws.iam.sweep import sweep_account
from raito_aws_pipeline.local.aws.sample_account import sample_account
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.model.columns import from_batch, to_batch

AWS = "arn:aws:iam::aws:policy/"
READ_ONLY = f"{AWS}AmazonS3ReadOnlyAccess"
DETAILS = "iam:GetAccountAuthorizationDetails"
ROLE = "role"


@pytest.fixture
def local_aws(running_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    running_aws.reset()
    for name, value in running_aws.environment().items():
        monkeypatch.setenv(name, value)
    return running_aws


def swept() -> list[AccountEntity]:
    return [entity for page in sweep_account(AwsClients(max_attempts=1)) for entity in page.entities]


def entity(kind: str, name: str, *attached: str, **members: Any) -> AccountEntity:
    arn = f"arn:aws:iam::123456789012:{kind}/{name}"
    return AccountEntity(kind=kind, name=name, id=name, arn=arn, path="/", attached_policy_arns=attached, **members)


def managed(arn: str, **members: Any) -> AccountEntity:
    """A managed policy."""
    name = arn.rpartition("/")[2]
    return AccountEntity(kind="policy", name=name, id=name, arn=arn, path="/", document="{}", **members)


def test_a_role_has_what_the_sweep_has_of_it() -> None:
    job = entity(
        ROLE,
        "job",
        READ_ONLY,
        trust_policy="{}",
        inline_policies=(InlinePolicy("i", "{}"),),
        permissions_boundary_arn=f"{AWS}PowerUserAccess",
        tags=(EntityTag("k", "v"),),
        last_used_region="eu-west-1",
    )
    rows = list(roles_of([entity("user", "ann"), job, entity("group", "g")]))
    assert rows == [
        IamRole(
            name="job",
            id="job",
            arn="arn:aws:iam::123456789012:role/job",
            path="/",
            trust_policy="{}",
            inline_policies=(InlinePolicy("i", "{}"),),
            attached_policy_arns=(READ_ONLY,),
            permissions_boundary_arn=f"{AWS}PowerUserAccess",
            tags=(EntityTag("k", "v"),),
            last_used_region="eu-west-1",
        )
    ]
    assert from_batch(IamRole, to_batch(IamRole, rows)) == rows


def test_what_could_not_be_read_of_a_role_stays_null() -> None:
    [row] = roles_of([AccountEntity(kind=ROLE, name="r", id="AROA", arn="arn:aws:iam::123456789012:role/r")])
    assert (row.inline_policies, row.attached_policy_arns, row.tags, row.trust_policy) == (None,) * 4


def test_a_policy_has_the_names_of_what_it_is_attached_to() -> None:
    own = "arn:aws:iam::123456789012:policy/teams/own"
    entities = [
        managed(own, default_version_id="v2"),
        managed(READ_ONLY),
        entity("user", "zoe", own),
        entity("user", "ann", own, READ_ONLY),
        entity("group", "ops", own),
        entity("role", "job", READ_ONLY),
    ]
    rows = policies_of(reversed(entities))
    assert [(r.name, r.is_aws_managed, r.attached_users, r.attached_groups, r.attached_roles) for r in rows] == [
        ("own", False, ("ann", "zoe"), ("ops",), ()),
        ("AmazonS3ReadOnlyAccess", True, ("ann",), (), ("job",)),
    ]
    assert (rows[0].document, rows[0].default_version_id) == ("{}", "v2")
    assert rows == policies_of(entities)
    assert from_batch(IamPolicy, to_batch(IamPolicy, rows)) == rows


def test_a_permissions_boundary_is_no_attachment() -> None:
    bounded = entity(ROLE, "job", permissions_boundary_arn=READ_ONLY)
    [row] = policies_of([managed(READ_ONLY), bounded])
    assert (row.attached_users, row.attached_groups, row.attached_roles) == ((), (), ())


@pytest.mark.parametrize(
    ("arn", "name", "path", "of_aws"),
    [
        (f"{AWS}job-function/Billing", "Billing", "/job-function/", True),
        (READ_ONLY, "AmazonS3ReadOnlyAccess", "/", True),
        ("arn:aws-cn:iam::123456789012:policy/a/b/own", "own", "/a/b/", False),
    ],
)
def test_an_attached_policy_that_could_not_be_read_is_a_row_without_a_document(
    arn: str, name: str, path: str, of_aws: bool
) -> None:
    [row] = policies_of([entity("user", "ann", arn)])
    assert (row.name, row.path, row.is_aws_managed, row.document) == (name, path, of_aws, None)
    assert row.attached_users == ("ann",)


_KINDS = st.sampled_from(["user", "group", "role"])
_ARNS = st.sampled_from([READ_ONLY, f"{AWS}PowerUserAccess", "arn:aws:iam::123456789012:policy/own"])


@given(
    attached=st.dictionaries(st.tuples(_KINDS, st.sampled_from("abc")), st.sets(_ARNS)),
    known=st.sets(_ARNS),
    order=st.randoms(use_true_random=False),
)
def test_no_attachment_is_lost_or_made_up(
    attached: dict[tuple[str, str], set[str]], known: set[str], order: Any
) -> None:
    entities = [entity(kind, name, *sorted(arns)) for (kind, name), arns in attached.items()]
    entities += [managed(arn) for arn in known]
    order.shuffle(entities)
    rows = policies_of(entities)
    told = {
        (kind, name, row.arn)
        for row in rows
        for kind, names in (
            ("user", row.attached_users),
            ("group", row.attached_groups),
            ("role", row.attached_roles),
        )
        for name in names
    }
    assert told == {(kind, name, arn) for (kind, name), arns in attached.items() for arn in arns}
    assert {row.arn for row in rows} == known.union(*attached.values())
    assert [row.document is not None for row in rows] == [row.arn in known for row in rows]


@pytest.mark.parametrize("details_allowed", [True, False])
def test_of_awss_policies_just_those_in_use_come_with_their_documents(
    local_aws: LocalAws, details_allowed: bool
) -> None:
    local_aws.load(sample_account())
    if not details_allowed:
        local_aws.faults.deny(DETAILS)
    entities = swept()
    rows = policies_of(entities)
    attached = {arn for e in entities for arn in e.attached_policy_arns or ()}
    bounding = {e.permissions_boundary_arn for e in entities if e.permissions_boundary_arn}
    of_aws = {row.arn for row in rows if row.is_aws_managed}
    assert of_aws == {arn for arn in attached | bounding if arn.startswith(AWS)}
    assert 0 < len(of_aws) < 30
    assert all(row.document for row in rows)
    customers = {policy["name"] for policy in sample_account()["aws"]["policies"]}
    assert {row.name for row in rows if not row.is_aws_managed} == customers
    assert len(list(roles_of(entities))) == len(sample_account()["aws"]["roles"])


def test_a_policy_of_aws_that_may_not_be_read_is_still_told_with_its_attachments(local_aws: LocalAws) -> None:
    users = [{"name": "ann", "attached": [READ_ONLY]}]
    local_aws.load({"account": "123456789012", "aws": {"users": users}})
    local_aws.faults.deny(DETAILS)
    local_aws.faults.deny("iam:GetPolicy", PolicyArn=f"{AWS}*")
    [row] = policies_of(swept())
    assert (row.arn, row.document, row.attached_users) == (READ_ONLY, None, ("ann",))
