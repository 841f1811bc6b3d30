"""Stores in Raito that several targets push to: each push would remove what the others pushed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from raito_aws_pipeline.configuration.targets import Target, TargetKind
from raito_aws_pipeline.errors import ConfigurationError


def refuse_shared_stores(targets: Sequence[Target]) -> None:
    """A data source or identity store belongs to one target, unless no target that pushes to it removes what it lacks.

    Raises:
        ConfigurationError: Two targets name one store, and one of them has `delete-untouched`.
    """
    _refuse_shared(targets, _data_source, "data source", "data objects")
    _refuse_shared(targets, _identity_store, "identity store", "users and groups")


def _data_source(target: Target) -> str | None:
    pushes = target.kind is TargetKind.ACCOUNT and not target.skip.skip_data_source_sync
    return target.raito.data_source_id if pushes else None


def _identity_store(target: Target) -> str | None:
    return None if target.skip.skip_identity_store_sync else target.raito.identity_store_id


def _refuse_shared(targets: Sequence[Target], store_of: Callable[[Target], str | None], noun: str, held: str) -> None:
    first: dict[str, Target] = {}
    for target in targets:
        store = store_of(target)
        if store is None:
            continue
        twin = first.setdefault(store, target)
        if twin is not target and (twin.raito.delete_untouched or target.raito.delete_untouched):
            raise ConfigurationError(
                f"The targets '{twin.name}' and '{target.name}' both push to {noun} '{store}': each push would "
                f"remove the {held} of the other.",
                remedy=f"Give each target its own {noun}, or set `delete-untouched: false` in both.",
            )
