"""The record of an import file follows from the noun: its keys, which are always there, which may be left out."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from raito_aws_pipeline.model.access_controls import (
    AccessControl,
    AccessFeedback,
    AccessFeedbackEntry,
    DataObjectReference,
    WhatItem,
    Who,
)
from raito_aws_pipeline.model.columns import Row
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.records import record_type, to_records
from raito_aws_pipeline.model.tags import Tag
from raito_aws_pipeline.model.usage import UsageStatement


def record(row: Row) -> Any:
    return json.loads(msgspec.json.encode(to_records(type(row), [row])[0]))


def test_a_user_has_the_keys_of_the_protocol_and_none_of_the_lake() -> None:
    user = User(external_id="1", name="ann", user_name="ann", email="a@b", tags=(Tag("k", "v", "aws-s3"),), arn="arn:x")
    assert record(user) == {
        "externalId": "1",
        "name": "ann",
        "userName": "ann",
        "email": "a@b",
        "groupExternalIds": None,
        "tags": [{"key": "k", "value": "v", "source": "aws-s3"}],
        "isMachine": None,
    }


def test_a_group_has_the_keys_of_the_protocol() -> None:
    assert record(Group(external_id="1", name="g", display_name="g")) == {
        "externalId": "1",
        "name": "g",
        "displayName": "g",
        "description": "",
        "parentGroupExternalIds": None,
        "tags": None,
    }


def test_what_go_omits_when_empty_is_left_out_and_what_it_always_writes_is_there() -> None:
    plain = DataObject(external_id="a:b:c", name="c", full_name="a:b:c", type="bucket", parent_external_id="a")
    assert set(record(plain)) == {
        "externalId", "name", "fullName", "type", "description", "parentExternalId", "tags",
    }  # fmt: skip
    column = msgspec.structs.replace(plain, data_type="bigint")
    assert record(column)["dataType"] == "bigint"


def test_an_explicit_false_of_incomplete_is_written_and_an_unset_one_is_not() -> None:
    control = AccessControl(
        external_id="policy:P",
        name="P",
        action="grant",
        actual_name="P",
        who=Who(users=("alice",), access_providers=("role:R",)),
        what=(WhatItem(DataObjectReference("1:r:b", ""), ("s3:ListBucket",)),),
        incomplete=False,
    )
    assert record(control) == {
        "externalId": "policy:P",
        "name": "P",
        "namingHint": "",
        "type": None,
        "access": None,
        "action": "grant",
        "policy": "",
        "who": {"users": ["alice"], "groups": None, "accessProviders": ["role:R"], "recipients": None},
        "notInternalizable": False,
        "actualName": "P",
        "what": [{"dataObject": {"fullName": "1:r:b", "type": ""}, "permissions": ["s3:ListBucket"]}],
        "incomplete": False,
        "tags": None,
    }
    assert "incomplete" not in record(msgspec.structs.replace(control, incomplete=None))


def test_feedback_has_the_legacy_shape_of_the_wire() -> None:
    entry = AccessFeedbackEntry("ap1", "Sales", "role:Sales", "aws_role", None, None)
    assert record(AccessFeedback(external_id="ap1", access=(entry,))) == {
        "externalId": "ap1",
        "access": [
            {
                "accessId": "ap1",
                "actualName": "Sales",
                "externalId": "role:Sales",
                "type": "aws_role",
                "errors": None,
                "warnings": None,
            }
        ],
    }


def test_a_record_type_decodes_what_it_encodes_and_refuses_another_shape() -> None:
    statement = UsageStatement(external_id="e", accessed_data_objects=(), success=True, bytes=1 << 40)
    decoder = msgspec.json.Decoder(record_type(UsageStatement))
    text = msgspec.json.encode(to_records(UsageStatement, [statement])[0])
    assert msgspec.json.encode(decoder.decode(text)) == text
    with pytest.raises(msgspec.ValidationError, match="success"):
        decoder.decode(b'{"externalId":"e","accessedDataObjects":[],"query":""}')
