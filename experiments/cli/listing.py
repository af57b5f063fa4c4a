"""Printed text of `moat params` and `moat presets`."""

from __future__ import annotations

import csv
import io
import math
import textwrap
from collections.abc import Sequence

from ...agents.parameter_metadata import Quantity
from ...model.parameters.presets import PRESETS, preset
from ...model.parameters.tree import Described, ParameterError, Parameters, describe
from ..errors import UserError
from ..protocols.messages import nearest

_HOW_TO_READ = """Name, value, unit, plausible range. Below it role, status and source, or the reasoning without one.
Roles: input, lever (a policy or exposure you choose), swept (to be varied), fitted, target.
Status: seen at the source, derived from one, memory (not verified), assumed (no data)."""
_WIDTH, _INDENT = 100, "    "
_PAGE_HEAD = (
    "`moat params --format md` writes this page from the declarations in the code. Terms: [glossary](../glossary.md).",
    "",
    "- Role: input; lever (a policy or an exposure that you choose); swept (uncertain, to be varied); fitted; target.",
    "- Status: seen at the source; derived from one by arithmetic; memory (not verified); assumed (no data: the source",
    "  is the reasoning).",
)
_PAGE_COLUMNS = ("| parameter | value | unit | range | role, status | source |", "|" + "---|" * 6)
_COLUMNS = ("name", "value", "default", "unit", "low", "high", "role", "status", "source")


def _exact(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isinf(value) else repr(value).removesuffix(".0")
    return str(value)


def _readable(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:g}" if isinstance(value, float) and math.isfinite(value) else _exact(value)


def _cells(parameter: Described) -> tuple[str, ...]:
    known = parameter.known
    return (
        parameter.name,
        _exact(parameter.value),
        _exact(parameter.default),
        known.unit,
        _exact(known.low),
        _exact(known.high),
        known.role,
        known.status,
        known.source,
    )


def parameter_listing(
    preset_name: str = "calibrated", assumed: bool = False, form: str = "table", *, prefix: str = "", search: str = ""
) -> str:
    """Return every parameter: one line each in the csv; in the table two or more, the first its value.

    assumed: only those without data. prefix: only names that begin so. search: only those that have each of these
    words in name, unit or source. UserError if none is left.
    """
    if form not in ("table", "csv", "md"):
        raise UserError(f"format {form!r} is not possible; allowed: table, csv, md")
    try:
        tree = preset(preset_name)
    except ParameterError as error:
        raise UserError(str(error)) from None
    rows = [
        parameter
        for parameter in _named(describe(tree), prefix)
        if (not assumed or parameter.known.status == "assumed") and _mentions(parameter, search)
    ]
    if not rows:
        raise UserError(
            f"no such parameter has {search!r} in its name, unit or source" if search else "none is assumed"
        )
    if form == "csv":
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(_cells(parameter) for parameter in rows)
        return stream.getvalue().rstrip("\n")
    if form == "md":
        return _page(rows)
    lines = [_HOW_TO_READ]
    group = ""
    for parameter in rows:
        if parameter.name.partition(".")[0] != group:
            group = parameter.name.partition(".")[0]
            lines.append("")
        known = parameter.known
        span = f", {_readable(known.low)} to {_readable(known.high)}" if math.isfinite(known.low) else ""
        moved = f"; {_readable(parameter.default)} in calibrated" if parameter.value != parameter.default else ""
        first = f"{parameter.name:<42}{_readable(parameter.value):>14}  {known.unit}{span}{moved}"
        lines += textwrap.wrap(first, _WIDTH, subsequent_indent=" " * 58)
        lines += textwrap.wrap(
            f"{known.role}, {known.status}: {known.source}", _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT
        )
    counted = f"{len(rows)} parameter{'s' * (len(rows) != 1)}"
    return "\n".join([*lines, "", f"{counted}. Change one with: moat run --set NAME=VALUE"])


def _named(parameters: Sequence[Described], prefix: str) -> list[Described]:
    """Return the parameters whose names begin with a prefix. UserError with the nearest name or group if none does."""
    rows = [parameter for parameter in parameters if parameter.name.startswith(prefix)]
    if not rows:
        names = [parameter.name for parameter in parameters]
        groups = list(dict.fromkeys(name.partition(".")[0] for name in names))
        known = names if "." in prefix else groups
        raise UserError(
            f"no parameter begins with {prefix!r}; the groups are {', '.join(groups)}{nearest(prefix, known)}"
        )
    return rows


def _mentions(parameter: Described, search: str) -> bool:
    text = f"{parameter.name} {parameter.known.unit} {parameter.known.source}".lower()
    return all(word in text for word in search.lower().split())


def _page(rows: Sequence[Described]) -> str:
    """Return the page docs/reference/parameters.md: a table for every group."""
    lines = ["# Parameters", "", *_PAGE_HEAD]
    group = ""
    for parameter in rows:
        if parameter.name.partition(".")[0] != group:
            group = parameter.name.partition(".")[0]
            lines += [
                "",
                f"## {group}",
                "",
                "| parameter | value | unit | range | role, status | source |",
                "|" + "---|" * 6,
            ]
        known = parameter.known
        span = f"{_readable(known.low)} to {_readable(known.high)}" if math.isfinite(known.low) else ""
        cells = (
            parameter.name, _readable(parameter.value), known.unit, span, f"{known.role}, {known.status}", known.source
        )  # fmt: skip
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines)


def share_of_range(known: Quantity, old: object, new: object) -> float | None:
    """Return the change of a value as a share of the declared range; None for a value without a range.

    >>> share_of_range(Quantity("1 / utility", 0.0, 40.0, 0.0, 1e9, "swept", "assumed", "", ""), 8.0, 20.0)
    0.3
    """
    numbers = [value for value in (old, new) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < 2 or not math.isfinite(known.high - known.low) or known.high <= known.low:
        return None
    return (float(numbers[1]) - float(numbers[0])) / (known.high - known.low)


def preset_listing() -> str:
    """Return every preset: its sentence, its signature, and its differences from calibrated, by parameter."""
    base = Parameters()
    known = {parameter.name: parameter.known for parameter in describe(base)}
    lines = []
    for name, described in PRESETS.items():
        lines += [*textwrap.wrap(f"{name}: {described.sentence}", _WIDTH, subsequent_indent=_INDENT)]
        if described.signature:
            lines += textwrap.wrap(
                f"Signature: {described.signature}", _WIDTH, initial_indent="    ", subsequent_indent="    "
            )
        changes = base.difference(preset(name))
        for parameter, (old, new) in changes.items():
            moved = share_of_range(known[parameter], old, new)
            share = "" if moved is None else f"  ({moved:+.0%} of its range)"
            lines.append(f"    {parameter}: {_readable(old)} -> {_readable(new)}{share}")
        if name != "calibrated":
            lines.append(f"    {len(changes)} parameter{'s' * (len(changes) != 1)} differ from calibrated.")
    return "\n".join(lines)
