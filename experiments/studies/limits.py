"""Bounds of a study: what is read of a TOML text, how many mistakes are listed, how large a design may be."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from ...agents.user_input import shown
from .schema import DesignSection, FactorSection

MOST_MISTAKES = 50
_LONGEST_LINE = 2_000
MOST_KEYS = 1_000
MOST_ITEMS = 10_000
MOST_VALUES = 50_000
MOST_DEPTH = 20
MOST_POINTS = 1_000_000
MOST_POINT_VALUES = 20_000_000
"""Design points times factors: about 2 GB."""
MOST_COMBINATIONS = 10_000
MOST_RUNS = 1_000_000_000

_KEY_CHARACTERS = 200
_LARGEST_NUMBER = 10**100


def parse_toml(text: str) -> dict[str, Any]:
    """Return the content of a TOML text. Raises ValueError for wrong syntax and for more than the bounds.

    The message is what is wrong, without the file's name. tomllib alone takes quadratic time for keys of many parts,
    and bounds neither depth nor digits.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") >= MOST_DEPTH and not line.startswith("#"):
            parts = max(sum(map(bool, map(str.strip, part.split(".")))) for part in line.replace(",", "=").split("="))
            if parts > MOST_DEPTH:
                raise ValueError(f"has a key of {parts:,} parts in line {number}; allowed: {MOST_DEPTH}")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"is not TOML: {error}") from error
    except RecursionError:
        raise ValueError(f"nests arrays or tables too deep; allowed: {MOST_DEPTH} levels") from None
    except ValueError:  # Python reads no decimal number of more than 4,300 digits
        raise ValueError("has a number of too many digits; allowed: 100") from None
    _check_bounds(content)
    return content


def _check_bounds(content: dict[str, Any]) -> None:
    """Raise ValueError for the first thing in a content that is larger than any study needs."""
    left: list[tuple[str, Any, int]] = [("", content, 0)]
    values = 0
    while left:
        place, value, depth = left.pop()
        values += 1
        where = f" at {shown(place, quotes=False)}" if place else ""
        if values > MOST_VALUES:
            raise ValueError(
                f"has too many values; allowed: {MOST_VALUES:,} (design.kind = list reads points from a csv)"
            )
        if depth > MOST_DEPTH:
            raise ValueError(f"nests arrays or tables too deep{where}; allowed: {MOST_DEPTH} levels")
        if isinstance(value, dict):
            if len(value) > MOST_KEYS:
                raise ValueError(f"has {len(value):,} keys in one table{where}; allowed: {MOST_KEYS:,}")
            long = next((key for key in value if len(key) > _KEY_CHARACTERS), None)
            if long is not None:
                raise ValueError(f"has a key of {len(long):,} characters{where}; allowed: {_KEY_CHARACTERS}")
            left += [(f"{place}.{key}" if place else key, inner, depth + 1) for key, inner in value.items()]
        elif isinstance(value, list):
            if len(value) > MOST_ITEMS:
                raise ValueError(f"has a list of {len(value):,} values{where}; allowed: {MOST_ITEMS:,}")
            left += [(place, inner, depth + 1) for inner in value]
        elif isinstance(value, int) and abs(value) >= _LARGEST_NUMBER:
            raise ValueError(f"has a number of too many digits{where}; allowed: 100")


def joined(problems: Sequence[str]) -> str:
    """Return the text of an error: each mistake once, on one line; at most MOST_MISTAKES of them."""
    lines = list(dict.fromkeys(problems))
    left_out = len(lines) - MOST_MISTAKES
    more = [f"{left_out} more mistake{'s' * (left_out != 1)}"] if left_out > 0 else []
    return "\n".join([*map(_on_one_line, lines[:MOST_MISTAKES]), *more])


def _on_one_line(line: str) -> str:
    """Return a mistake without line breaks; the middle of one that quotes a very long text is left out."""
    text = line if line.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    return text if len(text) <= _LONGEST_LINE else f"{text[: _LONGEST_LINE // 2]} ... {text[-_LONGEST_LINE // 3 :]}"


def points_of(design: DesignSection, factors: Mapping[str, FactorSection], rows: int) -> int:
    """Return the number of design points, without making them. rows: those of a list; factors: without the arms'."""
    d = len(factors)
    if design.kind == "lhs":
        return design.samples or 0
    if design.kind == "sobol":
        return (design.samples or 0) * (2 * d + 2 if design.second_order else d + 2)
    if design.kind == "morris":
        return (design.trajectories or 0) * (d + 1)
    if design.kind == "list":
        return rows
    return math.prod(len(factor.levels or ()) for factor in factors.values())


def size_problems(
    design: DesignSection,
    points: int,
    point_factors: int,
    arm_factors: Mapping[str, Sequence[Any]],
    replicates: int,
) -> list[str]:
    """Return a line for a design that no memory holds or no cluster finishes."""
    combinations = math.prod(len(levels) for levels in arm_factors.values())
    runs = points * combinations * replicates
    problems = []
    if points > MOST_POINTS:
        problems.append(f"design: {points:,} design points of kind {design.kind}; allowed: {MOST_POINTS:,}")
    elif points * point_factors > MOST_POINT_VALUES:
        problems.append(
            f"design: {points:,} design points with {point_factors} factors each; allowed: points times factors up to "
            f"{MOST_POINT_VALUES:,}"
        )
    if combinations > MOST_COMBINATIONS:
        problems.append(
            f"factors: {combinations:,} combinations of the levels of {', '.join(arm_factors)}; allowed: "
            f"{MOST_COMBINATIONS:,}"
        )
    if not problems and runs > MOST_RUNS:
        problems.append(
            f"{runs:,} runs ({points:,} design points, {combinations:,} combinations of exposure, {replicates:,} "
            f"replicates); allowed: {MOST_RUNS:,}"
        )
    return problems
