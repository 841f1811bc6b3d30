"""Every member of an account written as data is what the SDK then reads."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from raito_aws_pipeline.local.aws.server import LocalAws
from tests.local.aws.accounts import ACCOUNT, ALLOW, TRUST, account
from tests.local.aws.sdk import Sdk

CREATED = datetime(2025, 1, 15, 9, 0, tzinfo=UTC)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_users_with_all_their_members(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(
        account(
            groups=[{"name": "readers", "path": "/teams/", "attached": ["p"], "inline": {"own": ALLOW}}],
            policies=[{"name": "p", "path": "/shared/", "document": ALLOW}],
            users=[
                {
                    "name": "ann",
                    "path": "/people/",
                    "tags": [["z", "1"], ["a", "2"]],
                    "groups": ["readers"],
                    "inline": {"one": ALLOW},
                    "attached": ["p", READ_ONLY],
                    "permissions_boundary": READ_ONLY,
                    "created": "2026-02-03T04:05:06Z",
                }
            ],
        )
    )

    details = sdk.client("iam").get_account_authorization_details()
    [user], [group] = details["UserDetailList"], details["GroupDetailList"]
    policy = f"arn:aws:iam::{ACCOUNT}:policy/shared/p"
    assert user["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/people/ann"
    assert user["Tags"] == [{"Key": "z", "Value": "1"}, {"Key": "a", "Value": "2"}]
    assert user["GroupList"] == ["readers"]
    assert user["UserPolicyList"] == [{"PolicyName": "one", "PolicyDocument": ALLOW}]
    assert [attached["PolicyArn"] for attached in user["AttachedManagedPolicies"]] == [policy, READ_ONLY]
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert user["CreateDate"] == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert group["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/teams/readers"
    assert [attached["PolicyArn"] for attached in group["AttachedManagedPolicies"]] == [policy]
    assert group["GroupPolicyList"] == [{"PolicyName": "own", "PolicyDocument": ALLOW}]
    assert group["CreateDate"] == CREATED


def test_roles_with_all_their_members(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(
        account(
            aliases=["acme"],
            policies=[{"name": "p", "document": ALLOW}],
            roles=[
                {
                    "name": "etl",
                    "path": "/pipelines/",
                    "trust": TRUST,
                    "description": "Nightly",
                    "tags": {"team": "data"},
                    "inline": {"i": ALLOW},
                    "attached": ["p"],
                    "permissions_boundary": "p",
                    "max_session_duration": 7200,
                    "last_used": "2026-03-01T00:00:00Z",
                    "last_used_region": "eu-west-1",
                }
            ],
        )
    )
    iam = sdk.client("iam")

    role = iam.get_role(RoleName="etl")["Role"]
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/pipelines/etl"
    assert role["AssumeRolePolicyDocument"] == TRUST
    assert (role["Description"], role["MaxSessionDuration"]) == ("Nightly", 7200)
    assert role["Tags"] == [{"Key": "team", "Value": "data"}]
    assert role["RoleLastUsed"] == {"LastUsedDate": datetime(2026, 3, 1, tzinfo=UTC), "Region": "eu-west-1"}
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == f"arn:aws:iam::{ACCOUNT}:policy/p"
    assert iam.list_role_policies(RoleName="etl")["PolicyNames"] == ["i"]
    assert iam.list_account_aliases()["AccountAliases"] == ["acme"]


def test_the_last_version_of_a_policy_is_the_default(aws: LocalAws, sdk: Sdk) -> None:
    later = {"Version": "2012-10-17", "Statement": []}
    aws.load(account(policies=[{"name": "p", "document": ALLOW, "versions": [ALLOW, later], "tags": {"a": "b"}}]))
    iam, arn = sdk.client("iam"), f"arn:aws:iam::{ACCOUNT}:policy/p"

    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v3"
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v3")["PolicyVersion"]["Document"] == later
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]


@pytest.mark.parametrize("document", ["no JSON at all", '{"Statement": [', "100%", "[]", '{"Version":  "2012-10-17"}'])
def test_documents_that_aws_would_refuse_today_are_there_to_the_letter(aws: LocalAws, sdk: Sdk, document: str) -> None:
    aws.load(
        account(
            policies=[{"name": "p", "document": document}],
            roles=[{"name": "r", "trust": document, "inline": {"i": document}}],
        )
    )

    # The SDK gives up on what is no JSON, and hands on what AWS sent: URL-encoded text.
    details = sdk.client("iam").get_account_authorization_details()
    [role], [policy] = details["RoleDetailList"], details["Policies"]
    read = [
        role["AssumeRolePolicyDocument"],
        role["RolePolicyList"][0]["PolicyDocument"],
        policy["PolicyVersionList"][0]["Document"],
    ]
    try:
        expected: Any = json.loads(document)
    except ValueError:
        expected = quote(document)
    assert read == [expected] * 3


def test_buckets_with_objects_tags_and_policy(aws: LocalAws, sdk: Sdk) -> None:
    keys = ["a//b", "a/", "a+b %25 ü?#&", "../x", "."]
    aws.load(
        account(
            buckets=[
                {
                    "name": "acme-lake",
                    "region": "eu-central-1",
                    "keys": keys,
                    "objects": [
                        {"key": "text", "body": "größe", "modified": "2026-01-01T00:00:00Z"},
                        {"key": "zeros", "size": 5000},
                    ],
                    "tags": {"owner": "ann", "a": "b"},
                    "policy": ALLOW,
                },
                {"name": "acme-us", "region": "us-east-1"},
            ]
        )
    )
    s3 = sdk.client("s3", "eu-central-1")

    listed = {entry["Key"]: entry for entry in s3.list_objects_v2(Bucket="acme-lake")["Contents"]}
    assert set(listed) == {*keys, "text", "zeros"}
    assert (listed["a//b"]["Size"], listed["text"]["Size"], listed["zeros"]["Size"]) == (0, 7, 5000)
    assert listed["text"]["LastModified"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert listed["a/"]["LastModified"] == CREATED
    assert s3.get_object(Bucket="acme-lake", Key="text")["Body"].read() == "größe".encode()
    assert s3.get_bucket_location(Bucket="acme-lake")["LocationConstraint"] == "eu-central-1"
    assert s3.get_bucket_location(Bucket="acme-us")["LocationConstraint"] is None
    tags = s3.get_bucket_tagging(Bucket="acme-lake")["TagSet"]
    assert sorted(tag["Key"] for tag in tags) == ["a", "owner"]
    assert json.loads(s3.get_bucket_policy(Bucket="acme-lake")["Policy"]) == ALLOW
    assert s3.list_buckets()["Buckets"][0]["CreationDate"] == CREATED
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket="acme-us")


def test_a_glue_catalogue_by_region(aws: LocalAws, sdk: Sdk) -> None:
    table = {
        "name": "orders",
        "location": "s3://acme-lake/orders/",
        "description": "Orders",
        "table_type": "EXTERNAL_TABLE",
        "parameters": {"classification": "parquet"},
        "columns": [{"name": "id", "type": "bigint", "comment": "number", "parameters": {"pii": "no"}}],
        "partition_keys": [{"name": "dt", "type": "date"}],
    }
    databases = [{"name": "sales", "description": "Sales", "tables": [table, {"name": "bare"}]}]
    aws.load(account(glue=[{"region": "eu-west-1", "databases": databases}]))
    glue = sdk.client("glue")

    assert glue.get_databases()["DatabaseList"][0]["Description"] == "Sales"
    orders, bare = glue.get_tables(DatabaseName="sales")["TableList"]
    assert orders["StorageDescriptor"] == {
        "Location": "s3://acme-lake/orders/",
        "Columns": [{"Name": "id", "Type": "bigint", "Comment": "number", "Parameters": {"pii": "no"}}],
    }
    assert orders["PartitionKeys"] == [{"Name": "dt", "Type": "date"}]
    assert (orders["Description"], orders["TableType"]) == ("Orders", "EXTERNAL_TABLE")
    assert orders["Parameters"] == {"classification": "parquet"}
    assert "StorageDescriptor" not in bare
    assert sdk.client("glue", "us-east-1").get_databases()["DatabaseList"] == []


def test_access_points(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(
        account(
            buckets=[{"name": "acme-lake", "region": "eu-west-1"}],
            access_points=[
                {"name": "open", "region": "eu-west-1", "bucket": "acme-lake", "policy": ALLOW, "tags": {"a": "b"}},
                {"name": "inside", "region": "eu-west-1", "bucket": "acme-lake", "vpc": "vpc-1"},
            ],
        )
    )
    control = sdk.client("s3control")

    inside, public = control.list_access_points(AccountId=ACCOUNT)["AccessPointList"]
    assert (inside["Name"], inside["NetworkOrigin"], inside["VpcConfiguration"]) == (
        "inside",
        "VPC",
        {"VpcId": "vpc-1"},
    )
    assert (public["Name"], public["NetworkOrigin"]) == ("open", "Internet")
    assert json.loads(control.get_access_point_policy(AccountId=ACCOUNT, Name="open")["Policy"]) == ALLOW
    tags = control.list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=public["AccessPointArn"])["Tags"]
    assert tags == [{"Key": "a", "Value": "b"}]
    with pytest.raises(ClientError, match="NoSuchAccessPointPolicy"):
        control.get_access_point_policy(AccountId=ACCOUNT, Name="inside")


IDENTITY_CENTER = {
    "region": "eu-west-1",
    "users": [
        {
            "user_name": "ann",
            "display_name": "Ann A.",
            "given_name": "Ann",
            "family_name": "A.",
            "email": "ann@x.example",
        },
        {"user_name": "bob@x.example"},
        {"user_name": "cleo", "email": None},
    ],
    "groups": [{"display_name": "Readers", "description": "Read", "members": ["ann"]}, {"display_name": None}],
    "permission_sets": [
        {
            "name": "Reader",
            "description": "Reads",
            "session": "PT8H",
            "inline": ALLOW,
            "managed": ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"],
            "customer_managed": ["own"],
            "permissions_boundary": "limit",
            "tags": {"team": "data"},
            "assignments": [
                {"type": "USER", "principal": "bob@x.example"},
                {"type": "GROUP", "principal": "Readers", "account": "222222222222"},
            ],
        },
        {"name": "Nobody", "permissions_boundary": READ_ONLY},
    ],
}


def test_identity_center(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(account(identity_center=IDENTITY_CENTER))
    sso, store = sdk.client("sso-admin"), sdk.client("identitystore")

    [instance] = sso.list_instances()["Instances"]
    of_store = {"IdentityStoreId": instance["IdentityStoreId"]}
    users = {user["UserName"]: user for user in store.list_users(**of_store)["Users"]}
    assert users["ann"]["DisplayName"] == "Ann A."
    assert users["ann"]["Emails"] == [{"Value": "ann@x.example", "Type": "work", "Primary": True}]
    assert users["bob@x.example"]["Emails"][0]["Value"] == "bob@x.example"
    assert "Emails" not in users["cleo"]
    readers, unnamed = store.list_groups(**of_store)["Groups"]
    assert readers["DisplayName"] == "Readers"
    assert "DisplayName" not in unnamed
    memberships = store.list_group_memberships(**of_store, GroupId=readers["GroupId"])["GroupMemberships"]
    assert [membership["MemberId"]["UserId"] for membership in memberships] == [users["ann"]["UserId"]]

    arn = instance["InstanceArn"]
    reader, nobody = sso.list_permission_sets(InstanceArn=arn)["PermissionSets"]
    of_reader = {"InstanceArn": arn, "PermissionSetArn": reader}
    described = sso.describe_permission_set(**of_reader)["PermissionSet"]
    assert (described["Name"], described["Description"], described["SessionDuration"]) == ("Reader", "Reads", "PT8H")
    assert json.loads(sso.get_inline_policy_for_permission_set(**of_reader)["InlinePolicy"]) == ALLOW
    managed = sso.list_managed_policies_in_permission_set(**of_reader)["AttachedManagedPolicies"]
    assert [policy["Name"] for policy in managed] == ["ViewOnlyAccess"]
    own = sso.list_customer_managed_policy_references_in_permission_set(**of_reader)["CustomerManagedPolicyReferences"]
    assert own == [{"Name": "own", "Path": "/"}]
    boundary = sso.get_permissions_boundary_for_permission_set(**of_reader)["PermissionsBoundary"]
    assert boundary == {"CustomerManagedPolicyReference": {"Name": "limit", "Path": "/"}}
    of_nobody = {"InstanceArn": arn, "PermissionSetArn": nobody}
    boundary = sso.get_permissions_boundary_for_permission_set(**of_nobody)["PermissionsBoundary"]
    assert boundary == {"ManagedPolicyArn": READ_ONLY}
    tags = sso.list_tags_for_resource(InstanceArn=arn, ResourceArn=reader)["Tags"]
    assert tags == [{"Key": "team", "Value": "data"}]
    assert assigned(sso, of_reader, ACCOUNT) == [("USER", users["bob@x.example"]["UserId"])]
    assert assigned(sso, of_reader, "222222222222") == [("GROUP", readers["GroupId"])]


def assigned(sso: Any, permission_set: dict[str, str], account_id: str) -> list[tuple[str, str]]:
    """Principals that a permission set is assigned to in an account."""
    assignments = sso.list_account_assignments(**permission_set, AccountId=account_id)["AccountAssignments"]
    return [(assignment["PrincipalType"], assignment["PrincipalId"]) for assignment in assignments]


def test_an_account_with_identity_center_has_it_in_its_home_region_only(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(account(identity_center=IDENTITY_CENTER))

    assert sdk.client("sso-admin", "us-east-1").list_instances()["Instances"] == []


def test_there_may_be_several_identity_centers(aws: LocalAws, sdk: Sdk) -> None:
    aws.load(account(identity_center=[{"region": "eu-west-1"}, {"region": "us-east-1"}]))

    arns = {
        region: [i["InstanceArn"] for i in sdk.client("sso-admin", region).list_instances()["Instances"]]
        for region in ("eu-west-1", "us-east-1", "eu-central-1")
    }
    assert [len(arns[region]) for region in arns] == [1, 1, 0]
    assert arns["eu-west-1"] != arns["us-east-1"]


def test_a_trail_with_its_log_files(aws: LocalAws, sdk: Sdk) -> None:
    records = [{"eventName": "GetObject", "eventID": "1"}]
    aws.load(
        account(
            buckets=[{"name": "acme-trail", "region": "eu-west-1"}],
            cloudtrail={
                "region": "eu-west-1",
                "bucket": "acme-trail",
                "name": "company",
                "files": [
                    {"key": "AWSLogs/a.json.gz", "records": records},
                    {"key": "AWSLogs/b.json.gz", "raw": "broken", "gzip": False},
                ],
            },
        )
    )
    s3 = sdk.client("s3")

    packed = s3.get_object(Bucket="acme-trail", Key="AWSLogs/a.json.gz")["Body"].read()
    assert json.loads(gzip.decompress(packed)) == {"Records": records}
    assert s3.get_object(Bucket="acme-trail", Key="AWSLogs/b.json.gz")["Body"].read() == b"broken"
    [trail] = sdk.client("cloudtrail").describe_trails()["trailList"]
    assert (trail["Name"], trail["S3BucketName"], trail["HomeRegion"]) == ("company", "acme-trail", "eu-west-1")
    assert sdk.client("cloudtrail").get_trail_status(Name="company")["IsLogging"] is True


def test_the_same_data_has_the_same_ids_every_time(aws: LocalAws, sdk: Sdk) -> None:
    data = account(
        users=[{"name": "ann"}],
        buckets=[{"name": "acme-lake", "region": "eu-west-1"}],
        access_points=[{"name": "readers", "region": "eu-west-1", "bucket": "acme-lake"}],
        identity_center=IDENTITY_CENTER,
    )

    def ids() -> list[Any]:
        aws.reset()
        aws.load(data)
        [instance] = sdk.client("sso-admin").list_instances()["Instances"]
        store = instance["IdentityStoreId"]
        return [
            instance["InstanceArn"],
            store,
            [user["UserId"] for user in sdk.client("identitystore").list_users(IdentityStoreId=store)["Users"]],
            sdk.client("sso-admin").list_permission_sets(InstanceArn=instance["InstanceArn"])["PermissionSets"],
            sdk.client("s3control").get_access_point(AccountId=ACCOUNT, Name="readers")["Alias"],
            sdk.client("iam").get_user(UserName="ann")["User"]["UserId"],
        ]

    first = ids()
    sdk.client("iam").create_user(UserName="between")
    assert ids() == first
