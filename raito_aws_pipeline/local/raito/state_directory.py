"""The folder in which an embedded Raito keeps everything: its layout, its lock, and the credentials made for it.

| in the folder | |
|---|---|
| `credentials.json` | user, secret and signing key; mode 0600 |
| `journal.sqlite` | jobs, events, uploads, subtasks |
| `catalogue.sqlite` | what was imported |
| `uploads/<key>` | uploaded, not yet named by an import |
| `files/<job>/<n>-<kind>.json` | every file that an import named; task logs as `<n>-log-<task>.txt` |
| `exports/<key>` | export files as they were handed out |
| `export.yaml` | put there by a person: what the next export hands out |
"""

from __future__ import annotations

import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec

from raito_aws_pipeline.local.raito.failures import LocalRaitoError

USER = "integrator@local.raito"
"""The one user of an embedded Raito."""


class Credentials(msgspec.Struct, frozen=True):
    """The user's password and the key that signs tokens and URLs. Made once a folder."""

    user: str
    secret: str
    signing_key: str

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r})"


@dataclass(frozen=True, slots=True)
class StateDirectory:
    """Where things lie in the folder; the folders exist."""

    root: Path

    def __post_init__(self) -> None:
        for folder in (self.root, self.uploads, self.files, self.exports):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def journal(self) -> Path:
        """Jobs, events, uploads and subtasks."""
        return self.root / "journal.sqlite"

    @property
    def catalogue(self) -> Path:
        """What was imported."""
        return self.root / "catalogue.sqlite"

    @property
    def uploads(self) -> Path:
        """Uploaded files that no import has named yet."""
        return self.root / "uploads"

    @property
    def files(self) -> Path:
        """Files that imports and task logs named, a folder a job."""
        return self.root / "files"

    @property
    def exports(self) -> Path:
        """Export files as they were handed out."""
        return self.root / "exports"

    @property
    def wished_export(self) -> Path:
        """The file that a person may put here for the next export."""
        return self.root / "export.yaml"

    def credentials(self) -> Credentials:
        """The folder's credentials; made, readable by the owner alone, where there are none."""
        path = self.root / "credentials.json"
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=Credentials)
        made = Credentials(USER, secrets.token_urlsafe(24), secrets.token_urlsafe(32))
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            file.write(msgspec.json.encode(made))
        unfinished.rename(path)
        return made


class DirectoryLock:
    """Holds a folder for one embedded Raito; the system lets go of it when the process ends, however it ends.

    Raises:
        LocalRaitoError: Another embedded Raito holds the folder.
    """

    def __init__(self, directory: StateDirectory) -> None:
        self._file = (directory.root / "lock").open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise LocalRaitoError(
                f"The folder {directory.root} is in use by another embedded Raito.",
                "Stop that one, or start with another folder.",
            ) from None

    def release(self) -> None:
        """Let go of the folder."""
        self._file.close()
