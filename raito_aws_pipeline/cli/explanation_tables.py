"""How an explained document is shown to people: WHO, WHAT and remainder, on 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from raito_aws_pipeline.access.assumed_account import AssumedAccount
from raito_aws_pipeline.access.explaining import DocumentKind, Explanation
from raito_aws_pipeline.access.remainder_reasons import REASON_TEXTS
from raito_aws_pipeline.cli.terminal import console
from raito_aws_pipeline.iam_policy.remainder import Rest
from raito_aws_pipeline.model.access_remainder import RemainderReason

_WIDTH = 80
_SHOWN = 8
_CHARACTERS = 300
_WHO_OF_IDENTITY_POLICY = "users, groups and roles that it is attached to; the document does not say which"


def print_assumptions(account: AssumedAccount) -> None:
    """What is assumed of the account, on stdout; nothing where all was said."""
    if account.assumptions:
        terminal = console(at_least=_WIDTH)
        for assumption in (*account.assumptions, "Options --account and --bucket say otherwise."):
            terminal.print(Text(printable(assumption)))


def print_explanation(file: str, explanation: Explanation) -> None:
    """One document, on stdout."""
    terminal = console(at_least=_WIDTH)
    terminal.print()
    terminal.print(Text.assemble((printable(file), "bold"), f": {explanation.kind.value}"))
    for assumption in explanation.assumptions:
        terminal.print(_indented(assumption))
    terminal.print(Text("\nWHO", "bold"))
    terminal.print(_indented(_who(explanation)))
    terminal.print(Text("\nWHAT", "bold"))
    terminal.print(_what_table(explanation) if explanation.what else _indented("none"))
    terminal.print(Text("\nRemainder", "bold"))
    if explanation.remainder:
        _print_remainder(terminal, explanation)
    else:
        terminal.print(_indented("none: WHO and WHAT say it all"))
    if explanation.incomplete:
        terminal.print(Text("\nIncomplete: more or less is granted than WHO and WHAT say."))


def printable(text: str) -> str:
    """A text in which nothing can move a terminal's cursor or break a line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _who(explanation: Explanation) -> str:
    named = [(kind, names) for kind, names in (("users", explanation.users), ("roles", explanation.roles)) if names]
    if named:
        return "; ".join(f"{kind} {', '.join(names)}" for kind, names in named)
    return _WHO_OF_IDENTITY_POLICY if explanation.kind is DocumentKind.IDENTITY else "none"


def _what_table(explanation: Explanation) -> Table:
    table = _table("data object", "type", "permissions")
    for item in explanation.what:
        table.add_row(*map(Text, (printable(item.full_name), item.type, _some(item.permissions))))
    return table


def _print_remainder(terminal: Console, explanation: Explanation) -> None:
    table = _table("statement", "reason", "about")
    for row in explanation.remainder:
        table.add_row(*map(Text, (printable(row.sid) or "document", row.reason.value, _about(row, explanation))))
    terminal.print(table)
    for reason in sorted({row.reason for row in explanation.remainder}):
        terminal.print(_indented(f"{reason.value}: {REASON_TEXTS[reason]}"))


def _about(row: Rest, explanation: Explanation) -> str:
    if row.reason is RemainderReason.MALFORMED:
        return printable(explanation.problems.get((row.sid, row.statement), "all of it"))
    return printable(_some(row.element.split(", ")) if row.element else "all of it")


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    shown = shown if len(shown) <= _CHARACTERS else f"{shown[:_CHARACTERS]}…"
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in {"type", "reason"})
    return table


def _indented(text: str) -> Padding:
    return Padding(Text(printable(text), overflow="fold"), (0, 0, 0, 2), expand=False)
