"""One run over a target's data objects: what Raito gets, what lies in the lake, and what a person is told."""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.errors import CheckFailedError
from raito_aws_pipeline.model.buckets import Bucket, BucketContent
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_object_remainder import DataObjectRemainder
from raito_aws_pipeline.model.pushed_data_objects import PushedDataObjects
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.sync.tables import region_partition
from tests.sync.data_objects import ACCOUNT, LAKE, US, asked, held, sent, sent_bytes, sync, told
from tests.world import World, bucket, glue_catalogue, glue_table, pushed, small_account, task_of


def serve(world: World, *buckets: dict[str, Any], **members: Any) -> None:
    world.serve(small_account(buckets=buckets, **members))


LAKE_BUCKET = bucket("acme-lake", "sales/2026/q1.csv", "sales.csv")
US_BUCKET = bucket("acme-us", "us/one.json", region="us-east-1")
TREE = {
    LAKE: "bucket",
    f"{LAKE}/sales.csv": "file",
    f"{LAKE}/sales": "folder",
    f"{LAKE}/sales/2026": "folder",
    f"{LAKE}/sales/2026/q1.csv": "file",
    US: "bucket",
    f"{US}/us": "folder",
    f"{US}/us/one.json": "file",
}


def test_both_regions_are_one_import_the_root_first_and_parents_before_children(world: World) -> None:
    serve(world, US_BUCKET, LAKE_BUCKET)
    report = sync(world)
    assert report.error is None
    root, *records = sent(world)
    assert root == {
        "externalId": ACCOUNT,
        "name": ACCOUNT,
        "fullName": ACCOUNT,
        "type": "datasource",
        "description": f"DataSource for AWS account {ACCOUNT}",
        "parentExternalId": "",
        "tags": None,
    }
    assert [(r["fullName"], r["type"]) for r in records] == list(TREE.items())
    seen = {ACCOUNT}
    for record in records:
        assert record["parentExternalId"] in seen
        seen.add(record["externalId"])
    assert held(world) == TREE
    assert asked(world) == {
        "dataSource": world.raito.data_source_id,
        "deleteUntouched": True,
        "fileKey": asked(world)["fileKey"],
        "tagSourcesScope": [],
    }
    metadata = world.raito.state.data_source_metadata(world.raito.data_source_id)
    assert metadata is not None and [kind["name"] for kind in metadata["dataObjectTypes"]] == [
        "datasource",
        "bucket",
        "folder",
        "file",
    ]
    done = pushed(report, "data objects")
    assert (done.records, done.added, done.updated, done.removed) == (9, 9, 0, 0)
    assert done.bytes == len(sent_bytes(world))
    assert task_of(report, JobType.DS).warnings == () and told(world) == []


def test_a_second_run_changes_nothing_and_whoever_listed_the_rows_are_the_same(world: World) -> None:
    serve(world, *(bucket(f"bucket-{n}", *(f"{n}/{i:04}/x" for i in range(0, 1200, n))) for n in range(1, 5)))
    sync(world)
    first = sent_bytes(world)
    report = sync(world, aws_concurrency=1)
    assert sent_bytes(world) == first
    done = pushed(report, "data objects")
    assert (done.added, done.updated, done.removed) == (0, 0, 0)
    assert done.records == len(held(world)) + 1


def test_us_east_1_may_be_spelled_as_the_connector_of_the_raito_cli_did(world: World) -> None:
    serve(world, LAKE_BUCKET, US_BUCKET)
    sync(world, aws_s3_legacy_us_east_1_names=True)
    assert held(world) == {name.replace(":us-east-1:", "::"): kind for name, kind in TREE.items()}


def test_flat_keys_are_files_of_their_bucket(world: World) -> None:
    serve(world, bucket("acme-lake", "sales/2026/q1.csv", "sales/", "sales.csv"))
    sync(world, aws_s3_emulate_folder_structure=False)
    assert [(r["name"], r["fullName"], r["parentExternalId"]) for r in sent(world)[2:]] == [
        (key, f"{LAKE}/{key}", LAKE) for key in ("sales.csv", "sales/", "sales/2026/q1.csv")
    ]


def test_segments_past_the_depth_limit_are_dropped(world: World) -> None:
    serve(world, bucket("acme-lake", "deep/l2/l3/leaf", "deep/l2/leaf", "deep/leaf", "top"))
    sync(world, aws_s3_max_folder_depth=2)
    assert held(world).keys() == {LAKE, *(f"{LAKE}/{path}" for path in ("deep", "deep/l2", "deep/leaf", "top"))}


def test_buckets_are_imported_that_are_included_not_excluded_and_in_a_configured_region(world: World) -> None:
    serve(
        world,
        LAKE_BUCKET,
        bucket("acme-private", "x"),
        bucket("other", "x"),
        bucket("acme-tokyo", "x", region="ap-northeast-1"),
        bucket("other-tokyo", "x", region="ap-northeast-1"),
    )
    report = sync(world, aws_s3_include_buckets="acme-*", aws_s3_exclude_buckets="acme-priv.*")
    assert [name for name, kind in held(world).items() if kind == "bucket"] == [LAKE]
    buckets = world.lake.read_rows(("acme", "buckets"), Bucket)
    assert {b.name: (b.region, b.scope) for b in buckets} == {
        "acme-lake": ("eu-west-1", "included"),
        "acme-private": ("eu-west-1", "excluded"),
        "acme-tokyo": ("ap-northeast-1", "region_not_configured"),
        "other": ("eu-west-1", "excluded"),
        "other-tokyo": ("ap-northeast-1", "excluded"),
    }
    assert asked(world)["deleteUntouched"] is True, "what is not configured is not missing"
    (warning,) = told(world)
    assert "acme-tokyo (ap-northeast-1)" in warning and "aws-s3-exclude-buckets" in warning
    assert task_of(report, JobType.DS).warnings == (warning,)


def test_the_tags_of_a_bucket_are_its_own_and_name_its_owners(world: World) -> None:
    serve(world, bucket("acme-lake", "x", tags={"team": "data", "Owner": "ann, email:bob@acme.com,"}))
    sync(world)
    tags = [("Owner", "ann, email:bob@acme.com,"), ("team", "data")]
    assert [(t["key"], t["value"]) for t in sent(world)[1]["tags"]] == tags
    sync(world, tag_overwrite_key_for_data_object_owners="owner")
    assert sent(world)[1]["tags"] == [
        *({"key": key, "value": value, "source": "aws-s3"} for key, value in tags),
        {"key": "raito_owner", "value": "ann,email:bob@acme.com", "source": "aws-s3"},
    ]
    assert sent(world)[2]["tags"] is None


def test_what_is_gone_in_aws_is_removed_unless_untouched_objects_are_kept(world: World) -> None:
    serve(world, LAKE_BUCKET, US_BUCKET)
    sync(world)
    serve(world, LAKE_BUCKET)
    report = sync(world, delete_untouched=False)
    assert held(world) == TREE
    assert asked(world)["deleteUntouched"] is False
    assert not [warning for warning in task_of(report, JobType.DS).warnings if "keeps" in warning], "as was asked for"
    report = sync(world)
    assert held(world) == {name: kind for name, kind in TREE.items() if not name.startswith(US)}
    assert pushed(report, "data objects").removed == 3


def test_without_any_bucket_the_root_alone_is_sent(world: World) -> None:
    serve(world, LAKE_BUCKET)
    sync(world)
    serve(world)
    report = sync(world)
    assert report.error is None
    assert [record["type"] for record in sent(world)] == ["datasource"]
    assert held(world) == {}


def test_what_each_bucket_held_is_a_row_and_keys_that_are_folders_too_are_reported(world: World) -> None:
    objects = [{"key": "a/b/c", "size": 3}, {"key": "same", "size": 4}, {"key": "same/child", "size": 5}]
    serve(world, bucket("acme-lake", "marker/", objects=objects), bucket("empty"), US_BUCKET)
    sync(world)
    partitions = [region_partition(region) for region in ("eu-west-1", "us-east-1")]
    lake, empty, us = world.lake.read_rows(("acme", "bucket_contents"), BucketContent, partitions)
    assert lake == BucketContent(
        bucket="acme-lake",
        region="eu-west-1",
        complete=True,
        objects=4,
        folders=4,
        files=2,
        not_represented=1,
        bytes=12,
        deepest_path="a/b/c",
        depth=3,
        pages=1,
        seconds=lake.seconds,
    )
    assert (empty.bucket, empty.complete, empty.objects, empty.folders, empty.depth) == ("empty", True, 0, 0, 0)
    assert (us.bucket, us.region, us.objects) == ("acme-us", "us-east-1", 1)
    assert world.lake.read_rows(("acme", "data_object_remainder"), DataObjectRemainder, partitions) == [
        DataObjectRemainder(reason="key_is_folder", source="s3://acme-lake/same", full_name=f"{LAKE}/same")
    ]
    assert held(world)[f"{LAKE}/same"] == "folder"


# ---- what a change of AWS or of the configuration does


def test_objects_of_a_region_that_is_no_longer_configured_are_removed(world: World) -> None:
    serve(world, LAKE_BUCKET, US_BUCKET)
    sync(world)
    report = sync(world, aws_regions="eu-west-1")
    assert report.error is None and asked(world)["deleteUntouched"] is True
    assert held(world) == {name: kind for name, kind in TREE.items() if not name.startswith(US)}
    assert world.lake.rows(("acme", "data_objects"), [region_partition("us-east-1")]) == 3, "its rows still lie there"


GLUE_TABLES_AND_OBJECTS = [
    ("glue_tables", "eu-west-1"),
    ("glue_tables", "us-east-1"),
    ("data_objects", "eu-west-1"),
    ("data_object_remainder", "eu-west-1"),
    ("data_objects", "us-east-1"),
    ("data_object_remainder", "us-east-1"),
]


def test_a_target_that_changes_to_the_glue_catalogue_and_back_has_the_objects_of_the_one_it_reads(world: World) -> None:
    catalogue = glue_catalogue({"sales": [glue_table("orders", "s3://acme-lake/sales", "id")]})
    serve(world, LAKE_BUCKET, US_BUCKET, glue=[catalogue])
    sync(world)
    report = sync(world, aws_glue_enabled=True)
    assert report.error is None
    tables = [written.name for written in task_of(report, JobType.DS).written]
    assert tables == ["buckets", *(f"{t} {r}" for t, r in GLUE_TABLES_AND_OBJECTS)]
    assert held(world) == {LAKE: "bucket", f"{LAKE}/sales": "glue-table", f"{LAKE}/sales/id": "column"}
    assert [w for w in task_of(report, JobType.DS).warnings if "not known" in w or "declare" in w] == []
    sync(world)
    assert held(world) == TREE


def test_the_glue_catalogue_is_read_whatever_the_patterns_of_buckets_and_the_regions_that_buckets_lie_in(
    world: World,
) -> None:
    catalogue = glue_catalogue({"sales": [glue_table("orders", "s3://acme-tokyo/orders", "id")]})
    serve(world, bucket("acme-tokyo", region="ap-northeast-1", tags={"a": "b"}), glue=[catalogue])
    report = sync(world, aws_glue_enabled=True, aws_s3_exclude_buckets="acme-.*")
    assert report.error is None and told(world) == []
    tokyo = f"{ACCOUNT}:ap-northeast-1:acme-tokyo"
    assert held(world) == {tokyo: "bucket", f"{tokyo}/orders": "glue-table", f"{tokyo}/orders/id": "column"}
    assert "s3:GetBucketTagging" not in world.aws.calls(), "the catalogue has the tags"


def test_a_region_that_loses_more_than_half_is_a_warning_before_the_push(world: World) -> None:
    serve(world, LAKE_BUCKET)
    sync(world)
    serve(world, bucket("acme-lake", "x"))
    sync(world)
    assert [w for w in told(world) if "eu-west-1 has 2, it had 5" in w]


def many(name: str, count: int, **members: Any) -> dict[str, Any]:
    return bucket(name, *(f"{i:03}" for i in range(count - 1)), **members)


def test_a_push_that_would_remove_more_than_half_is_refused_until_it_is_allowed(world: World) -> None:
    serve(world, many("acme-lake", 15), many("acme-us", 15, region="us-east-1"))
    sync(world)
    serve(world, many("acme-lake", 14))
    refused = sync(world)
    assert isinstance(refused.error, CheckFailedError)
    assert "it would remove at least 16 of the 30 data objects" in str(refused.error)
    assert len(held(world)) == 30
    kept = sync(world, delete_untouched=False)
    assert kept.error is None and len(held(world)) == 30
    assert isinstance(sync(world).error, CheckFailedError), "what Raito still holds counts, though it was not sent"
    assert sync(world, allow_mass_delete=True).error is None
    assert len(held(world)) == 14
    serve(world)
    assert sync(world).error is None, "of less than 20 all may go"


def test_what_is_new_does_not_make_up_for_what_would_be_removed(world: World) -> None:
    serve(world, many("acme-us", 25, region="us-east-1"))
    sync(world)
    refused = sync(world, aws_s3_legacy_us_east_1_names=True)
    assert isinstance(refused.error, CheckFailedError)
    assert "at least 25 of the 25" in str(refused.error) and "aws-s3-legacy-us-east-1-names" in str(refused.error)
    assert sync(world, aws_s3_legacy_us_east_1_names=True, allow_mass_delete=True).error is None
    assert len(held(world)) == 25


def test_another_data_source_has_nothing_to_lose(world: World) -> None:
    elsewhere = PushedDataObjects(data_source_id="ds-of-before", bucket=US, sent=100, held=100, complete=True)
    world.lake.write(("acme", "raito_data_source"), PushedDataObjects, [to_batch(PushedDataObjects, [elsewhere])])
    serve(world, LAKE_BUCKET)
    assert sync(world).error is None
