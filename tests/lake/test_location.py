"""Where a lake can be, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from raito_aws_pipeline.errors import ConfigurationError
from raito_aws_pipeline.lake.documents import delete_document, read_documents, write_document
from raito_aws_pipeline.lake.location import open_location


def test_a_path_is_a_folder_of_this_machine_that_need_not_exist(tmp_path: Path) -> None:
    location = open_location(str(tmp_path / "new" / "lake"))
    assert location.is_local
    assert location.path("a", "b") == f"{tmp_path}/new/lake/a/b"


@pytest.mark.parametrize("uri", ["gs://bucket/lake", "https://example.org/lake"])
def test_other_kinds_of_uri_are_refused(uri: str) -> None:
    with pytest.raises(ConfigurationError, match="neither a path nor s3://bucket/prefix"):
        open_location(uri)


def test_credentials_in_the_uri_are_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as refused:
        open_location("s3://AKIAEXAMPLE:verysecret@bucket/lake")
    assert "verysecret" not in str(refused.value)


def test_documents_are_found_by_kind_and_gone_after_deletion(tmp_path: Path) -> None:
    location = open_location(str(tmp_path))
    write_document(location, "acme", "jobs", "job-2", {"pid": 2})
    write_document(location, "acme", "jobs", "job-1", {"pid": 1})
    write_document(location, "acme", "other", "x", {})
    assert read_documents(location, "acme", "jobs") == {"job-1": {"pid": 1}, "job-2": {"pid": 2}}
    delete_document(location, "acme", "jobs", "job-1")
    delete_document(location, "acme", "jobs", "job-1")
    assert list(read_documents(location, "acme", "jobs")) == ["job-2"]


def test_a_document_that_is_no_json_is_empty(tmp_path: Path) -> None:
    location = open_location(str(tmp_path))
    write_document(location, "acme", "jobs", "job-1", {})
    Path(location.path("acme", "_documents", "jobs", "job-1.json")).write_text('{"pid": 1')
    assert read_documents(location, "acme", "jobs") == {"job-1": {}}
