"""Loading the code location: CPU of a whole process against one that imports Dagster alone."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import Figure, at_most, told

ROUNDS = 3

_CONFIG = """
domain: acme
api-user: bench@example.org
api-secret: none
targets:
  - name: bench
    connector-name: raito-io/cli-plugin-aws-account
    data-source-id: ds
    identity-store-id: is
"""


def figures() -> list[Figure]:
    """Loading costs little more than Dagster itself and the SDKs."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "raito.yml"
        config.write_text(_CONFIG, encoding="utf-8")
        environment = {**os.environ, "RAITO_CONFIG_FILE": str(config)}
        baseline, ours = [], []
        for _ in range(ROUNDS):
            baseline.append(_process_cpu("import dagster", environment))
            ours.append(_process_cpu("from raito_aws_pipeline.definitions import defs; defs()", environment))
    return [
        at_most("definition load, CPU against `import dagster`", min(ours) / min(baseline), "x", 2.0),
        told("definition load", min(ours), "CPU s"),
    ]


def _process_cpu(program: str, environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)  # noqa: S603 - our own program
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
