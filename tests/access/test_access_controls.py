"""Which access controls there are, in which order, and what the configuration leaves out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raito_aws_pipeline.access import policies
from raito_aws_pipeline.access.access_controls import access_controls
from raito_aws_pipeline.access.sources import AccessSources
from raito_aws_pipeline.iam_policy.known import NO_INTERESTS, AssumedObjects
from raito_aws_pipeline.iam_policy.what import Understood
from tests.access.account import (
    POINT,
    READ_RAW,
    READ_SALES,
    bucket_policy,
    control,
    group,
    ids,
    imported,
    lets,
    made,
    named,
    point,
    policy,
    role,
    role_arn,
    rows,
    rules,
    sources,
    text,
    trust,
    user,
    user_arn,
)
from tests.iam_policy.world import allow, deny, scope

NO_S3 = allow("ec2:*", "*")
RAW = {"raw": READ_RAW}


def account() -> AccessSources:
    """One of everything."""
    return sources(
        user("ann", inline={"raw": READ_RAW, "ec2": NO_S3}, groups=("staff",), bounded=True),
        user("bob", groups=("staff",), bounded=True),
        group("staff", inline=RAW),
        role("reader", trust(user_arn("ann"), "999999999999"), inline=RAW, bounded=True),
        role("named"),
        policy("lake", READ_SALES, deny("s3:*", "*"), users=("bob",), groups=("staff",), roles=("named",)),
        policy("AmazonS3", READ_RAW, users=("ann",), of_aws=True),
        point(lets({"AWS": user_arn("ann")}, allow("s3:GetObject", f"{POINT}/object/*"))),
        point(None, name="second", arn=f"{POINT}-2"),
        bucket_policy(lets("*", READ_SALES), bucket="acme-lake"),
        bucket_policy(lets("*", READ_RAW), bucket="acme-raw"),
    )


def test_a_role_without_what_is_there_only_where_a_kept_one_names_it() -> None:
    found = made(
        user("ann"),
        role("no-what", trust(user_arn("ann"), "999999999999")),
        role("of-policy"),
        role("of-dropped-policy"),
        role("of-point"),
        policy("lake", READ_SALES, roles=("of-policy",)),
        policy("compute", NO_S3, roles=("of-dropped-policy",)),
        point(lets({"AWS": role_arn("of-point")}, allow("s3:GetObject", f"{POINT}/object/*"))),
    )
    assert ids(found) == [f"accesspoint:{POINT}", "policy:lake", "role:of-point", "role:of-policy"]
    # Those that are dropped keep their rows.
    assert [row[1] for row in rows(found, "role:no-what")] == ["foreign_principal"]
    assert rows(found, "policy:compute") == [("compute", "non_s3_action", "ec2:*", True)]


@pytest.mark.parametrize(
    "statements",
    [
        [NO_S3],
        [allow("s3:GetObject", "arn:aws:s3:::somebody-elses/*")],
        [deny("s3:*", "*")],
        [READ_SALES, deny("s3:*", "*")],
        [allow("s3:GetObject", "arn:aws:s3:::acme-lake/home/${aws:username}/*")],
        [allow("s3:ListBucket", "arn:aws:s3:::acme-lake/*")],
        [{"Effect": "Neither"}],
    ],
)
def test_policies_without_any_s3_permission_are_rows_only(statements: list[Any]) -> None:
    found = made(
        user("ann", inline={"own": text(*statements)}),
        group("staff", inline={"own": text(*statements)}),
        policy("lake", *statements, users=("ann",)),
    )
    assert found.controls == ()
    assert all(rows(found, one) for one in ("policy:lake", "user:ann|inline:own|", "group:staff|inline:own|"))


def test_the_order_is_that_of_external_ids() -> None:
    found = imported(account())
    assert ids(found) == sorted(ids(found))
    assert len(ids(found)) == 5
    named_in_rows = [row.access_control for row in found.remainder]
    assert named_in_rows == sorted(named_in_rows)


@settings(max_examples=10, deadline=None)
@given(st.randoms())
def test_the_order_in_which_aws_tells_things_changes_nothing(order: random.Random) -> None:
    def shuffled(entities: Sequence[Any]) -> list[Any]:
        return order.sample(entities, len(entities))

    ordered = account()
    other = replace(
        ordered,
        users=shuffled(ordered.users),
        groups=shuffled(ordered.groups),
        roles=shuffled(ordered.roles),
        policies=shuffled(ordered.policies),
        access_points=shuffled(ordered.access_points),
        bucket_policies=shuffled(ordered.bucket_policies),
    )
    assert imported(other) == imported(ordered)


@pytest.mark.parametrize(
    ("rule", "left_out"),
    [
        (
            {"skips_iam": True},
            {"group:staff|inline:raw|", "policy:AmazonS3", "policy:lake", "role:reader", "user:ann|inline:ec2|raw|"},
        ),
        ({"skips_user_inline_policies": True}, {"user:ann|inline:ec2|raw|"}),
        ({"skips_group_inline_policies": True}, {"group:staff|inline:raw|"}),
        ({"skips_managed_policies": True}, {"policy:AmazonS3", "policy:lake"}),
        ({"skips_aws_managed_policies": True}, {"policy:AmazonS3"}),
        ({"excludes_policy": named("lake")}, {"policy:lake"}),
    ],
)
def test_what_the_configuration_skips_is_neither_access_control_nor_row(
    rule: dict[str, Any], left_out: set[str]
) -> None:
    everything, found = imported(account()), imported(account(), rules(**rule))
    seen = {*ids(everything), *(row.access_control for row in everything.remainder)}
    assert seen >= left_out
    assert {*ids(found), *(row.access_control for row in found.remainder)} == seen - left_out


def test_an_excluded_role_is_left_out_and_keeps_its_rows() -> None:
    everything, found = imported(account()), imported(account(), rules(excludes_role=named("reader")))
    assert set(ids(everything)) - set(ids(found)) == {"role:reader"}
    assert rows(found, "role:reader") == rows(everything, "role:reader") != []


def test_an_account_with_nothing_has_nothing() -> None:
    found = made()
    assert (found.controls, found.remainder) == ((), ())


def test_whom_access_controls_name_is_there() -> None:
    found = imported(account())
    for one in found.controls:
        for external_id in (one.who.access_providers or ()) if one.who else ():
            assert control(found, external_id)


def test_what_is_lost_of_a_document_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Understood((), (), (), incomplete=False)
    monkeypatch.setattr(policies, "what_of", lambda *_: nothing)
    lake = sources(user("ann"), policy("lake", READ_SALES, deny("s3:*", "*", Sid="No"), users=("ann",)))
    assert access_controls(lake, rules(), scope(), AssumedObjects(NO_INTERESTS)).lost == (
        "policy:lake: all of No in lake",
        "policy:lake: arn:aws:s3:::acme-lake/sales/* of #1 in lake",
        "policy:lake: s3:GetObject of #1 in lake",
    )
