"""Where Raito is and who we are there: everything that a session needs to be told.

Here: the values and their defaults. Not here: what is done with them (`raito.login`, `raito.session`), and where they
come from; raito.yml and the environment are read elsewhere and handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from raito_aws_pipeline.errors import ConfigurationError

RAITO_CLOUD_URL = "https://api.raito.cloud/"
"""Base of Raito Cloud's API (protocol 1.1)."""

RAITO_COGNITO_URL = "https://cognito-idp.eu-central-1.amazonaws.com/"
"""Amazon Cognito, where users of Raito Cloud log in (protocol 1.3)."""

_DOMAIN = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RaitoConnection:
    """How to reach Raito, and as whom.

    Args:
        domain: The organisation's domain at Raito, as configured; calls carry it unchanged.
        user: Name of the API user (`api-user`).
        secret: Gives the password of the API user (`api-secret`). Called at each login by password; its answer is
            never kept.
        url: Base of the API; may have a path.
        cognito_url: Where logins are sent.
        skip_authentication: Neither log in nor send a token (protocol 1.4).
        skip_file_upload: Send a file's absolute path as its key instead of uploading it (protocol 1.4).
    """

    domain: str
    user: str
    secret: Callable[[], str] = field(repr=False)
    url: str = RAITO_CLOUD_URL
    cognito_url: str = RAITO_COGNITO_URL
    skip_authentication: bool = False
    skip_file_upload: bool = False

    def address(self, path: str) -> str:
        """The absolute URL of a path of the API; a path within the base URL is kept (protocol 1.1)."""
        return f"{self.url.rstrip('/')}/{path.lstrip('/')}"

    def lookup_domain(self) -> str:
        """The domain as the organisation look-up wants it: in lower case (protocol 1.2).

        Raises:
            ConfigurationError: The domain is empty or not of Raito's form.
        """
        domain = self.domain.lower()
        if not _DOMAIN.fullmatch(domain):
            raise ConfigurationError(
                f"The domain '{self.domain}' cannot be a domain of Raito: "
                "it has two or more letters, digits and hyphens, begins with a letter and does not end with a hyphen.",
                remedy="Set 'domain' to the first part of the address at which you open Raito in the browser.",
            )
        return domain
