"""The closed form beside the model: what choice precision x office rent x vote effect alone predict (ODD C1)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ...model.parameters.tree import Parameters
from ..protocols.contract import Finished
from ..protocols.run_inputs import NO_INPUTS, RunInputs
from ..protocols.stress_test.dose_response import PRIMARY_BREADTH

if TYPE_CHECKING:
    import pandas as pd

REPLICATES = 20
"""Friendly terms behind a vote effect. It varies between price paths: one term alone has an error of a fifth."""
DENSITY_AT_TIE = 1.0 / math.sqrt(2.0 * math.pi)
"""phi(0): change of the probability of winning per standard deviation of the level shock, at a tie."""


class VoteEffect(NamedTuple):
    """National vote effect in points: mean over replicates, and its Monte Carlo error."""

    points: float
    mcse: float


def predicted_risk(p_zero: float, precision: float, rent: float, points: float, level_sd: float) -> float:
    """Return the probability of an event that precision x rent x vote effect alone predict (C1).

    A party that chooses by logit between doing and not doing loses rent x phi(0) x points / level_sd of utility.
    p_zero: probability at zero exposure. points: national vote effect, points of the two-party vote. level_sd: spread
    of the level shock, points. A probability of 0 or 1 stays. Raises ValueError for a p_zero outside [0, 1] or a
    level_sd that is not positive.
    """
    from scipy.special import expit, logit

    if not 0.0 <= p_zero <= 1.0 or not level_sd > 0.0:
        raise ValueError(f"p_zero in [0, 1] and level_sd above 0, not {p_zero:g} and {level_sd:g}")
    return float(expit(logit(p_zero) - precision * rent * DENSITY_AT_TIE * points / level_sd))


@lru_cache(maxsize=64)
def vote_effect(
    parameters: Parameters,
    breadth: float,
    visibility: float,
    seed: int,
    replicates: int = REPLICATES,
    inputs: RunInputs = NO_INPUTS,
) -> VoteEffect:
    """Return the national vote effect of a rival who promises prohibition, over several friendly terms (cached).

    Without holders there is no effect and nothing is run.
    """
    import numpy as np

    from ...model.diagnostics import implied_effects
    from ..protocols.stress_test.run import with_dose
    from ..statistics.intervals import monte_carlo_error_of_mean

    if breadth == 0.0:
        return VoteEffect(0.0, 0.0)
    tree = with_dose(parameters, breadth, visibility)
    effects = (implied_effects(tree, seed, replicate, inputs.world) for replicate in range(replicates))
    points = np.array([effect.national for effect in effects])
    # Equal effects in every replicate are exact: nobody sees a stake.
    return VoteEffect(float(points.mean()), monte_carlo_error_of_mean(points, span=0.0))


def closed_form_curve(
    parameters: Parameters,
    breadths: Sequence[float],
    visibility: float,
    p_zero: float,
    seed: int,
    replicates: int = REPLICATES,
    inputs: RunInputs = NO_INPUTS,
) -> pd.DataFrame:
    """Return the closed form by breadth: columns visibility, breadth, points, points_mcse, p, rd, rd_mcse.

    p_zero: measured probability of the event at zero exposure, taken as exact. rd_mcse: error that comes from the vote
    effect. All breadths share people and price paths.
    """
    import pandas as pd

    from ...model.elections.national_vote import level_sd

    precision, rent, sd = parameters.party.choice_precision, parameters.party.office_rent, level_sd(parameters)
    rows = []
    for breadth in breadths:
        effect = vote_effect(parameters, breadth, visibility, seed, replicates, inputs)
        p = predicted_risk(p_zero, precision, rent, effect.points, sd)
        slope = p * (1.0 - p) * precision * rent * DENSITY_AT_TIE / sd
        rows.append((visibility, breadth, *effect, p, p - p_zero, slope * effect.mcse))
    return pd.DataFrame(rows, columns=["visibility", "breadth", "points", "points_mcse", "p", "rd", "rd_mcse"])


def closed_form_of_table(
    parameters: Parameters, table: pd.DataFrame, seed: int, inputs: RunInputs = NO_INPUTS
) -> pd.DataFrame:
    """Return `closed_form_curve` at every breadth and visibility of a dose-response table of one layer.

    Every visibility starts at the table's own P(back to extreme care) at zero exposure.
    """
    import pandas as pd

    curves = []
    for visibility, rows in table.groupby("visibility", sort=False):
        p_zero = float(rows.loc[rows["breadth"] == 0.0, "p_reversed"].iloc[0])
        breadths = [float(breadth) for breadth in rows["breadth"]]
        curves.append(closed_form_curve(parameters, breadths, float(str(visibility)), p_zero, seed, inputs=inputs))
    return pd.concat(curves, ignore_index=True)


def own_rows(table: pd.DataFrame, p: Parameters) -> pd.DataFrame:
    """Return the rows of a summary table on the tree's own layer and at its own foresight."""
    own = table[table["layer"] == p.policy.layer]
    return own[own["foresight"] == p.polls.foresight] if "foresight" in own.columns else own


class FormulaRow(NamedTuple):
    """Predicted beside measured risk difference of back to extreme care, at one dose and visibility.

    points: national vote effect. departure: measured minus predicted; departure_error: error of both, not a number
    where the measured difference has none.
    """

    breadth: float
    visibility: float
    points: float
    predicted: float
    predicted_error: float
    measured: float
    measured_mcse: float
    departure: float
    departure_error: float

    @property
    def word(self) -> str:
        """Return how the departure compares with twice its error."""
        if not math.isfinite(self.departure_error):
            return "one replicate has no error"
        return f"{'beyond' if abs(self.departure) > 2.0 * self.departure_error else 'within'} twice its error"


def formula_row(predicted: pd.Series, measured: float, mcse: float) -> FormulaRow:
    """Return a row of `closed_form_curve` beside a measured risk difference and its Monte Carlo error."""
    rd, error = float(predicted["rd"]), float(predicted["rd_mcse"])
    return FormulaRow(
        breadth=float(predicted["breadth"]),
        visibility=float(predicted["visibility"]),
        points=float(predicted["points"]),
        predicted=rd,
        predicted_error=error,
        measured=measured,
        measured_mcse=mcse,
        departure=measured - rd,
        departure_error=math.hypot(mcse, error),
    )


def rows_of_table(p: Parameters, own: pd.DataFrame, seed: int, inputs: RunInputs = NO_INPUTS) -> list[FormulaRow]:
    """Return a row per visibility from a dose-response table of one layer; none without a breadth above 0.

    The dose is the declared breadth, or the largest one where the declared was not run.
    """
    exposed = own[own["breadth"] > 0.0]
    if exposed.empty:
        return []
    breadth = PRIMARY_BREADTH if (exposed["breadth"] == PRIMARY_BREADTH).any() else float(exposed["breadth"].max())
    rows = []
    for row in exposed[exposed["breadth"] == breadth].to_dict("records"):
        visibility = float(row["visibility"])
        zero = own[(own["breadth"] == 0.0) & (own["visibility"] == visibility)]
        curve = closed_form_curve(p, (breadth,), visibility, float(zero["p_reversed"].iloc[0]), seed, inputs=inputs)
        rows.append(formula_row(curve.iloc[0], float(row["rd_reversed"]), float(row["rd_reversed_mcse"])))
    return rows


def closed_form_rows(finished: Finished) -> list[FormulaRow]:
    """Return `rows_of_table` of a finished study on its own layer and at its own foresight."""
    own = own_rows(finished.table, finished.parameters)
    return rows_of_table(finished.parameters, own, finished.seed, finished.inputs)


NO_DOSE = f"No closed form beside the model: it needs a breadth above 0 (--breadth 0,{PRIMARY_BREADTH:g})."


def closed_form_lines(rows: Sequence[FormulaRow], p: Parameters) -> list[str]:
    """Return the printed table of predicted beside measured risk differences, and what the departure measures."""
    if not rows:
        return [NO_DOSE]
    lines = [
        f"Closed form: RD back to extreme care that precision x rent x vote effect alone predict, b = "
        f"{rows[0].breadth:g} against 0.",
        f"{'v':>4}{'vote effect':>13}{'predicted (error)':>19}{'model (MC err)':>16}{'departure (error)':>19}",
    ]
    for row in rows:
        effect = f"{row.points:.2f} points"
        cells = (
            (row.predicted, row.predicted_error, 19),
            (row.measured, row.measured_mcse, 16),
            (row.departure, row.departure_error, 19),
        )
        lines.append(
            f"{row.visibility:>4g}{effect:>13}"
            + "".join(f"{_with_error(value, error):>{width}}" for value, error, width in cells)
            + f"  {row.word}"
        )
    return [*lines, *departure_lines(p)]


def _with_error(value: float, error: float) -> str:
    return f"{value:+.3f} ({error:.3f})" if math.isfinite(error) else f"{value:+.3f} (-)"


def departure_lines(p: Parameters) -> list[str]:
    """Return what the departure of the model from the closed form measures under these parameters."""
    lines = [
        "The formula knows one yes-or-no choice against a rival who promises prohibition. The departure measures the "
        "rest: Congress, courts and delays; substitution between restrictive moves; platforms that follow the vote."
    ]
    reasons = []
    if p.party.rule != "best-response":
        reasons.append(f"rule {p.party.rule} does not weigh the next election as the formula does")
    if p.party.agenda == "competition":
        reasons.append("the agenda opens by a probit in the logarithm of the gain")
    if p.polls.foresight > 0.0:
        reasons.append("parties project the poll to the next election")
    if reasons:
        lines.append(f"It is a yardstick only: {'; '.join(reasons)}.")
    return lines
