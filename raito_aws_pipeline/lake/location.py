"""Where the lake is: one root, a folder on disk or a prefix on S3, as a pyarrow file system.

S3 is reached with the AWS C++ SDK inside pyarrow: its default credential chain, and `AWS_ENDPOINT_URL_S3` or
`AWS_ENDPOINT_URL` where set. Options that it needs beyond that go into the URI, as pyarrow documents them for
`FileSystem.from_uri`: `s3://bucket/prefix?region=eu-west-1`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.fs as pafs

from raito_aws_pipeline.errors import ConfigurationError, LakeError


@dataclass(frozen=True, slots=True)
class Location:
    """An opened root: `filesystem`, the root's path in it, and the URI that people know it by."""

    uri: str
    filesystem: pafs.FileSystem
    root: str

    @property
    def is_local(self) -> bool:
        """Whether the root is a folder of this machine."""
        return isinstance(self.filesystem, pafs.LocalFileSystem)

    def path(self, *parts: str) -> str:
        """Path of a file or folder below the root, in the file system's own form."""
        return "/".join((self.root, *parts))


def open_location(uri: str) -> Location:
    """Open a lake's root; a folder on disk need not exist yet.

    Raises:
        ConfigurationError: The URI is of an unknown kind or holds credentials.
        LakeError: The root cannot be reached.
    """
    if "://" not in uri:
        root = Path(uri).expanduser().absolute()
        return Location(str(root), pafs.LocalFileSystem(), root.as_posix())
    parts = urlsplit(uri)
    if parts.scheme not in ("s3", "file"):
        raise ConfigurationError(
            f"lake-uri '{parts.scheme}://…' is neither a path nor s3://bucket/prefix.",
            remedy="Give lake-uri a folder or an S3 prefix.",
        )
    if parts.username or parts.password:
        raise ConfigurationError(
            "lake-uri holds credentials, which would end up in logs and in the Dagster UI.",
            remedy="Take them out: the lake uses the SDK's default credential chain.",
        )
    try:
        filesystem, root = pafs.FileSystem.from_uri(uri)
    except (OSError, pa.ArrowException) as error:
        raise LakeError(
            f"lake-uri {uri} cannot be opened: {error}",
            remedy="Check the URI, the bucket's region (?region=…) and the AWS credentials of this process.",
        ) from error
    return Location(uri.split("?", 1)[0].rstrip("/"), filesystem, root.rstrip("/"))
