"""Failures on purpose."""

from __future__ import annotations

from tests.local.raito.wire_client import WireClient, data_object

WHO = b'{"query":"{currentUser{email}}"}'


def test_uploads_fail_as_often_as_asked(client: WireClient) -> None:
    client.raito.faults.fail_puts(2)
    signed = client.sign(b"[]").json()
    assert [client.put(signed, b"[]").status_code for _ in range(3)] == [503, 503, 200]


def test_queries_fail_as_often_as_asked(client: WireClient) -> None:
    client.raito.faults.fail_queries(1)
    client.raito.faults.fail_queries(1, 429)
    assert [client.post(WHO).status_code for _ in range(3)] == [500, 429, 200]


def test_queries_of_one_field_fail(client: WireClient) -> None:
    client.raito.faults.fail_queries(1, 502, field="cliTriggerUrl")
    triggers = b'{"query":"{url: cliTriggerUrl{__typename}}"}'
    assert [client.post(body).status_code for body in (WHO, triggers, triggers)] == [200, 502, 200]


def test_imports_fail_with_the_error_and_take_nothing_in(client: WireClient) -> None:
    client.raito.faults.fail_imports(1, "no space left")
    job = client.create_job()
    failed = client.import_file(job, "DS", "importDataSourceRequest", [data_object("a")])
    assert (failed["status"], failed["errors"]) == ("FAILED", ["no space left"])
    assert client.raito.state.counts() == {}
    assert client.import_file(job, "DS", "importDataSourceRequest", [data_object("a")])["status"] == "COMPLETED"
