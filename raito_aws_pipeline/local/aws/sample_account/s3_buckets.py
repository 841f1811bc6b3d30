"""S3 buckets of the sample account: keys, tags and bucket policies. Not here: access points (`s3_access_points`)."""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import (
    ACCOUNT,
    DROPBOX_BUCKET,
    EMPTY_BUCKET,
    FINANCE_BUCKET,
    HOME_REGION,
    HR_BUCKET,
    LAKE_BUCKET,
    PARTNER_ACCOUNT,
    RAW_BUCKET,
    RAW_SOURCES,
    TEAMS,
    TRAIL_BUCKET,
    US_EXPORTS_BUCKET,
    US_LAKE_BUCKET,
    US_REGION,
    US_TEAMS,
    US_WEB_BUCKET,
)
from raito_aws_pipeline.local.aws.sample_account.documents import (
    READ_OBJECTS,
    allow,
    bucket_arn,
    deny,
    document,
    granted_to,
    objects_arn,
)

Bucket = dict[str, Any]

MONTHS = ("01", "02", "03", "04", "05", "06")

LAKE_KEYS = [
    "README.md",
    *(
        f"{team}/{dataset}/year=2026/month={month}/part-0000.parquet"
        for team in TEAMS
        for dataset in ("facts", "history")
        for month in MONTHS
    ),
    # What the Glue catalogue describes.
    *(f"sales/orders/dt=2026-{month}-01/part-0000.parquet" for month in MONTHS),
    *(f"sales/orders/lines/dt=2026-{month}-01/part-0000.parquet" for month in MONTHS),
    "marketing/customers/part-0000.parquet",
    "marketing/customers/part-0001.parquet",
    "finance/ledger/2025.csv",
    "finance/ledger/2026.csv",
    "sales/reports/2026/q1.csv",
    "sales/reports/2026/q2.csv",
    # A name that begins like a folder's.
    "sales.csv",
    "sales-old/2019.csv",
    "home/ana.silva/notes.txt",
    "home/wei.chen/churn.ipynb",
    "staging/run-1/_SUCCESS",
    "staging/run-1/part-0000.parquet",
]

RAW_KEYS = [
    f"in/{source}/2026/{month}/{day}.json" for source in RAW_SOURCES for month in MONTHS for day in ("01", "15")
] + ["out/manifest.json", "out/rejected/2026-03-01.json"]

DROPBOX_KEYS = [
    # What people and partners send: every kind of key that S3 allows, and that a list of objects must get right.
    "ftp/prices 2026.csv",
    "a b/c d.txt",
    "plus+sign/1+1=2.csv",
    "pct%20x/50%.txt",
    "ünïcode/日本語/データ.csv",
    "emoji/🦊.txt",
    "amp&lt/<tag>.xml",
    'quotes/it\'s "fine".txt',
    "double//slash.txt",
    "/leading.txt",
    "trail//",
    "dots/../up.txt",
    # A key that is also a folder; in the order of keys another one stands between them.
    "same",
    "same-1",
    "same/child",
    # Empty objects that the console makes for folders, one of them with something in it.
    "folder-marker/",
    "folder-marker/x",
    "empty-folder/",
    # Deep below, with something on the way.
    "deep/l2/l3/l4/l5/leaf.bin",
    "deep/l2/leaf.bin",
    # Upper case sorts before lower case.
    "Zebra.txt",
    "apple.txt",
]

US_LAKE_KEYS = [
    *(f"{team}/facts/year=2026/month={month}/part-0000.parquet" for team in US_TEAMS for month in MONTHS),
    "marketing/campaigns/spring.parquet",
    "marketing/campaigns/summer.parquet",
]

US_WEB_KEYS = [
    "index.html",
    "robots.txt",
    *(f"assets/{kind}/{name}" for kind in ("css", "js", "img") for name in ("main", "shop", "account", "legacy")),
    *(f"logs/2026/{month}/access.log.gz" for month in MONTHS),
]

FINANCE_KEYS = [
    *(f"invoices/2026/{month}/invoices.csv" for month in MONTHS),
    *(f"payroll/2026-{month}.csv" for month in MONTHS),
    "closing/2025/annual report (final).pdf",
]

HR_KEYS = ["contracts/2024/contracts.zip", "contracts/2025/contracts.zip", "reviews/2026/all.csv", "people.csv"]

LAKE_POLICY = document(
    # The bucket leaves the decision to its access points.
    granted_to(
        {"AWS": "*"},
        allow(
            "s3:*",
            [bucket_arn(LAKE_BUCKET), objects_arn(LAKE_BUCKET)],
            condition={"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}},
            sid="AccessPointsOfThisAccount",
        ),
    )
)

HR_POLICY = document(
    granted_to(
        "*",
        deny(
            "s3:*",
            [bucket_arn(HR_BUCKET), objects_arn(HR_BUCKET)],
            condition={"Bool": {"aws:SecureTransport": "false"}},
            sid="EncryptedConnectionsOnly",
        ),
    )
)

DROPBOX_POLICY = document(
    granted_to(
        {"AWS": f"arn:aws:iam::{PARTNER_ACCOUNT}:root"},
        allow("s3:PutObject", objects_arn(DROPBOX_BUCKET, "partner/*"), sid="PartnerDelivers"),
    ),
    granted_to(
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/robots/svc-dropbox-scan"},
        allow(READ_OBJECTS, objects_arn(DROPBOX_BUCKET), sid="Scan"),
    ),
)

TRAIL_POLICY = document(
    granted_to({"Service": "cloudtrail.amazonaws.com"}, allow("s3:GetBucketAcl", bucket_arn(TRAIL_BUCKET))),
    granted_to(
        {"Service": "cloudtrail.amazonaws.com"},
        allow(
            "s3:PutObject",
            objects_arn(TRAIL_BUCKET, f"AWSLogs/{ACCOUNT}/*"),
            condition={"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
    ),
)

US_WEB_POLICY = document(
    granted_to("*", allow("s3:GetObject", objects_arn(US_WEB_BUCKET, "assets/*"), sid="PublicAssets"))
)

BUCKETS: list[Bucket] = [
    {
        "name": LAKE_BUCKET,
        "region": HOME_REGION,
        "tags": {"team": "data-engineering", "raito_owner": "quentin.roy"},
        "policy": LAKE_POLICY,
        "keys": LAKE_KEYS,
    },
    {
        "name": RAW_BUCKET,
        "region": HOME_REGION,
        "tags": {"team": "data-engineering", "retention": "90 days"},
        "keys": RAW_KEYS,
    },
    {
        "name": FINANCE_BUCKET,
        "region": HOME_REGION,
        "tags": {"team": "finance", "confidential": "yes"},
        "keys": FINANCE_KEYS,
    },
    {
        "name": HR_BUCKET,
        "region": HOME_REGION,
        "tags": {"team": "people", "confidential": "très"},
        "policy": HR_POLICY,
        "keys": HR_KEYS,
    },
    {"name": DROPBOX_BUCKET, "region": HOME_REGION, "policy": DROPBOX_POLICY, "keys": DROPBOX_KEYS},
    {"name": TRAIL_BUCKET, "region": HOME_REGION, "policy": TRAIL_POLICY, "keys": []},
    # A bucket with nothing in it.
    {"name": EMPTY_BUCKET, "region": HOME_REGION, "keys": []},
    {"name": US_LAKE_BUCKET, "region": US_REGION, "tags": {"team": "data-engineering"}, "keys": US_LAKE_KEYS},
    {
        "name": US_WEB_BUCKET,
        "region": US_REGION,
        "tags": {"team": "web"},
        "policy": US_WEB_POLICY,
        "keys": US_WEB_KEYS,
    },
    # Dots in the name.
    {"name": US_EXPORTS_BUCKET, "region": US_REGION, "keys": ["2026/06/export.csv", "2026/06/export.csv.md5"]},
]
