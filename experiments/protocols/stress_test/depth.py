"""How far policy falls: RD(tau) over levels of openness tau, and the moves in force at the end of the opposed term.

RD(tau) = P(openness at or below tau for six months in the term | exposed) minus the same at zero exposure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ....model.parameters.tree import Parameters
from ....model.policy.moves import in_menu_order
from ...statistics.intervals import monte_carlo_error_of_proportion, paired_risk_difference
from ...statistics.paired_tests import max_t_band
from ...storage.columns import Column
from ..outcome_names import named_depths
from ..term_outcomes import NO_MOVE, TOLERANCE
from .dose_response import BOOTSTRAP_SEED, arms_by_foresight

STEP = 0.05


def taus_below(start: float, named: Sequence[float] = ()) -> tuple[float, ...]:
    """Return the levels of a depth curve from just below `start` to 0: multiples of .05, and the named levels.

    >>> taus_below(0.2, (0.12,))
    (0.15, 0.12, 0.1, 0.05, 0.0)
    """
    grid = {round(STEP * step, 9) for step in range(math.ceil(start / STEP) + 1)} | set(named)
    return tuple(sorted((tau for tau in grid if 0.0 <= tau < start - TOLERANCE), reverse=True))


TAUS = taus_below(0.75)
"""Levels below the friendly policy of the default parameters."""


def taus_of(p: Parameters) -> tuple[float, ...]:
    """Return the levels below the friendly policy of a parameter tree, the named levels among them."""
    return taus_below(p.policy.friendly_theta, [depth.tau for depth in named_depths(p)])


def _declare_depth() -> Iterator[Column]:
    event = "openness at or below tau for six months in the opposed term"
    formula, share, difference = "mean of lasting_openness <= tau", (0.0, 1.0), (-1.0, 1.0)
    yield Column("foresight", "share", *share, "how far parties read polls as projected (f)", "polls.foresight")
    yield Column("visibility", "share", *share, "how visible the stake is to its holder (v)", "assigned")
    yield Column("breadth", "share of voters", *share, "share of voters who hold a stake (b)", "assigned")
    yield Column("tau", "openness", *share, "level of openness", "multiples of .05, and named levels")
    yield Column("p", "share of replicates", *share, f"P({event})", formula)
    yield Column("p_zero", "share of replicates", *share, "p at zero exposure and the same foresight", formula)
    yield Column("rd", "probability", *difference, "RD(tau): p minus p_zero, paired", "p - p_zero")
    yield Column("rd_low", "probability", *difference, "lower 95% limit of rd", "Newcombe (1998), method 10, paired")
    yield Column("rd_high", "probability", *difference, "upper 95% limit of rd", "Newcombe (1998), method 10, paired")
    yield Column("rd_mcse", "probability", 0.0, math.inf, "Monte Carlo standard error of rd", "over replicates")
    how = "maximum of |t| over tau, Tango (1998) limits"
    yield Column("band_low", "probability", *difference, "lower limit of the 95% band of rd over all tau", how)
    yield Column("band_high", "probability", *difference, "upper limit of the 95% band of rd over all tau", how)
    yield Column("n", "replicates", 1.0, math.inf, "paired replicates behind the row", "count")


DEPTH_COLUMNS: tuple[Column, ...] = tuple(_declare_depth())

MOVE_COLUMNS: tuple[Column, ...] = (
    *DEPTH_COLUMNS[:3],
    Column("move", "", -math.inf, math.inf, f"move in force in the last month of the opposed term, or {NO_MOVE}", ""),
    Column("share", "share of replicates", 0.0, 1.0, "runs with this move in force; a run may have several", "mean"),
    Column(
        "share_mcse", "share of replicates", 0.0, math.inf, "Monte Carlo standard error of share", "over replicates"
    ),
    Column("n", "replicates", 1.0, math.inf, "replicates behind the row", "count"),
)


def depth_curve(
    frame: pd.DataFrame, layer: str = "rule", taus: Sequence[float] = TAUS, seed: int = BOOTSTRAP_SEED
) -> pd.DataFrame:
    """Return RD(tau) of every exposed arm of a layer: a row per (foresight, visibility, breadth, tau).

    frame: runs as in `dose_response`, with `lasting_openness`. Foresights increase, visibilities decrease, breadths
    increase, tau decreases. Each arm is compared with the zero-exposure arm of its foresight. The band is simultaneous
    over all tau of an arm. seed: of the band alone. Raises ValueError as `dose_response` does.
    """
    rows: list[tuple[object, ...]] = []
    levels = np.asarray(taus, dtype=np.float64)
    for foresight, (zero, panels) in arms_by_foresight(frame, layer).items():
        control = _reached(zero, levels)
        for visibility, panel in panels.items():
            for arm in panel:
                treated = _reached(arm, levels)
                band = max_t_band(treated - control, rng=np.random.default_rng(seed))
                dose = (foresight, visibility, float(arm["breadth"].iloc[0]))
                for place, tau in enumerate(levels):
                    rd = paired_risk_difference(treated[:, place], control[:, place])
                    limits = (rd.low, rd.high, rd.monte_carlo_error, band.low[place], band.high[place])
                    rows.append((*dose, tau, rd.treated, rd.control, rd.estimate, *limits, rd.n))
    return pd.DataFrame(rows, columns=[column.name for column in DEPTH_COLUMNS])


def _reached(arm: pd.DataFrame, levels: np.ndarray) -> np.ndarray:
    """Return replicate x tau: 1 where openness was at or below tau for six months."""
    lowest = arm["lasting_openness"].to_numpy(dtype=np.float64)
    return (lowest[:, None] <= levels + TOLERANCE).astype(np.float64)


def moves_at_end(frame: pd.DataFrame, layer: str = "rule") -> pd.DataFrame:
    """Return the share of runs by move in force at the term's end: a row per (foresight, visibility, breadth, move).

    Zero exposure stands first, once for each foresight. Only moves that some run has are listed, "none" first, then in
    the order of the menu. Raises ValueError as `dose_response` does.
    """
    by_foresight = arms_by_foresight(frame, layer)
    held = {move for text in frame.loc[frame["layer"] == layer, "moves_in_force"] for move in text.split("+")}
    moves = [NO_MOVE, *in_menu_order(held)]
    rows: list[tuple[object, ...]] = []
    for foresight, (zero, panels) in by_foresight.items():
        for arm in (zero, *(arm for panel in panels.values() for arm in panel)):
            texts, n = arm["moves_in_force"].str.split("+"), len(arm)
            for move in moves:
                share = sum(move in text for text in texts) / n
                dose = (foresight, float(arm["visibility"].iloc[0]), float(arm["breadth"].iloc[0]))
                rows.append((*dose, move, share, monte_carlo_error_of_proportion(share, n), n))
    return pd.DataFrame(rows, columns=[column.name for column in MOVE_COLUMNS])
