"""The one string by which Raito is told why a job or a task failed (protocol 2.4, 2.5)."""

from __future__ import annotations

from raito_aws_pipeline.errors import PipelineError


def failure_text(failure: BaseException) -> str:
    """Any exception as one sentence or more for Raito's screen; never empty.

    Of an exception that is not ours the kind alone is told: its text is for our own log, and may hold anything.
    """
    if isinstance(failure, PipelineError):
        return str(failure)
    kind = type(failure).__name__
    if isinstance(failure, Exception):
        return f"An unexpected error stopped the run ({kind}); its log on the machine that ran it says more."
    return f"The run was cancelled ({kind})."
