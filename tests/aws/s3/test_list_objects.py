"""The pages of one bucket, over HTTP: by hand where all goes well, through the SDK where it does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raito_aws_pipeline.aws.clients import AwsClients
from raito_aws_pipeline.aws.failures import ends_reading
from raito_aws_pipeline.aws.s3.list_objects import ListObjects, PageRequest
from raito_aws_pipeline.errors import (
    CredentialsError,
    NotFoundError,
    PermissionMissingError,
    PipelineError,
    ThrottledError,
    UnavailableError,
)
from tests.aws.s3.conftest import REGION
from tests.aws.s3.http_s3 import Asked, HttpS3, Reply, refusal

Serve = Callable[..., HttpS3]

KEYS = [f"{folder}/{n}" for folder in "abc" for n in range(5)]
ELSEWHERE = {"x_amz_bucket_region": "us-west-2"}
NOT_S3 = Reply(200, "<html>Sign in to the network</html>", {"Content-Type": "text/html"})


def whole(page_size: int = 4, **options: str | bool) -> list[str]:
    """All entries of the bucket, page by page."""
    entries: list[str] = []
    with ListObjects(AwsClients(regions=(REGION,), max_attempts=3), page_size) as objects:
        while True:
            request = PageRequest(entries[-1] if entries else "", **options)  # type: ignore[arg-type]
            page = objects.page("bucket", REGION, request)
            entries += page.within(request.start_after, None).entries
            if not page.truncated:
                return entries


def test_pages_are_asked_for_by_hand(serve: Serve) -> None:
    s3 = serve({"bucket": KEYS})

    assert whole() == KEYS
    assert [asked.query.get("start-after") for asked in s3.asked] == [None, "a/3", "b/2", "c/1"]
    assert not any(asked.through_the_sdk for asked in s3.asked)


def test_an_empty_bucket_has_an_empty_page(serve: Serve) -> None:
    serve({"bucket": []})

    assert whole() == []


def test_a_folder_is_listed_with_its_folders_rolled_up(serve: Serve) -> None:
    serve({"bucket": [*KEYS, "top"]})

    assert whole(delimiter=True) == ["a/", "b/", "c/", "top"]
    assert whole(prefix="b/") == KEYS[5:10]


@pytest.mark.parametrize("failing", [0, 2])
@pytest.mark.parametrize(
    "reply",
    [
        refusal(503, "SlowDown"),
        refusal(500, "InternalError"),
        refusal(200, "InternalError"),
        refusal(429, "TooManyRequests"),
        Reply(200, "x" * 1000, sent=500),
        Reply(200, "x" * 1000, sent=500, reset=True),
        Reply(200, "", sent=0, reset=True),
        NOT_S3,
    ],
    ids=["slow-down", "500", "200-with-an-error", "429", "cut-off", "reset", "reset-at-once", "something-else"],
)
def test_what_passes_is_tried_again_and_no_key_is_missing(serve: Serve, reply: Reply, failing: int) -> None:
    s3 = serve({"bucket": KEYS}, reply=lambda asked: reply if asked.number == failing else None)

    assert whole() == KEYS
    assert [asked.through_the_sdk for asked in s3.asked].index(True) == failing + 1


def test_a_throttle_that_lasts_some_seconds_is_waited_out_by_the_sdk(serve: Serve) -> None:
    s3 = serve({"bucket": KEYS}, reply=lambda a: refusal(503, "SlowDown") if 1 <= a.number <= 3 else None)

    assert whole() == KEYS
    assert [asked.through_the_sdk for asked in s3.asked] == [False, False, True, True, True, False, False]


def test_a_body_that_was_cut_off_at_a_key_is_no_page(serve: Serve) -> None:
    def cut(asked: Asked) -> Reply | None:
        if asked.number:
            return None
        whole_body = s3.answer(asked_again(asked)).body
        return Reply(200, whole_body, sent=whole_body.index("<Contents><Key>a/2"))

    def asked_again(asked: Asked) -> Asked:
        return Asked(1, asked.bucket, asked.query, asked.headers, asked.host)

    s3 = serve({"bucket": KEYS}, reply=cut)

    assert whole() == KEYS


@pytest.mark.parametrize(
    ("reply", "kind", "said", "remedy"),
    [
        (refusal(403, "AccessDenied"), PermissionMissingError, "AccessDenied", "Allow the action"),
        (refusal(404, "NoSuchBucket"), NotFoundError, "NoSuchBucket", "Check its name"),
        (refusal(503, "SlowDown"), ThrottledError, "SlowDown", "smaller aws-concurrency"),
        (refusal(500, "InternalError"), UnavailableError, "InternalError", "run again later"),
        (refusal(200, "InternalError"), UnavailableError, "InternalError", "run again later"),
        (NOT_S3, UnavailableError, "not one of AWS's", "something else than AWS answers"),
        (Reply(200, "<ListBucketResult>" + "x" * 1000, sent=500), UnavailableError, "500", "run again later"),
        (refusal(301, "PermanentRedirect", **ELSEWHERE), NotFoundError, "lies in us-west-2", "Read the buckets again"),
        (refusal(307, "TemporaryRedirect", **ELSEWHERE), NotFoundError, "lies in us-west-2", "Read the buckets again"),
        (
            refusal(400, "AuthorizationHeaderMalformed", **ELSEWHERE),
            NotFoundError,
            "lies in us-west-2",
            "Read the buckets again",
        ),
    ],
    ids=[
        "denied",
        "deleted",
        "throttled",
        "500",
        "200-with-an-error",
        "something-else",
        "cut-off",
        "permanent-redirect",
        "temporary-redirect",
        "signed-for-another-region",
    ],
)
def test_what_does_not_pass_is_a_failure_of_the_bucket(
    serve: Serve, reply: Reply, kind: type[PipelineError], said: str, remedy: str
) -> None:
    serve({"bucket": KEYS}, reply=lambda _: reply)

    with pytest.raises(kind, match=f"^s3:ListBucket: .*{said}.*What to do: .*{remedy}") as caught:
        whole()
    assert not ends_reading(caught.value)


@pytest.mark.parametrize(
    "reply", [refusal(400, "ExpiredToken"), refusal(403, "InvalidAccessKeyId"), refusal(403, "SignatureDoesNotMatch")]
)
def test_credentials_that_are_not_accepted_end_all_reading(serve: Serve, reply: Reply) -> None:
    serve({"bucket": KEYS}, reply=lambda _: reply)

    with pytest.raises(CredentialsError) as caught:
        whole()
    assert ends_reading(caught.value)


@pytest.mark.parametrize("reset", [False, True])
def test_an_endpoint_where_nobody_answers_ends_all_reading(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, reset: bool
) -> None:
    if reset:
        serve({"bucket": KEYS}, reply=lambda _: Reply(200, "x", sent=0, reset=True))
    else:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")

    with pytest.raises(UnavailableError, match="cannot be reached") as caught:
        whole()
    assert ends_reading(caught.value)


def test_without_credentials_nothing_is_asked(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = serve({"bucket": KEYS})
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    with pytest.raises(CredentialsError):
        whole()
    assert s3.asked == []


def test_a_server_that_does_not_encode_keys_is_read_through_the_sdk(serve: Serve) -> None:
    keys = sorted(["a b+c", "100%", "%2F", "a&b;<c>", "é/\U0010ffff", "+"])
    s3 = serve({"bucket": keys}, encodes=False)

    assert whole() == keys
    assert any(asked.through_the_sdk for asked in s3.asked)


def test_keys_in_another_order_are_an_error_and_no_wrong_tree(serve: Serve) -> None:
    s3 = serve({"bucket": KEYS})
    s3.buckets["bucket"].keys.reverse()

    with pytest.raises(PipelineError, match="order of their UTF-8 bytes"):
        whole()


def test_a_server_that_begins_again_is_an_error_and_no_endless_listing(serve: Serve) -> None:
    def forgets(asked: Asked) -> None:
        for name in ("start-after", "continuation-token"):
            asked.query.pop(name, None)

    serve({"bucket": KEYS}, reply=forgets)

    with pytest.raises(PipelineError, match="nothing to go on with"):
        whole()


def test_a_page_without_anything_new_is_followed_by_its_token(serve: Serve) -> None:
    def empty(asked: Asked) -> Reply | None:
        if asked.query.get("start-after") != "a/3" or "continuation-token" in asked.query:
            return None
        body = "<IsTruncated>true</IsTruncated><NextContinuationToken>YS8z</NextContinuationToken>"
        return Reply(200, f"<ListBucketResult><EncodingType>url</EncodingType>{body}</ListBucketResult>")

    serve({"bucket": KEYS}, reply=empty)

    assert whole() == KEYS


def test_more_keys_without_a_way_to_them_are_an_error(serve: Serve) -> None:
    body = "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated></ListBucketResult>"
    serve({"bucket": KEYS}, reply=lambda _: Reply(200, body))

    with pytest.raises(PipelineError, match="there are more keys, and gives nothing to go on with"):
        whole()
