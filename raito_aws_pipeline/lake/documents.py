"""Small JSON documents beside the tables of a target: state that a killed run must leave behind (open Raito jobs)."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pyarrow.fs as pafs

from raito_aws_pipeline.lake.layout import DOCUMENTS_FOLDER
from raito_aws_pipeline.lake.location import Location
from raito_aws_pipeline.lake.part_files import lake_failures


def write_document(location: Location, target: str, kind: str, name: str, content: dict[str, Any]) -> None:
    """Write one document in place of the one of that name.

    Raises:
        LakeError: It cannot be written.
    """
    path = _path(location, target, kind, name)
    with lake_failures(path, "written"):
        text = json.dumps(content, sort_keys=True).encode()
        if not location.is_local:
            with location.filesystem.open_output_stream(path) as stream:
                stream.write(text)
            return
        # Readers see a whole document or none.
        folder = Path(path).parent
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"_{name}.{uuid.uuid4().hex}"
        unfinished.write_bytes(text)
        unfinished.replace(path)


def read_documents(location: Location, target: str, kind: str) -> dict[str, dict[str, Any]]:
    """All documents of a kind by name, sorted; one that is no JSON object is empty, one just deleted is left out.

    Raises:
        LakeError: They cannot be read.
    """
    folder = location.path(target, DOCUMENTS_FOLDER, kind)
    with lake_failures(folder, "read"):
        entries = location.filesystem.get_file_info(pafs.FileSelector(folder, allow_not_found=True))
        found = {}
        for entry in sorted(entries, key=lambda e: e.path):
            if entry.base_name.startswith("_"):
                continue
            try:
                with location.filesystem.open_input_stream(entry.path) as stream:
                    found[entry.base_name.removesuffix(".json")] = _object(stream.read())
            except FileNotFoundError:
                continue
    return found


def delete_document(location: Location, target: str, kind: str, name: str) -> None:
    """Delete one document; none of that name is no error.

    Raises:
        LakeError: It cannot be deleted.
    """
    path = _path(location, target, kind, name)
    with lake_failures(path, "deleted"):
        if location.filesystem.get_file_info(path).type == pafs.FileType.File:
            location.filesystem.delete_file(path)


def _path(location: Location, target: str, kind: str, name: str) -> str:
    return location.path(target, DOCUMENTS_FOLDER, kind, f"{name}.json")


def _object(text: bytes) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
