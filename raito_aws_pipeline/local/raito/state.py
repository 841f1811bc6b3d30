"""What the embedded Raito holds, to be read by whoever started it: tests, and the summary of a demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from raito_aws_pipeline.local.raito.access_provider_import import ACCESS_PROVIDERS, decode_access_control
from raito_aws_pipeline.local.raito.catalogue import Catalogue
from raito_aws_pipeline.local.raito.data_object_import import DATA_OBJECTS, decode_data_object
from raito_aws_pipeline.local.raito.journal import Journal
from raito_aws_pipeline.local.raito.journal_entries import Event, Job, ReceivedFile, Subtask
from raito_aws_pipeline.model.access_controls import AccessControl
from raito_aws_pipeline.model.data_objects import DataObject
from raito_aws_pipeline.model.identities import Group, User


class LocalRaitoState:
    """Reads the state at any time, while the server runs and after it stopped."""

    def __init__(self, journal: Journal, catalogue: Catalogue) -> None:
        self._journal = journal
        self._catalogue = catalogue

    def jobs(self) -> list[Job]:
        """All jobs, oldest first."""
        return self._journal.jobs()

    def events(self, job_id: str | None = None) -> list[Event]:
        """All events, or those of one job, in the order in which they came."""
        return self._journal.events(job_id)

    def task_events(self, job_id: str, job_type: str | None = None) -> list[Event]:
        """The events of a job's tasks, or of one of them, in the order in which they came."""
        return [
            event
            for event in self._journal.events(job_id)
            if event.kind == "task" and job_type in (None, event.job_type)
        ]

    def subtasks(self, job_id: str) -> list[Subtask]:
        """What a job asked to import and export, and how far it is."""
        return self._journal.subtasks(job_id)

    def received_files(self, job_id: str | None = None) -> list[ReceivedFile]:
        """The files that imports and task logs named, in the order in which they were named."""
        return self._journal.received_files(job_id)

    def users(self, identity_store_id: str | None = None) -> list[User]:
        """Users of one identity store, or of all, by store and external id; memberships and tags are sorted."""
        return [msgspec.json.decode(c, type=User) for c in self._catalogue.contents("users", identity_store_id)]

    def groups(self, identity_store_id: str | None = None) -> list[Group]:
        """Groups of one identity store, or of all, by store and external id."""
        return [msgspec.json.decode(c, type=Group) for c in self._catalogue.contents("groups", identity_store_id)]

    def data_objects(self, data_source_id: str | None = None) -> list[DataObject]:
        """Data objects of one data source, or of all, by data source and external id; tags are sorted.

        Memory is that of all of them; of a large account rather `data_object_counts` and `data_object`.
        """
        return [decode_data_object(c) for c in self._catalogue.contents(DATA_OBJECTS, data_source_id)]

    def data_object(self, full_name: str, data_source_id: str | None = None) -> DataObject | None:
        """The data object of this full name, the first by data source and external id; None: there is none.

        Looks at all of them: about a second for a million.
        """
        found = self._catalogue.contents_where(DATA_OBJECTS, "fullName", full_name, data_source_id)
        return decode_data_object(found[0]) if found else None

    def data_object_counts(self, data_source_id: str | None = None) -> dict[str, int]:
        """How many data objects there are of each type, by type."""
        return self._catalogue.counts_by(DATA_OBJECTS, "type", data_source_id)

    def access_controls(self, data_source_id: str | None = None) -> list[AccessControl]:
        """Access controls (Raito: access providers) of one data source, or of all, by data source and external id.

        They are as they were imported, but WHO, WHAT, permissions and tags are sorted.
        """
        return [decode_access_control(c) for c in self._catalogue.contents(ACCESS_PROVIDERS, data_source_id)]

    def external_ids(self, kind: str, owner_id: str | None = None) -> list[str]:
        """External ids by owner, sorted.

        `kind` is users, groups, dataObjects, accessProviders, accessFeedback, usage or tags.
        """
        return self._catalogue.external_ids(kind, owner_id)

    def counts(self) -> dict[str, int]:
        """How many records there are of each kind that has any."""
        return self._catalogue.counts()

    def data_source_metadata(self, data_source_id: str) -> Mapping[str, Any] | None:
        """The metadata that was last set, or None."""
        return self._journal.metadata("dataSource", data_source_id)

    def identity_store_metadata(self, identity_store_id: str) -> Mapping[str, Any] | None:
        """The metadata that was last set, or None."""
        return self._journal.metadata("identityStore", identity_store_id)
