"""Stores in Raito that several targets push to: each push would remove what the others pushed."""

from __future__ import annotations

from collections.abc import Sequence

from raito_aws_pipeline.configuration.targets import Target
from raito_aws_pipeline.errors import ConfigurationError


def refuse_shared_identity_stores(targets: Sequence[Target]) -> None:
    """An identity store belongs to one target, unless no target that pushes to it removes what it does not know.

    Raises:
        ConfigurationError: Two targets name one identity store, and one of them has `delete-untouched`.
    """
    first: dict[str, Target] = {}
    for target in targets:
        store = target.raito.identity_store_id
        if store is None or target.skip.skip_identity_store_sync:
            continue
        twin = first.setdefault(store, target)
        if twin is not target and (twin.raito.delete_untouched or target.raito.delete_untouched):
            raise ConfigurationError(
                f"The targets '{twin.name}' and '{target.name}' both push to identity store '{store}': each push would "
                "remove the users and groups of the other.",
                remedy="Give each target an identity store of its own, or set `delete-untouched: false` in both.",
            )
