"""Identity stores of Identity Center."""

from __future__ import annotations

from typing import Any

from moto.identitystore.exceptions import ResourceNotFoundException
from moto.identitystore.models import IdentityStoreBackend
from moto.ssoadmin.models import ssoadmin_backends

from raito_aws_pipeline.local.aws.patches.replacement import in_place_of


def apply() -> None:
    """Put the patches of this module in their place."""
    know_existing_stores_only()


def know_existing_stores_only() -> None:
    """AWS answers ResourceNotFoundException for an identity store that no instance has; moto makes an empty one."""
    find_or_make = IdentityStoreBackend._IdentityStoreBackend__get_identity_store  # type: ignore[attr-defined]

    @in_place_of(IdentityStoreBackend, "_IdentityStoreBackend__get_identity_store")
    def find(self: IdentityStoreBackend, store_id: str) -> Any:
        instances = ssoadmin_backends[self.account_id][self.region_name].instances
        if store_id not in {instance.identity_store_id for instance in instances}:
            raise ResourceNotFoundException(
                message=f"IDENTITYSTORE not found for ID {store_id}.", resource_type="IDENTITY_STORE"
            )
        return find_or_make(self, store_id)
