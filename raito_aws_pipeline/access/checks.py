"""What must hold of access controls before they are pushed; one function a check, shared by Dagster and the push."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.checks import (
    COMPLETE,
    SCHEMA,
    CheckDefinition,
    CheckOutcome,
    check_complete,
    check_schema,
    outcome_of_check,
)
from raito_aws_pipeline.model.read_failures import ReadFailure

ACCESS_CONTROLS = "access_controls"

UNIQUE_EXTERNAL_IDS = "unique_external_ids"
UNIQUE_NAMES = "unique_names"
WHO_EXISTS = "who_exists"
ACCOUNTED = "accounted"

ACCESS_CHECKS = (
    CheckDefinition(ACCESS_CONTROLS, SCHEMA, True, "The Parquet file has the columns of the definition."),
    CheckDefinition(ACCESS_CONTROLS, COMPLETE, True, "All that access controls are made of could be read."),
    CheckDefinition(ACCESS_CONTROLS, UNIQUE_EXTERNAL_IDS, True, "No two access controls have the same external id."),
    CheckDefinition(ACCESS_CONTROLS, UNIQUE_NAMES, False, "No two access controls of one type have the same name."),
    CheckDefinition(ACCESS_CONTROLS, WHO_EXISTS, True, "Access controls that WHO names are among them."),
    CheckDefinition(
        ACCESS_CONTROLS, ACCOUNTED, False, "Each statement and principal is in WHO or WHAT, or in the remainder."
    ),
)


def checks_of_access_controls(
    controls: Sequence[AccessControl], failures: Sequence[ReadFailure], differences: Sequence[str]
) -> list[CheckOutcome]:
    """What the checks of the table say; `check_accounted` is about more than the table.

    Args:
        controls: The access controls.
        failures: What could not be read of what they are made of.
        differences: How their file differs from the definition.
    """
    return [
        check_schema(ACCESS_CHECKS, ACCESS_CONTROLS, differences),
        check_complete(ACCESS_CHECKS, ACCESS_CONTROLS, failures),
        _outcome(
            UNIQUE_EXTERNAL_IDS,
            _twice(control.external_id for control in controls),
            good="All differ",
            bad="External ids occur twice",
        ),
        _outcome(
            UNIQUE_NAMES,
            _twice(f"{control.name} ({control.type})" for control in controls),
            good="All differ",
            bad="Names occur twice",
        ),
        _outcome(
            WHO_EXISTS,
            _unknown_providers(controls, {control.external_id for control in controls}),
            good="All access controls that WHO names exist",
            bad="WHO names access controls that are not there",
        ),
    ]


def check_accounted(lost: Sequence[str]) -> CheckOutcome:
    """Nothing of the account's policy documents is lost; `lost` is what is, as `AccessImport` has it."""
    return _outcome(
        ACCOUNTED,
        lost,
        good="Each statement and principal is in WHO or WHAT, or in the remainder",
        bad="Parts of policy documents are in neither WHO nor WHAT nor the remainder (please report this)",
    )


def _unknown_providers(controls: Iterable[AccessControl], known: Collection[str]) -> list[str]:
    return [
        f"{control.external_id}: {provider}"
        for control in controls
        for provider in (control.who.access_providers or () if control.who else ())
        if provider not in known
    ]


def _twice(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


def _outcome(name: str, offenders: Sequence[str], *, good: str, bad: str) -> CheckOutcome:
    return outcome_of_check(ACCESS_CHECKS, ACCESS_CONTROLS, name, offenders, good=good, bad=bad)
