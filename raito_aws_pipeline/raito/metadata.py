"""What Raito is told of a store before data comes: its type and abilities (protocol 5)."""

from __future__ import annotations

from raito_aws_pipeline.errors import NotFoundError, PermissionMissingError, RaitoRejectedError
from raito_aws_pipeline.raito.documents import SET_IDENTITY_STORE_METADATA
from raito_aws_pipeline.raito.graphql import send_raw
from raito_aws_pipeline.raito.session import RaitoSession


def set_identity_store_metadata(
    session: RaitoSession,
    identity_store_id: str,
    *,
    store_type: str = "aws-account",
    icon: str = "",
    can_be_linked: bool = False,
    can_be_master: bool = False,
) -> None:
    """Tell Raito what kind of identity store this is (protocol 5.3).

    Beside the id the document selects the type's name alone: the errors that Raito may answer instead of the store are
    not known by their fields, and selecting one that a type lacks would make Raito refuse the whole document.

    Args:
        session: The session.
        identity_store_id: The identity store.
        store_type: Kind of identity store; permission sets' access control type refers to it.
        icon: Name of an icon, or empty.
        can_be_linked: Whether other identity stores may be linked to it.
        can_be_master: Whether it may be the master of linked ones.

    Raises:
        NotFoundError: Raito does not know the identity store.
        PermissionMissingError: The API user may not change it.
        RaitoRejectedError: Raito refuses for another reason.
    """
    call = SET_IDENTITY_STORE_METADATA.operation
    answer = send_raw(
        session,
        SET_IDENTITY_STORE_METADATA,
        {
            "id": identity_store_id,
            "input": {"type": store_type, "icon": icon, "canBeLinked": can_be_linked, "canBeMaster": can_be_master},
        },
    )
    if isinstance(answer, dict) and "id" in answer:
        return
    kind = answer.get("__typename") if isinstance(answer, dict) else None
    if kind == "NotFoundError":
        raise NotFoundError(
            f"Raito knows no identity store '{identity_store_id}'.",
            call=call,
            remedy="Correct 'identity-store-id' of the target in raito.yml; Raito shows it on the store's page.",
        )
    if kind == "PermissionDeniedError":
        raise PermissionMissingError(
            f"The API user may not change identity store '{identity_store_id}'.",
            call=call,
            remedy="Give the API user the role 'Integrator' in Raito, or use one that has it.",
        )
    raise RaitoRejectedError(
        f"Raito did not take the metadata of identity store '{identity_store_id}' ({kind or 'no reason given'}).",
        call=call,
        remedy="Check 'identity-store-id' of the target in raito.yml; else tell Raito's support.",
    )
