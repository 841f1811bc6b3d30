"""The embedded Raito's import of data objects: CPU for a million, and memory as the file grows tenfold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from benchmarks.figures import Figure, at_most
from benchmarks.measuring import cpu_seconds, peak_megabytes
from raito_aws_pipeline.local.raito.catalogue import Catalogue
from raito_aws_pipeline.local.raito.data_object_import import import_data_objects
from raito_aws_pipeline.model.columns import to_batch
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.raito.import_files import write_import_file

DATA_OBJECTS = 1_000_000
FILES_IN_A_FOLDER = 100
_ACCOUNT = "123456789012"
_BUCKET = f"{_ACCOUNT}:eu-west-1:bucket"

METADATA = {
    "dataObjectTypes": [
        {"name": "datasource", "children": ["bucket"]},
        {"name": "bucket", "children": ["folder"]},
        {"name": "folder", "children": ["file"]},
        {"name": "file"},
    ]
}

_PROGRAM = """
import sys
from pathlib import Path
from benchmarks.embedded_raito import take_in
take_in(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def figures() -> list[Figure]:
    """An import into an empty catalogue, then the same once more, and peak memory of a process that does the first."""
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large.json", Path(folder) / "small.json"
        write_import_file(DataObject, data_objects(DATA_OBJECTS), large)
        write_import_file(DataObject, data_objects(DATA_OBJECTS // 10), small)
        catalogue = Path(folder) / "catalogue.sqlite"
        first, again = (cpu_seconds(lambda: take_in(large, catalogue)) for _ in range(2))
        peaks = [peak_megabytes(_PROGRAM, str(file), str(file.with_suffix(".sqlite"))) for file in (small, large)]
    return [
        at_most("embedded Raito, import of 1,000,000 data objects", first, "CPU s", 60),
        at_most("embedded Raito, import of the same 1,000,000 once more", again, "CPU s", 60),
        at_most("embedded Raito, peak memory at 1,000,000 data objects against 100,000", peaks[1] / peaks[0], "x", 1.3),
    ]


def take_in(file: Path, catalogue_file: Path) -> None:
    """Import a file of data objects as the only ones."""
    catalogue = Catalogue(catalogue_file)
    with catalogue.change() as change:
        settings = {"dataSource": "source", "deleteUntouched": True}
        result = import_data_objects(change, settings, (file,), METADATA)
    catalogue.close()
    if result["warnings"]:
        raise RuntimeError(f"the import has warnings: {result['warnings']}")


def data_objects(files: int) -> Iterator[pa.RecordBatch]:
    """A data source, a bucket, and this many files of 100 a folder, beside their folders."""
    yield to_batch(DataObject, [_data_object(_ACCOUNT, "", "datasource"), _data_object(_BUCKET, _ACCOUNT, "bucket")])
    for number in range(files // FILES_IN_A_FOLDER):
        folder = f"{_BUCKET}/folder-{number:05}"
        rows = [_data_object(folder, _BUCKET, "folder")]
        rows += [_data_object(f"{folder}/part-{n:05}.parquet", folder, "file") for n in range(FILES_IN_A_FOLDER)]
        yield to_batch(DataObject, rows)


def _data_object(full_name: str, parent: str, kind: str) -> DataObject:
    return DataObject(
        external_id=full_name,
        name=full_name.rpartition("/")[2],
        full_name=full_name,
        type=kind,
        parent_external_id=parent,
    )
