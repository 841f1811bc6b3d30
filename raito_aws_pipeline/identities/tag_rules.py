"""What a user's tags say about the user: the e-mail address, and whether it is a machine."""

from __future__ import annotations

from collections.abc import Sequence

from raito_aws_pipeline.model.tags import Tag


def email_of(user_name: str, tags: Sequence[Tag]) -> str:
    """The e-mail address of an IAM user (connector 2).

    The value of the first tag, in AWS's order, whose key contains `email` in any case and whose value has an `@`; else
    the user name.
    """
    return next((tag.value for tag in tags if "email" in tag.key.lower() and "@" in tag.value), user_name)


def is_machine(tags: Sequence[Tag], key_and_value: tuple[str, str] | None) -> bool | None:
    """True where a tag has the configured key and value, both in any case; else not known (protocol 9.6)."""
    if key_and_value is None:
        return None
    wanted = tuple(part.casefold() for part in key_and_value)
    return True if any((tag.key.casefold(), tag.value.casefold()) == wanted for tag in tags) else None
