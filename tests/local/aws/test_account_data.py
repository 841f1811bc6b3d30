"""Accounts written as data: what is read, and what a wrong one is answered with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from raito_aws_pipeline.local.aws.account import AccountError, read_account, read_account_file
from raito_aws_pipeline.local.aws.server import LocalAws
from tests.local.aws.accounts import ALLOW, TRUST, account


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"aws": {}}, "Object missing required field `account`."),
        ({"account": "123456789012"}, "Object missing required field `aws`."),
        ({"account": 123456789012, "aws": {}}, "account: Expected `str`, got `int`."),
        ({"account": "12345", "aws": {}}, "account: '12345' is no account id; it has 12 digits."),
        (account(user=[]), "aws: Object contains unknown field `user`."),
        (account(users=[{"name": "ann"}, {"path": "/"}]), "aws.users[1]: Object missing required field `name`."),
        (account(users=[{"name": "ann", "email": "x"}]), "aws.users[0]: Object contains unknown field `email`."),
        (
            account(users=[{"name": "ann", "tags": [["only-key"]]}]),
            "aws.users[0].tags[0]: Expected `array` of length 2, got 1.",
        ),
        (account(buckets=[{"name": "b"}]), "aws.buckets[0]: Object missing required field `region`."),
        (account(roles=[{"name": "r", "trust": 5}]), "aws.roles[0].trust: Expected `str | object`, got `int`."),
    ],
)
def test_data_of_another_shape_is_refused_by_member(data: dict[str, Any], message: str) -> None:
    with pytest.raises(AccountError) as caught:
        read_account(data)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"users": [{"name": "a", "groups": ["g"]}]}, "aws.users[0].groups: the account has no group 'g'."),
        ({"users": [{"name": "a", "attached": ["p"]}]}, "aws.users[0].attached: the account has no policy 'p'."),
        (
            {"groups": [{"name": "g", "attached": ["arn:aws:iam::aws:policy/NoSuch"]}]},
            "aws.groups[0].attached: the account has no policy 'arn:aws:iam::aws:policy/NoSuch'.",
        ),
        (
            {"roles": [{"name": "r", "trust": TRUST, "permissions_boundary": "p"}]},
            "aws.roles[0].permissions_boundary: the account has no policy 'p'.",
        ),
        (
            {"roles": [{"name": "r", "trust": TRUST, "last_used": "2026-01-01T00:00:00Z"}]},
            "aws.roles[0]: last_used and last_used_region stand together, or neither does.",
        ),
        ({"users": [{"name": "a"}, {"name": "a"}]}, "aws.users[1]: User a already exists"),
        ({"policies": [{"name": "p", "document": ALLOW}] * 2}, "aws.policies[1]: A policy called p already exists."),
        ({"buckets": [{"name": "b", "region": "eu-west-1"}]}, "aws.buckets[0]: The specified bucket is not valid."),
        (
            {"access_points": [{"name": "ap", "region": "eu-west-1", "bucket": "nowhere"}]},
            "aws.access_points[0]: The specified bucket does not exist",
        ),
        (
            {
                "identity_center": {
                    "region": "eu-west-1",
                    "permission_sets": [{"name": "P", "assignments": [{"type": "USER", "principal": "ann"}]}],
                }
            },
            "aws.identity_center.permission_sets[0].assignments[0].principal: the account has no USER 'ann'.",
        ),
        (
            {
                "identity_center": [
                    {"region": "eu-west-1", "groups": [{"display_name": "G", "members": ["ann"]}]},
                ]
            },
            "aws.identity_center[0].groups[0].members: the account has no Identity Center user 'ann'.",
        ),
        (
            {"cloudtrail": {"region": "eu-west-1", "bucket": "nowhere", "files": [{"key": "k"}]}},
            "aws.cloudtrail: ",
        ),
    ],
)
def test_a_member_that_refers_to_nothing_is_named(aws: LocalAws, members: dict[str, Any], message: str) -> None:
    with pytest.raises(AccountError) as caught:
        aws.load(account(**members))
    assert str(caught.value).startswith(message)


def test_members_beside_the_account_are_passed_over() -> None:
    case = account(users=[{"name": "ann"}]) | {"about": "a case", "ids": {}, "parameters": {"aws-regions": "x"}}
    assert read_account(case).aws.users[0].name == "ann"


def test_a_file_is_read_as_json_or_yaml(tmp_path: Path) -> None:
    as_json, as_yaml = tmp_path / "a.json", tmp_path / "a.yml"
    as_json.write_text(json.dumps(account(users=[{"name": "zoë"}])), encoding="utf-8")
    as_yaml.write_text('account: "123456789012"\naws: {users: [{name: zoë}]}\n', encoding="utf-8")

    assert read_account_file(as_json) == read_account_file(as_yaml) == account(users=[{"name": "zoë"}])


def test_the_version_of_a_document_is_a_text_in_yaml_too(tmp_path: Path) -> None:
    path = tmp_path / "account.yaml"
    path.write_text(
        'account: "123456789012"\naws: {policies: [{name: p, document: {Version: 2012-10-17, Statement: []}}]}\n'
    )
    assert read_account(read_account_file(path)).aws.policies[0].document == {"Version": "2012-10-17", "Statement": []}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.json", None, "it cannot be read: No such file or directory."),
        ("latin.json", b"\xe4", "it cannot be read: "),
        ("broken.json", b'{"account": ', "it is no JSON: Expecting value: line 1 column 13 (char 12)."),
        ("broken.yml", b"a: [1", "it is no YAML: "),
        ("list.json", b"[]", "it holds no object with the members account and aws."),
    ],
)
def test_a_file_that_cannot_be_used_is_one_message(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AccountError) as caught:
        read_account_file(path)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
