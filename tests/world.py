"""A small world to sync in: an embedded AWS, an embedded Raito, a lake and a raito.yml, reached over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from raito_aws_pipeline.configuration.settings import Settings, load_settings
from raito_aws_pipeline.lake.tables import Lake
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.local.raito.server import LocalRaito
from raito_aws_pipeline.raito.tasks import JobType
from raito_aws_pipeline.sync.connections import raito_options
from raito_aws_pipeline.sync.data_object_subtree import Subtree
from raito_aws_pipeline.sync.run import TargetReport, sync_targets
from raito_aws_pipeline.sync.run_options import RunOptions
from raito_aws_pipeline.sync.task_reports import Pushed, TaskReport

ACCOUNT_CONNECTOR = "raito-io/cli-plugin-aws-account"
ORGANIZATION_CONNECTOR = "raito-io/cli-plugin-aws-organization"
REGION = "eu-west-1"


def small_account(
    users: int = 3, *, buckets: Sequence[Mapping[str, Any]] = (), glue: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Some users, the first of them in one of two groups; with buckets and Glue catalogues of the functions below."""
    names = [f"user-{i:02}" for i in range(users)]
    return {
        "account": "123456789012",
        "aws": {
            "groups": [{"name": "analysts"}, {"name": "empty"}],
            "users": [
                {
                    "name": name,
                    "tags": [["email", f"{name}@example.org"]],
                    "groups": ["analysts"] if name == "user-00" else [],
                }
                for name in names
            ],
            "buckets": list(buckets),
            "glue": list(glue),
        },
    }


def bucket(name: str, *keys: str, region: str = REGION, **members: Any) -> dict[str, Any]:
    """A bucket with objects of these keys, and more members of `local.aws.account.Bucket`."""
    return {"name": name, "region": region, "keys": list(keys), **members}


def glue_catalogue(databases: Mapping[str, Sequence[Mapping[str, Any]]], region: str = REGION) -> dict[str, Any]:
    """The Glue catalogue of a region: tables by the name of their database."""
    return {"region": region, "databases": [{"name": name, "tables": list(t)} for name, t in databases.items()]}


def glue_table(name: str, location: str | None, *columns: str, **members: Any) -> dict[str, Any]:
    """A Glue table with these columns, all texts, and more members of `local.aws.account.Table`."""
    return {"name": name, "location": location, "columns": [{"name": c, "type": "string"} for c in columns], **members}


def task_of(report: TargetReport, job_type: JobType) -> TaskReport:
    """What became of one task of a target."""
    (task,) = [task for task in report.tasks if task.job_type is job_type]
    return task


def pushed(report: TargetReport, what: str) -> Pushed:
    """What a target pushed of one kind of object."""
    (found,) = [p for task in report.tasks for p in task.pushed if p.what == what]
    return found


@dataclass
class World:
    """The parts, and the few steps that tests share."""

    aws: LocalAws
    raito: LocalRaito
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def lake(self) -> Lake:
        """The lake."""
        return Lake(str(self.folder / "lake"))

    def serve(self, account: Mapping[str, Any]) -> None:
        """Let the embedded AWS be this account and nothing else."""
        self.aws.reset()
        self.aws.load(account)

    def target(self, **keys: Any) -> dict[str, Any]:
        """A target of the account, with more keys or other values (`_` for `-`)."""
        target = {
            "name": "acme",
            "connector-name": ACCOUNT_CONNECTOR,
            "data-source-id": self.raito.data_source_id,
            "identity-store-id": self.raito.identity_store_id,
        }
        return target | {key.replace("_", "-"): value for key, value in keys.items()}

    def write_config(self, *targets: Mapping[str, Any], **top: Any) -> Path:
        """Write raito.yml with these targets (default: one of the account) and top-level keys."""
        content = {
            "raito-url-override": self.raito.url,
            "domain": self.raito.domain,
            "api-user": self.raito.user,
            "api-secret": "{{API_SECRET}}",
            "lake-uri": str(self.folder / "lake"),
            "targets": [dict(target) for target in targets or (self.target(),)],
        }
        path = self.folder / "raito.yml"
        path.write_text(yaml.safe_dump(content | {key.replace("_", "-"): value for key, value in top.items()}))
        return path

    def settings(self, *targets: Mapping[str, Any], **top: Any) -> Settings:
        """The settings of that raito.yml."""
        path = self.write_config(*targets, **top)
        return load_settings(path, self.environment, working_directory=self.folder, home=self.folder)

    def sync(
        self,
        *targets: Mapping[str, Any],
        allow_mass_delete: bool = False,
        only: frozenset[JobType] = frozenset(),
        subtree: Subtree | None = None,
        **top: Any,
    ) -> list[TargetReport]:
        """One run over these targets."""
        settings = self.settings(*targets, **top)
        reports: list[TargetReport] = []
        options = RunOptions(allow_mass_delete, raito_options(settings.general), only, subtree)
        sync_targets(self.lake, settings.targets, self.environment, options, reports.append)
        return reports

    def user_names(self) -> list[str]:
        """Names of the users that Raito has, sorted."""
        return sorted(user.name for user in self.raito.state.users())
