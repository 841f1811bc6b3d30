"""How a failure of the pipeline fails a Dagster step: its one message, and a retry only where a retry can help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from raito_aws_pipeline.configuration.targets import BrokenTarget, Target
from raito_aws_pipeline.errors import PipelineError

RETRIES = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""For steps that call AWS or Raito; permanent failures are not retried (`step_of`)."""


@contextmanager
def step_of(target: Target | BrokenTarget) -> Iterator[Target]:
    """Around a step's work: gives the target if it is sound, and turns a PipelineError into a failure of the step."""
    try:
        if isinstance(target, BrokenTarget):
            raise target.error
        yield target
    except PipelineError as error:
        raise dg.Failure(description=str(error.with_target(target.name)), allow_retries=error.transient) from error
