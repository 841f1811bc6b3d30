"""How a failure of the pipeline fails a Dagster step: its one message, and a retry only where a retry can help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from raito_aws_pipeline.configuration.targets import BrokenTarget, Target
from raito_aws_pipeline.errors import PipelineError

RETRIES = 2
RETRY_SECONDS = 30.0


@contextmanager
def step_of(target: Target | BrokenTarget) -> Iterator[Target]:
    """Around a step's work: gives the target if it is sound, and turns a PipelineError into a failure of the step.

    A transient failure asks for a retry, a permanent one does not. Steps have no retry policy besides: Dagster applies
    one to interrupts too, so that a cancelled push would start again.
    """
    try:
        if isinstance(target, BrokenTarget):
            raise target.error
        yield target
    except PipelineError as error:
        failure = dg.Failure(description=str(error.with_target(target.name)), allow_retries=False)
        # Dagster keeps the whole chain of causes, and the SDK's own exceptions may hold what was signed.
        if error.transient:
            raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=RETRY_SECONDS) from failure
        raise failure from None
