"""Parameter metadata: one declaration serves validation, command line, page, codebook and reference."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from .calibration import STATUSES, Fact, shipped_facts

ROLES = ("input", "lever", "swept", "fitted", "target")
_SHARES = ("share", "probability", "corr")


class Quantity(NamedTuple):
    """Metadata of one parameter: unit, plausible range, allowed range, role, status and source."""

    unit: str
    low: float
    high: float
    minimum: float
    maximum: float
    role: str
    status: str
    source: str
    fact: str


class Group(BaseModel):
    """Base class of parameter groups: frozen; unknown names and NaN are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


def _field(default: Any, metadata: Quantity) -> Any:
    if metadata.role not in ROLES or metadata.status not in STATUSES:
        raise ValueError(
            f"role {metadata.role!r} or status {metadata.status!r} is not declared in agents/parameter_metadata.py"
        )
    bounds: dict[str, Any] = {}
    if isinstance(default, int | float) and not isinstance(default, bool):
        if math.isfinite(metadata.minimum):
            bounds["ge"] = metadata.minimum
        if math.isfinite(metadata.maximum):
            bounds["le"] = metadata.maximum
    return Field(default=default, json_schema_extra={"quantity": metadata._asdict()}, **bounds)


def quantity(
    default: Any,
    unit: str,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    role: str = "input",
    status: str = "assumed",
    source: str,
    allowed: tuple[float, float] | None = None,
) -> Any:
    """Declare a parameter that has no calibration row; `source` is the citation, or the reasoning if assumed."""
    minimum, maximum = allowed or (low, high)
    return _field(default, Quantity(unit, low, high, minimum, maximum, role, status, source, ""))


def fact(name: str, *, allowed: tuple[float, float] | None = None) -> Any:
    """Declare a parameter whose default, range, unit, source and status are a row of calibration/parameters.csv."""
    row: Fact = shipped_facts()[name]
    if allowed is None:
        allowed = _allowed_by_unit(row)
    metadata = Quantity(row.unit, row.low, row.high, *allowed, row.role, row.status, row.source, name)
    return _field(row.value, metadata)


def _allowed_by_unit(row: Fact) -> tuple[float, float]:
    """Return the hard bounds of a calibrated value: 0 to 1 for a share, non-negative for a spread or an amount."""
    if row.unit.startswith("corr"):
        return (-1.0, 1.0)
    if row.unit.startswith(_SHARES) or row.unit == "per year":
        return (0.0, 1.0)
    if row.low >= 0.0 or row.unit.startswith(("log sd", "sd")):
        return (0.0, max(10.0 * row.high, 1.0))
    return (min(-10.0 * abs(row.low), -1.0), max(10.0 * abs(row.high), 1.0))


def quantity_of(model: type[BaseModel], name: str) -> Quantity:
    """Return the metadata of one field of a parameter group. Raises TypeError for an undeclared one."""
    extra = model.model_fields[name].json_schema_extra
    if not isinstance(extra, dict) or not isinstance(extra.get("quantity"), dict):
        raise TypeError(f"{model.__name__}.{name} was declared without quantity() or fact()")
    return Quantity(**extra["quantity"])  # type: ignore[arg-type]
