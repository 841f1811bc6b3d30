"""What the embedded Raito refuses: two kinds of refusal, to whoever started it and to whoever calls it.

Here: exceptions. Not here: the HTTP answers that refuse a token or an upload, made where they are due.
"""


class LocalRaitoError(Exception):
    """The server cannot start: the port is taken, or the folder is in use or not ours.

    Args:
        what: What failed and why.
        remedy: What the reader can do.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


class RequestRefusedError(Exception):
    """A GraphQL field, or the work that it began, refuses what it was given; the message goes to the client."""
