"""The code location: the one place that reads `raito.yml` and the environment for Dagster.

Loading it calls neither AWS nor Raito. `build_definitions` is for tests and the command line, which bring their own
settings and resources.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from raito_aws_pipeline.assets.access_controls import access_assets, has_access
from raito_aws_pipeline.assets.account_authorization_details import account_authorization_details_asset, has_sweep
from raito_aws_pipeline.assets.data_objects import data_object_assets, has_data_objects
from raito_aws_pipeline.assets.identities import identity_assets
from raito_aws_pipeline.configuration.settings import Settings, load_settings
from raito_aws_pipeline.configuration.targets import BrokenTarget
from raito_aws_pipeline.io_managers.parquet import ParquetIOManager
from raito_aws_pipeline.jobs import access_job, data_objects_job, identities_job
from raito_aws_pipeline.partitions import region_partitions
from raito_aws_pipeline.resources.aws import AwsResource
from raito_aws_pipeline.resources.lake import LakeResource
from raito_aws_pipeline.resources.raito import RaitoResource
from raito_aws_pipeline.schedules import access_nightly, data_objects_nightly, identities_nightly
from raito_aws_pipeline.sync.connections import raito_options

logger = logging.getLogger(__name__)


def build_definitions(
    settings: Settings, environment: Mapping[str, str], resources: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """The assets, checks, jobs, schedules and resources of all targets.

    Args:
        settings: What raito.yml says.
        environment: Variables that secrets refer to.
        resources: Replacements of single resources (`aws`, `raito`, `lake`, `io_manager`), for tests.
    """
    lake_uri = settings.general.lake_uri
    sweeps = {
        target.slug: account_authorization_details_asset(target) for target in filter(has_sweep, settings.targets)
    }
    identities = [asset for target in settings.targets for asset in identity_assets(target)]
    read_for_identities = [sweeps[t.slug] for t in settings.targets if t.slug in sweeps and identity_assets(t)]
    identities_sync = identities_job([key for asset in (*read_for_identities, *identities) for key in asset.keys])
    assets, jobs, schedules = [*sweeps.values(), *identities], [identities_sync], [identities_nightly(identities_sync)]
    for target in filter(has_data_objects, settings.targets):
        regions = region_partitions(target)
        data_objects = data_object_assets(target, regions)
        job = data_objects_job(target, [key for asset in data_objects for key in asset.keys])
        assets += data_objects
        jobs.append(job)
        schedules.append(data_objects_nightly(target, job, regions))
        if has_access(target):
            access = access_assets(target, regions)
            job = access_job(target, [key for asset in (sweeps[target.slug], *access) for key in asset.keys])
            assets += access
            jobs.append(job)
            schedules.append(access_nightly(target, job, regions))
    return dg.Definitions(
        assets=assets,
        jobs=jobs,
        schedules=schedules,
        executor=dg.in_process_executor,
        resources={
            "aws": AwsResource(),
            "raito": RaitoResource(environment, raito_options(settings.general)),
            "lake": LakeResource(lake_uri),
            "io_manager": ParquetIOManager(lake_uri=lake_uri),
            **(resources or {}),
        },
    )


def log_what_was_read(settings: Settings) -> None:
    """Say what is worth knowing about the settings: skipped targets, unknown keys, broken targets."""
    for note in settings.notes:
        logger.info("%s", note)
    for warning in settings.warnings:
        logger.warning("%s", warning)
    for target in settings.targets:
        if isinstance(target, BrokenTarget):
            logger.error("%s", target.error)


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the `raito.yml` that `RAITO_CONFIG_FILE` names, or that lies in `.` or `~/.raito`."""
    settings = load_settings(None, os.environ, working_directory=Path.cwd(), home=Path.home())
    log_what_was_read(settings)
    return build_definitions(settings, os.environ)
