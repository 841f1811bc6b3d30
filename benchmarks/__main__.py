"""Run all benchmarks: `make bench`, or `python -m benchmarks NAME…` for some of them."""

from __future__ import annotations

import sys

from benchmarks import (
    access_controls,
    account_sweep,
    data_objects,
    definitions_load,
    embedded_raito,
    import_files,
    parquet_writes,
    policy_language,
    s3_listing,
)
from benchmarks.figures import Figure, keep

BENCHMARKS = {
    "account_sweep": account_sweep.figures,
    "import_files": import_files.figures,
    "parquet_writes": parquet_writes.figures,
    "s3_listing": s3_listing.figures,
    "data_objects": data_objects.figures,
    "policy_language": policy_language.figures,
    "access_controls": access_controls.figures,
    "embedded_raito": embedded_raito.figures,
    "definitions_load": definitions_load.figures,
}


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"error: no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    figures: list[Figure] = []
    for name in names or BENCHMARKS:
        print(f"{name} …", flush=True)  # noqa: T201 - this is a program for the terminal
        figures.extend(BENCHMARKS[name]())
    keep(figures)


main(sys.argv[1:])
