"""What both sources of identities give."""

from __future__ import annotations

from dataclasses import dataclass

from raito_aws_pipeline.model.identities import Group, User
from raito_aws_pipeline.model.read_failures import ReadFailure


@dataclass(frozen=True, slots=True)
class Identities:
    """Users and groups, each sorted by name, and what could not be read or was found missing while making them."""

    users: list[User]
    groups: list[Group]
    failures: list[ReadFailure]
