"""How a target's settings become the clients of its organisation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.sync.connections import aws_clients, organization_clients
from tests.world import World


def target_of(world: World, **keys: Any) -> Target:
    """A target with an organisation, and more keys."""
    [target] = world.settings(
        world.target(
            aws_profile="account",
            aws_regions="eu-west-1",
            aws_concurrency=3,
            aws_organization_profile="org",
            aws_organization_identity_center_instance_arn="arn:aws:sso:::instance/ssoins-0123456789abcdef",
            aws_organization_identity_store="d-0123456789",
            **keys,
        )
    ).targets
    assert isinstance(target, Target)
    return target


def test_the_organisation_has_clients_of_its_own_profile_and_region(world: World) -> None:
    target = target_of(world, aws_organization_region="eu-central-1")
    organization, account = organization_clients(target), aws_clients(target)
    assert (organization.profile, organization.regions, organization.concurrency) == ("org", ("eu-central-1",), 3)
    assert (account.profile, account.regions) == ("account", ("eu-west-1",))


def test_without_a_region_it_is_that_of_the_profile(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile org]\nregion = eu-north-1\n[profile account]\nregion = us-east-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    assert organization_clients(target_of(world)).regions == ("eu-north-1",)
