"""The company behind the sample account: its account, regions, buckets and teams, which all other modules name.

Here: facts that several services share. Not here: what a service holds.
"""

from __future__ import annotations

ACCOUNT = "411122223333"
SANDBOX_ACCOUNT = "422233334444"
"""Another account of the same organisation."""

PARTNER_ACCOUNT = "433344445555"
"""The account of a logistics partner."""

ORGANIZATION = "o-larkfield1"

HOME_REGION = "eu-west-1"
US_REGION = "us-east-1"

LAKE_BUCKET = "larkfield-lake"
RAW_BUCKET = "larkfield-raw"
FINANCE_BUCKET = "larkfield-finance"
HR_BUCKET = "larkfield-hr"
DROPBOX_BUCKET = "larkfield-dropbox"
TRAIL_BUCKET = "larkfield-trail"
EMPTY_BUCKET = "larkfield-attic"
US_LAKE_BUCKET = "larkfield-us-lake"
US_WEB_BUCKET = "larkfield-us-web"
US_EXPORTS_BUCKET = "larkfield.us.exports"
PARTNER_BUCKET = "partner-shipments"
"""A bucket of the partner's account: policies name it, this account does not have it."""

TEAMS = ("sales", "marketing", "finance", "people", "data-engineering", "data-science", "logistics", "web")
"""Each has a folder of its name in the lake, its policies and its roles."""

US_TEAMS = ("sales", "marketing", "logistics", "web")
"""The teams with a folder in the American lake too."""

RAW_SOURCES = ("shop", "warehouse", "crm", "web-logs")
"""What arrives in the raw bucket, each below `in/<source>/`."""
