"""Applying the patches, and those that no service owns."""

from __future__ import annotations

from datetime import UTC, datetime

import moto
import pytest
from moto.core import serialize

from raito_aws_pipeline.local.aws import patches
from raito_aws_pipeline.local.aws.server import LocalAws
from tests.local.aws.aws_calls import pages
from tests.local.aws.sdk import Sdk


def test_patches_are_applied_once(aws: LocalAws) -> None:
    applied = serialize.parse_to_aware_datetime
    patches.apply()
    assert serialize.parse_to_aware_datetime is applied


def test_another_version_of_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto, "__version__", "5.3.0")
    with pytest.raises(RuntimeError, match=r"needs moto 5\.2\.5, and 5\.3\.0 is installed"):
        patches.apply.__wrapped__()


@pytest.mark.parametrize(
    "text", ["2026-01-02T03:04:05.678000Z", "2026-01-02T04:04:05.678+01:00", "Fri, 02 Jan 2026 03:04:05.678 GMT"]
)
def test_timestamps_are_read_whatever_their_form(aws: LocalAws, text: str) -> None:
    assert serialize.parse_to_aware_datetime(text) == datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def test_objects_are_listed_with_the_moment_of_their_last_change(sdk: Sdk) -> None:
    s3 = sdk.client("s3", "us-east-1")
    s3.create_bucket(Bucket="sales")
    before = datetime.now(UTC).replace(microsecond=0)
    s3.put_object(Bucket="sales", Key="a", Body=b"")
    [listed] = s3.list_objects_v2(Bucket="sales")["Contents"]
    assert before <= listed["LastModified"] <= datetime.now(UTC)


def test_databases_and_tables_of_glue_come_by_the_hundred_at_most(sdk: Sdk) -> None:
    glue = sdk.client("glue")
    names = [f"d{n:03}" for n in range(103)]
    for name in names:
        glue.create_database(DatabaseInput={"Name": name})
        glue.create_table(DatabaseName="d000", TableInput={"Name": name})
    for operation, member, of in (
        ("get_databases", "DatabaseList", {}),
        ("get_tables", "TableList", {"DatabaseName": "d000"}),
    ):
        for size, expected in ((100, [100, 3]), (60, [60, 43])):
            answers = pages(glue, operation, size, **of)
            assert [len(answer[member]) for answer in answers] == expected
            assert [item["Name"] for answer in answers for item in answer[member]] == names


def test_an_identity_store_that_no_instance_has_is_not_found(sdk: Sdk) -> None:
    store = sdk.client("identitystore")
    with pytest.raises(store.exceptions.ResourceNotFoundException):
        store.list_users(IdentityStoreId="d-0000000000")


def test_the_caller_is_a_user_of_the_account_served(aws: LocalAws, sdk: Sdk) -> None:
    identity = sdk.client("sts").get_caller_identity()
    assert identity["Account"] == aws.account_id
    assert identity["Arn"] == f"arn:aws:iam::{aws.account_id}:user/raito-sync"
