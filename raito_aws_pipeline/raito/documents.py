"""Every GraphQL document that we send, and whether it may be executed twice.

Here: constants alone; a test validates each against the schema that is known of Raito. Not here: their variables, which
stand where they are sent, and how they are sent (`raito.graphql`).

May be executed twice: a query, and a mutation that only states what is (the state of a job or task, metadata, the key
of a log). May not: what begins something on Raito's side — a job, an import, the end of a run.
"""

from __future__ import annotations

from raito_aws_pipeline.raito.graphql import RawDocument, TypedDocument

SUPPORTED_VERSIONS = TypedDocument(
    "SupportedCLIVersion",
    "{SupportedCLIVersion{supportedVersions,deprecatedVersions{deprecatedVersions,msg}}}",
    repeatable=True,
)

CREATE_JOB = TypedDocument(
    "createJob", "mutation ($input:JobInput!){createJob(input: $input){jobId}}", repeatable=False
)

UPDATE_JOB = TypedDocument(
    "updateJob",
    "mutation ($id:String!$input:JobInput!){updateJob(id: $id, input: $input){jobId}}",
    repeatable=True,
)

ADD_TASK_EVENT = TypedDocument(
    "addTaskEvent", "mutation ($input:TaskEventInput!){addTaskEvent(input: $input){jobId}}", repeatable=True
)

ADD_LOG_FILE_TO_TASK = TypedDocument(
    "addLogFileToTask",
    "mutation ($input:LogFileToTaskInput!){addLogFileToTask(input: $input){jobId,jobType}}",
    repeatable=True,
)

END_OF_TARGETS_SYNC = TypedDocument(
    "endOfTargetsSync",
    "mutation ($input:EndOfTargetsSyncInput!){endOfTargetsSync(input: $input)"
    "{... on EndOfTargetsSync{success},... on PermissionDeniedError{message}}}",
    repeatable=False,
)

JOB_SUBTASK = RawDocument(
    "jobSubtask",
    "query jobSubtask{jobSubtask{jobId jobType subtaskId status lastUpdate errors result{__typename "
    "... on DataSourceImportResult{dataObjectsAdded dataObjectsRemoved dataObjectsUpdated warnings} "
    "... on IdentityStoreImportResult{groupsAdded groupsRemoved groupsUpdated "
    "usersAdded usersRemoved usersUpdated warnings} "
    "... on AccessProviderImportResult{accessAdded accessRemoved accessUpdated warnings} "
    "... on DataUsageImportResult{edgesCreatedOrUpdated edgesRemoved "
    "statementsAdded statementsFailed statementsSkipped warnings} "
    "... on AccessProviderExportResult{fileKey fileLocation warnings} "
    "... on AccessProviderSyncFeedbackResult{accessNamesAdded warnings}}}}",
    operation_name=None,
    repeatable=True,
)

SET_DATA_SOURCE_METADATA = TypedDocument(
    "setDataSourceMetaData",
    "mutation ($id:ID!$input:DataSourceMetaDataInput!){setDataSourceMetaData(id: $id, input: $input)"
    "{__typename,... on DataSource{id},... on BaseError{message}}}",
    repeatable=True,
)

SET_IDENTITY_STORE_METADATA = RawDocument(
    "setIdentityStoreMetaData",
    "mutation SetMetaData{setIdentityStoreMetaData{__typename ... on IdentityStore{id}}}",
    operation_name="SetMetaData",
    repeatable=True,
)

IMPORT_IDENTITIES = RawDocument(
    "importIdentityRequest",
    "mutation ImportIdentityRequest{importIdentityRequest{subtask{status subtaskId}}}",
    operation_name="ImportIdentityRequest",
    repeatable=False,
)

IMPORT_DATA_OBJECTS = RawDocument(
    "importDataSourceRequest",
    "mutation ImportDataSourceRequest{importDataSourceRequest{subtask{status subtaskId}}}",
    operation_name="ImportDataSourceRequest",
    repeatable=False,
)

IMPORT_ACCESS_PROVIDERS = RawDocument(
    "importAccessProvidersRequest",
    "mutation ImportAccessProvidersRequest{importAccessProvidersRequest{subtask{subtaskId status}}}",
    operation_name="ImportAccessProvidersRequest",
    repeatable=False,
)
