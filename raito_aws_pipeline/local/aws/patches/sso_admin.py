"""Identity Center: permission sets and their provisioning."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from moto.core.utils import unix_time
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.moto_api._internal import mock_random
from moto.ssoadmin.exceptions import ConflictException, ResourceNotFoundException
from moto.ssoadmin.models import Instance, ManagedPolicy, PermissionSet, SSOAdminBackend
from moto.ssoadmin.responses import SSOAdminResponse

from raito_aws_pipeline.local.aws.patches.replacement import in_place_of

PAGE_SIZE = 100
"""Items of a page where the request does not say."""

DEFAULT_SESSION = "PT1H"
"""SessionDuration of a permission set that names none."""


def apply() -> None:
    """Put the patches of this module in their place."""
    identify_instances()
    write_arns_of_permission_sets()
    create_permission_sets_once()
    update_permission_sets_partly()
    keep_permission_sets_in_use()
    tag_permission_sets()
    keep_permissions_boundaries()
    provision_by_account()
    attach_policies_with_a_path()
    assign_once()


def identify_instances() -> None:
    """AWS's ids are `ssoins-` with 16 and `d-` with 10 hexadecimal digits; moto's have any letter, and are random."""
    initialise = Instance.__init__

    @in_place_of(Instance, "__init__")
    def initialise_with_digits(self: Instance, account_id: str, region: str) -> None:
        initialise(self, account_id, region)
        digits = hashlib.sha256(f"{account_id}/{region}".encode()).hexdigest()
        self.instance_arn = f"arn:aws:sso:::instance/ssoins-{digits[:16]}"
        self.identity_store_id = f"d-{digits[16:26]}"


def write_arns_of_permission_sets() -> None:
    """AWS's ARN is `…:permissionSet/ssoins-…/ps-…`; moto's begins like the instance's, `…:instance/ssoins-…/ps-…`."""
    arn_in_moto = PermissionSet.generate_id

    def generate_id(instance_arn: str) -> str:
        return arn_in_moto(instance_arn).replace(":instance/", ":permissionSet/")

    setattr(PermissionSet, "generate_id", staticmethod(generate_id))  # noqa: B010 - moto's is a static method too


def create_permission_sets_once() -> None:
    """AWS refuses a second permission set of a name, and sets SessionDuration to PT1H; moto accepts it, and sets 3600.

    Nor does moto keep an empty list where no tags are given.
    """
    create_in_moto = SSOAdminBackend.create_permission_set

    @in_place_of(SSOAdminBackend, "create_permission_set")
    def create_permission_set(
        self: SSOAdminBackend, *, name: str, session_duration: Any, tags: list[dict[str, str]] | None, **others: Any
    ) -> dict[str, Any]:
        if any(existing.name == name for existing in self.permission_sets):
            raise ConflictException(f"PermissionSet with name {name} already exists.")
        duration = DEFAULT_SESSION if session_duration in (None, 3600) else session_duration
        return create_in_moto(self, name=name, session_duration=duration, tags=tags or [], **others)


def update_permission_sets_partly() -> None:
    """AWS leaves alone what UpdatePermissionSet does not name; moto empties it, and moves the set to the list's end."""

    @in_place_of(SSOAdminResponse, "update_permission_set")
    def update_permission_set(self: Any) -> str:
        permission_set = _permission_set(self)
        for parameter, member in (
            ("Description", "description"),
            ("SessionDuration", "session_duration"),
            ("RelayState", "relay_state"),
        ):
            value = self._get_param(parameter)
            if value is not None:
                setattr(permission_set, member, value)
        return "{}"


def keep_permission_sets_in_use() -> None:
    """AWS refuses to delete a permission set that is assigned; moto deletes it, and leaves the assignments behind."""
    delete_in_moto = SSOAdminBackend.delete_permission_set

    @in_place_of(SSOAdminBackend, "delete_permission_set")
    def delete_permission_set(self: SSOAdminBackend, instance_arn: str, permission_set_arn: str) -> dict[str, Any]:
        if any(assignment.permission_set_arn == permission_set_arn for assignment in self.account_assignments):
            raise ConflictException("Permission set is in use by account assignments.")
        return delete_in_moto(self, instance_arn, permission_set_arn)


def tag_permission_sets() -> None:
    """AWS lists, sets and removes tags of permission sets; moto has none of the three operations."""

    @in_place_of(SSOAdminResponse, "list_tags_for_resource")
    def list_tags_for_resource(self: Any) -> str:
        return _page(self, "Tags", _permission_set(self).tags)

    @in_place_of(SSOAdminResponse, "tag_resource")
    def tag_resource(self: Any) -> str:
        permission_set = _permission_set(self)
        tags = {tag["Key"]: tag["Value"] for tag in (*permission_set.tags, *self._get_param("Tags"))}
        permission_set.tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        return "{}"

    @in_place_of(SSOAdminResponse, "untag_resource")
    def untag_resource(self: Any) -> str:
        permission_set = _permission_set(self)
        removed = self._get_param("TagKeys")
        permission_set.tags = [tag for tag in permission_set.tags if tag["Key"] not in removed]
        return "{}"


def keep_permissions_boundaries() -> None:
    """AWS keeps a permissions boundary for a permission set; moto has none of the three operations."""

    @in_place_of(SSOAdminResponse, "put_permissions_boundary_to_permission_set")
    def put_permissions_boundary_to_permission_set(self: Any) -> str:
        _permission_set(self).boundary = self._get_param("PermissionsBoundary")
        return "{}"

    @in_place_of(SSOAdminResponse, "get_permissions_boundary_for_permission_set")
    def get_permissions_boundary_for_permission_set(self: Any) -> str:
        boundary = getattr(_permission_set(self), "boundary", None)
        if boundary is None:
            raise ResourceNotFoundException("PermissionsBoundary not found")
        return json.dumps({"PermissionsBoundary": boundary})

    @in_place_of(SSOAdminResponse, "delete_permissions_boundary_from_permission_set")
    def delete_permissions_boundary_from_permission_set(self: Any) -> str:
        _permission_set(self).boundary = None
        return "{}"


def provision_by_account() -> None:
    """AWS provisions permission sets by account: with an assignment or on request, which is IN_PROGRESS at first.

    moto knows no accounts, forgets assignments, answers SUCCEEDED at once, and cannot be asked for the status.
    """

    @in_place_of(SSOAdminResponse, "provision_permission_set")
    def provision_permission_set(self: Any) -> str:
        permission_set = _permission_set(self)
        target = self._get_param("TargetId")
        if target:
            _provisioned_on_request(self).setdefault(permission_set.permission_set_arn, set()).add(target)
        status = {
            "RequestId": str(mock_random.uuid4()),
            "PermissionSetArn": permission_set.permission_set_arn,
            "CreatedDate": unix_time(),
            "Status": "IN_PROGRESS",
            **({"AccountId": target} if target else {}),
        }
        _provisioning_requests(self)[status["RequestId"]] = status
        return json.dumps({"PermissionSetProvisioningStatus": status})

    @in_place_of(SSOAdminResponse, "describe_permission_set_provisioning_status")
    def describe_permission_set_provisioning_status(self: Any) -> str:
        status = _provisioning_requests(self).get(self._get_param("ProvisionPermissionSetRequestId"))
        if status is None:
            raise ResourceNotFoundException("Could not find the provisioning request")
        answer = json.dumps({"PermissionSetProvisioningStatus": status})
        status["Status"] = "SUCCEEDED"
        return answer

    @in_place_of(SSOAdminResponse, "list_permission_set_provisioning_status")
    def list_permission_set_provisioning_status(self: Any) -> str:
        statuses = [
            {member: status[member] for member in ("RequestId", "CreatedDate", "Status")}
            for status in _provisioning_requests(self).values()
        ]
        return _page(self, "PermissionSetsProvisioningStatus", statuses)

    @in_place_of(SSOAdminResponse, "list_permission_sets_provisioned_to_account")
    def list_permission_sets_provisioned_to_account(self: Any) -> str:
        account = self._get_param("AccountId")
        outdated_only = self._get_param("ProvisioningStatus") == "LATEST_PERMISSION_SET_NOT_PROVISIONED"
        arns = [
            permission_set.permission_set_arn
            for permission_set in self.ssoadmin_backend.permission_sets
            if not outdated_only and account in _accounts_of(self, permission_set.permission_set_arn)
        ]
        return _page(self, "PermissionSets", arns)

    @in_place_of(SSOAdminResponse, "list_accounts_for_provisioned_permission_set")
    def list_accounts_for_provisioned_permission_set(self: Any) -> str:
        arn = _permission_set(self).permission_set_arn
        return _page(self, "AccountIds", sorted(_accounts_of(self, arn)))


@cache
def _aws_managed_policies() -> dict[str, str]:
    bundle = json.loads(aws_managed_policies_data)
    return {f"arn:aws:iam::aws:policy{policy.get('Path', '/')}{name}": name for name, policy in bundle.items()}


def attach_policies_with_a_path() -> None:
    """AWS attaches any AWS managed policy to a permission set; moto does not find those with a path (job-function/)."""

    @in_place_of(SSOAdminBackend, "_find_managed_policy")
    def _find_managed_policy(self: SSOAdminBackend, managed_policy_arn: str) -> ManagedPolicy:
        del self
        name = _aws_managed_policies().get(managed_policy_arn)
        if name is None:
            raise ResourceNotFoundException(f"Policy does not exist with ARN: {managed_policy_arn}")
        return ManagedPolicy(managed_policy_arn, name)


def assign_once() -> None:
    """An assignment that exists is not made again in AWS; moto lists it twice."""
    create_in_moto = SSOAdminBackend.create_account_assignment

    @in_place_of(SSOAdminBackend, "create_account_assignment")
    def create_account_assignment(self: SSOAdminBackend, **keywords: Any) -> dict[str, Any]:
        try:
            existing = self._find_account(**keywords)
        except ResourceNotFoundException:
            return create_in_moto(self, **keywords)
        return existing.to_json(include_creation_date=True, include_request_id=True)


def _permission_set(response: Any) -> Any:
    arn = response._get_param("PermissionSetArn") or response._get_param("ResourceArn")
    return response.ssoadmin_backend._find_permission_set(response._get_param("InstanceArn"), arn)


def _provisioned_on_request(response: Any) -> dict[str, set[str]]:
    """Accounts by ARN of the permission set; kept on moto's backend, with which it is forgotten."""
    accounts: dict[str, set[str]] = response.ssoadmin_backend.__dict__.setdefault("provisioned_on_request", {})
    return accounts


def _provisioning_requests(response: Any) -> dict[str, dict[str, Any]]:
    """Statuses by request id; kept on moto's backend, with which they are forgotten."""
    requests: dict[str, dict[str, Any]] = response.ssoadmin_backend.__dict__.setdefault("provisioning_requests", {})
    return requests


def _accounts_of(response: Any, permission_set_arn: str) -> set[str]:
    assignments = response.ssoadmin_backend.account_assignments
    assigned = {a.target_id for a in assignments if a.permission_set_arn == permission_set_arn}
    return assigned | _provisioned_on_request(response).get(permission_set_arn, set())


def _page(response: Any, member: str, items: list[Any]) -> str:
    size = int(response._get_param("MaxResults") or PAGE_SIZE)
    start = int(response._get_param("NextToken") or 0)
    end = start + size
    return json.dumps({member: items[start:end], "NextToken": str(end) if end < len(items) else None})
