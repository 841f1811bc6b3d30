"""An AWS account written as data: the shape, and reading it.

`{"account": "<12 digits>", "aws": {…}}`; other members beside these two are passed over, so that a file may hold more
than the account. Below `aws` every member may be left out, and one that is not listed here is an error. The classes of
this module are the members, their attributes the members of those. Three types return:

- a *document* is a policy document: a JSON object, or a text, which may be no JSON at all (AWS has held such ones);
- *tags* are an object, or a list of pairs where their order matters;
- a *policy* is the name of a policy of this account, or the ARN of any policy, AWS managed ones among them. Documents
  of those are moto's bundle, which every account has.

Not here: how this becomes state (`loading`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import UNSET, Struct, UnsetType

Document = dict[str, Any] | str
Tags = dict[str, str] | list[tuple[str, str]]

CREATED = datetime(2025, 1, 15, 9, 0, tzinfo=UTC)
"""When everything was created that does not say when."""


class AccountError(ValueError):
    """The data is no account; the message names the member and what is wrong with it."""


class _Member(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    pass


class User(_Member, frozen=True):
    """An IAM user; `groups` are names of groups."""

    name: str
    path: str = "/"
    tags: Tags = {}
    groups: list[str] = []
    inline: dict[str, Document] = {}
    attached: list[str] = []
    permissions_boundary: str | None = None
    created: datetime = CREATED


class Group(_Member, frozen=True):
    """An IAM group; its members are named by the users."""

    name: str
    path: str = "/"
    inline: dict[str, Document] = {}
    attached: list[str] = []
    created: datetime = CREATED


class Role(_Member, frozen=True):
    """An IAM role; `last_used` with the region, both or neither; `max_session_duration` in seconds."""

    name: str
    trust: Document
    path: str = "/"
    description: str = ""
    tags: Tags = {}
    inline: dict[str, Document] = {}
    attached: list[str] = []
    permissions_boundary: str | None = None
    max_session_duration: int = 3600
    last_used: datetime | None = None
    last_used_region: str | None = None
    created: datetime = CREATED


class Policy(_Member, frozen=True):
    """A customer managed policy; each of `versions` is a later version, the last one is the default."""

    name: str
    document: Document
    path: str = "/"
    description: str = ""
    tags: Tags = {}
    versions: list[Document] = []
    created: datetime = CREATED


class StoredObject(_Member, frozen=True):
    """An object of a bucket with content: a text, or `size` zero bytes."""

    key: str
    body: str = ""
    size: int | None = None
    modified: datetime = CREATED


class Bucket(_Member, frozen=True):
    """An S3 bucket; `keys` are objects without content."""

    name: str
    region: str
    keys: list[str] = []
    objects: list[StoredObject] = []
    tags: Tags = {}
    policy: Document | None = None
    created: datetime = CREATED


class Column(_Member, frozen=True):
    """A column or partition key of a Glue table."""

    name: str
    type: str | None = None
    comment: str | None = None
    parameters: dict[str, str] | None = None


class Table(_Member, frozen=True):
    """A Glue table; without location and columns it has no storage descriptor."""

    name: str
    location: str | None = None
    description: str | None = None
    table_type: str | None = None
    parameters: dict[str, str] = {}
    columns: list[Column] = []
    partition_keys: list[Column] = []


class Database(_Member, frozen=True):
    """A Glue database."""

    name: str
    description: str | None = None
    tables: list[Table] = []


class Catalogue(_Member, frozen=True):
    """The Glue catalogue of a region."""

    region: str
    databases: list[Database] = []


class AccessPoint(_Member, frozen=True):
    """An S3 access point; with `vpc`, it is reached from that VPC only."""

    name: str
    region: str
    bucket: str
    policy: Document | None = None
    vpc: str | None = None
    tags: Tags = {}


class DirectoryUser(_Member, frozen=True):
    """A user of an identity store; without `email` it is the user name, and null stands for none at all."""

    user_name: str
    display_name: str | None = None
    given_name: str = "-"
    family_name: str = "-"
    email: str | UnsetType | None = UNSET


class DirectoryGroup(_Member, frozen=True):
    """A group of an identity store; `members` are user names."""

    display_name: str | None
    description: str | None = None
    members: list[str] = []


class Assignment(_Member, frozen=True):
    """A principal (`USER` by user name, `GROUP` by display name) in an account; default: this account."""

    type: str
    principal: str
    account: str | None = None


class PermissionSet(_Member, frozen=True):
    """A permission set; `managed` are ARNs, `customer_managed` names of policies (path `/`), `session` ISO 8601."""

    name: str
    description: str | None = None
    session: str = "PT1H"
    inline: Document | None = None
    managed: list[str] = []
    customer_managed: list[str] = []
    permissions_boundary: str | None = None
    tags: Tags = {}
    assignments: list[Assignment] = []


class IdentityCenter(_Member, frozen=True):
    """An instance of Identity Center with its identity store, in its home region; other regions then have none."""

    region: str
    users: list[DirectoryUser] = []
    groups: list[DirectoryGroup] = []
    permission_sets: list[PermissionSet] = []


class LogFile(_Member, frozen=True):
    """A log file: `records` of CloudTrail or the `raw` text instead; compressed unless `gzip` is false."""

    key: str
    records: list[dict[str, Any]] = []
    raw: str | None = None
    gzip: bool = True


class Trail(_Member, frozen=True):
    """Log files in a bucket, and the trail that delivers there where it has a `name`."""

    region: str
    bucket: str
    name: str | None = None
    prefix: str = ""
    files: list[LogFile] = []


class Content(_Member, frozen=True):
    """Everything in an account (`aws`)."""

    aliases: list[str] = []
    users: list[User] = []
    groups: list[Group] = []
    roles: list[Role] = []
    policies: list[Policy] = []
    buckets: list[Bucket] = []
    glue: list[Catalogue] = []
    access_points: list[AccessPoint] = []
    identity_center: IdentityCenter | list[IdentityCenter] = []
    cloudtrail: Trail | None = None

    @property
    def identity_centers(self) -> list[IdentityCenter]:
        """The instances of Identity Center, one or several in the data."""
        return self.identity_center if isinstance(self.identity_center, list) else [self.identity_center]


class Account(Struct, kw_only=True, frozen=True):
    """An account: its id and its content."""

    account: str
    aws: Content


def read_account(data: Mapping[str, Any]) -> Account:
    """Check data against the shape.

    Raises:
        AccountError: A member is missing, unknown or of another type.
    """
    try:
        account = msgspec.convert(data, Account)
    except msgspec.ValidationError as error:
        raise AccountError(_in_our_words(str(error))) from None
    if not re.fullmatch(r"\d{12}", account.account):
        raise AccountError(f"account: {account.account!r} is no account id; it has 12 digits.")
    return account


def read_account_file(path: Path) -> dict[str, Any]:
    """The data of a JSON file (`.json`) or a YAML file (any other name).

    Raises:
        AccountError: The file cannot be read, or is not of its format.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if path.suffix == ".json" else yaml.load(text, _TextOnlyDates)  # noqa: S506 - it is safe
    except (OSError, UnicodeDecodeError) as error:
        raise AccountError(f"it cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise AccountError(f"it is no {'JSON' if path.suffix == '.json' else 'YAML'}: {reason}.") from None
    if not isinstance(data, dict):
        raise AccountError("it holds no object with the members account and aws.")
    return data


class _TextOnlyDates(yaml.SafeLoader):
    """YAML without dates: the `Version: 2012-10-17` of a policy document is a text."""


_TextOnlyDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _in_our_words(message: str) -> str:
    """`aws.users[2]: Expected …` instead of `Expected … - at `$.aws.users[2]``."""
    what, separator, where = message.partition(" - at `$.")
    return f"{where.rstrip('`')}: {what}." if separator else f"{what}."
