"""A secret is handed around without being seen."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raito_aws_pipeline.configuration.parameters import RaitoParameters
from raito_aws_pipeline.configuration.secret import Secret
from raito_aws_pipeline.errors import ConfigurationError


def test_a_literal_secret_resolves_to_itself() -> None:
    assert Secret("hunter2").resolve({"hunter2": "another"}.get) == "hunter2"


def test_a_reference_is_read_when_it_is_resolved() -> None:
    secret = Secret("{{API_SECRET}}")
    assert secret.resolve({"API_SECRET": "first"}.get) == "first"
    assert secret.resolve({"API_SECRET": "second"}.get) == "second"


@pytest.mark.parametrize("environment", [{}, {"API_SECRET": ""}])
def test_a_reference_without_value_names_its_variable(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Secret("{{API_SECRET}}").resolve(environment.get)
    assert caught.value.missing == "environment variable API_SECRET"


@given(st.text(alphabet="hunter2-secret", min_size=7))
def test_nothing_that_shows_a_secret_shows_its_text(text: str) -> None:
    text = f"!{text}!"
    parameters = RaitoParameters(api_secret=Secret(text))
    shown = [
        repr(parameters),
        str(parameters.api_secret),
        f"{parameters.api_secret:>20}",
        "%s" % parameters.api_secret,  # noqa: UP031
        repr(dataclasses.asdict(parameters)),
        repr(dataclasses.astuple(parameters)),
        json.dumps(dataclasses.asdict(parameters), default=str),
        repr(copy.deepcopy(parameters)),
    ]
    assert not [one for one in shown if text in one]


def test_a_literal_secret_is_not_pickled_and_a_reference_is() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret("hunter2"))
    reference = Secret("{{API_SECRET}}")
    assert pickle.loads(pickle.dumps(reference)) == reference  # noqa: S301


def test_secrets_compare_by_what_they_hold() -> None:
    assert Secret("a") == copy.copy(Secret("a")) != Secret("b")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
