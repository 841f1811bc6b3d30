"""Raito's data source of a target: the push of its data objects, all regions by one job or one subtree.

Dagster reads the annotations of assets when they are defined: no `from __future__ import annotations` here.
"""

import dagster as dg
from pydantic import Field

from raito_aws_pipeline.assets.failures import step_of
from raito_aws_pipeline.assets.tables import asset_key, table_metadata, table_spec
from raito_aws_pipeline.configuration.targets import BrokenTarget, Target
from raito_aws_pipeline.errors import ConfigurationError
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.resources.aws import AwsResource
from raito_aws_pipeline.resources.lake import LakeResource
from raito_aws_pipeline.resources.raito import RaitoResource
from raito_aws_pipeline.sync.data_object_push import push_data_objects
from raito_aws_pipeline.sync.data_object_subtree import Subtree, push_subtree, write_subtree
from raito_aws_pipeline.sync.raito_jobs import task_of_its_own_job
from raito_aws_pipeline.sync.tables import BUCKETS, DATA_OBJECTS, RAITO_DATA_SOURCE


class DataObjectPushConfig(dg.Config):
    """What a person may ask of one push."""

    allow_mass_delete: bool = Field(
        default=False, description="Push even where more than half of what the last push held would be removed."
    )
    data_object_parent: str | None = Field(
        default=None,
        description="Full name of a bucket or folder: only what lies below it is read again and pushed, and nothing is "
        "deleted.",
    )
    data_object_excludes: list[str] = Field(
        default=[], description="What of `data_object_parent` is left out: full names, or paths below it."
    )


def raito_data_source_asset(target: Target | BrokenTarget) -> dg.AssetsDefinition:
    """The push of a target's data objects, all regions or one subtree; a job of its own in Raito."""
    spec = table_spec(
        RAITO_DATA_SOURCE,
        target,
        kinds={"raito", "parquet"},
        description="Data objects as Raito has them: imported into its data source, all regions by one job.",
        deps=[asset_key(BUCKETS, target), asset_key(DATA_OBJECTS, target)],
    )

    @dg.multi_asset(name=f"{target.slug}__raito_data_source", specs=[spec], pool="raito_api")
    def raito_data_source(
        config: DataObjectPushConfig,
        aws: dg.ResourceParam[AwsResource],
        raito: dg.ResourceParam[RaitoResource],
        lake: dg.ResourceParam[LakeResource],
    ) -> dg.MaterializeResult[None]:
        opened = lake.open()
        with (
            step_of(target) as sound,
            raito.session(sound) as session,
            task_of_its_own_job(opened, sound, session, raito.options, JobType.DS) as task,
        ):
            clients = aws.clients(sound)
            subtree = _subtree(config, sound)
            if subtree is None:
                push = push_data_objects(
                    opened,
                    sound,
                    clients,
                    task,
                    allow_mass_delete=config.allow_mass_delete,
                    options=raito.options,
                )
            else:
                write_subtree(opened, sound, clients, subtree)
                push = push_subtree(opened, sound, clients, task, subtree, options=raito.options)
        counted = push.result
        return dg.MaterializeResult(
            asset_key=spec.key,
            metadata={
                **(table_metadata(push.written) if push.written else {}),
                "raito_job": push.job_id,
                "data_objects_sent": push.records,
                "bytes_sent": push.bytes,
                "data_objects_added": counted.data_objects_added,
                "data_objects_updated": counted.data_objects_updated,
                "data_objects_removed": counted.data_objects_removed,
                "deletes_untouched": push.kept is None,
                "kept_because": push.kept or "nothing was kept",
                "warnings": len(push.warnings),
                "warning_texts": dg.MetadataValue.json(list(push.warnings)),
            },
        )

    return raito_data_source


def _subtree(config: DataObjectPushConfig, target: Target) -> Subtree | None:
    """What a partial sync is about; None: all is pushed.

    Raises:
        ConfigurationError: It says what to leave out, and not of what.
    """
    if config.data_object_parent is not None:
        return Subtree(config.data_object_parent, tuple(config.data_object_excludes))
    if config.data_object_excludes:
        raise ConfigurationError(
            "data_object_excludes leaves out parts of data_object_parent, which is not given.",
            target=target.name,
            remedy="Give data_object_parent too; for all runs alike, use aws-s3-exclude-buckets.",
        )
    return None
