"""`explain`: what the import makes of things that AWS says, without any call of AWS.

Here: the files and options of the command, and its JSON. Not here: what documents mean (`access.explaining`) and the
tables for people (`cli.explanation_tables`).
"""

from __future__ import annotations

import errno
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from raito_aws_pipeline.access.assumed_account import assume_account
from raito_aws_pipeline.access.explaining import Explanation, explain, read_document
from raito_aws_pipeline.cli import print_failure
from raito_aws_pipeline.cli.explanation_tables import print_assumptions, print_explanation, printable
from raito_aws_pipeline.errors import ConfigurationError
from raito_aws_pipeline.iam_policy.remainder import Rest

STANDARD_INPUT = "-"


@click.group("explain")
def command() -> None:
    """Show how policy documents are understood, without any call of AWS."""


def _account(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    del context, parameter
    if value is not None and not re.fullmatch(r"[0-9]{12}", value):
        raise click.BadParameter("an account id has 12 digits.")
    return value


def _buckets(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    del context, parameter
    buckets: dict[str, str] = {}
    for value in values:
        name, _, region = value.partition("=")
        if not re.fullmatch(r"[^/:=*?\s]+", name) or not re.fullmatch(r"[a-z0-9-]+", region):
            raise click.BadParameter(f"{value!r} is not of the form NAME=REGION, like acme-lake=eu-west-1.")
        if buckets.setdefault(name, region) != region:
            raise click.BadParameter(f"{name} lies in {buckets[name]} and in {region}; a bucket lies in one region.")
    return buckets


@command.command("policy")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(allow_dash=True))
@click.option(
    "--account",
    metavar="ID",
    callback=_account,
    help="The account; default: the one in the documents' ARNs if there is just one, else 123456789012.",
)
@click.option(
    "--bucket",
    "buckets",
    metavar="NAME=REGION",
    multiple=True,
    callback=_buckets,
    help="A bucket of the account; may be repeated. Default: all that the documents name, in us-east-1.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, each on one line.")
def policy(*, files: tuple[str, ...], account: str | None, buckets: dict[str, str], as_json: bool) -> None:
    """Show WHO and WHAT of policy documents.

    What is in neither is listed with the reason, as the import would do.

    FILE holds one document: an identity policy, a trust policy, or the policy of an access point or bucket; - is
    standard input. Folders, keys, users and roles that documents name are taken to exist.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Documents may hold characters that the terminal's encoding has not.
        sys.stdout.reconfigure(errors="backslashreplace")
    contents = list(_contents(files))
    documents = [(file, read_document(content)) for file, content in contents if content is not None]
    assumed = assume_account((document for _, document in documents), account_id=account, buckets=buckets)
    if documents and not as_json:
        print_assumptions(assumed)
    for file, document in documents:
        explanation = explain(document, assumed)
        if as_json:
            click.echo(json_line(file, explanation))
        else:
            print_explanation("standard input" if file == STANDARD_INPUT else file, explanation)
    if len(documents) < len(contents):
        sys.exit(1)


def json_line(file: str, explanation: Explanation) -> str:
    """An explanation as one line of JSON, in ASCII; statements are objects, malformed documents are texts."""
    line = msgspec.json.encode(
        {
            "file": file,
            "who": {"users": explanation.users, "groups": (), "roles": explanation.roles},
            "what": [
                {"fullName": item.full_name, "type": item.type, "permissions": item.permissions}
                for item in explanation.what
            ],
            "remainder": [
                {"sid": row.sid, "reason": row.reason, "element": row.element, "statement": _statement(row)}
                for row in explanation.remainder
            ],
            "incomplete": explanation.incomplete,
        }
    )
    # Some characters would end a line for some readers, and not every terminal has all of the others.
    return re.sub(r"[^\x00-\x7f]+", lambda found: json.dumps(found.group())[1:-1], line.decode())


def _statement(row: Rest) -> msgspec.Raw | str:
    # A row without a Sid or number is about a whole document, whatever its text looks like.
    return msgspec.Raw(row.statement.encode()) if row.sid and row.statement.startswith("{") else row.statement


def _contents(files: tuple[str, ...]) -> Iterator[tuple[str, bytes | None]]:
    """Each file, by a name that can be shown, with its bytes; None: it cannot be read, which is said on stderr."""
    for file in files:
        name = click.format_filename(file)
        try:
            yield name, _read(file)
        except OSError as error:
            remedy = "Name a file that holds one policy document, or - for standard input."
            what = f"{printable(name)} cannot be read: {error.strerror}."
            print_failure(ConfigurationError(what, remedy=remedy))
            yield name, None


def _read(file: str) -> bytes:
    if file != STANDARD_INPUT:
        return Path(file).read_bytes()
    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    return sys.stdin.buffer.read()
