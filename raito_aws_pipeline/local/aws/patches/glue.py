"""Pages of the Glue catalogue."""

from __future__ import annotations

from moto.glue.responses import GlueResponse

from raito_aws_pipeline.local.aws.patches.paging import PageFormat, page_operation

PAGE = PageFormat("NextToken", "NextToken", "MaxResults", default=100, maximum=100)


def apply() -> None:
    """Put the patches of this module in their place."""
    page_databases_and_tables()


def page_databases_and_tables() -> None:
    """AWS gives at most 100 databases or tables a page; moto gives all of them in one."""
    page_operation(GlueResponse, "get_databases", ("DatabaseList",), PAGE)
    page_operation(GlueResponse, "get_tables", ("TableList",), PAGE)
