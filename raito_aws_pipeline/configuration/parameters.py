"""The one table of parameters: every key that `raito.yml` may have, with type, default and meaning.

Here: the groups that hold the values of a target, or of the file, and the order of the table (connector 1, protocol
9.3 to 9.5). Not here: what a parameter is (`parameter_table`), reading (`reading`), rules between parameters (`rules`).

A field's name with `-` for `_` is its key. `accepted` marks what users of the Raito CLI have in their files and what
is checked, but what this version does not act on.
"""

# ruff: noqa: RUF009 (`parameter` and `accepted` call `dataclasses.field`)

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from raito_aws_pipeline.configuration.name_patterns import NamePatterns
from raito_aws_pipeline.configuration.parameter_table import ParameterDefinition, Scope, definitions_of, parameter
from raito_aws_pipeline.configuration.secret import Secret
from raito_aws_pipeline.configuration.value_kinds import (
    BUCKET_PATTERNS,
    DOMAIN,
    FILE_SIZE,
    HTTP_URL,
    KEY_AND_VALUE,
    REGION,
    REGIONS,
    whole_number,
)

accepted = partial(parameter, effective=False)

_NONE = NamePatterns()

_TASK_FLAG = "leave out this task; true here or at the top level is enough"
_LOG_FLAG = "send Raito no log of any task, or of this one"
_SCHEDULE = "when the Raito CLI runs (`cron`: 5 fields; `frequency`: minutes); schedules of Dagster take their place"
_TEMP_FILES = (
    "import files are removed after sending; copies of them, of how many runs (0: all). The lake takes their place"
)
_CLI_LOG = "the Raito CLI's own log and life sign"
_CONNECTOR_VERSION = "version of the connector that the Raito CLI downloads; nothing is downloaded here"
_TAG_OVERWRITE = "key of the tag that names access controls, their owners, or the owners of data objects"
_PARTIAL = "only what is out of sync; leave out the import of access controls"
_ORGANIZATION = "Identity Center, for permission sets; with the profile, the instance and the identity store are needed"
_TRYING_OUT = "for trying out: do not log in; name local files to Raito instead of uploading them"
_BUCKETS = "only these buckets, and not those; the excludes win. `dev-*` is a wildcard, `dev-.*` a regular expression"
_GLUE_EXCLUDES = "databases and tables that are not imported"
_SKIP_ACCESS = "what not to read of access controls"
_ACCESS_EXCLUDES = "managed policies and roles that are not imported"
_AFFIXES = "put around the names that Raito gives; `#account#` in those of permission sets is the account"
_OWNER_TAGS = "keys of tags on permission sets"
_FULLY_LOCK = "lock these access controls as a whole: all, by name, by tag (`key:value`), or when incomplete"


@dataclass(frozen=True)
class GeneralParameters:
    """What holds for the whole file (protocol 9.3)."""

    only_targets: tuple[str, ...] = parameter(
        (), "names of the targets to run", scope=Scope.TOP_LEVEL, default_text="all"
    )
    lake_uri: str = parameter(
        "./lake", "where the Parquet files go: a folder or `s3://bucket/prefix`", scope=Scope.TOP_LEVEL
    )
    raito_import_timeout: int = parameter(
        360, "minutes that Raito may take for one import", scope=Scope.TOP_LEVEL, kind=whole_number(1)
    )
    disable_log_forwarding: bool = parameter(False, _LOG_FLAG, scope=Scope.TOP_LEVEL, family=_LOG_FLAG)
    disable_log_forwarding_identity_store_sync: bool = parameter(
        False, "send Raito no log of the identity task", scope=Scope.TOP_LEVEL, family=_LOG_FLAG
    )
    disable_log_forwarding_data_source_sync: bool = parameter(
        False, "send Raito no log of the data object task", scope=Scope.TOP_LEVEL, family=_LOG_FLAG
    )
    disable_log_forwarding_data_access_sync: bool = parameter(
        False, "send Raito no log of the access control task", scope=Scope.TOP_LEVEL, family=_LOG_FLAG
    )
    disable_log_forwarding_data_usage_sync: bool = accepted(
        False, "send Raito no log of the usage task", scope=Scope.TOP_LEVEL, family=_LOG_FLAG
    )
    disable_log_forwarding_resource_provider_sync: bool = accepted(
        False, "AWS has no such task", scope=Scope.TOP_LEVEL, family=_LOG_FLAG
    )
    disable_log_forwarding_tag_sync: bool = accepted(
        False, "AWS has no such task", scope=Scope.TOP_LEVEL, family=_LOG_FLAG
    )
    maximum_file_size: int = accepted(
        512 * 1024**2,
        "size at which an import file of usage is split; 0: never",
        scope=Scope.TOP_LEVEL,
        kind=FILE_SIZE,
        default_text="512mb",
    )
    disable_websocket: bool = accepted(False, "do not wait for triggers of Raito", scope=Scope.TOP_LEVEL)
    cron: str | None = accepted(None, "when the Raito CLI runs, 5 fields", scope=Scope.TOP_LEVEL, family=_SCHEDULE)
    frequency: int = accepted(0, "minutes between runs of the Raito CLI", scope=Scope.TOP_LEVEL, family=_SCHEDULE)
    sync_at_startup: bool = accepted(
        False, "whether the Raito CLI also runs when it starts", scope=Scope.TOP_LEVEL, family=_SCHEDULE
    )
    debug: bool = accepted(False, "more in the Raito CLI's log", scope=Scope.TOP_LEVEL, family=_CLI_LOG)
    log_file: str | None = accepted(None, "file of the Raito CLI's log", scope=Scope.TOP_LEVEL, family=_CLI_LOG)
    log_output: bool = accepted(False, "the Raito CLI's log on the terminal", scope=Scope.TOP_LEVEL, family=_CLI_LOG)
    cli_container_liveness_file: str | None = accepted(
        None, "file by which the Raito CLI shows that it is alive", scope=Scope.TOP_LEVEL, family=_CLI_LOG
    )


@dataclass(frozen=True)
class ConnectorParameters:
    """Which target it is, and what reads it (protocol 9.4)."""

    name: str | None = parameter(
        None, "name of the target; needed where there are several", default_text="the connector's name"
    )
    connector_name: str | None = parameter(
        None, "`raito-io/cli-plugin-aws-account` or `raito-io/cli-plugin-aws-organization`; others are skipped"
    )
    connector_version: str | None = accepted(None, _CONNECTOR_VERSION)


@dataclass(frozen=True)
class RaitoParameters:
    """How a target appears in Raito, and how Raito is reached (protocol 1, 9.3, 9.4, 9.6)."""

    domain: str | None = parameter(
        None, "your Raito domain", scope=Scope.TARGET_THEN_TOP_LEVEL, kind=DOMAIN, default_text="required"
    )
    api_user: str | None = parameter(
        None, "e-mail address of the Raito user", scope=Scope.TARGET_THEN_TOP_LEVEL, default_text="required"
    )
    api_secret: Secret | None = parameter(
        None, "password of the Raito user", scope=Scope.TARGET_THEN_TOP_LEVEL, default_text="required"
    )
    data_source_id: str | None = parameter(None, "id of the data source in Raito; without it its tasks are skipped")
    identity_store_id: str | None = parameter(
        None, "id of the identity store in Raito; without it the identity task is skipped"
    )
    raito_url_override: str = parameter(
        "https://api.raito.cloud/", "address of Raito", scope=Scope.TOP_LEVEL, kind=HTTP_URL
    )
    skip_authentication: bool = parameter(False, "do not log in", scope=Scope.TOP_LEVEL, family=_TRYING_OUT)
    skip_file_upload: bool = parameter(
        False, "name local files to Raito instead of uploading them", scope=Scope.TOP_LEVEL, family=_TRYING_OUT
    )
    delete_untouched: bool = parameter(True, "Raito removes what an import no longer holds")
    replace_groups: bool = parameter(True, "Raito replaces the group memberships of the users imported")
    allow_mass_delete: bool = parameter(False, "push even where more than half of the last push would be removed")
    tag_key_and_value_for_user_is_machine: tuple[str, str] | None = parameter(
        None, "users with this tag are machines in Raito", kind=KEY_AND_VALUE
    )
    tag_overwrite_key_for_access_provider_name: str | None = parameter(
        None, "key of the tag whose value names an access control", family=_TAG_OVERWRITE
    )
    tag_overwrite_key_for_access_provider_owners: str | None = parameter(
        None, "key of the tag whose value names the owners of an access control", family=_TAG_OVERWRITE
    )
    tag_overwrite_key_for_data_object_owners: str | None = parameter(
        None, "key of the tag whose value names the owners of a data object", family=_TAG_OVERWRITE
    )
    only_out_of_sync_data: bool = accepted(False, "export only access controls that are out of sync", family=_PARTIAL)
    skip_data_access_import: bool = parameter(False, "leave out the import of access controls", family=_PARTIAL)
    delete_temp_files: bool = accepted(True, "remove the import files after they were sent", family=_TEMP_FILES)
    file_backup_location: str | None = accepted(
        None, "folder for copies of the import files", scope=Scope.TARGET_THEN_TOP_LEVEL, family=_TEMP_FILES
    )
    maximum_backups_per_target: int = accepted(
        0, "how many runs to keep copies of, 0: all", scope=Scope.TARGET_THEN_TOP_LEVEL, family=_TEMP_FILES
    )


@dataclass(frozen=True)
class SkipParameters:
    """Which tasks are left out (protocol 9.3, 9.4)."""

    skip_identity_store_sync: bool = parameter(
        False, "leave out users and groups", scope=Scope.EITHER, family=_TASK_FLAG
    )
    skip_data_source_sync: bool = parameter(False, "leave out data objects", scope=Scope.EITHER, family=_TASK_FLAG)
    skip_data_access_sync: bool = parameter(False, "leave out access controls", scope=Scope.EITHER, family=_TASK_FLAG)
    skip_data_usage_sync: bool = accepted(False, "leave out usage", scope=Scope.EITHER, family=_TASK_FLAG)
    skip_resource_provider_sync: bool = accepted(
        False,
        "AWS has no such task",
        scope=Scope.EITHER,
        aliases=("skip-resource-provider",),
        family=_TASK_FLAG,
    )
    skip_tag_sync: bool = accepted(False, "AWS has no such task", scope=Scope.EITHER, family=_TASK_FLAG)


@dataclass(frozen=True)
class AwsParameters:
    """How AWS is reached, what is read of it and how names are written (connector 1)."""

    aws_profile: str | None = parameter(None, "SDK profile of the account", default_text="`$AWS_PROFILE`")
    aws_regions: tuple[str, ...] = parameter(
        (), "regions to read; the first is the default region", kind=REGIONS, default_text="the SDK's default region"
    )
    aws_region: str | None = parameter(
        None,
        "region of Identity Center, for organisation targets",
        kind=REGION,
        default_text="the SDK's default region",
    )
    aws_account_id: str | None = parameter(None, "id of the account; credentials of another one are refused")
    aws_concurrency: int = parameter(5, "concurrent AWS calls", kind=whole_number(1))
    aws_user_excludes: NamePatterns = parameter(_NONE, "users of whom only the name is read")
    aws_organization_profile: str | None = parameter(
        None, "SDK profile for Identity Center: permission sets are read", family=_ORGANIZATION
    )
    aws_organization_region: str | None = parameter(
        None, "region of Identity Center", kind=REGION, default_text="the default region", family=_ORGANIZATION
    )
    aws_organization_identity_center_instance_arn: str | None = parameter(
        None, "ARN of the Identity Center instance", family=_ORGANIZATION
    )
    aws_organization_identity_store: str | None = parameter(
        None, "id of its identity store, `d-…`", family=_ORGANIZATION
    )
    aws_s3_enabled: bool = parameter(
        True, "read data objects from S3; exactly one of S3 and Glue", default_text="true, unless Glue is enabled"
    )
    aws_glue_enabled: bool = parameter(False, "read data objects from the Glue catalogue")
    aws_s3_emulate_folder_structure: bool = parameter(True, "folders as in the console, or flat keys")
    aws_s3_max_folder_depth: int = parameter(20, "segments below the bucket that are imported", kind=whole_number(1))
    aws_s3_legacy_us_east_1_names: bool = parameter(
        False, "leave the region out of the names of us-east-1 buckets, as the Raito CLI's connector did"
    )
    aws_s3_include_buckets: NamePatterns = parameter(
        _NONE, "only these buckets", kind=BUCKET_PATTERNS, default_text="all", family=_BUCKETS
    )
    aws_s3_exclude_buckets: NamePatterns = parameter(
        _NONE, "not these buckets, even where included", kind=BUCKET_PATTERNS, family=_BUCKETS
    )
    aws_glue_exclude_databases: NamePatterns = parameter(_NONE, "not these databases", family=_GLUE_EXCLUDES)
    aws_glue_exclude_tables: NamePatterns = parameter(_NONE, "not these tables", family=_GLUE_EXCLUDES)
    aws_s3_cloudtrail_bucket: str | None = accepted(None, "bucket of the trail; without it no usage is read")
    aws_access_skip_iam: bool = parameter(False, "read no roles and no policies", family=_SKIP_ACCESS)
    aws_access_skip_user_inline_policies: bool = parameter(False, "no inline policies of users", family=_SKIP_ACCESS)
    aws_access_skip_group_inline_policies: bool = parameter(False, "no inline policies of groups", family=_SKIP_ACCESS)
    aws_access_skip_managed_policies: bool = parameter(False, "no managed policies", family=_SKIP_ACCESS)
    aws_access_skip_aws_managed_policies: bool = parameter(False, "no policies made by AWS", family=_SKIP_ACCESS)
    aws_access_skip_s3_access_points: bool = parameter(False, "no access points", family=_SKIP_ACCESS)
    aws_access_managed_policy_excludes: NamePatterns = parameter(
        _NONE, "managed policies that are not imported", family=_ACCESS_EXCLUDES
    )
    aws_access_role_excludes: NamePatterns = parameter(_NONE, "roles that are not imported", family=_ACCESS_EXCLUDES)
    aws_access_role_prefix: str | None = accepted(
        None, "before the names of roles", aliases=("aws-role-prefix",), family=_AFFIXES
    )
    aws_access_role_suffix: str | None = accepted(
        None, "after the names of roles", aliases=("aws-role-suffix",), family=_AFFIXES
    )
    aws_access_policy_prefix: str | None = accepted(
        None, "before the names of policies", aliases=("aws-policy-prefix",), family=_AFFIXES
    )
    aws_access_policy_suffix: str | None = accepted(
        None, "after the names of policies", aliases=("aws-policy-suffix",), family=_AFFIXES
    )
    aws_access_sso_role_prefix: str | None = accepted(
        None, "before the names of permission sets", aliases=("aws-sso-role-prefix",), family=_AFFIXES
    )
    aws_access_sso_role_suffix: str | None = accepted(
        None, "after the names of permission sets", aliases=("aws-sso-role-suffix",), family=_AFFIXES
    )
    aws_access_point_prefix: str | None = accepted(None, "before the names of access points", family=_AFFIXES)
    aws_access_point_suffix: str | None = accepted(None, "after the names of access points", family=_AFFIXES)
    aws_permission_set_owner_email_tag: tuple[str, ...] = accepted(
        (),
        "key of the tag with the owners' e-mail addresses",
        aliases=("aws-permissionset-owner-email-tag",),
        family=_OWNER_TAGS,
    )
    aws_permission_set_owner_name_tag: tuple[str, ...] = accepted(
        (),
        "key of the tag with the owners' names",
        aliases=("aws-permissionset-owner-name-tag",),
        family=_OWNER_TAGS,
    )
    aws_permission_set_owner_group_tag: tuple[str, ...] = accepted(
        (),
        "key of the tag with the owning groups",
        aliases=("aws-permissionset-owner-group-tag",),
        family=_OWNER_TAGS,
    )
    aws_permission_set_custom_tags: tuple[str, ...] = accepted(
        (),
        "more tags, `key:value` each",
        aliases=("aws-permissionset-custom-tags", "aws-permissionset-owner-custom-tags"),
        family=_OWNER_TAGS,
    )
    aws_permission_set_account_id_tag: str | None = accepted(
        None,
        "key of the tag with the account's id",
        aliases=("aws-permissionset-account-id-tag",),
        family=_OWNER_TAGS,
    )
    aws_permissionset_dummy_user: str | None = accepted(None, "user assigned to permission sets that have nobody")


_LOCK_ALL = "lock this part of every access control: AWS stays its home, Raito does not change it"
_LOCK_BY_NAME = "the same for access controls of these names"
_LOCK_BY_TAG = "the same for access controls with these tags, patterns on `key:value`"
_LOCK_INCOMPLETE = "the same for access controls that Raito cannot hold completely"


@dataclass(frozen=True)
class LockParameters:
    """Which parts of imported access controls stay managed in AWS (protocol 9.5)."""

    lock_all_who: bool = parameter(False, "lock who is granted, of all", family=_LOCK_ALL)
    lock_all_inheritance: bool = parameter(False, "lock the inheritance of all", family=_LOCK_ALL)
    lock_all_what: bool = parameter(False, "lock what is granted, of all", family=_LOCK_ALL)
    lock_all_names: bool = parameter(False, "lock the names of all", family=_LOCK_ALL)
    lock_all_delete: bool = parameter(False, "none can be deleted", family=_LOCK_ALL)
    lock_all_owners: bool = parameter(False, "lock the owners of all", family=_LOCK_ALL)
    lock_who_by_name: NamePatterns = parameter(_NONE, "lock who is granted, by name", family=_LOCK_BY_NAME)
    lock_inheritance_by_name: NamePatterns = parameter(_NONE, "lock the inheritance, by name", family=_LOCK_BY_NAME)
    lock_what_by_name: NamePatterns = parameter(_NONE, "lock what is granted, by name", family=_LOCK_BY_NAME)
    lock_names_by_name: NamePatterns = parameter(_NONE, "lock the name, by name", family=_LOCK_BY_NAME)
    lock_delete_by_name: NamePatterns = parameter(_NONE, "cannot be deleted, by name", family=_LOCK_BY_NAME)
    lock_who_by_tag: NamePatterns = parameter(_NONE, "lock who is granted, by tag", family=_LOCK_BY_TAG)
    lock_inheritance_by_tag: NamePatterns = parameter(_NONE, "lock the inheritance, by tag", family=_LOCK_BY_TAG)
    lock_what_by_tag: NamePatterns = parameter(_NONE, "lock what is granted, by tag", family=_LOCK_BY_TAG)
    lock_names_by_tag: NamePatterns = parameter(_NONE, "lock the name, by tag", family=_LOCK_BY_TAG)
    lock_delete_by_tag: NamePatterns = parameter(_NONE, "cannot be deleted, by tag", family=_LOCK_BY_TAG)
    lock_who_when_incomplete: bool = parameter(False, "lock who is granted, when incomplete", family=_LOCK_INCOMPLETE)
    lock_inheritance_when_incomplete: bool = parameter(
        False, "lock the inheritance, when incomplete", family=_LOCK_INCOMPLETE
    )
    lock_what_when_incomplete: bool = parameter(False, "lock what is granted, when incomplete", family=_LOCK_INCOMPLETE)
    lock_names_when_incomplete: bool = parameter(False, "lock the name, when incomplete", family=_LOCK_INCOMPLETE)
    lock_delete_when_incomplete: bool = parameter(False, "cannot be deleted, when incomplete", family=_LOCK_INCOMPLETE)
    fully_lock_all: bool = parameter(False, "lock all as a whole", family=_FULLY_LOCK)
    fully_lock_by_name: NamePatterns = parameter(_NONE, "lock as a whole, by name", family=_FULLY_LOCK)
    fully_lock_by_tag: NamePatterns = parameter(_NONE, "lock as a whole, by tag", family=_FULLY_LOCK)
    fully_lock_when_incomplete: bool = parameter(False, "lock as a whole, when incomplete", family=_FULLY_LOCK)
    make_not_internalizable: NamePatterns = parameter(
        _NONE, "older spelling of `fully-lock-by-name`", family=_FULLY_LOCK
    )


TARGETS = ParameterDefinition(
    key="targets",
    aliases=(),
    kind=None,
    default=None,
    default_text="required",
    meaning="the accounts and organisations, each with the keys of a target",
    scope=Scope.TOP_LEVEL,
    family=None,
    effective=True,
)

_LISTS_OF_THE_RAITO_CLI = tuple(
    ParameterDefinition(
        key=key,
        aliases=(),
        kind=None,
        default=None,
        default_text="–",
        meaning=meaning,
        scope=scope,
        family="connectors and enrichers that the Raito CLI downloads; nothing is downloaded here",
        effective=False,
    )
    for key, meaning, scope in (
        ("repositories", "where the Raito CLI downloads connectors", Scope.TOP_LEVEL),
        ("data-object-enrichers", "plug-ins of the Raito CLI; there are none for AWS", Scope.EITHER),
    )
)

TARGET_GROUPS = (ConnectorParameters, RaitoParameters, SkipParameters, AwsParameters, LockParameters)


def all_parameters() -> tuple[ParameterDefinition, ...]:
    """Every parameter, in the order of the table: the file's, then a target's."""
    groups = (GeneralParameters, *TARGET_GROUPS)
    return (TARGETS, *(row for group in groups for row in definitions_of(group)), *_LISTS_OF_THE_RAITO_CLI)
