"""Data objects of which parts cannot be read: named, the rest goes on, and nothing is deleted that was not seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from moto.s3.responses import S3Response

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.errors import CredentialsError, LakeError, PermissionMissingError
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.buckets import Bucket, BucketContent, BucketScope
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.read_failures import ReadFailure
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.sync.buckets import write_buckets
from raito_aws_pipeline.sync.connections import aws_clients, raito_options
from raito_aws_pipeline.sync.data_object_push import DataObjectPush, push_data_objects
from raito_aws_pipeline.sync.data_objects import write_data_objects
from raito_aws_pipeline.sync.run import TargetReport
from raito_aws_pipeline.sync.tables import DATA_OBJECTS, region_partition
from tests.sync.data_objects import LAKE, REGIONS, US, asked, data_source_task, held, sent, sync, told, usable
from tests.world import World, bucket, glue_catalogue, glue_table, small_account, task_of

EU = [region_partition("eu-west-1")]
A_PAGE = [f"{n:04}.csv" for n in range(1000)]
"""As many keys as one call lists."""

ALL = 3 + 2 + 2 + 2
"""Data objects of the world that is synced: buckets, and what is in each."""


@pytest.fixture
def synced(world: World) -> World:
    """Three buckets in two regions are in Raito, then one object of each of the others is gone."""
    serve(world, "gone")
    assert sync(world).error is None
    serve(world)
    return world


def serve(world: World, *more: str) -> None:
    world.serve(
        small_account(
            buckets=[
                bucket("acme-lake", "a", "b"),
                bucket("acme-more", "here", *more),
                bucket("acme-us", "here", *more, region="us-east-1"),
            ]
        )
    )


def kept_all(world: World, report: TargetReport) -> str:
    """Assert that Raito keeps all and that the rest went on; the one warning that says so."""
    assert report.error is None
    assert asked(world)["deleteUntouched"] is False
    assert len(held(world)) == ALL
    names = {record["fullName"] for record in sent(world)}
    assert f"{US}/here" in names and f"{US}/gone" not in names
    (warning,) = [text for text in told(world) if text.startswith("Raito keeps what this import does not hold")]
    assert warning in task_of(report, JobType.DS).warnings
    return warning


def failures(world: World, table: str = "data_objects", region: str = "eu-west-1") -> list[ReadFailure]:
    return list(world.lake.completeness(("acme", table), [region_partition(region)]).failures)


def content(world: World, name: str) -> BucketContent:
    rows = world.lake.read_rows(("acme", "bucket_contents"), BucketContent, EU)
    return next(row for row in rows if row.bucket == name)


# ---- one bucket


def test_a_bucket_that_is_denied_is_named_and_its_objects_stay(synced: World) -> None:
    synced.aws.faults.deny("s3:ListObjectsV2", Bucket="acme-lake")
    warning = kept_all(synced, sync(synced))
    assert "acme-lake: AccessDenied" in warning and "the table failures" in warning
    (failure,) = failures(synced)
    assert (failure.part, failure.call, failure.code) == ("acme-lake", "s3:ListBucket", "AccessDenied")
    assert "Allow the action" in failure.remedy and failure.message
    assert (content(synced, "acme-lake").complete, content(synced, "acme-more").complete) == (False, True)
    names = {record["fullName"] for record in sent(synced)}
    assert LAKE in names and f"{LAKE}/a" not in names
    assert failures(synced, region="us-east-1") == []


def test_a_later_page_that_is_denied_leaves_the_pages_before_it_and_no_folder_becomes_a_file(world: World) -> None:
    keys = [*A_PAGE[:-1], "same", "same/child"]
    world.serve(small_account(buckets=[bucket("acme-lake", *keys)]))
    sync(world)
    before = held(world)
    world.aws.faults.deny("s3:ListObjectsV2", Bucket="acme-lake", after=1)
    assert sync(world).error is None
    assert (content(world, "acme-lake").complete, content(world, "acme-lake").objects) == (False, 1000)
    assert f"{LAKE}/same" not in {record["fullName"] for record in sent(world)}, "it is not known what lies below"
    assert len(sent(world)) == 2 + 999
    assert held(world) == before and before[f"{LAKE}/same"] == "folder"


def test_a_bucket_that_was_deleted_or_moved_meanwhile_is_named(synced: World) -> None:
    for status, code in ((404, "NoSuchBucket"), (301, "PermanentRedirect"), (400, "AuthorizationHeaderMalformed")):
        synced.aws.faults.clear()
        synced.aws.faults.refuse("s3:ListObjectsV2", status, code, "Not here.", Bucket="acme-more")
        assert f"acme-more: {code}" in kept_all(synced, sync(synced))
        (failure,) = failures(synced)
        assert (failure.part, failure.code) == ("acme-more", code) and failure.remedy


def test_a_throttled_page_is_asked_for_again(synced: World) -> None:
    synced.aws.faults.throttle("s3:ListObjectsV2", Bucket="acme-lake", times=1)
    report = sync(synced)
    assert report.error is None and asked(synced)["deleteUntouched"] is True
    assert len(held(synced)) == ALL - 2


# ---- buckets of which something is not known


@pytest.fixture
def without_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """ListBuckets as it was until 2024: it does not say where the buckets lie."""
    answer: Callable[[Any], Any] = S3Response.all_buckets

    def all_buckets(self: Any) -> Any:
        status, headers, body = answer(self)
        return status, headers, re.sub("<BucketRegion>[^<]*</BucketRegion>", "", body)

    monkeypatch.setattr(S3Response, "all_buckets", all_buckets)


@pytest.mark.usefixtures("without_regions")
def test_a_bucket_whose_region_cannot_be_read_may_be_of_any_region(synced: World) -> None:
    synced.aws.faults.deny("s3:GetBucketLocation", Bucket="acme-more")
    warning = kept_all(synced, sync(synced))
    assert warning.count("acme-more: AccessDenied") == 1
    for region in REGIONS.split(","):
        (failure,) = failures(synced, region=region)
        assert (failure.part, failure.subject, failure.call) == ("buckets", "acme-more", "s3:GetBucketLocation")
    more = next(b for b in synced.lake.read_rows(("acme", "buckets"), Bucket) if b.name == "acme-more")
    assert (more.region, more.scope) == (None, BucketScope.REGION_UNKNOWN)


@pytest.mark.usefixtures("without_regions")
def test_buckets_that_are_read_again_do_not_make_the_objects_of_before_whole(synced: World) -> None:
    synced.aws.faults.deny("s3:GetBucketLocation", Bucket="acme-more")
    sync(synced)
    synced.aws.faults.clear()
    target = usable(synced)
    write_buckets(synced.lake, target, aws_clients(target))
    push(synced)
    assert asked(synced)["deleteUntouched"] is False
    assert len(held(synced)) == ALL


def test_without_the_permission_to_read_tags_those_of_before_stay_and_all_else_is_read(world: World) -> None:
    tags = {"owner": "ann"}
    world.serve(small_account(buckets=[bucket("acme-lake", "x", tags=tags), bucket("acme-more", tags=tags)]))
    sync(world)
    world.aws.faults.deny("s3:GetBucketTagging", Bucket="acme-lake")
    world.aws.faults.refuse("s3:GetBucketTagging", 404, "NoSuchTagSet", "There are none.", Bucket="acme-more")
    report = sync(world)
    assert report.error is None and asked(world)["deleteUntouched"] is True
    assert {r["name"]: [t["key"] for t in r["tags"] or ()] for r in sent(world) if r["type"] == "bucket"} == {
        "acme-lake": ["owner"],
        "acme-more": [],
    }
    (warning,) = told(world)
    assert "acme-lake (AccessDenied)" in warning and "allow s3:GetBucketTagging" in warning


def test_no_tags_ever_read_are_a_warning_too(world: World) -> None:
    world.serve(small_account(buckets=[bucket("acme-lake", "x", tags={"owner": "ann"})]))
    world.aws.faults.deny("s3:GetBucketTagging")
    assert sync(world).error is None
    assert held(world) == {LAKE: "bucket", f"{LAKE}/x": "file"}
    assert len(told(world)) == 1


def test_where_buckets_cannot_be_listed_the_task_fails_and_nothing_is_pushed(synced: World) -> None:
    before = held(synced)
    synced.aws.faults.deny("s3:ListBuckets")
    report = sync(synced)
    assert isinstance(report.error, PermissionMissingError)
    assert "s3:ListAllMyBuckets" in str(report.error)
    assert synced.raito.state.subtasks(synced.raito.state.jobs()[-1].id) == []
    assert synced.raito.state.jobs()[-1].status == "FAILED"
    assert held(synced) == before
    assert synced.lake.completeness(("acme", "buckets")).complete, "the buckets of before stay"


def test_credentials_that_end_in_the_middle_end_the_task_and_leave_the_region_of_before(synced: World) -> None:
    synced.aws.faults.refuse("s3:ListObjectsV2", 400, "ExpiredToken", "The token has expired.", Bucket="acme-us")
    report = sync(synced)
    assert isinstance(report.error, CredentialsError)
    assert synced.raito.state.subtasks(synced.raito.state.jobs()[-1].id) == []
    rows = synced.lake.read_rows(("acme", "data_objects"), DataObject, [region_partition("us-east-1")])
    assert f"{US}/gone" in {row.full_name for row in rows}
    assert failures(synced, region="us-east-1") == []


# ---- regions


def push(world: World, lake: Lake | None = None) -> DataObjectPush:
    """The push alone, as its asset makes it, of what lies in the lake."""
    target = usable(world)
    with data_source_task(world, target) as task:
        return push_data_objects(
            lake or world.lake,
            target,
            aws_clients(target),
            task,
            allow_mass_delete=False,
            options=raito_options(world.settings().general),
        )


def test_a_region_that_was_never_materialised_forbids_deleting(world: World) -> None:
    serve(world)
    sync(world)
    write_again = Lake(str(world.folder / "other-lake"))
    target = usable(world)
    clients = aws_clients(target)
    write_buckets(write_again, target, clients)
    write_data_objects(write_again, target, clients, ["eu-west-1"], lambda _: None)
    pushed = push(world, write_again)
    assert pushed.kept is not None and "us-east-1: NeverMaterialised" in pushed.kept
    assert (
        pushed.warnings
        == tuple(told(world))
        == (f"Raito keeps what this import does not hold, because {pushed.kept}.",)
    )
    assert asked(world)["deleteUntouched"] is False
    assert f"{US}/here" in held(world)


def test_regions_that_were_read_with_other_settings_forbid_deleting(world: World) -> None:
    serve(world)
    sync(world)
    flat = world.settings(world.target(aws_regions="eu-west-1,us-east-1", aws_s3_emulate_folder_structure=False))
    (target,) = flat.targets
    assert isinstance(target, Target)
    write_data_objects(world.lake, target, aws_clients(target), ["eu-west-1"], lambda _: None)
    pushed = push(world)
    assert pushed.kept is not None and "eu-west-1: ReadOtherwise" in pushed.kept and "us-east-1" not in pushed.kept
    assert asked(world)["deleteUntouched"] is False


def test_where_no_region_was_ever_read_the_push_says_what_to_do(world: World) -> None:
    with pytest.raises(LakeError, match="Materialise buckets, then data_objects of every region"):
        push(world)


class RewrittenMeanwhile(Lake):
    """A lake in which another run replaces a region, with gaps, right before or after this one reads it."""

    def __init__(self, uri: str, *, before: bool) -> None:
        super().__init__(uri)
        self._before = before

    def read(self, key: Any, table: Any, partitions: Any = ({},)) -> Any:
        """The rows."""
        if partitions != EU:
            return super().read(key, table, partitions)
        if self._before:
            self._rewrite()
            return super().read(key, table, partitions)
        rows = super().read(key, table, partitions).read_all()
        self._rewrite()
        return rows.to_reader()

    def _rewrite(self) -> None:
        row = DataObject(
            external_id=LAKE, full_name=LAKE, name="acme-lake", type="bucket", parent_external_id=LAKE[:12]
        )
        failure = ReadFailure(
            part="acme-more", call="s3:ListBucket", code="AccessDenied", message="", remedy="Allow it."
        )
        self.write(
            ("acme", DATA_OBJECTS.name), DataObject, [to_batch(DataObject, [row])], failures=[failure], partition=EU[0]
        )


def test_a_region_that_another_run_replaces_during_the_push_counts_as_incomplete(world: World) -> None:
    serve(world)
    sync(world)
    for before in (True, False):
        pushed = push(world, RewrittenMeanwhile(world.lake.uri, before=before))
        assert pushed.kept is not None and "acme-more: AccessDenied" in pushed.kept
        assert asked(world)["deleteUntouched"] is False
        target = usable(world)
        write_data_objects(world.lake, target, aws_clients(target), ["eu-west-1"], lambda _: None)
    assert len(held(world)) == ALL - 2


# ---- the Glue catalogue


@pytest.mark.usefixtures("without_regions")
def test_a_catalogue_that_cannot_be_read_may_have_tables_of_any_region(world: World) -> None:
    tables = [glue_table("orders", "s3://acme-lake/orders", "id")]
    world.serve(
        small_account(
            buckets=[bucket("acme-lake"), bucket("acme-more")],
            glue=[glue_catalogue({"sales": tables}), glue_catalogue({"raw": []}, region="us-east-1")],
        )
    )
    sync(world, aws_glue_enabled=True)
    before = held(world)
    assert f"{LAKE}/orders/id" in before
    world.aws.faults.deny("glue:GetTables", DatabaseName="sales")
    world.aws.faults.deny("s3:GetBucketLocation", Bucket="acme-more")
    report = sync(world, aws_glue_enabled=True)
    assert report.error is None and asked(world)["deleteUntouched"] is False
    assert held(world) == before
    for region in REGIONS.split(","):
        assert {f.call for f in failures(world, region=region)} == {"glue:GetTables", "s3:GetBucketLocation"}
