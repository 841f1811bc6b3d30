"""The taxonomy of failures: what went wrong, where, why, and what to do about it.

Here: one class a kind of failure, each either transient (worth another try later) or permanent, and the one form that
their messages have. Not here: how a failure of boto3 or of HTTP becomes one of these (`aws.failures`, `raito.session`),
and how Dagster or the terminal show it.
"""

from __future__ import annotations

from functools import partial
from typing import Any


class PipelineError(Exception):
    """A failure that a person is told about: one message, no traceback.

    Args:
        what: What failed and why, one sentence or more, without secrets.
        target: Name of the target in `raito.yml`, or None where no target is concerned.
        call: The call that failed, as its service spells it (`iam:ListUsers`, `createJob`, `PUT <file>`), or None.
        missing: What is missing (an IAM action, an environment variable, a file), or None.
        remedy: What the reader can do now.
    """

    transient = False
    """Whether the same call may succeed later without anybody changing anything."""

    def __init__(
        self,
        what: str,
        *,
        remedy: str,
        target: str | None = None,
        call: str | None = None,
        missing: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.target = target
        self.call = call
        self.missing = missing

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"target '{self.target}'" if self.target else "", self.call or "") if part)
        sentences = [f"{where}: {self.what}" if where else self.what]
        if self.missing:
            sentences.append(f"Missing: {self.missing}.")
        sentences.append(f"What to do: {self.remedy}")
        return " ".join(sentences)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles are made like the original, keywords included."""
        keywords: dict[str, Any] = {
            "remedy": self.remedy,
            "target": self.target,
            "call": self.call,
            "missing": self.missing,
        }
        return partial(type(self), self.what, **keywords), ()

    def with_target(self, target: str) -> PipelineError:
        """Name the target where the place that raised did not know it; returns self."""
        if self.target is None:
            self.target = target
        return self


class ConfigurationError(PipelineError):
    """`raito.yml`, an option or the environment says something that cannot be used."""


class CredentialsError(PipelineError):
    """AWS or Raito does not accept who we say we are, or we have nothing to say."""


class PermissionMissingError(PipelineError):
    """We are known, and not allowed; `missing` names the IAM action where AWS names it."""


class NotFoundError(PipelineError):
    """A thing that the configuration names (bucket, instance, data source, …) does not exist."""


class ThrottledError(PipelineError):
    """The service asks to slow down, after all retries."""

    transient = True


class UnavailableError(PipelineError):
    """The service cannot be reached or answers with an error of its own, after all retries."""

    transient = True


class RaitoRejectedError(PipelineError):
    """Raito answered, and said no: a GraphQL error, a failed import, an unsupported version."""


class RaitoTimeoutError(PipelineError):
    """Raito took longer for a subtask than the overall time-out allows; it may still be at it."""


class IncompleteDataError(PipelineError):
    """What was read from AWS has gaps, and going on could delete what was only not seen."""


class CheckFailedError(PipelineError):
    """A check that guards a push does not hold; nothing was sent."""


class UnexpectedError(PipelineError):
    """What nobody foresaw; the traceback is in the debug log."""


class LakeError(PipelineError):
    """The lake (Parquet on disk or S3) cannot be read or written, or holds a newer format than this version knows."""
