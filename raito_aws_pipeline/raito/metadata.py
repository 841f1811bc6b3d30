"""What Raito is told of a store before data comes: its type and abilities (protocol 5).

Here: the two calls, and what their answers mean. Not here: what a data source's metadata says
(`data_objects.metadata`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from raito_aws_pipeline.errors import NotFoundError, PermissionMissingError, PipelineError, RaitoRejectedError
from raito_aws_pipeline.raito.documents import SET_DATA_SOURCE_METADATA, SET_IDENTITY_STORE_METADATA
from raito_aws_pipeline.raito.graphql import send_raw, send_typed
from raito_aws_pipeline.raito.session import RaitoSession


def set_data_source_metadata(session: RaitoSession, data_source_id: str, metadata: Mapping[str, Any]) -> None:
    """Tell Raito which types of data objects and access controls this data source has (protocol 5.1).

    Unlike the Raito CLI's, the document selects the answer's type by name too, so that an error says of which kind it
    is even where it has no message.

    Args:
        session: The session.
        data_source_id: The data source.
        metadata: A `DataSourceMetaDataInput`, what is empty left out.

    Raises:
        ValueError: Its usage levels name what it does not declare; nothing was sent.
        NotFoundError: Raito does not know the data source.
        PermissionMissingError: The API user may not change it.
        RaitoRejectedError: Raito refuses for another reason.
    """
    _check_usage_levels(metadata)
    call = SET_DATA_SOURCE_METADATA.operation
    answer = send_typed(session, SET_DATA_SOURCE_METADATA, {"id": data_source_id, "input": metadata})
    if not isinstance(answer, dict) or "id" not in answer or answer.get("message"):
        raise _refusal(answer, call, "data source", data_source_id, "data-source-id")


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
    if not isinstance(answer, dict) or "id" not in answer:
        raise _refusal(answer, call, "identity store", identity_store_id, "identity-store-id")


def _check_usage_levels(metadata: Mapping[str, Any]) -> None:
    """The check that the Raito CLI makes before it sends metadata; without levels there is nothing to check."""
    usage = metadata.get("usageMetaInfo") or {}
    levels = usage.get("levels") or ()
    if not levels:
        return
    default = usage.get("defaultLevel") or ""
    if not default or default.lower() not in {level["name"].lower() for level in levels}:
        raise ValueError(f"the default usage level '{default}' is none of the levels")
    declared = {data_object_type["name"] for data_object_type in metadata.get("dataObjectTypes") or ()}
    for level in levels:
        for name in level.get("dataObjectTypes") or ():
            if name not in declared:
                raise ValueError(f"usage level '{level['name']}' names the data object type '{name}', which is none")


def _refusal(answer: object, call: str, noun: str, identifier: str, parameter: str) -> PipelineError:
    """What to tell of an answer that is not the store: by its type's name and its message, where it has them."""
    content = answer if isinstance(answer, dict) else {}
    kind, message = content.get("__typename"), str(content.get("message") or "").rstrip(".")
    if kind == "NotFoundError":
        return NotFoundError(
            f"Raito knows no {noun} '{identifier}'.",
            call=call,
            remedy=f"Correct '{parameter}' of the target in raito.yml; Raito shows it on the page of the {noun}.",
        )
    if kind == "PermissionDeniedError":
        return PermissionMissingError(
            f"The API user may not change {noun} '{identifier}'.",
            call=call,
            remedy="Give the API user the role 'Integrator' in Raito, or use one that has it.",
        )
    return RaitoRejectedError(
        f"Raito did not take the metadata of {noun} '{identifier}' ({message or kind or 'no reason given'}).",
        call=call,
        remedy=f"Check '{parameter}' of the target in raito.yml; else tell Raito's support.",
    )
