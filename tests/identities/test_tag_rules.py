"""What a user's tags say: the first tag that looks like an e-mail address, and the mark of a machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.identities.tag_rules import email_of, is_machine
from raito_aws_pipeline.model.tags import Tag

tag_lists = st.lists(st.builds(Tag, st.text(), st.text(), st.just("aws-s3")))


def tags(*pairs: tuple[str, str]) -> list[Tag]:
    return [Tag(key, value, "aws-s3") for key, value in pairs]


@pytest.mark.parametrize(
    ("given_tags", "email"),
    [
        (tags(("email", "a@x.org")), "a@x.org"),
        (tags(("EMAIL_ADDRESS", "a@x.org")), "a@x.org"),
        (tags(("work-email", "w@x.org"), ("email", "h@x.org")), "w@x.org"),
        (tags(("emailVerified", "true"), ("Email", "a@x.org")), "a@x.org"),
        (tags(("contact_email_2", "")), "zoe"),
        (tags(("e-mail", "a@x.org")), "zoe"),
        ([], "zoe"),
    ],
)
def test_the_email_is_the_first_address_under_a_key_with_email_in_it_else_the_name(
    given_tags: list[Tag], email: str
) -> None:
    assert email_of("zoe", given_tags) == email


@given(st.text(), tag_lists)
def test_the_email_is_the_name_or_a_value_with_an_at_sign(name: str, given_tags: list[Tag]) -> None:
    email = email_of(name, given_tags)
    assert email == name or ("@" in email and email in {tag.value for tag in given_tags})


def test_a_machine_has_the_configured_tag_in_any_case() -> None:
    assert is_machine(tags(("Kind", "MACHINE")), ("kind", "machine")) is True
    assert is_machine(tags(("kind", "person")), ("kind", "machine")) is None
    assert is_machine(tags(("kind", "machine")), None) is None
