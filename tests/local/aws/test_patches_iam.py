"""IAM of the embedded AWS answers as AWS does where moto does not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from raito_aws_pipeline.local.aws.server import LocalAws
from tests.local.aws.aws_calls import (
    ACCOUNT,
    ALLOW_READING,
    READ_ONLY,
    TRUST,
    create_policy,
    create_role,
    pages,
    refusal,
)
from tests.local.aws.sdk import Sdk


@pytest.fixture(scope="module")
def client(running_aws: LocalAws) -> Any:
    return Sdk(running_aws).client("iam")


@pytest.fixture
def iam(aws: LocalAws, client: Any) -> Any:
    """A client of an empty account."""
    return client


def content(iam: Any) -> dict[str, str]:
    """Four users, three groups, three roles and four policies that hang together; ids by kind of entity."""
    policies = [create_policy(iam, f"policy-{n}") for n in range(3)]
    ids = {}
    for n in range(4):
        ids["user"] = iam.create_user(UserName=f"user-{n}")["User"]["UserId"]
        iam.put_user_policy(UserName="user-0", PolicyName=f"inline-{n}", PolicyDocument=ALLOW_READING)
        iam.tag_user(UserName="user-0", Tags=[{"Key": f"key-{n}", "Value": "x"}])
    for n in range(3):
        ids["group"] = iam.create_group(GroupName=f"group-{n}")["Group"]["GroupId"]
        iam.add_user_to_group(GroupName=f"group-{n}", UserName="user-0")
        iam.add_user_to_group(GroupName="group-0", UserName=f"user-{n}")
        iam.put_group_policy(GroupName="group-0", PolicyName=f"inline-{n}", PolicyDocument=ALLOW_READING)
        create_role(iam, f"role-{n}")
        iam.put_role_policy(RoleName="role-0", PolicyName=f"inline-{n}", PolicyDocument=ALLOW_READING)
        iam.tag_role(RoleName="role-0", Tags=[{"Key": f"key-{n}", "Value": "x"}])
        iam.create_instance_profile(InstanceProfileName=f"profile-{n}")
        iam.add_role_to_instance_profile(InstanceProfileName=f"profile-{n}", RoleName="role-0")
        iam.attach_user_policy(UserName="user-0", PolicyArn=policies[n])
        iam.attach_group_policy(GroupName="group-0", PolicyArn=policies[n])
        iam.attach_role_policy(RoleName="role-0", PolicyArn=policies[n])
    iam.attach_role_policy(RoleName="role-1", PolicyArn=READ_ONLY)
    for _ in range(2):
        iam.create_policy_version(PolicyArn=policies[0], PolicyDocument=ALLOW_READING)
    ids["role"] = iam.get_role(RoleName="role-0")["Role"]["RoleId"]
    ids["policy"] = iam.get_policy(PolicyArn=policies[0])["Policy"]["PolicyId"]
    return ids


@pytest.mark.parametrize(
    ("operation", "members", "parameters", "sizes"),
    [
        ("list_users", ["Users"], {}, [2, 2]),
        ("list_groups", ["Groups"], {}, [2, 1]),
        ("list_roles", ["Roles"], {}, [2, 1]),
        ("list_policies", ["Policies"], {"Scope": "Local"}, [2, 1]),
        ("list_instance_profiles", ["InstanceProfiles"], {}, [2, 1]),
        ("list_instance_profiles_for_role", ["InstanceProfiles"], {"RoleName": "role-0"}, [2, 1]),
        ("get_group", ["Users"], {"GroupName": "group-0"}, [2, 1]),
        ("list_groups_for_user", ["Groups"], {"UserName": "user-0"}, [2, 1]),
        ("list_user_tags", ["Tags"], {"UserName": "user-0"}, [2, 2]),
        ("list_role_tags", ["Tags"], {"RoleName": "role-0"}, [2, 1]),
        ("list_user_policies", ["PolicyNames"], {"UserName": "user-0"}, [2, 2]),
        ("list_group_policies", ["PolicyNames"], {"GroupName": "group-0"}, [2, 1]),
        ("list_role_policies", ["PolicyNames"], {"RoleName": "role-0"}, [2, 1]),
        ("list_attached_user_policies", ["AttachedPolicies"], {"UserName": "user-0"}, [2, 1]),
        ("list_attached_group_policies", ["AttachedPolicies"], {"GroupName": "group-0"}, [2, 1]),
        ("list_attached_role_policies", ["AttachedPolicies"], {"RoleName": "role-0"}, [2, 1]),
        ("list_policy_versions", ["Versions"], {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/policy-0"}, [2, 1]),
        (
            "list_entities_for_policy",
            ["PolicyUsers", "PolicyGroups", "PolicyRoles"],
            {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/policy-0"},
            [2, 1],
        ),
        (
            "get_account_authorization_details",
            ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"],
            {},
            [2, 2, 2, 2, 2, 2, 2],
        ),
    ],
)
def test_lists_come_in_pages_that_hold_what_one_page_would(
    iam: Any, operation: str, members: list[str], parameters: dict[str, str], sizes: list[int]
) -> None:
    content(iam)
    answers = pages(iam, operation, 2, **parameters)
    assert [sum(len(answer[member]) for member in members) for answer in answers] == sizes
    whole = getattr(iam, operation)(**parameters)
    for member in members:
        assert [item for answer in answers for item in answer[member]] == whole[member]
    assert [answer["IsTruncated"] for answer in (*answers, whole)] == [True] * (len(sizes) - 1) + [False, False]


def test_no_page_is_longer_than_a_hundred_unasked(iam: Any) -> None:
    for n in range(102):
        iam.create_group(GroupName=f"group-{n}")
    answer = iam.list_groups()
    assert (len(answer["Groups"]), answer["IsTruncated"]) == (100, True)
    assert len(iam.list_groups(Marker=answer["Marker"])["Groups"]) == 2


def test_the_last_page_of_attached_policies_is_not_empty(iam: Any) -> None:
    content(iam)
    assert iam.list_attached_role_policies(RoleName="role-0", MaxItems=3)["IsTruncated"] is False


def test_policies_of_the_authorization_details_are_complete(iam: Any) -> None:
    content(iam)
    boundary = create_policy(iam, "unattached", path="/limits/")
    iam.put_role_permissions_boundary(RoleName="role-0", PermissionsBoundary=boundary)
    policies = {p["PolicyName"]: p for p in iam.get_account_authorization_details()["Policies"]}
    # Customer managed policies all; of AWS's own only the one that is attached.
    assert sorted(policies) == ["ReadOnlyAccess", "policy-0", "policy-1", "policy-2", "unattached"]
    assert policies["policy-0"]["AttachmentCount"] == 3
    same = iam.get_policy(PolicyArn=policies["policy-0"]["Arn"])["Policy"]
    assert policies["policy-0"]["PolicyId"] == same["PolicyId"]
    assert [v["VersionId"] for v in policies["policy-0"]["PolicyVersionList"]] == ["v1", "v2", "v3"]
    assert policies["unattached"]["PermissionsBoundaryUsageCount"] == 1
    assert policies["ReadOnlyAccess"]["Arn"] == READ_ONLY


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("User", [4, 0, 0, 0]),
        ("Group", [0, 3, 0, 0]),
        ("Role", [0, 0, 3, 0]),
        ("LocalManagedPolicy", [0, 0, 0, 3]),
        ("AWSManagedPolicy", [0, 0, 0, 1]),
    ],
)
def test_authorization_details_hold_the_kinds_that_are_asked_for(iam: Any, kind: str, counts: list[int]) -> None:
    content(iam)
    answer = iam.get_account_authorization_details(Filter=[kind])
    members = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    assert [len(answer[member]) for member in members] == counts


def test_a_policy_knows_all_its_roles(iam: Any) -> None:
    policy = create_policy(iam, "shared")
    for n in range(104):
        create_role(iam, f"role-{n}")
        iam.attach_role_policy(RoleName=f"role-{n}", PolicyArn=policy)
    roles = [
        role for page in pages(iam, "list_entities_for_policy", 50, PolicyArn=policy) for role in page["PolicyRoles"]
    ]
    assert {role["RoleName"] for role in roles} == {f"role-{n}" for n in range(104)}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"attached", "bounded", "deep"}),
        ({"PolicyUsageFilter": "PermissionsPolicy"}, {"attached", "deep"}),
        ({"PolicyUsageFilter": "PermissionsBoundary"}, {"bounded"}),
        ({"EntityFilter": "Group"}, set()),
        ({"PathPrefix": "/deep/"}, {"deep"}),
    ],
)
def test_entities_of_a_policy_are_those_that_are_asked_for(iam: Any, asked: dict[str, str], found: set[str]) -> None:
    policy = create_policy(iam, "shared")
    create_role(iam, "bounded", PermissionsBoundary=policy)
    for name, path in (("attached", "/"), ("deep", "/deep/")):
        create_role(iam, name, Path=path)
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    roles = iam.list_entities_for_policy(PolicyArn=policy, **asked)["PolicyRoles"]
    assert {role["RoleName"] for role in roles} == found


def test_a_missing_policy_has_no_entities_to_list(iam: Any) -> None:
    missing = f"arn:aws:iam::{ACCOUNT}:policy/missing"
    assert refusal(iam.list_entities_for_policy, PolicyArn=missing) == "NoSuchEntity"


def test_groups_and_instance_profiles_are_listed_below_a_path(iam: Any) -> None:
    for path in ("/", "/teams/"):
        iam.create_group(GroupName=f"group-{len(path)}", Path=path)
        iam.create_instance_profile(InstanceProfileName=f"profile-{len(path)}", Path=path)
    assert [g["GroupName"] for g in iam.list_groups(PathPrefix="/teams/")["Groups"]] == ["group-7"]
    profiles = iam.list_instance_profiles(PathPrefix="/teams/")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in profiles] == ["profile-7"]


def test_versions_are_listed_newest_first_without_documents(iam: Any) -> None:
    policy = create_policy(iam, "versions")
    created = iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW_READING, SetAsDefault=True)
    assert sorted(created["PolicyVersion"]) == ["CreateDate", "IsDefaultVersion", "VersionId"]
    versions = iam.list_policy_versions(PolicyArn=policy)["Versions"]
    assert [(v["VersionId"], v["IsDefaultVersion"], "Document" in v) for v in versions] == [
        ("v2", True, False),
        ("v1", False, False),
    ]


def test_a_role_keeps_what_an_update_leaves_out(iam: Any) -> None:
    create_role(iam, "role", Description="old", MaxSessionDuration=7200)
    iam.update_role(RoleName="role", Description="new")
    role = iam.get_role(RoleName="role")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("new", 7200)
    iam.update_role(RoleName="role", MaxSessionDuration=3600)
    role = iam.get_role(RoleName="role")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("new", 3600)


def test_attaching_again_changes_nothing(iam: Any) -> None:
    policy = create_policy(iam, "policy")
    iam.create_user(UserName="user")
    for _ in range(2):
        iam.attach_user_policy(UserName="user", PolicyArn=policy)
    assert iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"] == 1
    iam.detach_user_policy(UserName="user", PolicyArn=policy)
    iam.delete_policy(PolicyArn=policy)
    assert refusal(iam.get_policy, PolicyArn=policy) == "NoSuchEntity"


def test_what_is_used_cannot_be_deleted(iam: Any) -> None:
    attached, bounding, versioned = (create_policy(iam, name) for name in ("attached", "bounding", "versioned"))
    iam.create_policy_version(PolicyArn=versioned, PolicyDocument=ALLOW_READING)
    create_role(iam, "role", PermissionsBoundary=bounding)
    iam.attach_role_policy(RoleName="role", PolicyArn=attached)
    iam.create_user(UserName="user")
    for group in ("members", "attached", "inline", "empty"):
        iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName="members", UserName="user")
    iam.attach_group_policy(GroupName="attached", PolicyArn=attached)
    iam.put_group_policy(GroupName="inline", PolicyName="inline", PolicyDocument=ALLOW_READING)
    for policy in (attached, bounding, versioned):
        assert refusal(iam.delete_policy, PolicyArn=policy) == "DeleteConflict"
    for group in ("members", "attached", "inline"):
        assert refusal(iam.delete_group, GroupName=group) == "DeleteConflict"
    assert refusal(iam.delete_user, UserName="user") == "DeleteConflict"
    assert refusal(iam.delete_role, RoleName="role") == "DeleteConflict"
    iam.delete_group(GroupName="empty")
    assert len(iam.list_groups()["Groups"]) == 3


def test_a_user_has_a_permissions_boundary(iam: Any) -> None:
    policy = create_policy(iam, "limit")
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": policy}
    iam.create_user(UserName="later")
    iam.put_user_permissions_boundary(UserName="later", PermissionsBoundary=policy)
    iam.create_user(UserName="at-once", PermissionsBoundary=policy)
    for name in ("later", "at-once"):
        assert iam.get_user(UserName=name)["User"]["PermissionsBoundary"] == boundary
    details = iam.get_account_authorization_details(Filter=["User"])["UserDetailList"]
    assert [user["PermissionsBoundary"] for user in details] == [boundary, boundary]
    assert iam.get_policy(PolicyArn=policy)["Policy"]["PermissionsBoundaryUsageCount"] == 2
    iam.delete_user_permissions_boundary(UserName="later")
    assert "PermissionsBoundary" not in iam.get_user(UserName="later")["User"]


def test_lists_of_users_leave_boundaries_and_tags_out(iam: Any) -> None:
    policy = create_policy(iam, "limit")
    iam.create_user(UserName="user", PermissionsBoundary=policy, Tags=[{"Key": "team", "Value": "sales"}])
    iam.create_group(GroupName="group")
    iam.add_user_to_group(GroupName="group", UserName="user")
    for [user] in (iam.list_users()["Users"], iam.get_group(GroupName="group")["Users"]):
        assert sorted(user) == ["Arn", "CreateDate", "Path", "UserId", "UserName"]
    assert {"PermissionsBoundary", "Tags"} <= set(iam.get_user(UserName="user")["User"])


def test_a_missing_policy_bounds_no_user(iam: Any) -> None:
    missing = f"arn:aws:iam::{ACCOUNT}:policy/missing"
    assert refusal(iam.create_user, UserName="user", PermissionsBoundary=missing) == "NoSuchEntity"
    iam.create_user(UserName="user")
    for refused in (
        refusal(iam.put_user_permissions_boundary, UserName="user", PermissionsBoundary=missing),
        refusal(iam.delete_user_permissions_boundary, UserName="nobody"),
    ):
        assert refused == "NoSuchEntity"


def test_the_boundary_of_a_role_is_of_type_policy(iam: Any) -> None:
    policy = create_policy(iam, "limit")
    create_role(iam, "role", PermissionsBoundary=policy)
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": policy}
    assert iam.get_role(RoleName="role")["Role"]["PermissionsBoundary"] == boundary
    [detail] = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert detail["PermissionsBoundary"] == boundary


def test_documents_arrive_as_they_were_put(iam: Any) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a%2Fb+c/ü"}],
    }
    trust = TRUST.replace("ec2.amazonaws.com", "ec2.amazonaws.com%20")
    text = json.dumps(document)
    arn = iam.create_policy(PolicyName="odd", PolicyDocument=text)["Policy"]["Arn"]
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == document
    iam.create_role(RoleName="odd", AssumeRolePolicyDocument=trust)
    service = "ec2.amazonaws.com%20"
    for role in (
        iam.get_role(RoleName="odd")["Role"],
        iam.list_roles()["Roles"][0],
        iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"][0],
    ):
        assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"] == service
    iam.create_user(UserName="odd")
    iam.put_user_policy(UserName="odd", PolicyName="inline", PolicyDocument=text)
    details = iam.get_account_authorization_details(Filter=["User", "LocalManagedPolicy"])
    assert details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] == document
    assert details["Policies"][0]["PolicyVersionList"][0]["Document"] == document


@pytest.mark.parametrize(
    ("kind", "prefix"), [("user", "AIDA"), ("group", "AGPA"), ("role", "AROA"), ("policy", "ANPA")]
)
def test_ids_tell_their_kind_and_are_the_same_for_the_same_account(
    aws: LocalAws, iam: Any, kind: str, prefix: str
) -> None:
    first = content(iam)[kind]
    assert re.fullmatch(f"{prefix}[A-Z2-7]{{17}}", first)
    aws.reset()
    assert content(iam)[kind] == first


def test_an_entity_made_again_has_another_id(iam: Any) -> None:
    ids = []
    for _ in range(2):
        ids.append(iam.create_user(UserName="user")["User"]["UserId"])
        iam.delete_user(UserName="user")
    assert ids[0] != ids[1]


def test_every_account_holds_the_policies_of_aws(iam: Any) -> None:
    found = iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")["Policy"]
    assert (found["PolicyName"], found["Path"]) == ("ViewOnlyAccess", "/job-function/")
    assert all(policy["Arn"].startswith("arn:aws:iam::aws:") for policy in iam.list_policies()["Policies"])
