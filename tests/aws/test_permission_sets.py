"""Permission sets of an account: what is read of them, by how many calls, and what becomes of what cannot be read."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.permission_sets import (
    Assignment,
    PermissionSet,
    PermissionSets,
    PermissionSetTag,
    read_permission_sets,
)
from raito_aws_pipeline.errors import CredentialsError, UnavailableError
from raito_aws_pipeline.local.aws.sample_account import sample_account
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.model.columns import from_batch, to_batch
from tests.golden import golden_json

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
REGION = "eu-central-1"
PROVISIONED = "sso-admin:ListPermissionSetsProvisionedToAccount"
ASSIGNMENTS = "sso-admin:ListAccountAssignments"
DESCRIBE = "sso-admin:DescribePermissionSet"
TAGS = "sso-admin:ListTagsForResource"
LIST_USERS, DESCRIBE_USER = "identitystore:ListUsers", "identitystore:DescribeUser"


@pytest.fixture
def local_aws(running_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    running_aws.reset()
    for name, value in running_aws.environment().items():
        monkeypatch.setenv(name, value)
    return running_aws


@cache
def clients(max_attempts: int = 1) -> AwsClients:
    """Clients for all tests, at the embedded AWS: to make some takes longer than to use them."""
    return AwsClients(regions=(REGION,), concurrency=2, max_attempts=max_attempts)


def center(*permission_sets: dict[str, Any], users: int = 3, groups: Sequence[str | None] = ("Analysts",)) -> Any:
    """An account with Identity Center: users u00, u01, … and groups by display name."""
    return {
        "account": ACCOUNT,
        "aws": {
            "identity_center": {
                "region": REGION,
                "users": [{"user_name": f"u{n:02}"} for n in range(users)],
                "groups": [{"display_name": name} for name in groups],
                "permission_sets": list(permission_sets),
            }
        },
    }


def permission_set(name: str, *users: str, groups: Sequence[str] = (), **members: Any) -> dict[str, Any]:
    """A permission set that is assigned to these users and groups."""
    principals = [*(("USER", user) for user in users), *(("GROUP", group) for group in groups)]
    assignments = [{"type": kind, "principal": principal} for kind, principal in principals]
    return {"name": name, "assignments": assignments, **members}


def instance() -> tuple[str, str]:
    """ARN of the instance and id of its store."""
    [found] = clients().client("sso-admin").list_instances()["Instances"]
    return found["InstanceArn"], found["IdentityStoreId"]


def read(
    local_aws: LocalAws, *, page_size: int = 100, region: str | None = REGION, max_attempts: int = 1
) -> PermissionSets:
    arn, store = instance()
    local_aws.forget_calls()
    return read_permission_sets(
        clients(max_attempts),
        instance_arn=arn,
        identity_store_id=store,
        account_id=local_aws.account_id,
        region=region,
        page_size=page_size,
    )


def assigned(read: PermissionSets) -> dict[str, list[str | None] | None]:
    """Names of the principals by permission set."""
    return {
        one.name: None if one.assignments is None else sorted((a.name for a in one.assignments), key=str)
        for one in read.permission_sets
    }


def failures(read: PermissionSets) -> list[tuple[str, str, str]]:
    names = {one.arn: one.name for one in read.permission_sets}
    return [(f.part, names.get(f.subject, f.subject), f.call) for f in read.failures]


def delete_user(name: str) -> str:
    """Delete a user of the identity store; its id."""
    client, store = clients().client("identitystore"), instance()[1]
    [found] = [user for user in client.list_users(IdentityStoreId=store)["Users"] if user.get("UserName") == name]
    client.delete_user(IdentityStoreId=store, UserId=found["UserId"])
    return found["UserId"]


def test_a_permission_set_is_told_with_tags_and_named_principals(local_aws: LocalAws) -> None:
    local_aws.load(
        center(
            permission_set("Writers"),
            permission_set("Readers", "u01", groups=["Analysts"], description="read", tags={"z": "1", "a": ""}),
        )
    )
    found = read(local_aws)
    [readers] = found.permission_sets
    group, user = readers.assignments or ()
    assert readers == PermissionSet(
        instance_arn=instance()[0],
        arn=readers.arn,
        name="Readers",
        description="read",
        tags=(PermissionSetTag("a", ""), PermissionSetTag("z", "1")),
        assignments=(
            Assignment("GROUP", group.principal_id, "Analysts", False),
            Assignment("USER", user.principal_id, "u01", False),
        ),
    )
    assert found.failures == []
    assert from_batch(PermissionSet, to_batch(PermissionSet, [readers])) == [readers]


def test_of_the_sample_account_those_that_are_assigned_here_are_read_by_name(local_aws: LocalAws) -> None:
    local_aws.load(sample_account())
    home = sample_account()["aws"]["identity_center"]["region"]
    [found] = clients().client("sso-admin", home).list_instances()["Instances"]
    result = read_permission_sets(
        clients(),
        instance_arn=found["InstanceArn"],
        identity_store_id=found["IdentityStoreId"],
        account_id=local_aws.account_id,
        region=home,
    )
    assert result.failures == []
    assert assigned(result) == {
        "DataAnalyst": ["Analysts", "zoe.unal"],
        "Data_Engineer_EU": ["Data Engineers", "wei.chen@example.com"],
        "Finance": ["Équipe Finance"],
        "Operations": ["fay.wong@example.com"],
        "RAITO_web": ["fay.wong@example.com"],
        "ReadOnly": ["Auditors", "night-watch"],
    }


def test_the_golden_permission_sets_have_the_principals_that_the_reference_tells(local_aws: LocalAws) -> None:
    local_aws.load(golden_json("g-permission-sets", "case.json"))
    recorded = golden_json("g-permission-sets", "reference", "access-providers.json")
    found = assigned(read(local_aws))
    assert list(found) == ["Analyst", "Data_Engineer_EU", "NoS3", "RAITO_made", "ReadOnly"]
    # `Orphan` is a role without a permission set.
    told = {r["name"]: r["who"] for r in recorded if r["type"] == "aws_sso_role" and r["name"] in found}
    assert {name: sorted([*who["users"], *who["groups"]]) for name, who in told.items()} == {
        name: found[name] for name in told
    }


def test_only_assignments_in_the_account_count(local_aws: LocalAws) -> None:
    here = permission_set("Here", "u00")
    here["assignments"].append({"type": "USER", "principal": "u01", "account": OTHER_ACCOUNT})
    there = {"name": "There", "assignments": [{"type": "USER", "principal": "u01", "account": OTHER_ACCOUNT}]}
    local_aws.load(center(here, there))
    assert assigned(read(local_aws)) == {"Here": ["u00"]}


def test_lists_of_many_pages_are_read_to_their_end(local_aws: LocalAws) -> None:
    names = [f"u{n:02}" for n in range(5)]
    local_aws.load(center(*(permission_set(f"Set{n}", *names) for n in range(5)), users=5))
    assert assigned(read(local_aws, page_size=2)) == {f"Set{n}": names for n in range(5)}
    calls = local_aws.calls()
    assert (calls[PROVISIONED], calls[ASSIGNMENTS], calls[DESCRIBE], calls[TAGS]) == (3, 15, 5, 5)


def test_the_region_is_the_clients_unless_it_is_given(local_aws: LocalAws) -> None:
    local_aws.load(center(permission_set("Readers", "u00")))
    assert assigned(read(local_aws, region=None)) == {"Readers": ["u00"]}


class TestNames:
    """The calls that names take, and what becomes of principals without one."""

    def test_nobody_is_looked_for_where_nobody_is_assigned(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("Readers", groups=["Analysts"])))
        read(local_aws)
        assert local_aws.calls()[LIST_USERS] == 0
        assert local_aws.calls()["identitystore:ListGroups"] == 1

    def test_many_principals_of_a_small_store_take_the_pages_of_its_list(self, local_aws: LocalAws) -> None:
        names = [f"u{n:02}" for n in range(20)]
        local_aws.load(center(permission_set("Readers", *names), users=20))
        assert assigned(read(local_aws, page_size=5)) == {"Readers": names}
        assert (local_aws.calls()[LIST_USERS], local_aws.calls()[DESCRIBE_USER]) == (4, 0)

    def test_few_principals_of_a_large_store_take_a_call_each(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("Readers", "u28", "u29"), users=30))
        assert assigned(read(local_aws, page_size=2)) == {"Readers": ["u28", "u29"]}
        assert (local_aws.calls()[LIST_USERS], local_aws.calls()[DESCRIBE_USER]) == (2, 2)

    @pytest.mark.parametrize("page_size", [100, 1])
    def test_a_deleted_principal_is_named_as_such(self, local_aws: LocalAws, page_size: int) -> None:
        local_aws.load(center(permission_set("Readers", "u00", "u01"), users=6))
        gone = delete_user("u00")
        found = read(local_aws, page_size=page_size)
        [readers] = found.permission_sets
        assert {(a.principal_id == gone, a.name, a.deleted) for a in readers.assignments or ()} == {
            (True, None, True),
            (False, "u01", False),
        }
        assert found.failures == []

    def test_a_group_without_display_name_has_its_id_for_a_name(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("Readers"), groups=[None]))
        arn, store = instance()
        [group] = clients().client("identitystore").list_groups(IdentityStoreId=store)["Groups"]
        sso = clients().client("sso-admin")
        [readers] = sso.list_permission_sets(InstanceArn=arn)["PermissionSets"]
        sso.create_account_assignment(
            InstanceArn=arn,
            TargetId=ACCOUNT,
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=readers,
            PrincipalType="GROUP",
            PrincipalId=group["GroupId"],
        )
        assert assigned(read(local_aws)) == {"Readers": [group["GroupId"]]}

    def test_who_may_only_list_reads_the_list_to_its_end(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("Readers", "u28", "u29"), users=30))
        local_aws.faults.deny(DESCRIBE_USER)
        found = read(local_aws, page_size=2)
        assert (assigned(found), found.failures) == ({"Readers": ["u28", "u29"]}, [])

    @pytest.mark.parametrize("fault", ["deny", "fail"])
    def test_who_cannot_list_describes_each(self, local_aws: LocalAws, fault: str) -> None:
        local_aws.load(center(permission_set("Readers", "u01", "u02")))
        getattr(local_aws.faults, fault)(LIST_USERS)
        found = read(local_aws)
        assert (assigned(found), found.failures) == ({"Readers": ["u01", "u02"]}, [])

    def test_who_may_do_neither_gets_one_failure_and_no_names(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("Readers", "u01", "u02", groups=["Analysts"])))
        local_aws.faults.deny(LIST_USERS)
        local_aws.faults.deny(DESCRIBE_USER)
        found = read(local_aws)
        assert assigned(found) == {"Readers": ["Analysts", None, None]}
        assert [a.deleted for a in found.permission_sets[0].assignments or ()] == [False] * 3
        assert failures(found) == [("permission_sets", instance()[1], "identitystore:ListUsers")]

    def test_a_principal_that_cannot_be_described_is_a_failure_alone(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("Readers", "u01", "u02")))
        assignments = read(local_aws).permission_sets[0].assignments or ()
        local_aws.faults.deny(LIST_USERS)
        local_aws.faults.fail(DESCRIBE_USER, UserId=assignments[0].principal_id)
        found = read(local_aws)
        assert [a.name for a in found.permission_sets[0].assignments or ()] == [None, assignments[1].name]
        assert failures(found) == [("permission_sets", assignments[0].principal_id, "identitystore:DescribeUser")]


class TestFailures:
    """What cannot be read never fails the rest."""

    def test_assignments_that_cannot_be_listed_are_null_and_a_failure(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("A", "u00"), permission_set("B", "u01")))
        arn = read(local_aws).permission_sets[0].arn
        local_aws.faults.deny(ASSIGNMENTS, PermissionSetArn=arn)
        found = read(local_aws)
        assert assigned(found) == {"A": None, "B": ["u01"]}
        assert failures(found) == [("permission_sets", "A", "sso:ListAccountAssignments")]

    def test_a_later_page_of_assignments_that_fails_makes_them_null(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("A", "u00", "u01", "u02")))
        local_aws.faults.deny(ASSIGNMENTS, after=1)
        assert assigned(read(local_aws, page_size=2)) == {"A": None}

    def test_a_set_that_cannot_be_described_is_a_failure(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("A", "u00"), permission_set("B", "u01")))
        arn = read(local_aws).permission_sets[0].arn
        local_aws.faults.deny(DESCRIBE, PermissionSetArn=arn)
        found = read(local_aws)
        assert assigned(found) == {"B": ["u01"]}
        assert failures(found) == [("permission_sets", arn, "sso:DescribePermissionSet")]

    @pytest.mark.parametrize("call", [ASSIGNMENTS, DESCRIBE, TAGS])
    def test_a_set_that_was_deleted_since_it_was_listed_is_left_out(self, local_aws: LocalAws, call: str) -> None:
        local_aws.load(center(permission_set("A", "u00"), permission_set("B", "u01")))
        arn = read(local_aws).permission_sets[0].arn
        named: dict[str, Any] = {"ResourceArn" if call == TAGS else "PermissionSetArn": arn}
        local_aws.faults.refuse(call, 400, "ResourceNotFoundException", "gone", **named)
        found = read(local_aws)
        assert (assigned(found), found.failures) == ({"B": ["u01"]}, [])

    def test_tags_may_be_missing(self, local_aws: LocalAws, caplog: pytest.LogCaptureFixture) -> None:
        local_aws.load(center(permission_set("A", "u00"), permission_set("B", "u01", tags={"k": "v"})))
        local_aws.faults.deny(TAGS)
        with caplog.at_level(logging.WARNING):
            found = read(local_aws)
        assert [one.tags for one in found.permission_sets] == [None, None]
        assert (assigned(found), found.failures) == ({"A": ["u00"], "B": ["u01"]}, [])
        [told] = [record.getMessage() for record in caplog.records]
        assert told.startswith("Tags of 2 permission sets could not be read; nothing else is missing.")
        assert "sso:ListTagsForResource" in told

    def test_without_the_list_of_the_account_all_sets_are_asked(
        self, local_aws: LocalAws, caplog: pytest.LogCaptureFixture
    ) -> None:
        there = {"name": "There", "assignments": [{"type": "USER", "principal": "u01", "account": OTHER_ACCOUNT}]}
        local_aws.load(center(permission_set("A", "u00"), there, permission_set("Nobody")))
        local_aws.faults.deny(PROVISIONED)
        with caplog.at_level(logging.WARNING):
            found = read(local_aws)
        assert (assigned(found), found.failures) == ({"A": ["u00"]}, [])
        assert local_aws.calls()[DESCRIBE] == 1
        assert "sso:ListPermissionSetsProvisionedToAccount" in caplog.text

    def test_lists_that_are_both_denied_are_one_failure(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("A", "u00")))
        local_aws.faults.deny(PROVISIONED)
        local_aws.faults.deny("sso-admin:ListPermissionSets")
        found = read(local_aws)
        assert (found.permission_sets, failures(found)) == ([], [("permission_sets", "", "sso:ListPermissionSets")])

    def test_a_page_of_the_list_that_fails_keeps_the_pages_before_it(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("A", "u00"), permission_set("B", "u00"), permission_set("C", "u00")))
        local_aws.faults.fail(PROVISIONED, after=1)
        found = read(local_aws, page_size=2)
        assert len(found.permission_sets) == 2
        assert failures(found) == [("permission_sets", "", "sso:ListPermissionSetsProvisionedToAccount")]

    def test_calls_that_are_throttled_once_are_tried_again(self, local_aws: LocalAws) -> None:
        local_aws.load(center(permission_set("A", "u00")))
        for call in (PROVISIONED, ASSIGNMENTS, LIST_USERS):
            local_aws.faults.throttle(call)
        found = read(local_aws, max_attempts=2)
        assert (assigned(found), found.failures) == ({"A": ["u00"]}, [])

    @pytest.mark.parametrize("call", [PROVISIONED, ASSIGNMENTS, DESCRIBE, TAGS, LIST_USERS])
    def test_credentials_that_expire_meanwhile_end_the_read(self, local_aws: LocalAws, call: str) -> None:
        local_aws.load(center(permission_set("A", "u00")))
        local_aws.faults.refuse(call, 400, "ExpiredTokenException", "The security token is expired")
        with pytest.raises(CredentialsError):
            read(local_aws)

    def test_an_endpoint_where_nobody_answers_ends_the_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        with pytest.raises(UnavailableError, match="sso:ListPermissionSetsProvisionedToAccount"):
            read_permission_sets(
                AwsClients(regions=(REGION,), max_attempts=1),
                instance_arn="arn:aws:sso:::instance/ssoins-0123456789abcdef",
                identity_store_id="d-0123456789",
                account_id=ACCOUNT,
            )
