"""Mediation: the part of the risk difference that each channel carries, from the factorial on common draws.

Shapley values decompose the risk difference into the channels: a channel's part is its mean marginal contribution over
all orders in which the channels could be opened (Shapley 1953). The parts add up exactly and treat channels alike. They
are computed within replicates, so their errors are those of paired differences. Where channels interact, the mean hides
that a contribution depends on the order: the smallest and the largest over the 24 orders are reported too.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...errors import UserError
from ...statistics.input_checks import refuse_incomplete, refuse_missing_rows, some
from ...statistics.intervals import Floats, mean_interval, monte_carlo_error_of_mean
from ...storage.columns import Column

CHANNELS = ("deterrence", "replacement", "convergence", "inertia")
OTHER, TOTAL = "other", "total"
_ANY = (-math.inf, math.inf)
_DIFFERENCE = "difference of the outcome"
MEDIATION_COLUMNS: tuple[Column, ...] = (
    Column("point", "number", 0.0, math.inf, "design point; points.csv has its values", "order of the design"),
    Column("outcome", "", *_ANY, "outcome whose risk difference is decomposed", "as in runs.csv"),
    Column("channel", "", *_ANY, "channel; other: outside the four channels; total: the risk difference", "protocol"),
    Column("shapley", _DIFFERENCE, *_ANY, "part of the difference: mean contribution over orders", "Shapley (1953)"),
    Column("low", _DIFFERENCE, *_ANY, "lower 95% limit", "Student t over replicates"),
    Column("high", _DIFFERENCE, *_ANY, "upper 95% limit", "Student t over replicates"),
    Column("mcse", _DIFFERENCE, 0.0, math.inf, "Monte Carlo standard error", "sd over replicates / sqrt(n)"),
    Column("smallest", _DIFFERENCE, *_ANY, "smallest contribution over the orders", "minimum of 24"),
    Column("largest", _DIFFERENCE, *_ANY, "largest contribution over the orders", "maximum of 24"),
    Column("alone", _DIFFERENCE, *_ANY, "contribution with every other channel shut", "opened first"),
    Column("last", _DIFFERENCE, *_ANY, "contribution with every other channel open", "opened last"),
    Column("n", "replicates", 1.0, math.inf, "replicates", "count"),
)


class Shares(NamedTuple):
    """Shapley values of one game: values, and the smallest and largest contribution over orders; shape (players,)."""

    values: Floats
    smallest: Floats
    largest: Floats


def contributions(worths: Floats) -> Floats:
    """Return the marginal contribution of every player in every order, shape (orders, players, ...).

    worths: worth of every coalition, shape (2 ** players, ...). The index is the coalition written as a binary number,
    player 0 first: bit i, counted from the left, is 1 where player i belongs to it. ValueError for another length.
    """
    players = int(math.log2(len(worths)))
    if len(worths) != 2**players:
        raise ValueError(f"a worth for each of 2 ** players coalitions, not {len(worths)}")
    shares = np.empty((math.factorial(players), players, *worths.shape[1:]))
    for place, order in enumerate(itertools.permutations(range(players))):
        coalition = 0
        for player in order:
            joined = coalition | 1 << (players - 1 - player)
            shares[place, player] = worths[joined] - worths[coalition]
            coalition = joined
    return shares


def shapley(worths: Floats) -> Shares:
    """Return the Shapley values of a game and the range of contributions over the orders.

    worths: shape (2 ** players,), see `contributions`. The values add up to worths[-1] - worths[0].

    >>> [round(float(value), 3) for value in shapley(np.array([0.0, 1.0, 2.0, 4.0])).values]
    [2.5, 1.5]
    """
    outcomes = contributions(np.asarray(worths, dtype=np.float64))
    return Shares(outcomes.mean(axis=0), outcomes.min(axis=0), outcomes.max(axis=0))


def worths_by_replicate(frame: pd.DataFrame, outcome: str) -> tuple[Floats, Floats]:
    """Return the worths of the 16 cells, shape (16, replicates), and the zero-exposure outcomes, shape (replicates,).

    frame: rows of the protocol. Raises UserError for missing rows, duplicate rows and NaN, and names them.
    """
    refuse_incomplete(frame, ["replicate", "arm", *CHANNELS, outcome])
    refuse_missing_rows(frame)
    ordered = frame.sort_values("replicate", kind="stable")
    cells = ordered[ordered["arm"] != "zero"]
    outcomes = []
    for bits in itertools.product((0, 1), repeat=len(CHANNELS)):
        mask = (cells[list(CHANNELS)].to_numpy() == np.array(bits)).all(axis=1)
        outcomes.append(cells.loc[mask, outcome].to_numpy(dtype=float))
    zero = ordered.loc[ordered["arm"] == "zero", outcome].to_numpy(dtype=float)
    empty = [str(place) for place, values in enumerate(outcomes) if values.size != zero.size]
    if empty or zero.size == 0:
        raise UserError(f"the factorial is not complete: cells {some(empty) or 'all'} have no row for every replicate")
    return np.array(outcomes), zero


def mediation_table(
    frame: pd.DataFrame, outcomes: tuple[str, ...] = ("reversed", "restricted", "attempted", "severity")
) -> pd.DataFrame:
    """Return the Shapley value of every channel for each outcome, the remainder and the total; MEDIATION_COLUMNS.

    frame: rows of the factorial, of each design point where it has several (`point`). For each outcome the channels and
    `other` add up to `total`, the paired difference of the exposed from the zero-exposure arm. Raises UserError as
    `worths_by_replicate` does.
    """
    points = frame.groupby("point") if "point" in frame.columns else [(0, frame)]
    rows = [{"point": point} | row for point, own in points for row in _shares(own, outcomes)]
    return pd.DataFrame(rows, columns=[column.name for column in MEDIATION_COLUMNS])


def _shares(frame: pd.DataFrame, outcomes: tuple[str, ...]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for outcome in outcomes:
        worths, zero = worths_by_replicate(frame, outcome)
        by_order = contributions(worths)
        within = by_order.mean(axis=0)
        over_orders = by_order.mean(axis=2)
        for place, channel in enumerate(CHANNELS):
            bit = 1 << (len(CHANNELS) - 1 - place)
            rows.append(
                _line(outcome, channel, within[place])
                | {
                    "smallest": float(over_orders[:, place].min()),
                    "largest": float(over_orders[:, place].max()),
                    "alone": float((worths[bit] - worths[0]).mean()),
                    "last": float((worths[-1] - worths[-1 - bit]).mean()),
                }
            )
        rows.append(_line(outcome, OTHER, worths[0] - zero))
        rows.append(_line(outcome, TOTAL, worths[-1] - zero))
    return rows


def _line(outcome: str, channel: str, values: Floats) -> dict[str, object]:
    low, high = mean_interval(values)
    error = monte_carlo_error_of_mean(values)
    return {
        **{"outcome": outcome, "channel": channel, "shapley": float(values.mean()), "low": low, "high": high},
        **{"mcse": error, "n": values.size},
    }
