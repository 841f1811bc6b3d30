"""`{{VAR}}`: a value of `raito.yml` that stands in the environment (protocol 9.1).

Here: what counts as such a value, and its replacement. Not here: which values are replaced (`reading`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from raito_aws_pipeline.errors import ConfigurationError

_WHOLE = re.compile(r"\{\{([^{}]+)\}\}")


def variable_name(text: str) -> str | None:
    """The name in `{{NAME}}`, or None where the text is anything else.

    The whole trimmed text must be `{{NAME}}`; what is between the braces is taken as it stands, spaces included.
    """
    match = _WHOLE.fullmatch(text.strip())
    return match.group(1) if match else None


def holds_part(text: str) -> bool:
    """Whether `{{NAME}}` is only a part of the text, where it is not replaced."""
    return variable_name(text) is None and _WHOLE.search(text) is not None


def value_of_variable(name: str, environment: Mapping[str, str]) -> str:
    """The variable's value, which may be empty.

    Raises:
        ConfigurationError: The variable is not set.
    """
    if name not in environment:
        spaces = " (what is between the braces is taken as it stands, spaces too)" if name != name.strip() else ""
        raise ConfigurationError(
            f"the environment variable of {{{{{name}}}}} is not set{spaces}.",
            missing=f"environment variable {name!r}",
            remedy=f"Set {name.strip()} in the environment of this process.",
        )
    return environment[name]
