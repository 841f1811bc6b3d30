"""A secret that can be handed around without being seen.

Here: the holder and how it gives its secret away, on request only. Not here: where the secret comes from
(`raito_yml`, `targets`) and who may ask (`raito.session`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from raito_aws_pipeline.configuration.variables import variable_name
from raito_aws_pipeline.errors import ConfigurationError


class Secret:
    """Either the name of an environment variable (`{{API_SECRET}}`), read when it is needed, or the secret itself.

    Its text is in no repr, message, copy of a dataclass (`dataclasses.asdict`) or pickle: only `resolve` gives it.

    Args:
        text: What `raito.yml` says: `{{VAR}}` or the secret.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def resolve(self, environment_lookup: Callable[[str], str | None]) -> str:
        """The secret.

        Args:
            environment_lookup: Gives the value of an environment variable, None where there is none (`os.environ.get`).

        Raises:
            ConfigurationError: The variable is not set, or empty.
        """
        name = variable_name(self._text)
        if name is None:
            return self._text
        value = environment_lookup(name)
        if not value:
            raise ConfigurationError(
                f"The secret {self._text} cannot be read: the environment variable is not set or empty.",
                missing=f"environment variable {name}",
                remedy=f"Set {name} in the environment of this process.",
            )
        return value

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return format(repr(self), format_spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        if variable_name(self._text) is None:
            raise TypeError("a literal secret is not pickled: write it as {{VAR}} in raito.yml")
        return Secret, (self._text,)
