"""Identity Center of the embedded AWS answers as AWS does where moto does not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from raito_aws_pipeline.local.aws.server import LocalAws
from tests.local.aws.aws_calls import ACCOUNT, pages, refusal
from tests.local.aws.sdk import Sdk

OTHER_ACCOUNT = "210987654321"


class Center:
    """An instance of Identity Center, with the calls that these tests make of it."""

    def __init__(self, sso: Any) -> None:
        self.sso = sso
        self.arn = sso.list_instances()["Instances"][0]["InstanceArn"]

    def create(self, name: str, **more: Any) -> dict[str, str]:
        """Parameters that name a new permission set."""
        created = self.sso.create_permission_set(InstanceArn=self.arn, Name=name, **more)["PermissionSet"]
        return {"InstanceArn": self.arn, "PermissionSetArn": created["PermissionSetArn"]}

    def describe(self, permission_set: dict[str, str]) -> dict[str, Any]:
        described: dict[str, Any] = self.sso.describe_permission_set(**permission_set)["PermissionSet"]
        return described

    def provisioned_to(self, account: str, **more: Any) -> list[str]:
        answer = self.sso.list_permission_sets_provisioned_to_account(InstanceArn=self.arn, AccountId=account, **more)
        return answer.get("PermissionSets", [])  # type: ignore[no-any-return]


def assignment(permission_set: dict[str, str], account: str = ACCOUNT) -> dict[str, str]:
    return {
        **permission_set,
        "TargetId": account,
        "TargetType": "AWS_ACCOUNT",
        "PrincipalType": "GROUP",
        "PrincipalId": "11111111-2222-3333-4444-555555555555",
    }


@pytest.fixture(scope="module")
def client(running_aws: LocalAws) -> Any:
    return Sdk(running_aws).client("sso-admin")


@pytest.fixture
def center(aws: LocalAws, client: Any) -> Center:
    return Center(client)


def test_arns_and_ids_look_like_those_of_aws(center: Center) -> None:
    [instance] = center.sso.list_instances()["Instances"]
    assert re.fullmatch(r"arn:aws:sso:::instance/ssoins-[0-9a-f]{16}", instance["InstanceArn"])
    assert re.fullmatch(r"d-[0-9a-f]{10}", instance["IdentityStoreId"])
    arn = center.create("Readers")["PermissionSetArn"]
    name = center.arn.rpartition("/")[2]
    assert re.fullmatch(rf"arn:aws:sso:::permissionSet/{name}/ps-[0-9a-z]{{16}}", arn)


def test_a_session_lasts_an_hour_unless_something_else_is_asked_for(center: Center) -> None:
    assert center.describe(center.create("Readers"))["SessionDuration"] == "PT1H"
    assert center.describe(center.create("Writers", SessionDuration="PT4H"))["SessionDuration"] == "PT4H"


def test_a_name_is_taken_once(center: Center) -> None:
    center.create("Readers")
    assert refusal(center.create, name="Readers") == "ConflictException"


def test_an_update_leaves_alone_what_it_does_not_name(center: Center) -> None:
    first = center.create("Readers", Description="old", SessionDuration="PT4H", RelayState="https://example.org")
    second = center.create("Writers")
    center.sso.update_permission_set(**first, Description="new")
    described = center.describe(first)
    assert (described["Description"], described["SessionDuration"], described["RelayState"]) == (
        "new",
        "PT4H",
        "https://example.org",
    )
    listed = center.sso.list_permission_sets(InstanceArn=center.arn)["PermissionSets"]
    assert listed == [first["PermissionSetArn"], second["PermissionSetArn"]]


def test_permission_sets_are_tagged(center: Center) -> None:
    readers = center.create("Readers", Tags=[{"Key": "team", "Value": "sales"}])
    resource = {"InstanceArn": center.arn, "ResourceArn": readers["PermissionSetArn"]}
    new = [{"Key": "team", "Value": "data"}, {"Key": "tier", "Value": "1"}]
    center.sso.tag_resource(**resource, Tags=new)
    assert center.sso.list_tags_for_resource(**resource)["Tags"] == new
    center.sso.untag_resource(**resource, TagKeys=["team"])
    assert center.sso.list_tags_for_resource(**resource)["Tags"] == new[1:]


def test_a_permission_set_without_tags_lists_none(center: Center) -> None:
    arn = center.create("Readers")["PermissionSetArn"]
    assert center.sso.list_tags_for_resource(InstanceArn=center.arn, ResourceArn=arn)["Tags"] == []


def test_a_permission_set_has_a_permissions_boundary(center: Center) -> None:
    readers = center.create("Readers")
    boundary = {"CustomerManagedPolicyReference": {"Name": "limit", "Path": "/limits/"}}
    get = center.sso.get_permissions_boundary_for_permission_set
    assert refusal(get, **readers) == "ResourceNotFoundException"
    center.sso.put_permissions_boundary_to_permission_set(**readers, PermissionsBoundary=boundary)
    assert get(**readers)["PermissionsBoundary"] == boundary
    center.sso.delete_permissions_boundary_from_permission_set(**readers)
    assert refusal(get, **readers) == "ResourceNotFoundException"


@pytest.mark.parametrize("policy", ["ReadOnlyAccess", "job-function/ViewOnlyAccess", "service-role/AWSGlueServiceRole"])
def test_policies_of_aws_are_attached_whatever_their_path(center: Center, policy: str) -> None:
    readers = center.create("Readers")
    arn = f"arn:aws:iam::aws:policy/{policy}"
    center.sso.attach_managed_policy_to_permission_set(**readers, ManagedPolicyArn=arn)
    [attached] = center.sso.list_managed_policies_in_permission_set(**readers)["AttachedManagedPolicies"]
    assert attached == {"Name": policy.rpartition("/")[2], "Arn": arn}


def test_a_policy_that_aws_does_not_have_is_not_attached(center: Center) -> None:
    attach = center.sso.attach_managed_policy_to_permission_set
    for policy in ("Missing", "wrong-path/ReadOnlyAccess"):
        arn = f"arn:aws:iam::aws:policy/{policy}"
        readers = center.create(policy.replace("/", "-"))
        assert refusal(attach, **readers, ManagedPolicyArn=arn) == "ResourceNotFoundException"


def test_a_permission_set_is_provisioned_after_a_while_to_the_account_asked_for(center: Center) -> None:
    readers = center.create("Readers")
    asked = center.sso.provision_permission_set(**readers, TargetId=ACCOUNT, TargetType="AWS_ACCOUNT")
    status = asked["PermissionSetProvisioningStatus"]
    request = {"InstanceArn": center.arn, "ProvisionPermissionSetRequestId": status["RequestId"]}
    states = [status["Status"]]
    for _ in range(2):
        described = center.sso.describe_permission_set_provisioning_status(**request)
        states.append(described["PermissionSetProvisioningStatus"]["Status"])
    assert states == ["IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED"]
    [listed] = center.sso.list_permission_set_provisioning_status(InstanceArn=center.arn)[
        "PermissionSetsProvisioningStatus"
    ]
    assert (listed["RequestId"], listed["Status"]) == (status["RequestId"], "SUCCEEDED")
    assert center.provisioned_to(ACCOUNT) == [readers["PermissionSetArn"]]
    assert center.provisioned_to(OTHER_ACCOUNT) == []


def test_a_provisioning_that_nobody_asked_for_has_no_status(center: Center) -> None:
    missing = {"InstanceArn": center.arn, "ProvisionPermissionSetRequestId": "11111111-2222-3333-4444-555555555555"}
    describe = center.sso.describe_permission_set_provisioning_status
    assert refusal(describe, **missing) == "ResourceNotFoundException"


def test_an_assignment_provisions_and_its_end_takes_that_back(center: Center) -> None:
    readers = center.create("Readers")
    for account in (OTHER_ACCOUNT, ACCOUNT):
        center.sso.create_account_assignment(**assignment(readers, account))
    accounts = center.sso.list_accounts_for_provisioned_permission_set
    assert accounts(**readers)["AccountIds"] == [ACCOUNT, OTHER_ACCOUNT]
    assert center.provisioned_to(ACCOUNT) == [readers["PermissionSetArn"]]
    assert center.provisioned_to(ACCOUNT, ProvisioningStatus="LATEST_PERMISSION_SET_NOT_PROVISIONED") == []
    center.sso.delete_account_assignment(**assignment(readers))
    assert accounts(**readers)["AccountIds"] == [OTHER_ACCOUNT]


def test_provisioned_permission_sets_and_accounts_come_in_pages(center: Center) -> None:
    sets = [center.create(f"Set{n}") for n in range(5)]
    for permission_set in sets:
        center.sso.create_account_assignment(**assignment(permission_set))
    answers = pages(
        center.sso, "list_permission_sets_provisioned_to_account", 2, InstanceArn=center.arn, AccountId=ACCOUNT
    )
    arns = [permission_set["PermissionSetArn"] for permission_set in sets]
    assert [answer["PermissionSets"] for answer in answers] == [arns[:2], arns[2:4], arns[4:]]
    accounts = [f"{n:012}" for n in range(3)]
    for account in accounts:
        center.sso.create_account_assignment(**assignment(sets[0], account))
    answers = pages(center.sso, "list_accounts_for_provisioned_permission_set", 2, **sets[0])
    assert [answer["AccountIds"] for answer in answers] == [accounts[:2], [accounts[2], ACCOUNT]]


def test_the_same_assignment_again_changes_nothing(center: Center) -> None:
    readers = center.create("Readers")
    answers = [center.sso.create_account_assignment(**assignment(readers)) for _ in range(2)]
    requests = {answer["AccountAssignmentCreationStatus"]["RequestId"] for answer in answers}
    assert len(requests) == 1
    listed = center.sso.list_account_assignments(**readers, AccountId=ACCOUNT)["AccountAssignments"]
    assert len(listed) == 1


def test_a_permission_set_in_use_is_not_deleted(center: Center) -> None:
    readers = center.create("Readers")
    center.sso.create_account_assignment(**assignment(readers))
    assert refusal(center.sso.delete_permission_set, **readers) == "ConflictException"
    center.sso.delete_account_assignment(**assignment(readers))
    center.sso.delete_permission_set(**readers)
    assert center.sso.list_permission_sets(InstanceArn=center.arn)["PermissionSets"] == []
