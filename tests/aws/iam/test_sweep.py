"""The sweep over an account that the embedded AWS serves: calls, pages, rows, and the two ways that give the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.iam.entities import AccountEntity, EntityKind, EntityTag
from raito_aws_pipeline.aws.iam.sweep import sweep_account
from raito_aws_pipeline.aws.iam.sweep_pages import SweepPage, SweepWay
from raito_aws_pipeline.errors import PermissionMissingError
from raito_aws_pipeline.local.aws.sample_account import sample_account
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.model.columns import from_batch, schema_of, to_batch
from raito_aws_pipeline.model.read_failures import ReadFailure
from tests.aws.iam.accounts import account_of
from tests.golden import golden_json

DETAILS = "iam:GetAccountAuthorizationDetails"


@pytest.fixture
def local_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalAws]:
    with LocalAws() as aws:
        for name, value in aws.environment().items():
            monkeypatch.setenv(name, value)
        yield aws


def rows(pages: list[SweepPage]) -> set[AccountEntity]:
    """The rows of a sweep, of which none comes twice."""
    entities = [entity for page in pages for entity in page.entities]
    assert len({entity.arn for entity in entities}) == len(entities)
    return set(entities)


def failures(pages: list[SweepPage]) -> list[ReadFailure]:
    return [failure for page in pages for failure in page.failures]


def swept_both_ways(aws: LocalAws, page_size: int = 1000) -> tuple[list[SweepPage], list[SweepPage]]:
    details = list(sweep_account(AwsClients(), page_size))
    aws.faults.deny(DETAILS)
    return details, list(sweep_account(AwsClients(), page_size))


def test_an_account_of_44_users_5_groups_78_roles_and_84_policies_takes_one_call(local_aws: LocalAws) -> None:
    local_aws.load(account_of(users=44, groups=5, roles=78, policies=84))
    pages = list(sweep_account(AwsClients()))
    assert local_aws.calls() == {"sts:GetCallerIdentity": 1, DETAILS: 1}
    assert (sum(p.calls for p in pages), failures(pages), {p.way for p in pages}) == (
        1,
        [],
        {SweepWay.AUTHORIZATION_DETAILS},
    )
    kinds = [entity.kind for entity in rows(pages)]
    counts = {kind.value: kinds.count(kind) for kind in EntityKind}
    # Two AWS managed policies are attached.
    assert counts == {"account": 1, "user": 44, "group": 5, "role": 78, "policy": 84 + 2}


def test_the_account_is_the_first_row(local_aws: LocalAws) -> None:
    local_aws.load(account_of(users=1, groups=1, roles=1, policies=1))
    first = next(sweep_account(AwsClients())).entities[0]
    assert (first.kind, first.name, first.id) == ("account", "123456789012", "123456789012")
    assert first.arn == "arn:aws:iam::123456789012:root"


def test_an_empty_account_is_one_row(local_aws: LocalAws) -> None:
    assert [entity.kind for entity in rows(list(sweep_account(AwsClients())))] == ["account"]
    assert failures(list(sweep_account(AwsClients()))) == []


def test_pages_are_followed_and_hold_no_more_than_they_may(local_aws: LocalAws) -> None:
    local_aws.load(account_of(users=9, groups=3, roles=11, policies=4))
    whole = rows(list(sweep_account(AwsClients())))
    local_aws.forget_calls()
    pages = list(sweep_account(AwsClients(), page_size=5))
    assert rows(pages) == whole
    # The account itself comes with the first page.
    assert [len(p.entities) for p in pages] == [6, 5, 5, 5, 5, 4]
    assert local_aws.calls()[DETAILS] == 6


def test_rows_hold_what_iam_knows_sorted_where_iam_has_no_order(local_aws: LocalAws) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    account: dict[str, Any] = {
        "users": [
            {
                "name": "ann",
                "path": "/people/",
                "tags": [["z", "1"], ["a", ""]],
                "groups": ["writers", "Readers"],
                "inline": {"two": document, "one": document},
                "attached": ["own", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
                "permissions_boundary": "own",
            }
        ],
        "groups": [{"name": "writers"}, {"name": "Readers"}],
        "roles": [
            {"name": "job", "trust": document, "last_used": "2025-02-03T04:05:06Z", "last_used_region": "eu-west-1"}
        ],
        "policies": [{"name": "own", "document": document, "versions": [{**document, "Id": "newer"}]}],
    }
    local_aws.load({"account": "123456789012", "aws": account})
    by_name = {entity.name: entity for entity in rows(list(sweep_account(AwsClients())))}
    ann, job, own = by_name["ann"], by_name["job"], by_name["own"]
    assert (ann.arn, ann.path) == ("arn:aws:iam::123456789012:user/people/ann", "/people/")
    assert ann.tags == (EntityTag("z", "1"), EntityTag("a", ""))
    assert ann.group_names == ("Readers", "writers")
    assert [policy.name for policy in ann.inline_policies or ()] == ["one", "two"]
    assert ann.attached_policy_arns == (
        "arn:aws:iam::123456789012:policy/own",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
    )
    assert ann.permissions_boundary_arn == "arn:aws:iam::123456789012:policy/own"
    assert job.last_used_at is not None
    assert (job.last_used_at.isoformat(), job.last_used_region) == ("2025-02-03T04:05:06+00:00", "eu-west-1")
    assert job.trust_policy is not None
    assert '"s3:*"' in job.trust_policy
    assert own.default_version_id == "v2"
    assert own.document is not None
    assert '"newer"' in own.document


def test_rows_survive_parquet(local_aws: LocalAws) -> None:
    local_aws.load(account_of(users=3, groups=2, roles=4, policies=2))
    page = next(sweep_account(AwsClients()))
    batch = to_batch(AccountEntity, page.entities)
    assert batch.schema == schema_of(AccountEntity)
    assert from_batch(AccountEntity, batch) == list(page.entities)


@pytest.mark.parametrize("page_size", [1000, 3])
def test_both_ways_of_the_sweep_give_the_same_rows(local_aws: LocalAws, page_size: int) -> None:
    local_aws.load(account_of(users=13, groups=4, roles=12, policies=7))
    details, list_and_get = swept_both_ways(local_aws, page_size)
    assert rows(list_and_get) == rows(details)
    assert failures(list_and_get) == []
    assert {p.way for p in list_and_get} == {SweepWay.LIST_AND_GET}
    assert max(len(p.entities) for p in list_and_get) <= max(page_size, 4) + 1


@pytest.mark.parametrize("case", ["a-identities", "e-access-import", "g-permission-sets"])
def test_both_ways_give_the_same_rows_for_the_golden_accounts(local_aws: LocalAws, case: str) -> None:
    local_aws.load(golden_json(case, "case.json"))
    details, list_and_get = swept_both_ways(local_aws)
    assert len(rows(details)) > 10
    assert rows(list_and_get) == rows(details)
    assert failures(list_and_get) == []


def test_both_ways_give_the_same_rows_for_the_sample_account(local_aws: LocalAws) -> None:
    local_aws.load(sample_account())
    details, list_and_get = swept_both_ways(local_aws)
    assert len(rows(details)) > 200
    assert rows(list_and_get) == rows(details)
    assert failures(list_and_get) == []


def test_a_throttled_call_is_tried_again(local_aws: LocalAws) -> None:
    local_aws.load(account_of(users=2, groups=1, roles=1, policies=1))
    local_aws.faults.throttle(DETAILS)
    pages = list(sweep_account(AwsClients()))
    assert failures(pages) == []
    assert local_aws.calls()[DETAILS] == 2


def test_a_page_that_fails_after_all_attempts_leaves_every_part_incomplete(local_aws: LocalAws) -> None:
    local_aws.load(account_of(users=6, groups=2, roles=4, policies=2))
    local_aws.faults.fail(DETAILS, after=2)
    pages = list(sweep_account(AwsClients(max_attempts=2), page_size=3))
    assert len(rows(pages)) == 1 + 2 * 3
    assert [f.part for f in failures(pages)] == ["users", "groups", "roles", "policies"]
    assert local_aws.calls()[DETAILS] == 2 + 2


def test_a_denied_call_for_some_entities_fails_those_alone(local_aws: LocalAws) -> None:
    local_aws.load(account_of(users=4, groups=2, roles=3, policies=2))
    local_aws.faults.deny("iam:GetUser", UserName="user-1")
    local_aws.faults.deny("iam:GetPolicy", PolicyArn="arn:aws:iam::aws:*")
    details, list_and_get = swept_both_ways(local_aws)
    lost = rows(details) - rows(list_and_get)
    aws_policies = {entity.arn for entity in lost if entity.kind == EntityKind.POLICY}
    assert {entity.name for entity in lost if entity.kind != EntityKind.POLICY} == {"user-1"}
    assert aws_policies
    assert {(f.part, f.subject, f.code) for f in failures(list_and_get)} == {
        ("users", "arn:aws:iam::123456789012:user/people/user-1", "AccessDenied"),
        *(("policies", arn, "AccessDenied") for arn in aws_policies),
    }
    assert "iam:GetUser" in next(f for f in failures(list_and_get) if f.part == "users").remedy


def test_where_nothing_is_allowed_the_message_says_which_action_to_add(local_aws: LocalAws) -> None:
    local_aws.faults.deny(DETAILS)
    local_aws.faults.deny("iam:ListUsers")
    with pytest.raises(PermissionMissingError, match=r"Missing: the IAM action iam:GetAccountAuthorizationDetails"):
        list(sweep_account(AwsClients()))
    assert local_aws.calls() == {"sts:GetCallerIdentity": 1, DETAILS: 1, "iam:ListUsers": 1}


def test_the_calls_of_the_slow_way_grow_with_the_account_and_not_with_aws_managed_policies(
    local_aws: LocalAws,
) -> None:
    local_aws.load(account_of(users=10, groups=2, roles=10, policies=5))
    local_aws.faults.deny(DETAILS)
    pages = list(sweep_account(AwsClients()))
    calls = local_aws.calls()
    assert sum(p.calls for p in pages) == calls.total() - calls["sts:GetCallerIdentity"]
    aws_policies = [e for e in rows(pages) if e.kind == EntityKind.POLICY and ":aws:policy/" in e.arn]
    assert calls["iam:GetPolicy"] == len(aws_policies) == 2
    assert calls["iam:GetPolicyVersion"] == 5 + 2
