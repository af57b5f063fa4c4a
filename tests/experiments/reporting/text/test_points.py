"""Tables of many design points: bounded, never wider than a terminal, and what is left out is counted."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from political_moat.experiments.protocols import PROTOCOLS
from political_moat.experiments.reporting.by_factor import _held
from political_moat.experiments.reporting.effects import Effects, effects_of
from political_moat.experiments.reporting.figures.effects import curves_of
from political_moat.experiments.reporting.latex import effects_tex
from political_moat.experiments.reporting.sections.all_points import effect_frame
from political_moat.experiments.reporting.text.points import MOST_ROWS, WIDTH, effect_lines

STRESS = PROTOCOLS["stress"]()
EVENTS = STRESS.summary_events
MANY = ["party.office_rent", "party.policy_weight", "polls.respondents", "policy.cap", "market.jump_probability"]


def summary(points: int, factors: list[str], *, dosed: bool = True) -> list[dict[str, Any]]:
    """Rows of summary.csv: each point has a zero-exposure arm and an exposed one, in no order of factor values."""
    rows = []
    for point in range(points):
        values = {name: (point * 7 % points) + 0.123456 * place for place, name in enumerate(factors)}
        for breadth in (0.0, 0.3) if dosed else (0.0,):
            row: dict[str, Any] = {"point": point, "exposure.breadth": breadth, **values, "arm": f"b={breadth:g}"}
            row |= {"n": 20, "pairs": 20 * (breadth > 0.0)}
            for name in (*EVENTS, *STRESS.summary_means):
                event = name in EVENTS
                mean, change = (f"p_{name}", f"rd_{name}") if event else (name, f"{name}_difference")
                row |= {mean: 0.25, f"{mean}_zero": 0.5, change: -0.25, f"{change}_mcse": 0.1}
                row |= {f"{change}_low": -0.4, f"{change}_high": -0.1}
                if breadth == 0.0:
                    row |= dict.fromkeys((f"{mean}_zero", change, f"{change}_mcse", f"{change}_low", f"{change}_high"))
            rows.append(row)
    return rows


def effects(points: int, factors: list[str], *, dosed: bool = True) -> Effects:
    names = ["exposure.breadth", *factors]
    return effects_of(summary(points, factors, dosed=dosed), names, STRESS)


def test_a_large_design_is_bounded_and_says_so() -> None:
    lines = effect_lines(effects(50, MANY[:1]), EVENTS)
    assert sum("-0.250 [-0.400, -0.100]" in line for line in lines) == MOST_ROWS
    assert f"The first {MOST_ROWS} of 50 rows by factor values; summary.csv has all." in lines
    assert "Difference over all rows, severity: from -0.250 to -0.250, median -0.250." in lines
    assert sum(line.startswith(("Back to extreme care", "Restricted", "Severity")) for line in lines) == 1


def test_factors_without_space_are_counted() -> None:
    lines = effect_lines(effects(3, MANY), EVENTS)
    assert max(map(len, lines)) <= WIDTH
    assert "Not shown: 4 more factors; summary.csv has their values." in lines


def test_rows_are_sorted_by_factor_values_and_a_point_without_dose_shows_its_level() -> None:
    rows = effects(9, MANY[:1]).rows
    assert [row.values["party.office_rent"] for row in rows] == sorted(row.values["party.office_rent"] for row in rows)
    level = effects(2, MANY[:1], dosed=False)
    assert [row.pairs for row in level.rows] == [20, 20]
    assert all(math.isnan(row.effects["reversed"].difference) for row in level.rows)
    assert any(line.split()[-4:] == ["-", "0.250", "-", "-"] for line in effect_lines(level, EVENTS))


def test_arms_that_factors_do_not_distinguish_have_their_name() -> None:
    twice = [*summary(1, []), *(row | {"arm": f"{row['arm']} statute"} for row in summary(1, []))]
    lines = effect_lines(effects_of(twice, ["exposure.breadth"], STRESS), EVENTS)
    assert any("b=0.3 statute" in line for line in lines)


def test_too_many_curves_or_panels_are_named() -> None:
    many = effects(50, MANY[:1])
    assert curves_of(many, "exposure.breadth", MANY[:1], "reversed")[1].startswith("50 curves, at most 12")
    assert curves_of(many, "exposure.breadth", [], "reversed")[1].startswith("50 panels, at most 12")
    few = _held(many, [("party.office_rent", "7")])
    table, problem = curves_of(few, "exposure.breadth", MANY[:1], "reversed")
    assert problem == ""
    assert table["x"].tolist() == [0.0, 0.3]


@pytest.mark.parametrize(("points", "environment"), [(4, "tabular"), (50, "longtable")])
def test_a_long_table_in_latex_continues_over_pages(points: int, environment: str) -> None:
    frame = effect_frame(effects(points, MANY[:1]), EVENTS)
    assert isinstance(frame, pd.DataFrame)
    text = effects_tex(frame, "seed 1")
    assert text.count(f"\\begin{{{environment}}}") == text.count(f"\\end{{{environment}}}") == 1
    assert text.count("& $-$.250 [$-$.400, $-$.100] & .100") == 3 * points
    assert "nan" not in text
