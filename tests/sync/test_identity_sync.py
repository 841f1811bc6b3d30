"""One run over a target: what is read, what lies in the lake, what Raito gets, and what it is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from raito_aws_pipeline.errors import (
    CheckFailedError,
    ConfigurationError,
    CredentialsError,
    IncompleteDataError,
    PermissionMissingError,
    RaitoRejectedError,
    UnavailableError,
)
from raito_aws_pipeline.local.raito.resolvers import SupportedVersions
from raito_aws_pipeline.local.raito.server import LocalRaito
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.sync import identity_push
from tests.golden import golden_json
from tests.world import ORGANIZATION_CONNECTOR, World, pushed, small_account, task_of

IDENTITIES = frozenset({JobType.IS})


def statuses(world: World, job_id: str, job_type: str) -> list[str]:
    return [event.status for event in world.raito.state.task_events(job_id, job_type)]


def test_users_and_groups_reach_raito_and_a_second_run_changes_nothing(world: World) -> None:
    (first,) = world.sync()
    assert first.error is None
    users, groups = pushed(first, "users"), pushed(first, "groups")
    assert (users.records, users.added, groups.records, groups.added) == (4, 4, 2, 2)
    assert world.user_names() == ["root", "user-00", "user-01", "user-02"]
    (second,) = world.sync()
    users = pushed(second, "users")
    assert (users.added, users.updated, users.removed) == (0, 0, 0)


def test_two_runs_write_the_same_files(world: World) -> None:
    def files() -> dict[str, bytes]:
        world.sync()
        return {p.name + p.parent.name: p.read_bytes() for p in (world.folder / "lake").rglob("*.parquet")}

    assert files() == files()


def test_a_user_deleted_in_aws_is_removed_from_raito_unless_untouched_ones_are_kept(world: World) -> None:
    world.sync()
    world.serve(small_account(users=2))
    (kept,) = world.sync(world.target(delete_untouched=False))
    assert kept.error is None
    assert "user-02" in world.user_names()
    world.sync()
    assert "user-02" not in world.user_names()


def test_the_tasks_of_a_job_come_in_the_order_of_the_reference(world: World) -> None:
    world.sync()
    (job,) = world.raito.state.jobs()
    assert job.status == "COMPLETED"
    events = world.raito.state.task_events(job.id)
    assert [(e.job_type, e.status) for e in events] == [
        ("DS", "STARTED"),
        ("DS", "DATA_UPLOAD"),
        ("DS", "QUEUED"),
        ("DS", "COMPLETED"),
        ("IS", "STARTED"),
        ("IS", "DATA_UPLOAD"),
        ("IS", "QUEUED"),
        ("IS", "COMPLETED"),
        ("DA", "STARTED"),
        ("DA", "DATA_UPLOAD"),
        ("DA", "QUEUED"),
        ("DA", "COMPLETED"),
        ("DU", "SKIPPED"),
    ]
    files = [f.kind for f in world.raito.state.received_files(job.id)]
    assert files == ["dataObjects", "log-DS", "users", "groups", "log-IS", "accessProviders", "log-DA"]


def test_the_log_of_a_task_is_not_sent_where_log_forwarding_is_off(world: World) -> None:
    world.sync(disable_log_forwarding=True)
    (job,) = world.raito.state.jobs()
    files = [f.kind for f in world.raito.state.received_files(job.id)]
    assert files == ["dataObjects", "users", "groups", "accessProviders"]


@pytest.mark.parametrize("reason", ["skip", "no store"])
def test_an_identity_task_that_is_left_out_is_said_to_raito(world: World, reason: str) -> None:
    target = world.target(skip_identity_store_sync=True) if reason == "skip" else world.target(identity_store_id=None)
    (report,) = world.sync(target)
    assert report.error is None and task_of(report, JobType.IS).skipped
    (job,) = world.raito.state.jobs()
    assert statuses(world, job.id, "IS") == ["SKIPPED"]
    assert world.user_names() == []


def test_the_account_of_the_issue_takes_at_most_twenty_iam_calls(world: World) -> None:
    def document(n: int) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::bucket-{n}/*"}
        return {"Version": "2012-10-17", "Statement": [statement]}

    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    world.serve(
        {
            "account": "123456789012",
            "aws": {
                "policies": [{"name": f"policy-{n}", "document": document(n)} for n in range(84)],
                "groups": [{"name": f"group-{n}"} for n in range(5)],
                "users": [
                    {"name": f"user-{n}", "groups": [f"group-{n % 5}"], "attached": [f"policy-{n}"]} for n in range(44)
                ],
                "roles": [{"name": f"role-{n}", "trust": trust, "attached": [f"policy-{n}"]} for n in range(78)],
            },
        }
    )
    (report,) = world.sync()
    assert [(w.table.name, w.rows) for w in task_of(report, JobType.IS).written] == [
        ("account_authorization_details", 1 + 44 + 5 + 78 + 84),
        ("users", 45),
        ("groups", 5),
    ]
    calls = world.aws.calls()
    assert sum(count for name, count in calls.items() if name.startswith("iam:")) <= 20


def test_without_the_sweep_s_action_the_same_users_are_read_one_by_one(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.sync()
    before = world.raito.state.users()
    world.aws.faults.deny("iam:GetAccountAuthorizationDetails")
    (report,) = world.sync()
    assert report.error is None
    assert pushed(report, "users").updated == 0
    assert world.raito.state.users() == before
    advice = [r.message for r in caplog.records if "iam:GetAccountAuthorizationDetails is not allowed" in r.message]
    assert len(advice) == 1


def test_the_golden_identities_come_out_as_the_reference_made_them(world: World) -> None:
    case = golden_json("a-identities", "case.json")
    world.serve(case)
    (report,) = world.sync(world.target(**{k.replace("-", "_"): v for k, v in case["parameters"].items()}))
    assert report.error is None
    (job,) = world.raito.state.jobs()
    sent = {
        f.kind: json.loads(f.path.read_bytes()) for f in world.raito.state.received_files(job.id) if "log" not in f.kind
    }
    group_names = {g["externalId"]: g["name"] for g in sent["groups"]}

    def comparable(rows: list[dict[str, Any]], names_of_groups: dict[str, str]) -> dict[str, Any]:
        return {
            row["name"]: {
                **{k: v for k, v in row.items() if k != "externalId"},
                "groupExternalIds": sorted(names_of_groups[g] for g in row.get("groupExternalIds") or ()) or None,
            }
            for row in rows
        }

    golden_names = {v: k for k, v in case["ids"]["groups"].items()}
    golden_users = comparable(golden_json("a-identities", "reference", "users.json"), golden_names)
    # Deliberate differences (connector 2): the key of the e-mail tag counts in any case, its value needs an @.
    golden_users["carla"]["email"] = "carla@example.org"
    golden_users["dirk"]["email"] = "dirk@example.org"
    golden_users["zoe"]["email"] = "zoe"
    assert comparable(sent["users"], group_names) == golden_users
    golden_groups = golden_json("a-identities", "reference", "groups.json")
    assert comparable(sent["groups"], {}) == comparable(golden_groups, {})


def test_an_organisation_is_read_from_identity_center(world: World) -> None:
    world.serve(
        {
            "account": "123456789012",
            "aws": {
                "identity_center": {
                    "region": "eu-west-1",
                    "users": [
                        {"user_name": "ann", "display_name": "Ann", "email": "ann@example.org"},
                        {"user_name": "bob", "display_name": "Bob", "email": "bob@example.org"},
                    ],
                    "groups": [{"display_name": "Data", "members": ["ann"]}],
                    "permission_sets": [],
                }
            },
        }
    )
    target = {
        "name": "org",
        "connector-name": ORGANIZATION_CONNECTOR,
        "identity-store-id": world.raito.identity_store_id,
        "aws-region": "eu-west-1",
    }
    (report,) = world.sync(target)
    assert report.error is None
    users = {user.name: user for user in world.raito.state.users()}
    (group,) = world.raito.state.groups()
    assert {name: user.email for name, user in users.items()} == {"ann": "ann@example.org", "bob": "bob@example.org"}
    assert users["ann"].group_external_ids == (group.external_id,)
    assert group.name == "Data"
    metadata = world.raito.state.identity_store_metadata(world.raito.identity_store_id)
    assert metadata == {"type": "aws-organization", "icon": "", "canBeLinked": True, "canBeMaster": True}


# ---- what goes wrong


def test_a_page_that_fails_half_way_leaves_raito_as_it_was_and_fails_the_job(world: World) -> None:
    world.sync()
    world.serve(small_account(users=1))
    world.aws.faults.deny("iam:GetAccountAuthorizationDetails")
    world.aws.faults.deny("iam:ListGroups")
    (report,) = world.sync()
    assert isinstance(report.error, IncompleteDataError)
    assert "users.complete" in str(report.error) and "iam:ListGroups" in str(report.error)
    assert world.user_names() == ["root", "user-00", "user-01", "user-02"]
    job = world.raito.state.jobs()[-1]
    assert job.status == "FAILED"
    assert statuses(world, job.id, "IS") == ["STARTED", "FAILED"]
    failures = world.lake.completeness(("acme", "users")).failures
    assert {f.call for f in failures} == {"iam:ListGroups"}


def test_a_second_page_that_fails_never_deletes(world: World) -> None:
    world.serve(small_account(users=1100))
    world.sync()
    world.aws.faults.deny("iam:GetAccountAuthorizationDetails", after=1)
    (report,) = world.sync(allow_mass_delete=True)
    assert isinstance(report.error, IncompleteDataError)
    assert world.lake.completeness(("acme", "account_authorization_details")).written
    assert len(world.user_names()) == 1101


@pytest.mark.parametrize("call", ["iam:ListUserPolicies", "iam:ListAttachedGroupPolicies"])
def test_policies_of_users_and_groups_are_not_needed_for_identities(world: World, call: str) -> None:
    world.aws.faults.deny("iam:GetAccountAuthorizationDetails")
    world.aws.faults.deny(call)
    (report,) = world.sync(only=IDENTITIES)
    assert report.error is None
    assert not world.lake.completeness(("acme", "account_authorization_details")).complete


def test_what_nobody_foresaw_in_one_target_does_not_stop_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter([OSError("the disk is full"), None])
    original = identity_push.write_import_file

    def full_once(*arguments: Any) -> Any:
        failure = next(calls, None)
        if failure:
            raise failure
        return original(*arguments)

    monkeypatch.setattr(identity_push, "write_import_file", full_once)
    one, two = (world.target(name=name, delete_untouched=False) for name in ("one", "two"))
    reports = world.sync(one, two)
    assert [type(r.error).__name__ for r in reports] == ["UnexpectedError", "NoneType"]
    assert [job.status for job in world.raito.state.jobs()] == ["FAILED", "COMPLETED"]


def test_a_deprecated_version_is_a_warning(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with LocalRaito(
        world.folder / "other",
        versions=SupportedVersions(">= 0.80.0", deprecated=">= 0.60.0", message="Please upgrade."),
    ) as old:
        world.raito = old
        world.environment |= {"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": old.url, "API_SECRET": old.secret}
        (report,) = world.sync()
    assert report.error is None
    assert any("Please upgrade." in record.message for record in caplog.records)


def test_policies_that_cannot_be_read_do_not_stop_the_identities(world: World) -> None:
    world.aws.faults.deny("iam:GetAccountAuthorizationDetails")
    world.aws.faults.deny("iam:ListPolicies")
    (report,) = world.sync(only=IDENTITIES)
    assert report.error is None
    assert not world.lake.completeness(("acme", "account_authorization_details")).complete
    assert world.lake.completeness(("acme", "users")).complete


def test_no_permission_at_all_names_the_missing_action_and_fails_the_job(world: World) -> None:
    world.aws.faults.deny("iam:GetAccountAuthorizationDetails")
    world.aws.faults.deny("iam:ListUsers")
    (report,) = world.sync()
    assert isinstance(report.error, PermissionMissingError)
    text = str(report.error)
    assert text.startswith("target 'acme', iam:GetAccountAuthorizationDetails: ")
    assert "Missing: the IAM action iam:GetAccountAuthorizationDetails" in text and "What to do: " in text
    (job,) = world.raito.state.jobs()
    assert job.status == "FAILED"


def test_a_wrong_secret_is_one_error_that_does_not_show_it_and_opens_no_job(world: World) -> None:
    world.environment["API_SECRET"] = "not-the-secret"
    (report,) = world.sync()
    assert isinstance(report.error, CredentialsError)
    assert "not-the-secret" not in str(report.error)
    assert world.raito.user in str(report.error)
    assert world.raito.state.jobs() == []


def test_an_unreachable_raito_is_one_error_that_names_it(world: World) -> None:
    (report,) = world.sync(raito_url_override="http://127.0.0.1:9/")
    assert isinstance(report.error, UnavailableError)
    assert "http://127.0.0.1:9" in str(report.error)


def test_an_import_that_raito_refuses_fails_task_and_job_with_its_words(world: World) -> None:
    world.raito.faults.fail_imports(1, "The moon is full.")
    (report,) = world.sync(only=IDENTITIES)
    assert isinstance(report.error, RaitoRejectedError)
    assert "The moon is full." in str(report.error)
    (job,) = world.raito.state.jobs()
    assert job.status == "FAILED"
    assert statuses(world, job.id, "IS")[-1] == "FAILED"
    assert not world.lake.completeness(("acme", "raito_identity_store")).written


def test_credentials_of_another_account_are_refused_before_anything_is_written(world: World) -> None:
    (report,) = world.sync(world.target(aws_account_id="999999999999"), only=IDENTITIES)
    assert isinstance(report.error, ConfigurationError)
    assert "account 123456789012" in str(report.error) and "not of 999999999999" in str(report.error)
    assert task_of(report, JobType.IS).written == ()


def test_a_push_that_would_remove_more_than_half_is_refused_until_it_is_allowed(world: World) -> None:
    world.serve(small_account(users=30))
    world.sync()
    world.serve(small_account(users=3))
    (refused,) = world.sync()
    assert isinstance(refused.error, CheckFailedError)
    assert "it would remove 27 of the 31 users that the last push held" in str(refused.error)
    assert len(world.user_names()) == 31
    (kept,) = world.sync(world.target(delete_untouched=False))
    assert kept.error is None and len(world.user_names()) == 31
    (refused_again,) = world.sync()
    assert isinstance(refused_again.error, CheckFailedError), "what Raito still holds counts, though it was not sent"


@pytest.mark.parametrize("by", ["option", "parameter"])
def test_a_mass_delete_can_be_allowed_by_option_and_by_parameter(world: World, by: str) -> None:
    world.serve(small_account(users=30))
    world.sync()
    world.serve(small_account(users=3))
    if by == "option":
        (report,) = world.sync(allow_mass_delete=True)
    else:
        (report,) = world.sync(world.target(allow_mass_delete=True))
    assert report.error is None
    assert len(world.user_names()) == 4


def test_a_target_that_fails_does_not_stop_the_next(world: World) -> None:
    broken = world.target(name="broken", aws_profile="{{NOT_THERE}}")
    denied = world.target(name="denied", aws_account_id="999999999999", delete_untouched=False)
    reports = world.sync(broken, denied, world.target(name="good", delete_untouched=False))
    assert [(r.target, r.error is None) for r in reports] == [("broken", False), ("denied", False), ("good", True)]
    assert "NOT_THERE" in str(reports[0].error)
    assert [j.status for j in world.raito.state.jobs()] == ["FAILED", "COMPLETED"]
    ended = [e for e in world.raito.state.events() if e.kind == "endOfTargetsSync"]
    assert len(ended) == 1
