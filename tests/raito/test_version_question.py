"""The question whether Raito supports our version of the protocol (protocol 1.8)."""

from __future__ import annotations

from typing import Any

import pytest

from raito_aws_pipeline.errors import RaitoRejectedError
from raito_aws_pipeline.raito.connection import RaitoConnection
from raito_aws_pipeline.raito.session import RaitoSession
from raito_aws_pipeline.raito.version_gate import check_version
from tests.raito.scripted_server import Answer, in_turn, scripted_server


def _check(answer: Any, version: str = "0.72.0") -> str | None:
    with scripted_server(in_turn(Answer({"data": {"SupportedCLIVersion": answer}}))) as server:
        connection = RaitoConnection(
            url=server.url, domain="acme", user="u", secret=lambda: "s", skip_authentication=True
        )
        with RaitoSession(connection) as session:
            return check_version(session, version)


@pytest.mark.parametrize(
    "answer",
    [
        {"supportedVersions": ">= 0.60.0", "deprecatedVersions": None},
        {"supportedVersions": ">= 0.60.0"},
        {"supportedVersions": ">= 0.60.0", "deprecatedVersions": {"deprecatedVersions": "< 1.0.0", "msg": "old"}},
    ],
)
def test_a_supported_version_passes(answer: dict[str, Any]) -> None:
    assert _check(answer) is None


def test_a_deprecated_version_passes_with_raitos_words() -> None:
    deprecated = {"deprecatedVersions": ">= 0.70.0, < 1.0.0", "msg": "Please update before June."}

    assert _check({"supportedVersions": ">= 1.0.0", "deprecatedVersions": deprecated}) == "Please update before June."


def test_a_deprecation_without_words_gets_ours() -> None:
    deprecated = {"deprecatedVersions": "0.72.x", "msg": None}

    warning = _check({"supportedVersions": ">= 1.0.0", "deprecatedVersions": deprecated})

    assert warning == "Raito will stop to support version 0.72.0 of its protocol."


@pytest.mark.parametrize("deprecated", [None, {"deprecatedVersions": "< 0.50.0", "msg": "old"}])
def test_a_version_that_is_neither_is_refused_with_both_versions_and_the_remedy(deprecated: Any) -> None:
    with pytest.raises(RaitoRejectedError) as caught:
        _check({"supportedVersions": ">= 1.0.0", "deprecatedVersions": deprecated})

    for part in ("0.72.0", ">= 1.0.0", "What to do: Update raito-aws-pipeline."):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [None, {}, {"supportedVersions": None}, {"supportedVersions": "the newest"}, {"supportedVersions": ""}, "0.72.0"],
)
def test_an_answer_that_cannot_be_understood_lets_nobody_pass(answer: Any) -> None:
    with pytest.raises(RaitoRejectedError):
        _check(answer)
