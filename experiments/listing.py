"""What `moat params`, `moat presets` and `moat cite` print."""

from __future__ import annotations

import csv
import importlib.metadata
import io
import json
import math

from ..model.parameters import Described, ParameterError, Parameters, describe
from ..model.presets import PRESETS, preset
from .errors import UserError

_COLUMNS = ("name", "value", "default", "unit", "low", "high", "role", "status", "source")


def _number(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isinf(value) else f"{value:g}"
    return str(value)


def _cells(one: Described) -> tuple[str, ...]:
    known = one.known
    return (
        one.name,
        _number(one.value),
        _number(one.default),
        known.unit,
        _number(known.low),
        _number(known.high),
        known.role,
        known.status,
        known.source,
    )


def parameter_listing(preset_name: str = "calibrated", assumed: bool = False, form: str = "table") -> str:
    """Every parameter, one line each (two in the table, the second its source)."""
    if form not in ("table", "csv"):
        raise UserError(f"format {form!r} is not possible; allowed: table, csv")
    try:
        tree = preset(preset_name)
    except ParameterError as error:
        raise UserError(str(error)) from None
    rows = [one for one in describe(tree) if not assumed or one.known.status == "assumed"]
    if form == "csv":
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(_cells(one) for one in rows)
        return stream.getvalue().rstrip("\n")
    lines = []
    for one in rows:
        name, value, _, unit, low, high, role, status, source = _cells(one)
        span = f"{low} to {high}" if low or high else "-"
        lines.append(f"{name:<44}{value:>12}  {unit}  [{span}]  {role}, {status}")
        lines.append(f"    {source}")
    lines.append(f"{len(rows)} parameters; change one with --set NAME=VALUE.")
    return "\n".join(lines)


def preset_listing() -> str:
    """Every preset with its sentence and the parameters in which it differs from calibrated."""
    base = Parameters()
    lines = []
    for name, one in PRESETS.items():
        lines.append(f"{name}: {one.sentence}")
        changes = base.difference(preset(name))
        lines += [f"    {parameter}: {_number(old)} -> {_number(new)}" for parameter, (old, new) in changes.items()]
        lines.append(f"    {len(changes)} parameters differ from calibrated.")
    return "\n".join(lines)


def citation() -> str:
    """Citation line, code and package versions."""
    from .provenance import manifest

    facts = manifest(seed=0, request={})
    version = importlib.metadata.version("political-moat")
    lines = [
        "political-moat authors (2026). political-moat: a laboratory for the political moat thesis "
        f"(version {version}). Software, MIT licence.",
        f"Code hash {facts['code_hash']}.",
        "Versions: " + json.dumps({k: v for k, v in facts.items() if k not in ("seed", "request", "code_hash")}),
    ]
    return "\n".join(lines)
