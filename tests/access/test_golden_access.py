"""The recorded accounts: what the Raito CLI's connector made of them, and where ours says it better."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.records import to_records
from raito_aws_pipeline.raito.tasks import JobType
from tests.golden import golden_json
from tests.world import World

Records = dict[str, dict[str, Any]]
"""Import records by external id."""

NOT_COMPARED = ("policy", "what")
"""`policy` has its documents in another order of keys; `what` is compared by itself."""


@pytest.fixture
def organization(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A profile of the organisation, with the credentials of the embedded AWS."""
    path = world.folder / "aws-config"
    path.write_text("[profile org]\naws_access_key_id = AKIAORGANISATION0000\naws_secret_access_key = secret\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    world.environment["AWS_CONFIG_FILE"] = str(path)
    yield


def imported(world: World, case: Mapping[str, Any], **keys: Any) -> Records:
    """What a sync of a recorded account sends of its access controls."""
    world.serve(case)
    locks = {
        key: ",".join(value) if isinstance(value, list) else value for key, value in case.get("access_from", {}).items()
    }
    parameters = {key.replace("-", "_"): value for key, value in case["parameters"].items()}
    target = world.target(identity_store_id=None, **{**parameters, **locks, **keys})
    (report,) = world.sync(target, only=frozenset({JobType.DS, JobType.DA}))
    assert report.error is None
    controls = world.lake.read_rows(("acme", "access_controls"), AccessControl)
    return {r["externalId"]: r for r in json.loads(msgspec.json.encode(to_records(AccessControl, controls)))}


def recorded(case: str) -> Records:
    return {r["externalId"]: r for r in golden_json(f"{case}/reference/access-providers.json")}


def what(record: Mapping[str, Any]) -> dict[tuple[str, str], list[str]]:
    """Permissions by full name and type; us-east-1 spelled out (connector 7)."""
    return {
        (item["dataObject"]["fullName"].replace("::", ":us-east-1:"), item["dataObject"]["type"]): item["permissions"]
        for item in record["what"] or ()
    }


def differences(ours: Records, theirs: Records) -> set[tuple[str, str]]:
    """External id and member of each record that differs, beside the texts of reasons."""
    found = set()
    for external_id in ours.keys() & theirs.keys():
        one, other = ours[external_id], theirs[external_id]
        for member in (one.keys() | other.keys()) - {*NOT_COMPARED}:
            is_reason = member.endswith("Reason")
            if (member in one) != (member in other) or (not is_reason and one[member] != other[member]):
                found.add((external_id, member))
        if what(one) != what(other):
            found.add((external_id, "what"))
    return found


def test_roles_policies_and_inline_policies_are_those_that_were_recorded_but_for_what_is_named(world: World) -> None:
    ours = imported(world, golden_json("e-access-import/case.json"))
    theirs = recorded("e-access-import")
    assert ours.keys() - theirs.keys() == {
        # Names of inline policies are sorted, theirs come as they arrive.
        "group:ops|inline:ops-a|ops-b|",
        "user:bob|inline:alpha|mid|zeta|",
        # `NotAction` and wildcards within actions are understood.
        "policy:p-notaction",
        "policy:p-wild-middle",
        # No tag hides a role or policy.
        "policy:p-raito-lower",
        "role:raito-made-lower",
    }
    assert theirs.keys() - ours.keys() == {
        "group:ops|inline:ops-b|ops-a|",
        "user:bob|inline:mid|zeta|alpha|",
        # A policy variable is no data object, and the policy grants nothing else.
        "policy:p-variables",
    }
    locked = {("policy:p-merge", "whatLocked"), ("policy:p-wild-key", "whatLocked")}
    unlocked = {(f"policy:p-{name}", "whatLocked") for name in ("s3star", "wild-actions", "wild-bucket")}
    assert differences(ours, theirs) == {
        # All 168 actions of the table instead of 128; on buckets and objects those that act there.
        *((f"policy:{name}", "what") for name in ("AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", "p-star")),
        *((f"policy:p-{name}", "what") for name in ("s3star", "wild-actions")),
        # A wildcard that the table covers, and a bucket wildcard, is complete; with it goes the lock.
        *((f"policy:p-{name}", "incomplete") for name in ("s3star", "wild-actions", "wild-bucket")),
        *unlocked,
        ("policy:p-wild-bucket", "what"),
        # Actions on the bucket and on its objects are told apart.
        ("policy:p-bucket-action-on-objects", "what"),
        # The exact key of a folder grants nothing below it; a wildcard within a key is a row.
        ("policy:p-merge", "what"),
        ("policy:p-merge", "incomplete"),
        ("policy:p-wild-key", "what"),
        ("policy:p-wild-key", "incomplete"),
        *locked,
        # `sts:*` lets assume a role.
        ("role:wild-action-trust", "who"),
    }


def test_a_trust_policy_for_anybody_is_a_row_and_stops_nothing(world: World) -> None:
    ours = imported(world, golden_json("e3-principal-star/case.json"))
    assert "role:fine" in ours


def test_permission_sets_are_those_that_were_recorded_but_for_what_is_named(
    world: World, organization: None, running_aws: LocalAws
) -> None:
    case = golden_json("g-permission-sets/case.json")
    world.serve(case)
    instance, store = running_aws.identity_center(case["aws"]["identity_center"]["region"])
    ours = imported(
        world,
        case,
        aws_organization_identity_center_instance_arn=instance,
        aws_organization_identity_store=store,
    )
    theirs = recorded("g-permission-sets")
    assert ours.keys() - theirs.keys() == set()
    # Its one folder does not exist in the recorded buckets.
    assert theirs.keys() - ours.keys() == {"policy:cust-lake"}
    sets = [key for key in theirs if key.startswith("ssorole:")]
    assert differences(ours, theirs) == {
        ("policy:AmazonS3ReadOnlyAccess", "what"),
        # One external id, wherever the role is named.
        ("policy:AmazonS3ReadOnlyAccess", "who"),
        # The SAML trust alone makes nothing incomplete.
        *((key, "incomplete") for key in sets),
    }
