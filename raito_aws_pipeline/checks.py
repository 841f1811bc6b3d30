"""Checks of the domain as Dagster's asset checks: specifications and results. The rules are in the rooms below."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from raito_aws_pipeline.model.checks import CheckDefinition, CheckOutcome


def check_specs(definitions: Iterable[CheckDefinition], key: dg.AssetKey, table: str) -> list[dg.AssetCheckSpec]:
    """The checks of one table as specifications for its asset."""
    return [
        dg.AssetCheckSpec(name=d.name, asset=key, description=d.description, blocking=d.blocking)
        for d in definitions
        if d.table == table
    ]


def check_results(outcomes: Iterable[CheckOutcome], key: dg.AssetKey, table: str) -> list[dg.AssetCheckResult]:
    """What the checks of one table found, as results for its asset."""
    return [
        dg.AssetCheckResult(
            check_name=o.name,
            asset_key=key,
            passed=o.passed,
            severity=dg.AssetCheckSeverity.ERROR if o.blocking else dg.AssetCheckSeverity.WARN,
            description=o.description,
            metadata=o.details,
        )
        for o in outcomes
        if o.table == table
    ]
