"""What every push asks before it sends anything: do the checks hold that its rows must pass?"""

from __future__ import annotations

from collections.abc import Iterable

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.errors import CheckFailedError, IncompleteDataError
from raito_aws_pipeline.model.checks import COMPLETE, CheckOutcome


def require_checks(checks: Iterable[CheckOutcome], target: Target, what: str) -> None:
    """Refuse the push where a blocking check does not hold.

    Args:
        checks: What the checks found in just the rows that are pushed.
        target: The target.
        what: What would be pushed, in words of the user (`users or groups`).

    Raises:
        IncompleteDataError: Parts of AWS could not be read.
        CheckFailedError: Another check does not hold.
    """
    failed = [o for o in checks if o.blocking and not o.passed]
    if not failed:
        return
    text = " ".join(f"{o.table}.{o.name}: {o.description}" for o in failed)
    if any(o.name == COMPLETE for o in failed):
        raise IncompleteDataError(
            f"Nothing was pushed, because the {what} that lie in the lake are not all there. {text}",
            target=target.name,
            remedy="Mend what could not be read (each part says how), then run the sync again.",
        )
    raise CheckFailedError(
        f"Nothing was pushed, because checks do not hold. {text}",
        target=target.name,
        remedy=f"Materialise the {what} again; if it stays so, look at the rows that the check names.",
    )
