"""The embedded AWS, empty at the start of each test, and the SDK as its client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from raito_aws_pipeline.local.aws.server import DEFAULT_ACCOUNT, LocalAws
from tests.local.aws.sdk import Sdk


@pytest.fixture
def aws(running_aws: LocalAws) -> Iterator[LocalAws]:
    running_aws.account_id = DEFAULT_ACCOUNT
    running_aws.reset()
    yield running_aws
    running_aws.reset()


@pytest.fixture
def sdk(aws: LocalAws) -> Sdk:
    return Sdk(aws)
