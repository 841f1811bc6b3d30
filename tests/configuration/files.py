"""How the tests write a raito.yml and load it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from raito_aws_pipeline.configuration.settings import Settings, load_settings
from raito_aws_pipeline.configuration.targets import BrokenTarget, Target

CREDENTIALS = """\
domain: acme
api-user: bot@acme.com
api-secret: "{{API_SECRET}}"
"""

ENVIRONMENT = {"API_SECRET": "hunter2"}


def load(
    folder: Path, text: str, environment: Mapping[str, str] = ENVIRONMENT, overrides: Mapping[str, str] | None = None
) -> Settings:
    """Settings of a raito.yml with this text, in this folder."""
    (folder / "raito.yml").write_text(dedent(text), encoding="utf-8")
    return load_settings(
        None, environment, working_directory=folder, home=folder / "home", overrides=dict(overrides or {})
    )


def with_target(*lines: str, top_level: str = CREDENTIALS) -> str:
    """A raito.yml with one account target of these lines, after its name, connector and identity store.

    Its data source stands last, unless the lines name one.
    """
    given = ["name: prod", "connector-name: raito-io/cli-plugin-aws-account", "identity-store-id: is-1", *lines]
    if not any(line.startswith("data-source-id:") for line in lines):
        given.append("data-source-id: ds-1")
    return top_level + "targets:\n  - " + "\n    ".join(given) + "\n"


def the_target(settings: Settings) -> Target:
    """The one target, which must be usable."""
    (target,) = settings.targets
    assert isinstance(target, Target), target
    return target


def the_broken_target(settings: Settings) -> BrokenTarget:
    """The one target, which must be broken."""
    (target,) = settings.targets
    assert isinstance(target, BrokenTarget), target
    return target
