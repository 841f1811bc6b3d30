"""Imports of data objects, access providers, feedback, usage and tags: shape, counts, what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.raito.wire_client import WireClient, data_object, statement

DATA_OBJECTS = ("DS", "importDataSourceRequest")
ACCESS_PROVIDERS = ("DA", "importAccessProvidersRequest")
FEEDBACK = ("DA", "importAccessProvidersSyncFeedback")

ACCESS_PROVIDER: dict[str, Any] = {
    "externalId": "policy:P1",
    "name": "P1",
    "namingHint": "P1",
    "type": "aws_policy",
    "access": None,
    "action": "grant",
    "policy": "{}",
    "who": {"users": ["ann"], "groups": None, "accessProviders": ["role:R1"], "recipients": None},
    "notInternalizable": False,
    "actualName": "P1",
    "what": [{"dataObject": {"fullName": "123456789012:eu-west-1:corp", "type": ""}, "permissions": ["s3:ListBucket"]}],
    "incomplete": False,
    "tags": None,
}


def feedback(access_id: str, actual_name: str, **more: Any) -> dict[str, Any]:
    entry = {"accessId": access_id, "actualName": actual_name, "externalId": None, "type": None}
    return {"externalId": access_id, "access": [{**entry, "errors": None, "warnings": None, **more}]}


def test_data_objects_are_added_updated_and_removed(client: WireClient) -> None:
    job = client.create_job()

    def counts(records: list[Any], *, delete: bool) -> tuple[int, int, int]:
        done = client.import_file(job, *DATA_OBJECTS, records, deleteUntouched=delete)
        result = done["result"]
        assert result["warnings"] == []
        return result["dataObjectsAdded"], result["dataObjectsUpdated"], result["dataObjectsRemoved"]

    assert counts([data_object("a"), data_object("b", "a")], delete=True) == (2, 0, 0)
    assert counts([data_object("b", "a"), data_object("a")], delete=True) == (0, 0, 0)
    assert counts([data_object("a", description="new"), data_object("c", "a")], delete=False) == (1, 1, 0)
    assert client.raito.state.external_ids("dataObjects") == ["a", "b", "c"]
    assert counts([data_object("a")], delete=True) == (0, 1, 2)
    assert client.raito.state.counts() == {"dataObjects": 1}


def test_an_option_that_is_not_given_deletes_nothing(client: WireClient) -> None:
    job = client.create_job()
    for name in ("a", "b"):
        client.import_file(job, *DATA_OBJECTS, [data_object(name)])
    assert client.raito.state.external_ids("dataObjects") == ["a", "b"]


def test_data_objects_with_one_external_id_give_a_warning(client: WireClient) -> None:
    records = [data_object("a"), data_object("a", description="other")]
    done = client.import_file(client.create_job(), *DATA_OBJECTS, records)
    assert done["result"]["dataObjectsAdded"] == 1
    assert done["result"]["warnings"] == [
        "1 records of data objects repeat an external id; the first of each counts: a"
    ]


def test_access_providers_are_added_updated_and_removed(client: WireClient) -> None:
    job = client.create_job()

    def counts(*records: Any) -> tuple[int, int, int]:
        done = client.import_file(job, *ACCESS_PROVIDERS, list(records), deleteUntouched=True)
        return tuple(done["result"][f"access{verb}"] for verb in ("Added", "Updated", "Removed"))  # type: ignore[return-value]

    assert counts(ACCESS_PROVIDER) == (1, 0, 0)
    assert counts({**ACCESS_PROVIDER, "who": None}, {**ACCESS_PROVIDER, "externalId": "role:R"}) == (1, 1, 0)
    assert counts() == (0, 0, 2)


def test_feedback_counts_the_names_that_were_given(client: WireClient) -> None:
    records = [feedback("ap1", "Sales", type="aws_role"), feedback("ap2", "", errors=["denied"])]
    done = client.import_file(client.create_job(), *FEEDBACK, records)
    assert done["result"] == {
        "__typename": "AccessProviderSyncFeedbackResult",
        "accessNamesAdded": 1,
        "warnings": [],
    }


class TestUsage:
    """Usage statements."""

    @staticmethod
    def take_in(client: WireClient, *files: list[Any]) -> dict[str, Any]:
        job = client.create_job()
        keys = [client.upload(records) for records in files]
        answer = client.data(
            "mutation ($request:DataUsageImportRequest!)"
            "{importDataUsageRequest(input: $request){subtask{subtaskId,status}}}",
            request={
                "jobId": job,
                "importSettings": {"dataSource": client.raito.data_source_id, "fileKeys": keys},
            },
        )
        result: dict[str, Any] = client.finished(job, "DU", answer)["result"]
        return result

    def test_statements_that_are_known_are_skipped(self, client: WireClient) -> None:
        first = self.take_in(client, [statement("1"), statement("2")], [statement("2"), statement("3")])
        assert (first["statementsAdded"], first["statementsSkipped"], first["statementsFailed"]) == (3, 1, 0)
        again = self.take_in(client, [statement("1", bytes=7), statement("4")])
        assert (again["statementsAdded"], again["statementsSkipped"], again["statementsFailed"]) == (1, 1, 0)
        assert client.raito.state.external_ids("usage") == ["1", "2", "3", "4"]

    def test_statements_that_raito_cannot_understand_fail(self, client: WireClient) -> None:
        result = self.take_in(client, [statement("1", query="select"), statement("2", error="no"), statement("3")])
        assert (result["statementsAdded"], result["statementsFailed"], result["edgesCreatedOrUpdated"]) == (1, 2, 1)
        assert result["warnings"] == ["2 statements have an error or a query, and were not taken in: 1, 2"]

    def test_the_data_source_knows_its_first_and_last_use(self, client: WireClient) -> None:
        document = 'query {dataSource(id:"%s") { ... on DataSource {id usageLastUsed usageFirstUsed }}}'
        document %= client.raito.data_source_id
        unused = {"id": client.raito.data_source_id, "usageLastUsed": None, "usageFirstUsed": None}
        assert client.data(document) == unused
        self.take_in(client, [statement("1", startTime=1717228800), statement("2", startTime=1717315200)])
        self.take_in(client, [statement("3", startTime=1717200000), statement("4", startTime=None)])
        assert client.data(document) == {
            **unused,
            "usageFirstUsed": "2024-06-01T00:00:00Z",
            "usageLastUsed": "2024-06-02T08:00:00Z",
        }


def test_tags_are_known_by_object_key_and_source(client: WireClient) -> None:
    job = client.create_job()

    def counts(*records: Any) -> tuple[int, int]:
        answer = client.data(
            "mutation ($input:TagImportRequest!){importTagsRequest(input: $input){subtask{status,subtaskId}}}",
            input={
                "jobId": job,
                "importSettings": {
                    "dataSource": client.raito.data_source_id,
                    "identitySource": "",
                    "fileKey": client.upload(list(records)),
                    "tagSourcesScope": [],
                },
            },
        )
        result = client.finished(job, "TAG", answer)["result"]
        return result["tagsAdded"], result["tagsUpdated"]

    tag = {"dataObjectFullName": "a", "key": "k", "stringValue": "v", "source": "s"}
    assert counts(tag, {**tag, "key": "other"}) == (2, 0)
    assert counts({**tag, "stringValue": "new"}) == (0, 1)


@pytest.mark.parametrize(
    ("job_type", "field", "record", "reason"),
    [
        (*DATA_OBJECTS, {}, "1-dataObjects.json: record 1: Object missing required field `externalId`"),
        (*DATA_OBJECTS, data_object(""), "1-dataObjects.json: record 1: the externalId is empty"),
        (
            *ACCESS_PROVIDERS,
            {**ACCESS_PROVIDER, "who": []},
            "1-accessProviders.json: record 1: Expected `object | null`, got `array` - at `$.who`",
        ),
        (
            *FEEDBACK,
            {"externalId": "a"},
            "1-accessFeedback.json: record 1: Object missing required field `access`",
        ),
    ],
)
def test_a_record_of_another_shape_fails_the_subtask_and_changes_nothing(
    client: WireClient, job_type: str, field: str, record: dict[str, Any], reason: str
) -> None:
    done = client.import_file(client.create_job(), job_type, field, [record])
    assert (done["status"], done["result"], done["errors"]) == ("FAILED", None, [reason])
    assert client.raito.state.counts() == {}


def test_a_file_that_is_no_json_fails_the_subtask(client: WireClient) -> None:
    done = client.import_file(client.create_job(), *DATA_OBJECTS, b"hello")
    assert (done["status"], done["errors"]) == ("FAILED", ["1-dataObjects.json: the file is not a JSON array"])
