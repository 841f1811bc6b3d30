"""The export of access providers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import requests

from raito_aws_pipeline.local.raito.server import LocalRaito
from tests.local.raito.wire_client import WireClient

EXPORT = (
    "query ($filter:AccessProviderExportRequestFilter!$input:AccessProviderExportRequest!)"
    "{exportAccessProvidersRequest(input: $input, filter: $filter){subtask{subtaskId,status}}}"
)


def export(client: WireClient, **filters: Any) -> dict[str, Any]:
    job = client.create_job()
    request = {"jobId": job, "exportSettings": {"dataSource": client.raito.data_source_id}}
    result: dict[str, Any] = client.finished(job, "DA", client.data(EXPORT, filter=filters, input=request))["result"]
    return result


@pytest.mark.parametrize("filters", [{}, {"status": {"outOfSync": True}}])
def test_an_export_holds_no_access_providers_and_is_fetched_without_a_token(
    client: WireClient, filters: dict[str, Any]
) -> None:
    result = export(client, **filters)
    assert sorted(result) == ["__typename", "fileKey", "fileLocation", "warnings"]
    assert result["fileLocation"].startswith(f"{client.url}/exports/")
    file = requests.get(result["fileLocation"], timeout=10).json()
    assert list(file) == ["lastCalculated", "accessProviders", "fileBuildTime"]
    assert file["accessProviders"] == []
    assert file["fileBuildTime"] // 1000 == file["lastCalculated"]


def test_an_export_is_what_a_person_put_into_the_folder(raito: LocalRaito, client: WireClient, tmp_path: Path) -> None:
    text = "lastCalculated: 1\naccessProviders:\n  - id: 00123\nfileBuildTime: 2\n"
    (tmp_path / "state" / "export.yaml").write_text(text)
    location = export(client)["fileLocation"]
    (tmp_path / "state" / "export.yaml").unlink()
    assert requests.get(location, timeout=10).text == text


def test_an_export_cannot_be_guessed(client: WireClient) -> None:
    keys = {export(client)["fileKey"] for _ in range(2)}
    assert len(keys) == 2
    assert all(re.fullmatch("[A-Za-z0-9_-]{32}", key) for key in keys)
    for other in ("x", "%2e%2e", "..%2Fcredentials.json", "%00"):
        assert requests.get(f"{client.url}/exports/{other}", timeout=10).status_code == 404


def test_the_location_is_below_the_address_by_which_the_server_is_reached(raito: LocalRaito) -> None:
    client = WireClient(raito, raito.url.replace("127.0.0.1", "localhost"))
    with client.session:
        assert export(client)["fileLocation"].startswith("http://localhost:")


def test_an_export_of_an_unknown_data_source_is_an_error(client: WireClient) -> None:
    request = {"jobId": client.create_job(), "exportSettings": {"dataSource": "x"}}
    assert client.error(EXPORT, filter={}, input=request) == "There is no data source 'x'."
