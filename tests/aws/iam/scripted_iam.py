"""An IAM whose answers are given by operation: for what a well-behaved one does not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from raito_aws_pipeline.aws.clients import AwsClients
from tests.aws.scripted_aws import Answer, Asked, ScriptedAws, refusal, result, scripted_aws

ACCOUNT = "123456789012"
Script = Mapping[str, Answer | Callable[[Asked], Answer]]

CALLER = result("GetCallerIdentity", f"<Arn>arn:aws:iam::{ACCOUNT}:user/reader</Arn><Account>{ACCOUNT}</Account>")
DENIED = refusal("AccessDenied", "User: me is not authorized to perform: it", 403)
GONE = refusal("NoSuchEntity", "The entity with that name cannot be found.", 404)


@contextmanager
def scripted_iam(monkeypatch: pytest.MonkeyPatch, script: Script) -> Iterator[tuple[AwsClients, ScriptedAws]]:
    """Clients of an IAM that answers by `script`; what the script does not name is empty."""

    def answer(asked: Asked) -> Answer:
        scripted = {"GetCallerIdentity": CALLER, **script}.get(asked.action, result(asked.action, ""))
        return scripted if isinstance(scripted, Answer) else scripted(asked)

    with scripted_aws(answer) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        yield AwsClients(concurrency=2, max_attempts=1), aws


def entity(kind: str, name: str, inner: str = "") -> str:
    """The elements of a record of IAM: `kind` is User, Group, Role or Policy."""
    return (
        f"<{kind}Name>{name}</{kind}Name><{kind}Id>{kind}-{name}</{kind}Id><Path>/</Path>"
        f"<Arn>arn:aws:iam::{ACCOUNT}:{kind.lower()}/{name}</Arn><CreateDate>2024-01-02T03:04:05Z</CreateDate>{inner}"
    )


def page(members: Mapping[str, list[str]], marker: str | None = None) -> str:
    """Lists of an answer, and where the next page begins."""
    lists = "".join(
        f"<{name}>{''.join(f'<member>{item}</member>' for item in items)}</{name}>" for name, items in members.items()
    )
    more = f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>" if marker else "<IsTruncated>false</IsTruncated>"
    return lists + more


def encoded(document: str) -> str:
    """A document as IAM's answers have it."""
    return quote(document, safe="")
