"""S3 Control: access points, which belong to a region."""

from __future__ import annotations

import json
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.s3.models import s3_backends
from moto.s3control.exceptions import S3ControlError
from moto.s3control.models import PAGINATION_MODEL, AccessPoint, S3ControlBackend, s3control_backends
from moto.s3control.responses import S3ControlResponse
from moto.utilities.paginator import paginate

from raito_aws_pipeline.local.aws.patches.replacement import in_place_of

REGIONAL = (
    "create_access_point",
    "get_access_point",
    "delete_access_point",
    "put_access_point_policy",
    "get_access_point_policy",
    "delete_access_point_policy",
    "get_access_point_policy_status",
    "list_access_points",
)
"""Operations that a region answers from its own access points; all others are for the account as a whole."""


def apply() -> None:
    """Put the patches of this module in their place."""
    keep_access_points_by_region()
    name_the_region_in_arns()
    name_the_owner_of_buckets()
    refuse_wrong_access_points()
    delete_with_tags()
    tell_public_from_private()
    list_by_name()


class AccessPointAlreadyOwnedByYou(S3ControlError):  # noqa: N818 - AWS's name
    """The account has an access point of this name in this region."""

    code = "AccessPointAlreadyOwnedByYou"


class NoSuchBucket(S3ControlError):  # noqa: N818 - AWS's name
    """The bucket of a new access point does not exist."""

    code = "NoSuchBucket"


class MalformedPolicy(S3ControlError):  # noqa: N818 - AWS's name
    """The policy is no JSON object."""

    code = "MalformedPolicy"


def keep_access_points_by_region() -> None:
    """AWS keeps access points by region: names are unique there, and a region lists its own only.

    moto has one namespace for all regions. Here each region has a backend of its own, beside the one of the account.
    """
    s3control_backends._use_boto3_regions = True
    for operation in REGIONAL:
        _answer_from_region(operation)

    def backend(self: Any) -> S3ControlBackend:
        place = self.region if self.__dict__.get("regional") else self.partition
        chosen: S3ControlBackend = s3control_backends[self.current_account][place]
        return chosen

    setattr(S3ControlResponse, "backend", property(backend))  # noqa: B010 - moto's property cannot be assigned


def _answer_from_region(operation: str) -> None:
    answer = getattr(S3ControlResponse, operation)

    @in_place_of(S3ControlResponse, operation)
    def answer_from_region(self: Any) -> Any:
        self.regional = True
        return answer(self)


def name_the_region_in_arns() -> None:
    """An access point's ARN holds its region; moto always writes us-east-1."""
    initialise = AccessPoint.__init__

    @in_place_of(AccessPoint, "__init__")
    def initialise_with_region(self: AccessPoint, account_id: str, region_name: str, **keywords: Any) -> None:
        initialise(self, account_id, region_name, **keywords)
        self.arn = self.arn.replace(":us-east-1:", f":{region_name}:")


def name_the_owner_of_buckets() -> None:
    """AWS names the account of an access point's bucket, and endpoints of the region; moto names us-east-1's only."""
    get_in_moto = S3ControlResponse.get_access_point
    list_in_moto = S3ControlResponse.list_access_points

    @in_place_of(S3ControlResponse, "get_access_point")
    def get_access_point(self: Any) -> ActionResult:
        answer: dict[str, Any] = dict(cast("Any", get_in_moto(self).result))
        answer["BucketAccountId"] = self._get_param("AccountId")
        answer["Endpoints"] = {
            kind: endpoint.replace("us-east-1", self.region) for kind, endpoint in answer["Endpoints"].items()
        }
        return ActionResult(answer)

    @in_place_of(S3ControlResponse, "list_access_points")
    def list_access_points(self: Any) -> ActionResult:
        answer: dict[str, Any] = dict(cast("Any", list_in_moto(self).result))
        owner = {"BucketAccountId": self._get_param("AccountId")}
        answer["AccessPointList"] = [access_point | owner for access_point in answer["AccessPointList"]]
        return ActionResult(answer)


def refuse_wrong_access_points() -> None:
    """AWS refuses a second access point of a name, one for a missing bucket, and a policy that is no JSON object.

    moto replaces the first one, and accepts the others.
    """
    create_in_moto = S3ControlBackend.create_access_point
    put_policy_in_moto = S3ControlBackend.put_access_point_policy

    @in_place_of(S3ControlBackend, "create_access_point")
    def create_access_point(
        self: S3ControlBackend, account_id: str, name: str, bucket: str, **keywords: Any
    ) -> AccessPoint:
        if name in self.access_points[account_id]:
            raise AccessPointAlreadyOwnedByYou(
                "Your previous request to create the named accesspoint succeeded and you already own it."
            )
        if bucket not in s3_backends[self.account_id][self.partition].buckets:
            raise NoSuchBucket("The specified bucket does not exist")
        return create_in_moto(self, account_id=account_id, name=name, bucket=bucket, **keywords)

    @in_place_of(S3ControlBackend, "put_access_point_policy")
    def put_access_point_policy(self: S3ControlBackend, account_id: str, name: str, policy: str) -> None:
        try:
            document = json.loads(policy)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise MalformedPolicy("Policies must be valid JSON and the first byte must be '{'")
        put_policy_in_moto(self, account_id, name, policy)


def delete_with_tags() -> None:
    """AWS deletes an access point with its tags, and answers NoSuchAccessPoint for a missing one; moto does neither."""
    delete_in_moto = S3ControlBackend.delete_access_point

    @in_place_of(S3ControlBackend, "delete_access_point")
    def delete_access_point(self: S3ControlBackend, account_id: str, name: str) -> None:
        access_point = self.get_access_point(account_id, name)
        s3 = s3_backends[self.account_id][self.partition]
        s3.tagger.delete_all_tags_for_resource(access_point.arn)
        delete_in_moto(self, account_id=account_id, name=name)


def tell_public_from_private() -> None:
    """AWS says that a policy is public where it grants something to everybody; moto always says so."""

    @in_place_of(S3ControlResponse, "get_access_point_policy_status")
    def get_access_point_policy_status(self: Any) -> ActionResult:
        region = s3control_backends[self.current_account][self.region]
        policy = json.loads(region.get_access_point_policy(self._get_param("AccountId"), self._get_param("Name")))
        statements = policy.get("Statement", [])
        public = any(
            statement.get("Effect") == "Allow"
            and statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
            and not statement.get("Condition")
            for statement in (statements if isinstance(statements, list) else [statements])
        )
        return ActionResult({"PolicyStatus": {"IsPublic": public}})


def list_by_name() -> None:
    """AWS lists access points by name; moto lists them as they were created."""
    unsorted = S3ControlBackend.list_access_points.__wrapped__  # type: ignore[attr-defined]

    def list_access_points(self: S3ControlBackend, *arguments: Any, **keywords: Any) -> list[AccessPoint]:
        return sorted(unsorted(self, *arguments, **keywords), key=lambda access_point: access_point.name)

    in_place_of(S3ControlBackend, "list_access_points")(paginate(PAGINATION_MODEL)(list_access_points))
