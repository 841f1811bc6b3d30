"""Import files: CPU against json.dumps over dictionaries, and memory as they grow tenfold, from the lake as well."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.figures import Figure, at_least, at_most, told
from benchmarks.measuring import compare, peak_and_output, peak_megabytes
from benchmarks.parquet_writes import PAGE, pages
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.raito.import_files import write_import_file

PAGES = 100

_PROGRAM = """
import sys, tempfile
from pathlib import Path
from benchmarks.parquet_writes import pages
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.raito.import_files import write_import_file
with tempfile.TemporaryDirectory() as folder:
    write_import_file(DataObject, pages(int(sys.argv[1])), Path(folder) / "objects.json")
"""


_FROM_THE_LAKE = """
import sys, tempfile, time
from pathlib import Path
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.raito.import_files import write_import_file
started = time.process_time()
with tempfile.TemporaryDirectory() as folder:
    rows = Lake(sys.argv[1]).read(("bench", "data_objects"), DataObject)
    write_import_file(DataObject, rows, Path(folder) / "objects.json")
print(time.process_time() - started)
"""


def figures() -> list[Figure]:
    """Records of data objects, the largest of all import files."""
    listed = list(pages(PAGES))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "objects.json"

        def ours() -> None:
            write_import_file(DataObject, listed, path)

        def plain() -> None:
            records = [
                {
                    "externalId": row["external_id"],
                    "name": row["name"],
                    "fullName": row["full_name"],
                    "type": row["type"],
                    "description": row["description"],
                    "parentExternalId": row["parent_external_id"],
                    "tags": row["tags"],
                }
                for page in listed
                for row in page.to_pylist()
            ]
            path.write_text(json.dumps(records), encoding="utf-8")

        msgspec_cpu, json_cpu = compare(ours, plain)
    small, large = (peak_megabytes(_PROGRAM, str(count)) for count in (200, 2000))
    return [
        at_least("import file, json.dumps' CPU against ours", json_cpu / msgspec_cpu, "x", 4),
        at_most("import file, peak memory at 2,000,000 records against 200,000", large / small, "x", 1.1),
        told("import file", PAGES * PAGE / msgspec_cpu, "records/CPU s"),
        *_from_the_lake(),
    ]


def _from_the_lake() -> list[Figure]:
    """As a push reads it: one file of the lake, streamed into one import file."""
    counts = (300, 3000)
    measured = []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            Lake(folder).write(("bench", "data_objects"), DataObject, pages(count))
            measured.append(peak_and_output(_FROM_THE_LAKE, folder))
    (small, _), (large, output) = measured
    return [
        at_most("lake to import file, peak memory at 3,000,000 records against 300,000", large / small, "x", 1.1),
        at_most("lake to import file, peak memory at 3,000,000 records", large, "MB", 400),
        told("lake to import file", float(output) / (counts[-1] * PAGE) * 1e9, "CPU ns/record"),
    ]
