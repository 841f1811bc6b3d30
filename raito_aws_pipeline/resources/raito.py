"""Dagster's handle on Raito."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.sync.connections import RaitoOptions, raito_session


class RaitoResource:
    """Gives sessions with Raito.

    Args:
        environment: Variables that secrets refer to; looked up at login.
        options: What holds for all talk with Raito.
    """

    def __init__(self, environment: Mapping[str, str], options: RaitoOptions) -> None:
        self._environment = environment
        self.options = options

    @contextmanager
    def session(self, target: Target) -> Iterator[RaitoSession]:
        """A session of a target, with the version gate passed; closed at the end of the block."""
        with raito_session(target, self._environment) as session:
            yield session
