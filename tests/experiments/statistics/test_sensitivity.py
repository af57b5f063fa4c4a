"""Sobol' and Morris against functions with known indices; missing, duplicate and mixed-code rows are errors."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from political_moat.experiments.errors import UserError
from political_moat.experiments.statistics.sensitivity import (
    SENSITIVITY_COLUMNS,
    morris_table,
    point_outcomes,
    sobol_table,
)

NAMES = ["party.office_rent", "party.choice_precision", "polls.hypothetical_bias"]
PROBLEM = {"num_vars": 3, "names": NAMES, "bounds": [[0.0, 1.0]] * 3}


def ishigami(unit: np.ndarray, a: float = 7.0, b: float = 0.1) -> np.ndarray:
    x = -math.pi + 2.0 * math.pi * unit
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])


def known_indices(a: float = 7.0, b: float = 0.1) -> tuple[list[float], list[float]]:
    """First-order and total indices in closed form (Ishigami & Homma 1990; Saltelli et al. 2008, p. 179)."""
    pi4, pi8 = math.pi**4, math.pi**8
    variance = a**2 / 8 + b * pi4 / 5 + b**2 * pi8 / 18 + 0.5
    first = [0.5 * (1 + b * pi4 / 5) ** 2 / variance, a**2 / 8 / variance, 0.0]
    interaction = b**2 * pi8 * (1 / 18 - 1 / 50) / variance
    return first, [first[0] + interaction, first[1], interaction]


@pytest.mark.parametrize("second_order", [False, True])
def test_sobol_finds_the_known_indices_of_ishigami(second_order: bool) -> None:
    unit = sobol_sample.sample(PROBLEM, 2048, calc_second_order=second_order, seed=1)
    table = sobol_table(ishigami(unit), NAMES, outcome="y", second_order=second_order)
    assert list(table.columns) == [column.name for column in SENSITIVITY_COLUMNS]
    first, total = known_indices()
    for index, truth in (("first", first), ("total", total)):
        rows = table[table["index"] == index].set_index("factor").loc[NAMES]
        assert rows["value"].to_numpy() == pytest.approx(truth, abs=0.02)
        assert ((rows["low"] - 0.02 <= truth) & (truth <= rows["high"] + 0.02)).all()
    if second_order:
        pair = table[(table["index"] == "second") & (table["with"] == NAMES[2]) & (table["factor"] == NAMES[0])]
        assert pair["value"].iloc[0] == pytest.approx(total[2], abs=0.04)


def test_morris_gives_a_linear_functions_slopes_and_no_spread() -> None:
    unit = morris_sample.sample(PROBLEM, 12, num_levels=4, seed=2)
    table = morris_table(unit, unit @ np.array([3.0, -2.0, 0.0]), NAMES).set_index(["index", "factor"])["value"]
    assert table["mean"].loc[NAMES].to_numpy() == pytest.approx([3.0, -2.0, 0.0], abs=1e-9)
    assert table["mean_absolute"].loc[NAMES].to_numpy() == pytest.approx([3.0, 2.0, 0.0], abs=1e-9)
    assert table["spread"].to_numpy() == pytest.approx(0.0, abs=1e-9)


def test_morris_sees_an_interaction_as_spread() -> None:
    unit = morris_sample.sample(PROBLEM, 40, num_levels=4, seed=3)
    table = morris_table(unit, unit[:, 0] * unit[:, 1] * 4 + unit[:, 2], NAMES).set_index(["index", "factor"])["value"]
    assert table["spread", NAMES[0]] > 0.5
    assert table["spread", NAMES[2]] == pytest.approx(0.0, abs=1e-9)


def test_one_nan_raises_an_error_and_is_not_turned_into_zeros() -> None:
    unit = sobol_sample.sample(PROBLEM, 8, calc_second_order=False, seed=1)
    y = ishigami(unit)
    y[17] = np.nan
    with pytest.raises(UserError, match="point 17"):
        sobol_table(y, NAMES)
    with pytest.raises(UserError, match="multiple of 5 points, found 39"):
        sobol_table(ishigami(unit)[:-1], NAMES)
    with pytest.raises(UserError, match="no variance"):
        sobol_table(np.zeros(40), NAMES)
    with pytest.raises(UserError, match="two or more trajectories"):
        morris_table(unit[:7], y[:7], NAMES)


def sweep(points: int = 3, replicates: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        [
            {
                **{"point": p, "replicate": r, "arm": f"b={b:g}", "breadth": b, "visibility": 1.0, "code": "a" * 64},
                "severity": 0.1 * p - b + rng.normal() * 0.01,
            }
            for p in range(points)
            for r in range(replicates)
            for b in (0.0, 0.3)
        ]
    )


def test_outcomes_of_a_point_are_paired_differences_with_their_error() -> None:
    found = point_outcomes(sweep(), "severity", breadth=0.3, points=3)
    assert found["value"].to_numpy() == pytest.approx([-0.3] * 3, abs=0.03)
    assert (found["mcse"] > 0.0).all()
    assert (found["n"] == 4).all()
    level = point_outcomes(sweep(), "severity")
    assert level["value"].diff().dropna().to_numpy() == pytest.approx([0.1, 0.1], abs=0.03)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f[f["point"] != 1], "no run of point 1"),
        (lambda f: f.drop(index=5), r"\(point 0, replicate 2, arm b=0.3\)"),
        (lambda f: f.assign(severity=f["severity"].where(f.index != 9)), r"point 1, replicate 0, arm b=0.3"),
        (lambda f: pd.concat([f, f.iloc[[0]]]), r"duplicate rows: \(point 0, replicate 0, arm b=0\)"),
        (lambda f: f.assign(code=np.where(f["point"] == 2, "b" * 64, f["code"])), "2 code versions"),
        (lambda f: f.assign(breadth=0.3), "exactly one arm at breadth 0"),
    ],
)
def test_what_is_not_whole_raises_an_error_that_names_it(change: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        point_outcomes(change(sweep()), "severity", breadth=0.3, points=3)  # type: ignore[operator]


def test_the_monte_carlo_part_of_the_variance_is_reported() -> None:
    unit = sobol_sample.sample(PROBLEM, 256, calc_second_order=False, seed=1)
    noise = np.random.default_rng(1).normal(0.0, 1.0, len(unit))
    table = sobol_table(ishigami(unit) + noise, NAMES, errors=np.ones(len(unit)))
    assert table["noise_share"].iloc[0] == pytest.approx(1.0 / (13.84 + 1.0), rel=0.1)
