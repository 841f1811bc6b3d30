"""Identity Center: what is read of each identity store, and what becomes of pieces that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.identity_center import (
    EmailAddress,
    IdentityCenterGroup,
    IdentityCenterPage,
    IdentityCenterUser,
    read_identity_center,
)
from raito_aws_pipeline.errors import CredentialsError, NotFoundError, PermissionMissingError
from tests.aws.scripted_aws import Answer, Asked, json_answer, json_refusal, scripted_aws

STORE = "d-1234567890"
DENIED = json_refusal("AccessDeniedException")
Script = dict[str, Answer | Callable[[Asked], Answer]]


def script(**answers: Answer | Callable[[Asked], Answer]) -> Script:
    """One instance with a user that is member of a group."""
    return {
        "ListInstances": json_answer(Instances=[{"InstanceArn": "arn:aws:sso:::instance/i", "IdentityStoreId": STORE}]),
        "ListUsers": json_answer(Users=[user("u1", "ann")]),
        "ListGroups": json_answer(Groups=[{"IdentityStoreId": STORE, "GroupId": "g1", "DisplayName": "Analysts"}]),
        "ListGroupMemberships": json_answer(GroupMemberships=[{"MemberId": {"UserId": "u1"}}]),
        **answers,
    }


def user(user_id: str, name: str, **more: Any) -> dict[str, Any]:
    return {"IdentityStoreId": STORE, "UserId": user_id, "UserName": name, **more}


def read(
    monkeypatch: pytest.MonkeyPatch, answers: Script, region: str = "eu-west-1"
) -> tuple[IdentityCenterPage, list[Asked]]:
    """Everything that is read, as one page, and what was asked."""

    def answer(asked: Asked) -> Answer:
        scripted = answers[asked.action]
        return scripted if isinstance(scripted, Answer) else scripted(asked)

    with scripted_aws(answer) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        clients = AwsClients(concurrency=2, max_attempts=1)
        pages = list(read_identity_center(clients, region))
    whole = IdentityCenterPage(
        users=[u for p in pages for u in p.users],
        groups=[g for p in pages for g in p.groups],
        failures=[f for p in pages for f in p.failures],
    )
    return whole, aws.asked


def test_users_come_with_all_addresses_and_which_is_primary(monkeypatch: pytest.MonkeyPatch) -> None:
    emails = [
        {"Value": "a@old.example", "Type": "work"},
        {"Value": "a@new.example", "Primary": True},
        {"Type": "home"},
    ]
    users = json_answer(Users=[user("u1", "ann", DisplayName="Ann", Emails=emails)])
    page, _ = read(monkeypatch, script(ListUsers=users))
    assert page.users == [
        IdentityCenterUser(
            identity_store_id=STORE,
            user_id="u1",
            user_name="ann",
            display_name="Ann",
            emails=(EmailAddress("a@old.example", False), EmailAddress("a@new.example", True)),
        )
    ]


def test_groups_come_with_their_members_from_all_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    def memberships(asked: Asked) -> Answer:
        if "NextToken" in json.loads(asked.body):
            return json_answer(GroupMemberships=[{"MemberId": {"UserId": "u1"}}])
        return json_answer(GroupMemberships=[{"MemberId": {"UserId": "u2"}}], NextToken="more")

    page, _ = read(monkeypatch, script(ListGroupMemberships=memberships))
    assert page.groups == [
        IdentityCenterGroup(
            identity_store_id=STORE, group_id="g1", display_name="Analysts", member_user_ids=("u1", "u2")
        )
    ]


def test_every_store_of_every_instance_is_read_once_in_the_region_that_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instances = json_answer(Instances=[{"IdentityStoreId": store} for store in ("d-2", "d-1", "d-2")])
    page, asked = read(monkeypatch, script(ListInstances=instances), region="eu-north-1")
    assert [u.identity_store_id for u in page.users] == ["d-1", "d-2"]
    assert [g.identity_store_id for g in page.groups] == ["d-1", "d-2"]
    assert all("/eu-north-1/" in request.headers["authorization"] for request in asked)


def test_a_region_without_identity_center_is_an_error_and_not_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFoundError, match=r"no instance in region eu-west-1.*aws-region"):
        read(monkeypatch, script(ListInstances=json_answer(Instances=[])))


def test_instances_that_may_not_be_listed_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PermissionMissingError, match="sso:ListInstances"):
        read(monkeypatch, script(ListInstances=DENIED))


@pytest.mark.parametrize(("operation", "parts"), [("ListUsers", ["users"]), ("ListGroups", ["groups", "users"])])
def test_a_list_that_is_denied_is_a_failed_part_and_the_other_is_read(
    monkeypatch: pytest.MonkeyPatch, operation: str, parts: list[str]
) -> None:
    page, _ = read(monkeypatch, script(**{operation: DENIED}))
    assert [(f.part, f.subject, f.call, f.code) for f in page.failures] == [
        (part, STORE, f"identitystore:{operation}", "AccessDeniedException") for part in parts
    ]
    assert (len(page.users), len(page.groups)) == ((0, 1) if operation == "ListUsers" else (1, 0))


def test_memberships_that_are_denied_make_the_users_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    page, _ = read(monkeypatch, script(ListGroupMemberships=DENIED))
    assert [g.member_user_ids for g in page.groups] == [None]
    assert [(f.part, f.subject) for f in page.failures] == [("users", "g1")]


def test_a_group_that_was_deleted_since_it_was_listed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    page, _ = read(monkeypatch, script(ListGroupMemberships=json_refusal("ResourceNotFoundException")))
    assert (page.groups, page.failures) == ([], [])


def test_a_page_that_fails_keeps_the_pages_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def users(asked: Asked) -> Answer:
        if "NextToken" in json.loads(asked.body):
            return json_refusal("ThrottlingException")
        return json_answer(Users=[user("u1", "ann")], NextToken="more")

    page, _ = read(monkeypatch, script(ListUsers=users))
    assert [u.user_name for u in page.users] == ["ann"]
    assert [(f.part, f.code) for f in page.failures] == [("users", "ThrottlingException")]


@pytest.mark.parametrize("operation", ["ListUsers", "ListGroups", "ListGroupMemberships"])
def test_credentials_that_expire_meanwhile_end_the_read(monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    with pytest.raises(CredentialsError, match=f"identitystore:{operation}"):
        read(monkeypatch, script(**{operation: json_refusal("ExpiredTokenException")}))
