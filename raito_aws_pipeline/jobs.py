"""Jobs: selections of assets that are run together, by hand, by a schedule or from the command line."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

IDENTITIES_JOB = "identities"


def identities_job(keys: Sequence[dg.AssetKey]) -> dg.UnresolvedAssetJobDefinition:
    """AWS → lake → Raito for the users and groups of all targets; a target that fails does not stop the others."""
    return dg.define_asset_job(
        IDENTITIES_JOB,
        selection=dg.AssetSelection.assets(*keys),
        description="Read users and groups of every target, check them, and push them to Raito.",
    )
