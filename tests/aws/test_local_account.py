"""Identity Center and S3 Control of an account that the embedded AWS serves, over HTTP with the real SDK."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.identity_center import EmailAddress, read_identity_center
from raito_aws_pipeline.local.aws.server import LocalAws

REGION = "eu-central-1"
ACCOUNT = {
    "account": "123456789012",
    "aws": {
        "identity_center": {
            "region": REGION,
            "users": [
                {"user_name": f"user-{n}", "display_name": f"User {n}", "email": f"user-{n}@example.org"}
                for n in range(7)
            ],
            "groups": [
                {"display_name": "Analysts", "members": ["user-0", "user-3", "user-5"]},
                {"display_name": "Nobody", "members": []},
            ],
        },
        "buckets": [{"name": "sales", "region": "eu-west-1"}],
        "access_points": [{"region": "eu-west-1", "name": "sales-readers", "bucket": "sales"}],
    },
}


@pytest.fixture
def local_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalAws]:
    with LocalAws() as aws:
        for name, value in aws.environment().items():
            monkeypatch.setenv(name, value)
        aws.load(ACCOUNT)
        yield aws


@pytest.mark.parametrize(("page_size", "user_pages"), [(100, 1), (3, 3)])
def test_users_and_groups_of_identity_center_are_read_page_by_page(
    local_aws: LocalAws, page_size: int, user_pages: int
) -> None:
    pages = list(read_identity_center(AwsClients(), REGION, page_size))
    users = [user for page in pages for user in page.users]
    groups = [group for page in pages for group in page.groups]
    assert [failure for page in pages for failure in page.failures] == []
    assert sorted(user.user_name for user in users) == [f"user-{n}" for n in range(7)]
    assert all(user.emails == (EmailAddress(f"{user.user_name}@example.org", True),) for user in users)
    names = {user.user_id: user.user_name for user in users}
    members = {g.display_name: sorted(names[i] for i in g.member_user_ids or ()) for g in groups}
    assert members == {"Analysts": ["user-0", "user-3", "user-5"], "Nobody": []}
    assert local_aws.calls()["identitystore:ListUsers"] == user_pages
    assert local_aws.calls()["identitystore:ListGroupMemberships"] == 2


def test_access_points_are_reached_at_the_endpoint_on_loopback(local_aws: LocalAws) -> None:
    client = AwsClients(regions=("eu-west-1",)).client("s3control")
    points = client.list_access_points(AccountId=local_aws.account_id)["AccessPointList"]
    assert [point["Name"] for point in points] == ["sales-readers"]
