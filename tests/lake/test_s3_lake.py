"""A lake on S3 behaves as one on disk; served by the embedded AWS, reached through AWS_ENDPOINT_URL."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from raito_aws_pipeline.cli import main
from raito_aws_pipeline.errors import LakeError
from raito_aws_pipeline.lake.documents import delete_document, read_documents, write_document
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.read_failures import ReadFailure
from tests.world import World

KEY = ("acme", "groups")


def group(name: str) -> Group:
    return Group(external_id=name, name=name, display_name=name)


@pytest.fixture
def lake(world: World) -> Lake:
    world.aws.load({"account": "123456789012", "aws": {"buckets": [{"name": "acme-lake", "region": "eu-west-1"}]}})
    return Lake("s3://acme-lake/raito?region=eu-west-1")


def test_rows_come_back_and_a_second_write_replaces_them(lake: Lake) -> None:
    part = lake.write(KEY, Group, [to_batch(Group, [group("a"), group("b")])])
    assert part.uri == "s3://acme-lake/raito/acme/groups/part-0.parquet"
    lake.write(KEY, Group, [to_batch(Group, [group("c")])])
    assert [row.name for row in lake.read_rows(KEY, Group)] == ["c"]


def test_a_write_that_fails_half_way_leaves_the_old_rows(lake: Lake) -> None:
    lake.write(KEY, Group, [to_batch(Group, [group("old")])])

    def broken() -> Iterator[pa.RecordBatch]:
        yield to_batch(Group, [group("new")])
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        lake.write(KEY, Group, broken())
    assert [row.name for row in lake.read_rows(KEY, Group)] == ["old"]


def test_failures_lie_beside_the_rows(lake: Lake) -> None:
    failure = ReadFailure(part="groups", call="iam:ListGroups", code="AccessDenied", message="no", remedy="Allow it.")
    lake.write(KEY, Group, [to_batch(Group, [])], failures=[failure])
    assert lake.completeness(KEY).failures == (failure,)


def test_only_the_partitions_named_are_read_counted_and_judged(lake: Lake) -> None:
    regions = [{"region": "eu-west-1"}, {"region": "eu-west-10"}]
    failure = ReadFailure(part="b", call="s3:ListBucket", code="AccessDenied", message="no", remedy="Allow it.")
    lake.write(KEY, Group, [to_batch(Group, [group("a")])], partition=regions[0])
    assert [f.part for f in lake.completeness(KEY, regions).failures] == ["eu-west-10"]
    lake.write(KEY, Group, [to_batch(Group, [group("b")])], partition=regions[1], failures=[failure])
    assert [row.name for row in lake.read_rows(KEY, Group, regions[::-1])] == ["b", "a"]
    assert (lake.rows(KEY, regions[:1]), lake.rows(KEY, regions)) == (1, 2)
    assert lake.completeness(KEY, regions[:1]).complete
    assert lake.completeness(KEY, regions).failures == (failure,)
    assert not lake.completeness(KEY).written
    assert lake.schema_differences(KEY, Group, regions) == []


def test_documents_are_written_read_and_deleted(lake: Lake) -> None:
    write_document(lake.location, "acme", "jobs", "job-1", {"pid": 1})
    assert read_documents(lake.location, "acme", "jobs") == {"job-1": {"pid": 1}}
    delete_document(lake.location, "acme", "jobs", "job-1")
    assert read_documents(lake.location, "acme", "jobs") == {}


@pytest.mark.usefixtures("world")
def test_a_bucket_that_does_not_exist_is_one_clear_error() -> None:
    with pytest.raises(LakeError, match=r"s3://no-such-bucket/x/acme/groups/part-0.parquet cannot be written"):
        Lake("s3://no-such-bucket/x?region=eu-west-1").write(KEY, Group, [to_batch(Group, [])])


def test_a_whole_sync_into_a_lake_on_s3(world: World, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    config = world.write_config(lake_uri="s3://acme-lake/raito?region=eu-west-1")
    monkeypatch.chdir(world.folder)
    main(["sync", "--config", str(config)])
    assert len(lake.read_rows(("acme", "users"), User)) == 4
    assert world.user_names() == ["root", "user-00", "user-01", "user-02"]
