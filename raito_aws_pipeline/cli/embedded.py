"""The embedded AWS and the embedded Raito with everything below `.demo/`, as `demo` and `ui` use them.

Both run in this process: when it ends, however it ends, they end too.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from raito_aws_pipeline.errors import ConfigurationError
from raito_aws_pipeline.local.aws.sample_account import sample_account
from raito_aws_pipeline.local.aws.server import LocalAws
from raito_aws_pipeline.local.raito.failures import LocalRaitoError
from raito_aws_pipeline.local.raito.server import LocalRaito

DEFAULT_FOLDER = Path(".demo")

_LOCK = ".raito-aws-pipeline-demo"
_ORGANISATION_REGION = "eu-west-1"
_ORGANISATION_PROFILE = "organisation"
_SECRET_VARIABLE = "RAITO_DEMO_API_SECRET"  # noqa: S105 - a variable's name
_DATA_SOURCES = ("local-data-source", "local-catalogue")
_IDENTITY_STORES = ("local-identity-store", "local-organisation")


@dataclass(frozen=True)
class Demo:
    """Running embedded parts, and the folder with their state; the process's environment leads to them."""

    folder: Path
    aws: LocalAws
    raito: LocalRaito

    @property
    def config(self) -> Path:
        """The raito.yml that leads to the embedded parts."""
        return self.folder / "raito.yml"

    @property
    def aws_config(self) -> Path:
        """The SDK's configuration, with the profile of the organisation."""
        return self.folder / "aws-config"

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
        fresh: Begin with nothing of an earlier demo.

    Raises:
        ConfigurationError: The folder is in use, or has something in it that is no demo's.
    """
    folder = folder.absolute()
    account = sample_account()
    with _held(folder):
        if fresh:
            _empty(folder)
        (folder / "dagster").mkdir(exist_ok=True)
        try:
            with (
                LocalAws() as aws,
                LocalRaito(folder / "raito", data_sources=_DATA_SOURCES, identity_stores=_IDENTITY_STORES) as raito,
            ):
                aws.load(account)
                demo = Demo(folder, aws, raito)
                _lead_environment_to(demo)
                _write_instance(demo)
                _write_config(demo, account["parameters"])
                yield demo
        except LocalRaitoError as error:
            raise ConfigurationError(error.what, remedy=error.remedy) from None


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder is this process's until it ends; the system lets go of the lock however that happens."""
    if folder.exists() and any(folder.iterdir()) and not (folder / _LOCK).exists():
        raise ConfigurationError(
            f"{folder} has something in it that is no demo's.", remedy="Give --folder an empty or a new folder."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = (folder / _LOCK).open("a")
    except OSError as error:
        raise ConfigurationError(
            f"{folder} cannot be used: {error.strerror}.", remedy="Give --folder one that this process may write."
        ) from None
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"{folder} is in use by another demo or ui.", remedy="Stop that one, or give another --folder."
            ) from None
        yield


def _empty(folder: Path) -> None:
    """Remove what an earlier demo made; whatever else lies there is left alone."""
    for name in ("dagster", "lake", "raito"):
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)
    for name in ("raito.yml", "aws-config"):
        (folder / name).unlink(missing_ok=True)


def _lead_environment_to(demo: Demo) -> None:
    for name in [n for n in os.environ if n.startswith(("AWS_", "RAITO_"))]:
        del os.environ[name]
    os.environ.update(
        demo.aws.environment(),
        AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=demo.raito.url,
        DAGSTER_HOME=str(demo.dagster_home),
        RAITO_CONFIG_FILE=str(demo.config),
        AWS_CONFIG_FILE=str(demo.aws_config),
    )
    # Permission sets are read with a profile of the organisation; here it has the same credentials.
    demo.aws_config.write_text(
        f"[profile {_ORGANISATION_PROFILE}]\n"
        f"aws_access_key_id = {os.environ['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {os.environ['AWS_SECRET_ACCESS_KEY']}\n",
        encoding="utf-8",
    )
    os.environ[_SECRET_VARIABLE] = demo.raito.secret


def _write_config(demo: Demo, parameters: dict[str, Any]) -> None:
    objects_source, catalogue_source = _DATA_SOURCES
    account_store, organisation_store = _IDENTITY_STORES
    instance_arn, identity_store = demo.aws.identity_center(_ORGANISATION_REGION)
    content = {
        "raito-url-override": demo.raito.url,
        "domain": demo.raito.domain,
        "api-user": demo.raito.user,
        "api-secret": f"{{{{{_SECRET_VARIABLE}}}}}",
        "lake-uri": str(demo.lake),
        "targets": [
            {
                "name": "account",
                "connector-name": "raito-io/cli-plugin-aws-account",
                "data-source-id": objects_source,
                "identity-store-id": account_store,
                **parameters,
                "aws-organization-profile": _ORGANISATION_PROFILE,
                "aws-organization-region": _ORGANISATION_REGION,
                "aws-organization-identity-center-instance-arn": instance_arn,
                "aws-organization-identity-store": identity_store,
            },
            {
                # The same account once more, by its Glue catalogue.
                "name": "catalogue",
                "connector-name": "raito-io/cli-plugin-aws-account",
                "data-source-id": catalogue_source,
                "skip-identity-store-sync": True,
                "skip-data-access-sync": True,
                **parameters,
                "aws-s3-enabled": False,
                "aws-glue-enabled": True,
            },
            {
                "name": "organisation",
                "connector-name": "raito-io/cli-plugin-aws-organization",
                "identity-store-id": organisation_store,
                "aws-region": _ORGANISATION_REGION,
            },
        ],
    }
    demo.config.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _write_instance(demo: Demo) -> None:
    """Dagster's settings: those of the project where it is run from a checkout, else only without telemetry."""
    project = Path("dagster.yaml")
    text = project.read_text(encoding="utf-8") if project.exists() else "telemetry:\n  enabled: false\n"
    (demo.dagster_home / "dagster.yaml").write_text(text, encoding="utf-8")
