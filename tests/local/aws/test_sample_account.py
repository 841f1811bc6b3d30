"""The sample account: the same at every call, whole in itself, and with every odd kind that a reader must get right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from raito_aws_pipeline.local.aws.account import read_account
from raito_aws_pipeline.local.aws.sample_account import sample_account
from raito_aws_pipeline.local.aws.sample_account.company import PARTNER_BUCKET
from raito_aws_pipeline.local.aws.server import LocalAws

ACCOUNT = sample_account()["account"]
AWS: dict[str, Any] = sample_account()["aws"]
CENTER: dict[str, Any] = AWS["identity_center"]


def by_name(kind: str) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in AWS[kind]}


def parsed(document: Any) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(document) if isinstance(document, str) else document
    return held


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(document: Any) -> list[dict[str, Any]]:
    return as_list(parsed(document)["Statement"])


def identity_documents() -> Iterator[Any]:
    """Documents of policies, and inline ones of users, groups, roles and permission sets."""
    for policy in AWS["policies"]:
        yield from (policy["document"], *policy.get("versions", ()))
    for entity in (*AWS["users"], *AWS["groups"], *AWS["roles"]):
        yield from entity.get("inline", {}).values()
    for permission_set in CENTER["permission_sets"]:
        if "inline" in permission_set:
            yield permission_set["inline"]


def resource_documents() -> Iterator[Any]:
    """Trust policies, bucket policies and those of access points."""
    yield from (role["trust"] for role in AWS["roles"])
    yield from (entry["policy"] for entry in (*AWS["buckets"], *AWS["access_points"]) if "policy" in entry)


def identity_statements() -> list[dict[str, Any]]:
    return [statement for document in identity_documents() for statement in statements(document)]


def trust_statements() -> list[dict[str, Any]]:
    return [statement for role in AWS["roles"] for statement in statements(role["trust"])]


def resources() -> list[str]:
    found = (*identity_statements(), *(s for d in resource_documents() for s in statements(d)))
    return [r for s in found for element in ("Resource", "NotResource") for r in as_list(s.get(element, []))]


def actions() -> list[str]:
    return [a for s in identity_statements() for a in as_list(s.get("Action", []))]


def principals() -> list[str]:
    """All that is named under `AWS` in a `Principal`."""
    found = [s["Principal"] for d in resource_documents() for s in statements(d)]
    return [name for p in found if isinstance(p, dict) for name in as_list(p.get("AWS", []))]


def tag_pairs(entry: dict[str, Any]) -> list[tuple[str, str]]:
    tags = entry.get("tags", {})
    return list(tags.items()) if isinstance(tags, dict) else [(key, value) for key, value in tags]


def attached() -> list[str]:
    return [name for entity in (*AWS["users"], *AWS["groups"], *AWS["roles"]) for name in entity.get("attached", ())]


class TestAsData:
    def test_is_the_same_at_every_call(self) -> None:
        assert sample_account() == sample_account()

    def test_changing_a_copy_changes_nothing_else(self) -> None:
        copy = sample_account()
        (permission_set,) = (p for p in copy["aws"]["identity_center"]["permission_sets"] if p["name"] == "Finance")
        (role,) = (r for r in copy["aws"]["roles"] if r["name"].startswith("AWSReservedSSO_Finance_"))
        permission_set["inline"]["Statement"].clear()
        assert role["inline"]["AwsSSOInlinePolicy"]["Statement"]
        assert copy != sample_account()

    def test_survives_json(self) -> None:
        assert json.loads(json.dumps(sample_account())) == sample_account()

    def test_has_the_shape_of_an_account(self) -> None:
        assert read_account(sample_account()).account == ACCOUNT

    @pytest.mark.parametrize(
        ("kind", "least", "most"),
        [
            ("users", 44, 60),
            ("groups", 8, 10),
            ("roles", 78, 100),
            ("policies", 84, 120),
            ("buckets", 10, 10),
            ("access_points", 5, 10),
        ],
    )
    def test_is_of_a_believable_size(self, kind: str, least: int, most: int) -> None:
        assert least <= len(AWS[kind]) <= most

    def test_has_a_few_hundred_objects(self) -> None:
        assert 200 <= sum(len(bucket["keys"]) for bucket in AWS["buckets"]) <= 500

    def test_addresses_are_of_example_domains(self) -> None:
        found = re.findall(r"[\w.+-]+@([\w-]+\.[\w.]+)", json.dumps(sample_account()))
        assert set(found) == {"example.com", "example.org"}


class TestReferences:
    @pytest.mark.parametrize("kind", ["users", "groups", "roles", "policies", "buckets"])
    def test_names_are_unique_whatever_their_case(self, kind: str) -> None:
        names = [entry["name"].lower() for entry in AWS[kind]]
        assert len(set(names)) == len(names)

    def test_keys_of_a_bucket_are_unique(self) -> None:
        for bucket in AWS["buckets"]:
            assert len(set(bucket["keys"])) == len(bucket["keys"]), bucket["name"]

    def test_groups_of_users_exist(self) -> None:
        assert {name for user in AWS["users"] for name in user.get("groups", ())} <= set(by_name("groups"))

    def test_attached_policies_and_boundaries_exist(self) -> None:
        bundle = json.loads(aws_managed_policies_data)
        of_aws = {f"arn:aws:iam::aws:policy{policy['Path']}{name}" for name, policy in bundle.items()}
        bounded = (*AWS["users"], *AWS["roles"])
        boundaries = [entity["permissions_boundary"] for entity in bounded if "permissions_boundary" in entity]
        of_sets = [
            p for s in CENTER["permission_sets"] for p in (*s.get("managed", ()), *s.get("customer_managed", ()))
        ]
        assert {*attached(), *boundaries, *of_sets} <= of_aws | set(by_name("policies"))

    def test_users_and_roles_of_this_account_that_policies_name_exist(self) -> None:
        ours = {
            f"arn:aws:iam::{ACCOUNT}:{kind}{entity.get('path', '/')}{entity['name']}"
            for kind in ("user", "role")
            for entity in AWS[f"{kind}s"]
        }
        named = {name for name in principals() if re.match(rf"arn:aws:iam::{ACCOUNT}:(user|role)/", name)}
        assert named
        assert named <= ours

    def test_buckets_exist_but_for_the_partners_one(self) -> None:
        exact = {match[1] for r in resources() if (match := re.match(r"arn:aws:s3:::([^/*?]+)(/|$)", r))}
        assert exact - set(by_name("buckets")) == {PARTNER_BUCKET}

    def test_access_points_in_resources_exist_in_their_region(self) -> None:
        ours = {f"arn:aws:s3:{ap['region']}:{ACCOUNT}:accesspoint/{ap['name']}" for ap in AWS["access_points"]}
        named = {r.split("/object/")[0] for r in resources() if ":accesspoint/" in r}
        assert named <= ours

    def test_access_points_stand_in_the_region_of_their_bucket(self) -> None:
        regions = {bucket["name"]: bucket["region"] for bucket in AWS["buckets"]}
        assert all(regions[access_point["bucket"]] == access_point["region"] for access_point in AWS["access_points"])

    def test_buckets_of_tables_and_of_the_trail_exist(self) -> None:
        locations = [t["location"] for c in AWS["glue"] for d in c["databases"] for t in d["tables"] if "location" in t]
        buckets = {re.split("[/]+", location)[1] for location in locations if location.startswith("s3")}
        assert {*buckets, AWS["cloudtrail"]["bucket"]} <= set(by_name("buckets"))

    def test_members_and_assignments_of_identity_center_exist(self) -> None:
        users = {user["user_name"] for user in CENTER["users"]}
        groups = {group["display_name"] for group in CENTER["groups"]}
        assignments = [a for permission_set in CENTER["permission_sets"] for a in permission_set.get("assignments", ())]
        assert {member for group in CENTER["groups"] for member in group["members"]} <= users
        assert {a["principal"] for a in assignments if a["type"] == "USER"} <= users
        assert {a["principal"] for a in assignments if a["type"] == "GROUP"} <= groups

    def test_permission_sets_that_are_assigned_here_have_their_role(self) -> None:
        roles = [
            match[1] for name in by_name("roles") if (match := re.fullmatch(r"AWSReservedSSO_(.+)_[0-9a-f]{16}", name))
        ]
        assigned = {
            permission_set["name"]
            for permission_set in CENTER["permission_sets"]
            if any("account" not in assignment for assignment in permission_set.get("assignments", ()))
        }
        assert set(roles) - {"Retired"} == assigned
        assert len(roles) == len(set(roles))


class TestLimitsOfIam:
    """IAM itself would take it all, but for the comma between owners, which is Raito's way of writing them."""

    def test_attachments(self) -> None:
        for entity in (*AWS["users"], *AWS["groups"], *AWS["roles"]):
            assert len(entity.get("attached", ())) <= 10, entity["name"]

    def test_names(self) -> None:
        for kind, most in (("users", 64), ("groups", 128), ("roles", 64), ("policies", 128)):
            for name in by_name(kind):
                assert re.fullmatch(rf"[\w+=,.@-]{{1,{most}}}", name, re.ASCII), name

    def test_documents(self) -> None:
        for document in identity_documents():
            written = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
            assert len("".join(written.split())) <= 2048
            sids = [statement["Sid"] for statement in statements(document) if statement.get("Sid")]
            assert len(set(sids)) == len(sids)

    def test_descriptions_of_roles(self) -> None:
        for role in AWS["roles"]:
            assert re.fullmatch(r"[\u0020-\u007e\u00a1-\u00ff]*", role.get("description", ""))

    def test_tags(self) -> None:
        for entity in (*AWS["users"], *AWS["roles"], *AWS["policies"]):
            keys = [key.lower() for key, _ in tag_pairs(entity)]
            assert len(set(keys)) == len(keys), entity["name"]
            for key, value in tag_pairs(entity):
                allowed = r"[\w\s.:/=+@-]*" if key != "raito_owner" else r"[\w.:@,-]*"
                assert re.fullmatch(allowed, value), (entity["name"], key)


class TestUsers:
    def test_email_tags_are_written_in_several_ways_and_places(self) -> None:
        keys = {key for user in AWS["users"] for key, _ in tag_pairs(user)}
        assert {"email", "Email", "EMAIL_ADDRESS", "work-email", "contact_email_2", "e-mail", "emailVerified"} <= keys
        positions = [
            [key for key, _ in tag_pairs(user)].index("email")
            for user in AWS["users"]
            if any(key == "email" for key, _ in tag_pairs(user))
        ]
        assert {1, 2} <= set(positions)

    def test_some_have_no_tags_and_one_is_named_by_its_address(self) -> None:
        users = by_name("users")
        assert [name for name, user in users.items() if not user.get("tags")]
        assert "eve.oneil@example.org" in users

    def test_some_lie_below_paths(self) -> None:
        assert {"/people/emea/", "/people/emea/paris/", "/robots/"} <= {user.get("path") for user in AWS["users"]}

    def test_machines_are_tagged(self) -> None:
        machines = [user for user in AWS["users"] if ("kind", "machine") in tag_pairs(user)]
        assert len(machines) >= 5
        assert {user["path"] for user in machines} == {"/robots/"}

    def test_one_has_owners_and_one_tags_in_other_scripts(self) -> None:
        tags = {pair for user in AWS["users"] for pair in tag_pairs(user)}
        assert any(key == "raito_owner" and "," in value for key, value in tags)
        assert any(not value.isascii() for _, value in tags)

    def test_some_have_policies_of_their_own_and_one_a_boundary(self) -> None:
        assert any(len(user.get("inline", {})) > 1 for user in AWS["users"])
        assert any("permissions_boundary" in user for user in AWS["users"])

    def test_some_groups_are_empty_and_some_have_inline_policies(self) -> None:
        joined = {name for user in AWS["users"] for name in user.get("groups", ())}
        assert set(by_name("groups")) - joined
        assert any(len(group.get("inline", {})) > 1 for group in AWS["groups"])
        assert any(group.get("path", "/") != "/" for group in AWS["groups"])


class TestRoles:
    @pytest.mark.parametrize("service", ["lambda.amazonaws.com", "ec2.amazonaws.com", "glue.amazonaws.com"])
    def test_services_are_trusted(self, service: str) -> None:
        trusted = [s["Principal"].get("Service", []) for s in trust_statements() if isinstance(s["Principal"], dict)]
        assert any(service in as_list(names) for names in trusted)

    @pytest.mark.parametrize("provider", ["saml-provider/okta", "oidc-provider/", "saml-provider/AWSSSO_"])
    def test_identity_providers_are_trusted(self, provider: str) -> None:
        trusted = [s["Principal"].get("Federated", "") for s in trust_statements() if isinstance(s["Principal"], dict)]
        assert any(provider in name for name in trusted)

    @pytest.mark.parametrize(
        "principal",
        [
            rf"arn:aws:iam::{ACCOUNT}:user/people/.+",
            rf"arn:aws:iam::{ACCOUNT}:role/.+",
            rf"arn:aws:iam::{ACCOUNT}:root",
            rf"arn:aws:iam::(?!{ACCOUNT})\d{{12}}:root",
            rf"arn:aws:iam::(?!{ACCOUNT})\d{{12}}:user/.+",
            rf"arn:aws:sts::{ACCOUNT}:assumed-role/.+",
            r"\d{12}",
            r"AIDA[A-Z2-7]{17}",
        ],
    )
    def test_principals_of_every_kind_are_trusted(self, principal: str) -> None:
        named = [s["Principal"].get("AWS", []) for s in trust_statements() if isinstance(s["Principal"], dict)]
        assert any(re.fullmatch(principal, name) for names in named for name in as_list(names))

    def test_everyone_is_trusted_under_a_condition_only(self) -> None:
        found = [statement for statement in trust_statements() if statement["Principal"] == "*"]
        assert found
        assert all("Condition" in statement for statement in found)

    @pytest.mark.parametrize("key", ["aws:MultiFactorAuthPresent", "sts:ExternalId", "aws:PrincipalOrgID"])
    def test_trust_has_conditions(self, key: str) -> None:
        assert any(key in json.dumps(statement.get("Condition")) for statement in trust_statements())

    def test_trust_is_denied_too_and_written_in_the_old_version(self) -> None:
        assert any(statement["Effect"] == "Deny" for statement in trust_statements())
        assert any(role["trust"]["Version"] == "2008-10-17" for role in AWS["roles"])

    def test_aws_made_some(self) -> None:
        paths = {role["path"] for role in AWS["roles"] if "path" in role}
        assert "/aws-reserved/sso.amazonaws.com/eu-west-1/" in paths
        assert any(path.startswith("/aws-service-role/") for path in paths)

    @pytest.mark.parametrize(
        "member", ["description", "tags", "inline", "attached", "permissions_boundary", "last_used"]
    )
    def test_some_have_each_member_and_some_lack_it(self, member: str) -> None:
        assert 0 < sum(member in role for role in AWS["roles"]) < len(AWS["roles"])


class TestPolicies:
    def test_statements_of_every_kind(self) -> None:
        found = identity_statements()
        assert any(statement["Effect"] == "Deny" for statement in found)
        for element in ("NotAction", "NotResource", "Condition", "Sid"):
            assert any(element in statement for statement in found), element
        assert any(statement["Effect"] == "Allow" and "NotAction" in statement for statement in found)

    @pytest.mark.parametrize(
        "resource",
        [
            r"\*",
            r"arn:aws:s3:::\*",
            r"arn:aws:s3:::[a-z-]+\*",  # of a bucket, and of its objects
            r"arn:aws:s3:::[a-z-]+\?/.*",
            r"arn:aws:s3:::[a-z-]+/\*/.+",  # within a key
            r"arn:aws:s3:::[a-z-]+/[a-z]+\*",  # of an unfinished segment
            r".*\$\{aws:username\}.*",
            r".*\$\{\*\}.*",
            r".*:accesspoint/[a-z-]+/object/.*",
            r"arn:aws:s3:::[a-z-]+/[a-z]+/",  # a key that is a folder
        ],
    )
    def test_resources_of_every_kind(self, resource: str) -> None:
        assert any(re.fullmatch(resource, found) for found in resources())

    @pytest.mark.parametrize(
        "action",
        [r"\*", r"s3:\*", r"s3:Get\*", r"s3:\*Object", r"s3:Get\?bject", "S3:GETOBJECT", "s3express:.+", "ec2:.+"],
    )
    def test_actions_of_every_kind(self, action: str) -> None:
        assert any(re.fullmatch(action, found) for found in actions())

    def test_some_are_attached_and_some_are_not(self) -> None:
        unattached = set(by_name("policies")) - set(attached())
        assert "unused-since-2021" in unattached
        assert len(unattached) < len(AWS["policies"]) / 2

    @pytest.mark.parametrize("name", ["AmazonS3ReadOnlyAccess", "ReadOnlyAccess", "AdministratorAccess"])
    def test_policies_of_aws_are_attached(self, name: str) -> None:
        assert f"arn:aws:iam::aws:policy/{name}" in attached()

    @pytest.mark.parametrize("path", ["job-function", "service-role", "aws-service-role"])
    def test_policies_of_aws_with_a_path_are_attached(self, path: str) -> None:
        assert any(name.startswith(f"arn:aws:iam::aws:policy/{path}/") for name in attached())

    def test_one_bears_the_name_of_a_policy_of_aws(self) -> None:
        assert {"AmazonS3ReadOnlyAccess", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"} <= set(attached())

    def test_one_has_versions_one_is_a_text_and_one_of_the_old_version(self) -> None:
        documents = [policy["document"] for policy in AWS["policies"]]
        assert any(policy.get("versions") for policy in AWS["policies"])
        (text,) = (document for document in documents if isinstance(document, str))
        assert isinstance(json.loads(text)["Statement"], dict)
        assert "2008-10-17" in {parsed(document)["Version"] for document in documents}


class TestBucketsAndCatalogue:
    def test_buckets_lie_in_two_regions(self) -> None:
        assert {bucket["region"] for bucket in AWS["buckets"]} == {"eu-west-1", "us-east-1"}

    def test_some_buckets_have_tags_and_some_a_policy(self) -> None:
        for member in ("tags", "policy"):
            assert 0 < sum(member in bucket for bucket in AWS["buckets"]) < len(AWS["buckets"])

    @pytest.mark.parametrize("part", [" ", "+", "%", "//", "<", "&", '"', "日本語", "🦊", "../"])
    def test_keys_have_odd_characters(self, part: str) -> None:
        assert any(part in key for bucket in AWS["buckets"] for key in bucket["keys"])

    def test_keys_are_folders_too_and_begin_or_end_with_a_slash(self) -> None:
        keys = {key for bucket in AWS["buckets"] for key in bucket["keys"]}
        assert {"same", "same-1", "same/child", "folder-marker/", "folder-marker/x", "/leading.txt", "trail//"} <= keys

    def test_tables_lie_in_both_regions_and_in_odd_places(self) -> None:
        assert [catalogue["region"] for catalogue in AWS["glue"]] == ["eu-west-1", "us-east-1"]
        tables = [table for catalogue in AWS["glue"] for d in catalogue["databases"] for table in d["tables"]]
        locations = [table["location"].rstrip("/") for table in tables if "location" in table]
        assert len(set(locations)) < len(locations)
        assert any("location" not in table for table in tables)
        assert any(re.fullmatch(r"s3://[^/]+", location) for location in locations)
        for member in ("description", "parameters", "columns", "partition_keys"):
            assert any(table.get(member) for table in tables), member

    def test_access_points_lie_in_both_regions_and_one_has_no_policy(self) -> None:
        assert {ap["region"] for ap in AWS["access_points"]} == {"eu-west-1", "us-east-1"}
        assert sum("policy" not in ap for ap in AWS["access_points"]) == 1

    def test_the_trail_has_a_bucket_and_no_files_yet(self) -> None:
        trail = AWS["cloudtrail"]
        assert by_name("buckets")[trail["bucket"]]["region"] == trail["region"]
        assert trail["files"] == []


class TestIdentityCenter:
    @pytest.mark.parametrize("member", ["inline", "managed", "customer_managed", "tags"])
    def test_permission_sets_of_every_kind(self, member: str) -> None:
        assert any(permission_set.get(member) for permission_set in CENTER["permission_sets"])

    def test_users_and_groups_are_assigned_here_and_elsewhere(self) -> None:
        assignments = [a for permission_set in CENTER["permission_sets"] for a in permission_set.get("assignments", ())]
        assert {(a["type"], "account" in a) for a in assignments} == {
            ("USER", False),
            ("USER", True),
            ("GROUP", False),
            ("GROUP", True),
        }


class TestServed:
    def test_the_embedded_aws_serves_all_of_iam(self) -> None:
        with LocalAws(account_id=ACCOUNT) as aws:
            aws.load(sample_account())
            iam: Any = boto3.client(
                "iam",
                endpoint_url=aws.url,
                region_name="us-east-1",
                aws_access_key_id="any",
                aws_secret_access_key="any",
            )
            kinds = {"UserDetailList": "users", "GroupDetailList": "groups", "RoleDetailList": "roles"}
            served: dict[str, set[str]] = {kind: set() for kind in kinds}
            for page in iam.get_paginator("get_account_authorization_details").paginate():
                for kind, names in served.items():
                    names |= {entry[kind.removesuffix("DetailList") + "Name"] for entry in page[kind]}
        assert served == {kind: set(by_name(member)) for kind, member in kinds.items()}
