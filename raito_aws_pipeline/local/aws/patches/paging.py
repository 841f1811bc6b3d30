"""Pages cut out of the lists that moto answers whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult

from raito_aws_pipeline.local.aws.patches.replacement import in_place_of


@dataclass(frozen=True)
class PageFormat:
    """How a service's operations ask for a page and say that there is another.

    Attributes:
        token_in: Request parameter with the token of the page.
        token_out: Member of the answer with the token of the next page.
        size: Request parameter with the largest number of items.
        default: Items of a page when the request does not say.
        maximum: Items of a page at most, whatever the request says.
        flag: Member of the answer that says whether there is another page, or None where the token alone does.
    """

    token_in: str
    token_out: str
    size: str
    default: int
    maximum: int
    flag: str | None = None

    def bounds(self, response: Any) -> tuple[int, int]:
        """First and last index (exclusive) of the page that a request asks for."""
        size = min(int(response._get_param(self.size) or self.default), self.maximum)
        start = int(response._get_param(self.token_in) or 0)
        return start, start + size

    def closing(self, end: int, total: int) -> dict[str, Any]:
        """Members of the answer that tell of the next page, for a page that ends at `end` of `total` items."""
        more = end < total
        return {self.token_out: str(end) if more else None, **({self.flag: more} if self.flag else {})}


def page_operation(response_class: type, operation: str, members: tuple[str, ...], page: PageFormat) -> None:
    """Let an operation of moto answer in pages.

    Args:
        response_class: moto's response class of the service.
        operation: Its method.
        members: Members of the answer that are lists; a page runs through them in this order.
        page: How the service pages.
    """
    whole = getattr(response_class, operation)

    @in_place_of(response_class, operation)
    def one_page(self: Any) -> ActionResult:
        answer = dict(whole(self).result)
        items = [(member, item) for member in members for item in answer.get(member) or ()]
        start, end = page.bounds(self)
        for member in members:
            answer[member] = [item for name, item in items[start:end] if name == member]
        return ActionResult(answer | page.closing(end, len(items)))
