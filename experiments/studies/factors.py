"""Factors of a study: any parameter by its dotted name, in its declared unit, within its allowed range."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from ...agents.parameter_metadata import Quantity
from ...agents.user_input import MOST_TABLE_BYTES, TextFileError, csv_rows, plain_number, plain_whole, shown
from ...model.parameters.tree import ParameterError, Parameters, describe, parameter_names, unknown_name
from ..protocols.messages import nearest
from .limits import MOST_MISTAKES, MOST_POINTS
from .schema import FactorSection

ARM_GROUP = "exposure."


class Rows(NamedTuple):
    """Design points of a csv file: its columns, and a tuple of values for each row."""

    names: tuple[str, ...] = ()
    values: tuple[tuple[Any, ...], ...] = ()


def is_arm_factor(name: str, factor: FactorSection) -> bool:
    """Return whether the factor's levels are arms of each replicate: exposure assigned, all else equal."""
    return name.startswith(ARM_GROUP) and factor.levels is not None


@cache
def _known_quantities() -> dict[str, Quantity]:
    return {parameter.name: parameter.known for parameter in describe(Parameters())}


def known_quantity(name: str) -> Quantity:
    """Return the metadata of a parameter by its dotted name."""
    return _known_quantities()[name]


def _unknown(name: str) -> str:
    return f"{unknown_name(name, parameter_names(), 'parameter')} (allowed: any name of moat params)"


def _type_problem(name: str, value: object, default: object) -> str | None:
    """Return a line if a value is of another kind than the parameter, such as text for a number; else None."""
    if isinstance(default, bool):
        fine, allowed = isinstance(value, bool), "true, false"
    elif isinstance(default, int):
        fine, allowed = isinstance(value, int) and not isinstance(value, bool), "a whole number"
    elif isinstance(default, float):
        fine, allowed = isinstance(value, int | float) and not isinstance(value, bool), "a number"
    else:
        fine, allowed = isinstance(value, str), "text"
    return None if fine else f"{name} = {shown(value)} is not possible; allowed: {allowed}"


def _value_problems(name: str, value: object, tree: Parameters) -> list[str]:
    group, _, leaf = name.partition(".")
    default = getattr(getattr(tree, group), leaf)
    wrong = _type_problem(name, value, default)
    if wrong is not None:
        return [wrong]
    try:
        tree.with_values({name: value})
    except ParameterError as error:
        return str(error).splitlines()
    return []


def check_set(values: Mapping[str, Any], tree: Parameters) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """Return the wrong values as (name, line), and the values that can be set."""
    wrong: list[tuple[str, str]] = []
    fine: dict[str, Any] = {}
    known = set(parameter_names())
    for name, value in _flat(values).items():
        if len(wrong) > MOST_MISTAKES:
            break
        if name not in known:
            wrong.append((name, _unknown(name)))
            continue
        group, _, leaf = name.partition(".")
        line = _type_problem(name, value, getattr(getattr(tree, group), leaf))
        lines = [line] if line is not None else _alone(name, value, tree)
        wrong += [(name, line) for line in lines]
        if not lines:
            fine[name] = value
    return wrong, fine


def _alone(name: str, value: object, tree: Parameters) -> list[str]:
    """Return the problems of one value that name it; contradictions with others show when all are set together."""
    try:
        tree.with_values({name: value})
    except ParameterError as error:
        return [line for line in str(error).splitlines() if line.startswith(f"{name} = ")]
    return []


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by dotted name, also where the file nests them: set.market.crash_month = 40."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{leaf}": inner for leaf, inner in value.items()}
        else:
            flat[name] = value
    return flat


def check_factor(name: str, factor: FactorSection, tree: Parameters) -> list[str]:
    """Return a line for every mistake of one factor; each starts with its key."""
    place = f"factors.{name}"
    if name not in parameter_names():
        return [f"{place}: {_unknown(name)}"]
    known = known_quantity(name)
    problems = []
    if factor.unit is not None and factor.unit != known.unit:
        hint = nearest(factor.unit, [known.unit])
        problems.append(f"{place}.unit = {shown(factor.unit)} is not possible; allowed: {known.unit!r}{hint}")
    if factor.levels is not None:
        problems += _level_problems(place, name, factor, tree)
    else:
        problems += _range_problems(place, name, factor, known, tree)
    return problems


def _level_problems(place: str, name: str, factor: FactorSection, tree: Parameters) -> list[str]:
    levels = factor.levels or []
    problems = []
    if factor.low is not None or factor.high is not None or factor.scale != "linear":
        problems.append(f"{place}: levels and a range; allowed: levels alone, or low, high and scale")
    for value in levels:
        problems += [f"{place}.levels: {line}" for line in _value_problems(name, value, tree)]
        if len(problems) > MOST_MISTAKES:
            return problems
    if any(isinstance(value, list | dict) for value in levels):
        return problems
    plain = [repr(value + 0.0) if isinstance(value, float) else repr(value) for value in levels]
    if len({str(value) for value in plain}) < len(plain) or len({_number(value) for value in levels}) < len(levels):
        problems.append(f"{place}.levels name one value twice; allowed: each once")
    if name in ("exposure.breadth", "exposure.visibility"):
        names = [f"{value:g}" for value in levels if isinstance(value, int | float)]
        if len(set(names)) < len(names):
            problems.append(f"{place}.levels agree in their first six digits; allowed: levels that differ there")
    return problems


def _number(value: object) -> object:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _range_problems(place: str, name: str, factor: FactorSection, known: Quantity, tree: Parameters) -> list[str]:
    group, _, leaf = name.partition(".")
    default = getattr(getattr(tree, group), leaf)
    if isinstance(default, bool | str):
        return [f"{place}: not a number, so it has no range; allowed: levels"]
    low, high = factor_range(name, factor)
    problems = []
    whole = isinstance(default, int)
    for key, value in (("low", low), ("high", high)):
        if not _finite(value):
            problems.append(f"{place}.{key}: missing; allowed: {known.minimum:g} to {known.maximum:g} {known.unit}")
            continue
        lines = _value_problems(name, round(value) if whole else value, tree)
        problems += [f"{place}.{key}: {line}" for line in lines]
    if not problems and low >= high:
        problems.append(f"{place}: low {low:g} is not below high {high:g}; allowed: low < high, in {known.unit}")
    if factor.scale == "log" and low <= 0.0:
        problems.append(f"{place}.scale: log needs low above 0; allowed here: linear")
    return problems


def _finite(value: float) -> bool:
    return value == value and abs(value) != float("inf")


def factor_range(name: str, factor: FactorSection) -> tuple[float, float]:
    """Return low and high of a factor with a range: its own, or the parameter's plausible range."""
    known = known_quantity(name)
    low = known.low if factor.low is None else factor.low
    high = known.high if factor.high is None else factor.high
    return float(low), float(high)


def read_list(path: Path, tree: Parameters, problems: list[str]) -> Rows:
    """Read design points from a csv file whose header names parameters; add a line per mistake to `problems`."""
    try:
        lines = list(islice((line for line in csv_rows(path, MOST_TABLE_BYTES) if line), MOST_POINTS + 2))
    except TextFileError as error:
        problems.append(f"design.file: {path.name} cannot be read ({error}); allowed: a csv file beside the study file")
        return Rows()
    if len(lines) > MOST_POINTS + 1:
        problems.append(f"design.file: {path.name} has too many design points; allowed: {MOST_POINTS:,}")
        return Rows()
    if len(lines) < 2:
        problems.append(f"design.file: {path.name} has no design point; allowed: a header of parameters, then rows")
        return Rows()
    names = tuple(cell.strip() for cell in lines[0])
    known = set(parameter_names())
    before = len(problems)
    unknown = [name for name in names if name not in known]
    problems += [f"design.file: {path.name}, header: {_unknown(name)}" for name in unknown[:MOST_MISTAKES]]
    if len(set(names)) < len(names):
        problems.append(f"design.file: {path.name}, header: names a parameter twice; allowed: each once")
    if len(problems) > before:
        return Rows()
    values = []
    for number, line in enumerate(lines[1:], start=2):
        where = f"design.file: {path.name}, row {number}"
        if len(line) != len(names):
            problems.append(f"{where}: {len(line)} cells; allowed: {len(names)}, one for each column")
            continue
        row = tuple(_parsed(name, cell.strip(), tree) for name, cell in zip(names, line, strict=True))
        try:
            tree.with_values(dict(zip(names, row, strict=True)))
        except ParameterError as error:
            problems += [f"{where}: {message}" for message in str(error).splitlines()]
        values.append(row)
        if len(problems) > MOST_MISTAKES:
            break
    return Rows(names, tuple(values))


def _parsed(name: str, cell: str, tree: Parameters) -> Any:
    """Return a cell as the parameter's own kind; a cell that cannot be read stays text, which a later check reports."""
    group, _, leaf = name.partition(".")
    default = getattr(getattr(tree, group), leaf)
    if isinstance(default, bool):
        return {"true": True, "1": True, "false": False, "0": False}.get(cell.lower(), cell)
    if isinstance(default, int | float):
        value = plain_whole(cell) if isinstance(default, int) else plain_number(cell)
        return cell if value is None else type(default)(value)
    return cell
