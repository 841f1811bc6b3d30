"""The terminal's width: that of the terminal, but never so narrow that a table's words are cut."""

from __future__ import annotations

from rich.console import Console


def console(at_least: int) -> Console:
    """A console on stdout that is at least so many characters wide, also where stdout is no terminal."""
    return Console(width=max(Console().width, at_least))
