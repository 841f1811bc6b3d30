"""The sweep where IAM fails half-way, refuses pieces, loses entities meanwhile, or holds odd documents."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raito_aws_pipeline.aws.iam.entities import AccountEntity, InlinePolicy
from raito_aws_pipeline.aws.iam.sweep import sweep_account
from raito_aws_pipeline.aws.iam.sweep_pages import SweepWay
from raito_aws_pipeline.errors import CredentialsError, PermissionMissingError, UnavailableError
from raito_aws_pipeline.model.read_failures import ReadFailure
from tests.aws.iam.scripted_iam import ACCOUNT, DENIED, GONE, encoded, entity, page, scripted_iam
from tests.aws.scripted_aws import Answer, Asked, refusal, result

DETAILS = "GetAccountAuthorizationDetails"
TRUST = f"<AssumeRolePolicyDocument>{encoded('{}')}</AssumeRolePolicyDocument>"

Read = tuple[dict[str, AccountEntity], list[ReadFailure]]


def swept(monkeypatch: pytest.MonkeyPatch, script: dict[str, Answer | Callable[[Asked], Answer]]) -> Read:
    with scripted_iam(monkeypatch, script) as (clients, _):
        pages = list(sweep_account(clients))
    return {e.name: e for p in pages for e in p.entities}, [f for p in pages for f in p.failures]


def by_list_and_get(**answers: Answer | Callable[[Asked], Answer]) -> dict[str, Answer | Callable[[Asked], Answer]]:
    """An account of one entity a kind, without GetAccountAuthorizationDetails."""
    policy = entity("Policy", "p", "<DefaultVersionId>v2</DefaultVersionId>")
    version = f"<PolicyVersion><Document>{encoded('{}')}</Document><VersionId>v2</VersionId></PolicyVersion>"
    return {
        DETAILS: DENIED,
        "ListUsers": result("ListUsers", page({"Users": [entity("User", "u")]})),
        "GetUser": result("GetUser", f"<User>{entity('User', 'u')}</User>"),
        "ListGroups": result("ListGroups", page({"Groups": [entity("Group", "g")]})),
        "GetGroup": result(
            "GetGroup", f"<Group>{entity('Group', 'g')}</Group>{page({'Users': [entity('User', 'u')]})}"
        ),
        "ListRoles": result("ListRoles", page({"Roles": [entity("Role", "r", TRUST)]})),
        "GetRole": result("GetRole", f"<Role>{entity('Role', 'r', TRUST)}</Role>"),
        "ListPolicies": result("ListPolicies", page({"Policies": [policy]})),
        "GetPolicy": result("GetPolicy", f"<Policy>{policy}</Policy>"),
        "GetPolicyVersion": result("GetPolicyVersion", version),
        **answers,
    }


def test_a_failure_half_way_keeps_the_pages_so_far_and_marks_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    def details(asked: Asked) -> Answer:
        if asked.parameter("Marker"):
            return refusal("ServiceFailure", status=500)
        return result(DETAILS, page({"UserDetailList": [entity("User", "u")]}, marker="next"))

    entities, failures = swept(monkeypatch, {DETAILS: details})
    assert set(entities) == {ACCOUNT, "u"}
    assert [(f.part, f.subject, f.call, f.code) for f in failures] == [
        (part, "", "iam:GetAccountAuthorizationDetails", "ServiceFailure")
        for part in ("users", "groups", "roles", "policies")
    ]


def test_a_failure_of_the_first_page_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnavailableError, match="iam:GetAccountAuthorizationDetails"):
        swept(monkeypatch, {DETAILS: refusal("ServiceFailure", status=500)})


def test_short_and_empty_pages_are_followed_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {
        None: page({"UserDetailList": [entity("User", "u")]}, marker="1"),
        "1": page({}, marker="2"),
        "2": page({"GroupDetailList": [entity("Group", "g")]}),
    }
    entities, failures = swept(monkeypatch, {DETAILS: lambda asked: result(DETAILS, pages[asked.parameter("Marker")])})
    assert (set(entities), failures) == ({ACCOUNT, "u", "g"}, [])


def test_documents_are_kept_to_the_letter_malformed_ones_too(monkeypatch: pytest.MonkeyPatch) -> None:
    spaced = '{ "Version": "2012-10-17",\n  "Version": "2008-10-17", "Id": "100%25 é+" }'
    broken = '{"Statement": ['
    inline = "".join(
        f"<member><PolicyName>{name}</PolicyName><PolicyDocument>{encoded(text)}</PolicyDocument></member>"
        for name, text in (("z", spaced), ("a", broken))
    )
    user = entity("User", "u", f"<UserPolicyList>{inline}</UserPolicyList>")
    entities, _ = swept(monkeypatch, {DETAILS: result(DETAILS, page({"UserDetailList": [user]}))})
    assert entities["u"].inline_policies == (InlinePolicy("a", broken), InlinePolicy("z", spaced))


def test_only_the_default_version_of_a_policy_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = "".join(
        f"<member><VersionId>{v}</VersionId><IsDefaultVersion>{default}</IsDefaultVersion>"
        f"<Document>{encoded(document)}</Document></member>"
        for v, default, document in (("v3", "false", '{"of": 3}'), ("v2", "true", '{"of": 2}'))
    )
    policy = entity(
        "Policy", "p", f"<DefaultVersionId>v2</DefaultVersionId><PolicyVersionList>{versions}</PolicyVersionList>"
    )
    entities, _ = swept(monkeypatch, {DETAILS: result(DETAILS, page({"Policies": [policy]}))})
    assert (entities["p"].default_version_id, entities["p"].document) == ("v2", '{"of": 2}')


def test_list_and_get_calls_replace_the_details_that_are_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    entities, failures = swept(monkeypatch, by_list_and_get())
    assert (set(entities), failures) == ({ACCOUNT, "u", "g", "r", "p"}, [])
    assert entities["u"].group_names == ("g",)


@pytest.mark.parametrize(
    ("operation", "code", "missing", "parts"),
    [
        ("ListGroups", "AccessDenied", "g", ["groups", "users"]),
        ("ListRoles", "AccessDenied", "r", ["roles"]),
        ("ListPolicies", "AccessDenied", "p", ["policies"]),
        ("ListRoles", "ServiceFailure", "r", ["roles"]),
        ("ListPolicies", "Throttling", "p", ["policies"]),
    ],
)
def test_a_list_that_cannot_be_read_is_a_failed_part_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch, operation: str, code: str, missing: str, parts: list[str]
) -> None:
    entities, failures = swept(monkeypatch, by_list_and_get(**{operation: refusal(code)}))
    assert set(entities) == {ACCOUNT, "u", "g", "r", "p"} - {missing}
    assert [(f.part, f.subject, f.call, f.code) for f in failures] == [(p, "", f"iam:{operation}", code) for p in parts]


@pytest.mark.parametrize(
    ("operation", "name", "part"),
    [
        ("GetUser", "u", "users"),
        ("ListUserPolicies", "u", "policies"),
        ("ListAttachedUserPolicies", "u", "policies"),
        ("GetGroup", "g", "users"),
        ("ListGroupPolicies", "g", "policies"),
        ("ListAttachedGroupPolicies", "g", "policies"),
        ("GetRole", "r", "roles"),
        ("ListRolePolicies", "r", "policies"),
        ("ListAttachedRolePolicies", "r", "policies"),
        ("GetPolicyVersion", "p", "policies"),
    ],
)
def test_a_piece_that_is_denied_is_a_failed_part_and_its_entity_stays(
    monkeypatch: pytest.MonkeyPatch, operation: str, name: str, part: str
) -> None:
    entities, failures = swept(monkeypatch, by_list_and_get(**{operation: DENIED}))
    assert set(entities) == {ACCOUNT, "u", "g", "r", "p"}
    assert [(f.part, f.subject, f.call) for f in failures] == [(part, entities[name].arn, f"iam:{operation}")]


def test_what_could_not_be_read_is_null_and_not_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = dict.fromkeys(("GetUser", "ListUserPolicies", "ListAttachedUserPolicies", "GetPolicyVersion"), DENIED)
    entities, _ = swept(monkeypatch, by_list_and_get(**refused))
    user = entities["u"]
    assert (user.tags, user.inline_policies, user.attached_policy_arns) == (None, None, None)
    assert entities["p"].document is None


def test_an_inline_policy_without_its_document_is_kept_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    names = result("ListRolePolicies", "<PolicyNames><member>i</member></PolicyNames>")
    entities, failures = swept(monkeypatch, by_list_and_get(ListRolePolicies=names, GetRolePolicy=DENIED))
    assert entities["r"].inline_policies == (InlinePolicy("i", None),)
    assert [f.call for f in failures] == ["iam:GetRolePolicy"]


@pytest.mark.parametrize(
    ("gone", "name"),
    [
        ({"GetUser": GONE}, "u"),
        ({"ListAttachedUserPolicies": GONE}, "u"),
        ({"GetGroup": GONE, "ListGroupPolicies": GONE}, "g"),
        ({"GetRole": GONE}, "r"),
        ({"GetPolicyVersion": GONE, "GetPolicy": GONE}, "p"),
    ],
)
def test_what_was_deleted_since_it_was_listed_is_left_out_without_a_failure(
    monkeypatch: pytest.MonkeyPatch, gone: dict[str, Answer], name: str
) -> None:
    entities, failures = swept(monkeypatch, by_list_and_get(**gone))
    assert (set(entities), failures) == ({ACCOUNT, "u", "g", "r", "p"} - {name}, [])


def test_an_inline_policy_that_was_deleted_is_left_out_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    names = result("ListUserPolicies", "<PolicyNames><member>i</member></PolicyNames>")
    entities, failures = swept(monkeypatch, by_list_and_get(ListUserPolicies=names, GetUserPolicy=GONE))
    assert (entities["u"].inline_policies, failures) == ((), [])


def test_a_default_version_that_was_replaced_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(asked: Asked) -> Answer:
        if asked.parameter("VersionId") == "v2":
            return GONE
        return result("GetPolicyVersion", f"<PolicyVersion><Document>{encoded('new')}</Document></PolicyVersion>")

    policy = entity("Policy", "p", "<DefaultVersionId>v3</DefaultVersionId>")
    entities, failures = swept(
        monkeypatch,
        by_list_and_get(GetPolicyVersion=version, GetPolicy=result("GetPolicy", f"<Policy>{policy}</Policy>")),
    )
    assert (entities["p"].default_version_id, entities["p"].document, failures) == ("v3", "new", [])


def test_an_attached_aws_policy_is_read_once_for_all_who_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    attached = (
        f"<AttachedPolicies><member><PolicyName>x</PolicyName><PolicyArn>{arn}</PolicyArn></member></AttachedPolicies>"
    )
    script = by_list_and_get(
        ListPolicies=result("ListPolicies", ""),
        **{name: result(name, attached) for name in ("ListAttachedUserPolicies", "ListAttachedRolePolicies")},
    )
    with scripted_iam(monkeypatch, script) as (clients, aws):
        list(sweep_account(clients))
    asked = [(a.action, a.parameter("PolicyArn")) for a in aws.asked if a.action in ("GetPolicy", "GetPolicyVersion")]
    assert asked[0] == ("GetPolicy", arn)
    assert [action for action, _ in asked] == ["GetPolicy", "GetPolicyVersion"]


def test_an_aws_policy_that_may_not_be_read_is_a_failed_part(monkeypatch: pytest.MonkeyPatch) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    attached = (
        f"<AttachedPolicies><member><PolicyName>x</PolicyName><PolicyArn>{arn}</PolicyArn></member></AttachedPolicies>"
    )
    _, failures = swept(
        monkeypatch,
        by_list_and_get(ListAttachedRolePolicies=result("ListAttachedRolePolicies", attached), GetPolicy=DENIED),
    )
    assert [(f.part, f.subject, f.call) for f in failures] == [("policies", arn, "iam:GetPolicy")]


def test_credentials_that_expire_meanwhile_end_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CredentialsError, match="iam:GetRole.*ExpiredToken"):
        swept(monkeypatch, by_list_and_get(GetRole=refusal("ExpiredToken", status=403)))


def test_where_not_even_users_may_be_listed_the_message_names_the_one_action_to_add(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(PermissionMissingError) as caught:
        swept(monkeypatch, by_list_and_get(ListUsers=DENIED))
    assert caught.value.call == "iam:GetAccountAuthorizationDetails"
    assert caught.value.missing is not None
    assert caught.value.missing.startswith("the IAM action iam:GetAccountAuthorizationDetails (or iam:ListUsers")


def test_every_call_of_the_sweep_is_counted_and_the_slow_way_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with scripted_iam(monkeypatch, by_list_and_get()) as (clients, aws):
        pages = list(sweep_account(clients))
    iam_calls = [action for action in aws.actions() if action != "GetCallerIdentity"]
    assert sum(p.calls for p in pages) == len(iam_calls)
    assert {p.way for p in pages} == {SweepWay.LIST_AND_GET}
    made = len(iam_calls)
    advice = (
        f"iam:GetAccountAuthorizationDetails is not allowed, so the account was read by {made} calls. With that action "
        f"it takes 1, {made - 1} fewer: add it to the IAM policy of the user or role that the pipeline runs as."
    )
    assert [p.advice for p in pages if p.advice] == [advice]
    assert [record.getMessage() for record in caplog.records] == [advice]
