"""Options that are numbers, read as every number in text is: plain ASCII digits alone."""

from __future__ import annotations

from typing import Any

import typer

from ...agents.user_input import plain_number, plain_whole, shown


def whole(help_text: str) -> Any:
    """Return an option that takes a whole number."""
    return typer.Option(help=help_text, parser=_whole, metavar="INTEGER")


def number(help_text: str) -> Any:
    """Return an option that takes a number."""
    return typer.Option(help=help_text, parser=_number, metavar="FLOAT")


def _whole(text: Any) -> int:
    value = plain_whole(str(text))
    if value is None:
        raise typer.BadParameter(f"{shown(text)} is not a whole number.")
    return value


def _number(text: Any) -> float:
    value = plain_number(str(text))
    if value is None:
        raise typer.BadParameter(f"{shown(text)} is not a number.")
    return float(value)
