"""Calls of one service by the names that AWS gives them: counted, paged, with failures translated."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from botocore import xform_name

from raito_aws_pipeline.aws.failures import aws_call
from raito_aws_pipeline.errors import PipelineError


class ServiceCalls:
    """The calls of one service; may be used by several threads.

    Args:
        client: The service's client.
        action_prefix: The service's name in IAM actions: `iam`, `sso`, `identitystore`.
    """

    def __init__(self, client: Any, action_prefix: str) -> None:
        self._client = client
        self._action_prefix = action_prefix
        self._lock = threading.Lock()
        self._made = 0

    @property
    def made(self) -> int:
        """Calls made so far: each page is one, a failed one too, retries are not counted."""
        with self._lock:
            return self._made

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer to one call; `operation` as AWS spells it (`GetUser`).

        Raises:
            PipelineError: The call failed, after all retries; the SDK's exception is its cause.
        """
        self._count()
        with aws_call(self._name(operation)):
            answer: dict[str, Any] = getattr(self._client, xform_name(operation))(**parameters)
        return answer

    def pages(self, operation: str, page_size: int, **parameters: Any) -> Iterator[dict[str, Any]]:
        """The pages of a list, one call each, of which one is held at a time.

        Raises:
            PipelineError: A call failed, after all retries; the SDK's exception is its cause.
        """
        paginator = self._client.get_paginator(xform_name(operation))
        pages = iter(paginator.paginate(**parameters, PaginationConfig={"PageSize": page_size}))
        while True:
            try:
                with aws_call(self._name(operation)):
                    page = next(pages, None)
            except PipelineError:
                self._count()
                raise
            if page is None:
                return
            self._count()
            yield page

    def token_pages(self, operation: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """As `pages`, for lists that the SDK cannot page, or not by a size: a page's `NextToken` asks for the next one.

        Raises:
            PipelineError: A call failed, after all retries; the SDK's exception is its cause.
        """
        while True:
            page = self.call(operation, **parameters)
            yield page
            if not page.get("NextToken"):
                return
            parameters["NextToken"] = page["NextToken"]

    def items(self, operation: str, key: str, page_size: int, **parameters: Any) -> list[Any]:
        """All items of a short list, whose pages have them under `key`.

        Raises:
            PipelineError: A call failed, after all retries; the SDK's exception is its cause.
        """
        return [item for page in self.pages(operation, page_size, **parameters) for item in page.get(key, ())]

    def _name(self, operation: str) -> str:
        return f"{self._action_prefix}:{operation}"

    def _count(self) -> None:
        with self._lock:
            self._made += 1
