"""The export file of access providers: written for a subtask, fetched without a token (protocol 7.4, 7.5)."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from raito_aws_pipeline.local.raito.state_directory import StateDirectory

_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Exports:
    """Makes and serves export files.

    An export holds what a person put into `export.yaml` of the folder, byte for byte; else no access providers.
    """

    def __init__(self, directory: StateDirectory) -> None:
        self._directory = directory

    def export(self) -> Mapping[str, Any]:
        """Write an export file; returns members of an `AccessProviderExportResult`, its location aside.

        The key cannot be guessed: who has the URL may read the file, as with a pre-signed one.
        """
        key = secrets.token_urlsafe(24)
        path = self._directory.exports / key
        if self._directory.wished_export.exists():
            shutil.copyfile(self._directory.wished_export, path)
        else:
            now = time.time()
            content = {"lastCalculated": int(now), "accessProviders": [], "fileBuildTime": int(now * 1000)}
            path.write_text(json.dumps(content), encoding="utf-8")
        return {"__typename": "AccessProviderExportResult", "fileKey": key, "warnings": []}

    @staticmethod
    def location(base_url: str, key: str) -> str:
        """Where an export file is fetched."""
        return f"{base_url}exports/{key}"

    def routes(self) -> list[Route]:
        """The path of export files; it needs no token."""
        return [Route("/exports/{key}", self._fetch, methods=["GET"])]

    async def _fetch(self, request: Request) -> Response:
        key = request.path_params["key"]
        path = self._directory.exports / key
        if not _KEY.fullmatch(key) or not path.is_file():
            raise HTTPException(404, "There is no such export file.")
        return FileResponse(path, media_type="application/yaml")
