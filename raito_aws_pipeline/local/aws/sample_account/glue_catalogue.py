"""The Glue catalogue of the sample account: databases with tables, in both regions."""

from __future__ import annotations

from typing import Any

from raito_aws_pipeline.local.aws.sample_account.company import (
    FINANCE_BUCKET,
    HOME_REGION,
    LAKE_BUCKET,
    RAW_BUCKET,
    US_LAKE_BUCKET,
    US_REGION,
    US_WEB_BUCKET,
)

Column = dict[str, Any]
Catalogue = dict[str, Any]

PARQUET = {"classification": "parquet"}


def _columns(**types: str) -> list[Column]:
    """Columns by name and type."""
    return [{"name": name, "type": kind} for name, kind in types.items()]


def _column(name: str, kind: str, comment: str, **parameters: str) -> Column:
    """A column that somebody described."""
    return {"name": name, "type": kind, "comment": comment} | ({"parameters": parameters} if parameters else {})


DAY = [_column("dt", "date", "day of the order")]

SALES = {
    "name": "sales",
    "description": "Orders of all shops",
    "tables": [
        {
            "name": "orders",
            "description": "One row per order",
            "location": f"s3://{LAKE_BUCKET}/sales/orders/",
            "parameters": PARQUET | {"owner": "ana.silva"},
            "columns": [
                _column("order_id", "bigint", "key"),
                _column("customer_id", "bigint", "who ordered", pii="yes"),
                _column("amount", "decimal(10,2)", "with tax"),
                {"name": "note", "type": "string"},
            ],
            "partition_keys": DAY,
        },
        # On the location of another table, but for the slash at its end.
        {
            "name": "orders_2025_schema",
            "description": "The orders as they were described before 2026",
            "location": f"s3://{LAKE_BUCKET}/sales/orders",
            "columns": _columns(order_id="bigint", amount="double"),
        },
        # Below the location of another table.
        {
            "name": "order_lines",
            "location": f"s3://{LAKE_BUCKET}/sales/orders/lines/",
            "parameters": PARQUET,
            "columns": _columns(order_id="bigint", sku="string", pieces="int"),
            "partition_keys": DAY,
        },
        # A view has no location.
        {"name": "orders_by_day", "table_type": "VIRTUAL_VIEW", "columns": _columns(dt="date", orders="bigint")},
    ],
}

CUSTOMERS = {
    "name": "customers",
    "tables": [
        {
            "name": "customers",
            "description": "Kundinnen und Kunden – 顧客",
            "location": f"s3://{LAKE_BUCKET}/marketing/customers/",
            "parameters": PARQUET,
            "columns": [
                _column("customer_id", "bigint", "key"),
                _column("email", "string", "", pii="yes"),
                {"name": "address", "type": "struct<street:string,city:string,lines:array<string>>"},
            ],
        },
    ],
}

FINANCE = {
    "name": "finance",
    "tables": [
        {
            "name": "invoices",
            "location": f"s3://{FINANCE_BUCKET}/invoices/",
            "parameters": {"classification": "csv", "skip.header.line.count": "1"},
            "columns": _columns(invoice="string", amount="decimal(12,2)", due="date"),
        },
        {
            "name": "ledger",
            "location": f"s3://{LAKE_BUCKET}/finance/ledger/",
            "columns": _columns(account="string", debit="decimal(14,2)", credit="decimal(14,2)"),
        },
        # Not in S3.
        {"name": "erp_bookings", "location": "jdbc:postgresql://erp.example.com/bookings", "columns": []},
    ],
}

RAW_LANDING = {
    "name": "raw_landing",
    "description": "As it arrives",
    "tables": [
        # A whole bucket.
        {"name": "everything", "location": f"s3://{RAW_BUCKET}", "columns": _columns(line="string")},
        {
            "name": "web_events",
            "location": f"s3a://{RAW_BUCKET}/in/web-logs/",
            "columns": _columns(ts="timestamp", payload="map<string,string>"),
        },
        {"name": "shop_orders", "location": f"s3://{RAW_BUCKET}/in/shop/", "columns": _columns(line="string")},
    ],
}

US_MARKETING = {
    "name": "us_marketing",
    "tables": [
        {
            "name": "campaigns",
            "location": f"s3://{US_LAKE_BUCKET}/marketing/campaigns/",
            "parameters": PARQUET,
            "columns": _columns(campaign="string", budget="decimal(10,2)"),
        },
        {
            "name": "facts",
            "location": f"s3://{US_LAKE_BUCKET}/marketing/facts/",
            "parameters": PARQUET,
            "columns": _columns(campaign="string", clicks="bigint"),
            "partition_keys": _columns(year="string", month="string"),
        },
        # In a bucket of the other region.
        {
            "name": "customers_eu",
            "location": f"s3://{LAKE_BUCKET}/marketing/customers/",
            "columns": _columns(customer_id="bigint"),
        },
    ],
}

US_WEB = {
    "name": "us_web",
    "tables": [
        {
            "name": "access_log",
            "location": f"s3://{US_WEB_BUCKET}/logs/",
            "columns": _columns(ip="string", path="string", status="int"),
        },
    ],
}

# A database without tables.
SCRATCH = {"name": "scratch", "tables": []}

GLUE: list[Catalogue] = [
    {"region": HOME_REGION, "databases": [SALES, CUSTOMERS, FINANCE, RAW_LANDING]},
    {"region": US_REGION, "databases": [US_MARKETING, US_WEB, SCRATCH]},
]
