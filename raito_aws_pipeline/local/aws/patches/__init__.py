"""What moto lacks or answers otherwise than AWS, put right by registering operations on its backends.

Here: one module a service, one function a deviation, whose docstring says what AWS does and what moto does. Not here:
how an account gets its content (`loading`), and faults that a test asks for (`faults`).
"""

from __future__ import annotations

from functools import cache

import moto

from raito_aws_pipeline.local.aws.patches import (
    glue,
    iam,
    iam_identifiers,
    iam_paging,
    identity_store,
    s3,
    s3control,
    sso_admin,
    sts,
    timestamps,
)

MOTO_VERSION = "5.2.5"
"""The patches reach into moto: they hold for this version alone."""


@cache
def apply() -> None:
    """Put every patch in its place, once a process; more calls change nothing.

    Raises:
        RuntimeError: Another version of moto is installed.
    """
    if moto.__version__ != MOTO_VERSION:
        raise RuntimeError(f"the embedded AWS needs moto {MOTO_VERSION}, and {moto.__version__} is installed")
    for service in (
        timestamps,
        iam,
        iam_identifiers,
        iam_paging,
        sts,
        s3,
        s3control,
        glue,
        sso_admin,
        identity_store,
    ):
        service.apply()
