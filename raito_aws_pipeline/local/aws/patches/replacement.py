"""How a patch takes the place of a member of moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Replacement = TypeVar("Replacement", bound=Callable[..., Any])


def in_place_of(owner: object, name: str) -> Callable[[Replacement], Replacement]:
    """Decorator: the function becomes `owner.name`, whether moto has such a member or not."""

    def register(function: Replacement) -> Replacement:
        function.__name__ = name
        setattr(owner, name, function)
        return function

    return register
