"""The embedded AWS and the embedded Raito with everything below `.demo/`, as `demo` and `ui` use them.

Both run in this process: when it ends, however it ends, they end too.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from raito_aws_pipeline.local.aws.sample_account import sample_account
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.local.raito.server import LocalRaito

SECRET_VARIABLE = "RAITO_DEMO_API_SECRET"  # noqa: S105 - a variable's name
DEFAULT_FOLDER = Path(".demo")


@dataclass(frozen=True)
class Demo:
    """Running embedded parts, the folder with their state, and the environment that reaches them."""

    folder: Path
    aws: LocalAws
    raito: LocalRaito
    environment: dict[str, str]

    @property
    def config(self) -> Path:
        """The raito.yml that leads to the embedded parts."""
        return self.folder / "raito.yml"

    @property
    def lake(self) -> Path:
        """Folder of the lake."""
        return self.folder / "lake"

    @property
    def dagster_home(self) -> Path:
        """Folder of Dagster's instance."""
        return self.folder / "dagster"


@contextmanager
def running_demo(folder: Path, *, fresh: bool) -> Iterator[Demo]:
    """Start both embedded parts with the sample account, and point this process's environment at them.

    Args:
        folder: Where their state is kept.
        fresh: Begin with an empty folder.
    """
    folder = folder.absolute()
    if fresh and folder.exists():
        shutil.rmtree(folder)
    (folder / "dagster").mkdir(parents=True, exist_ok=True)
    account = sample_account()
    with LocalAws(account_id=account["account"]) as aws, LocalRaito(folder / "raito") as raito:
        aws.load(account)
        for name in [n for n in os.environ if n.startswith("AWS_")]:
            del os.environ[name]
        environment = {
            **aws.environment(),
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": raito.url,
            SECRET_VARIABLE: raito.secret,
            "DAGSTER_HOME": str(folder / "dagster"),
            "RAITO_CONFIG_FILE": str(folder / "raito.yml"),
        }
        os.environ.update(environment)
        demo = Demo(folder, aws, raito, environment)
        _write_instance(demo)
        _write_config(demo)
        yield demo


def _write_config(demo: Demo) -> None:
    content = {
        "raito-url-override": demo.raito.url,
        "domain": demo.raito.domain,
        "api-user": demo.raito.user,
        "api-secret": f"{{{{{SECRET_VARIABLE}}}}}",
        "lake-uri": str(demo.lake),
        "targets": [
            {
                "name": "aws-account",
                "connector-name": "raito-io/cli-plugin-aws-account",
                "data-source-id": demo.raito.data_source_id,
                "identity-store-id": demo.raito.identity_store_id,
                "aws-regions": "eu-west-1,us-east-1",
            }
        ],
    }
    demo.config.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _write_instance(demo: Demo) -> None:
    """Dagster's settings: those of the project where it is run from a checkout, else only without telemetry."""
    project = Path("dagster.yaml")
    text = project.read_text(encoding="utf-8") if project.exists() else "telemetry:\n  enabled: false\n"
    (demo.dagster_home / "dagster.yaml").write_text(text, encoding="utf-8")
