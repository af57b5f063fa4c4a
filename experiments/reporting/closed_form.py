"""The closed form beside the model: what choice precision x office rent x vote effect alone predict (ODD C1)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ...model.parameters.tree import Parameters
from ..protocols.contract import Finished
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
    parameters: Parameters, breadth: float, visibility: float, seed: int, replicates: int = REPLICATES
) -> VoteEffect:
    """Return the national vote effect of a rival who promises prohibition, over several friendly terms (cached).

    Without holders there is no effect and nothing is run.
    """
    import numpy as np

    from ...model.diagnostics import implied_effects
    from ..protocols.stress_test.run import with_dose

    if breadth == 0.0:
        return VoteEffect(0.0, 0.0)
    tree = with_dose(parameters, breadth, visibility)
    points = np.array([implied_effects(tree, seed, replicate).national for replicate in range(replicates)])
    return VoteEffect(float(points.mean()), float(points.std(ddof=1) / math.sqrt(replicates)))


def closed_form_curve(
    parameters: Parameters,
    breadths: Sequence[float],
    visibility: float,
    p_zero: float,
    seed: int,
    replicates: int = REPLICATES,
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
        effect = vote_effect(parameters, breadth, visibility, seed, replicates)
        p = predicted_risk(p_zero, precision, rent, effect.points, sd)
        slope = p * (1.0 - p) * precision * rent * DENSITY_AT_TIE / sd
        rows.append((visibility, breadth, *effect, p, p - p_zero, slope * effect.mcse))
    return pd.DataFrame(rows, columns=["visibility", "breadth", "points", "points_mcse", "p", "rd", "rd_mcse"])


def closed_form_of_table(parameters: Parameters, table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return `closed_form_curve` at every breadth and visibility of a dose-response table of one layer.

    Every visibility starts at the table's own P(back to extreme care) at zero exposure.
    """
    import pandas as pd

    curves = []
    for visibility, rows in table.groupby("visibility", sort=False):
        p_zero = float(rows.loc[rows["breadth"] == 0.0, "p_reversed"].iloc[0])
        breadths = [float(breadth) for breadth in rows["breadth"]]
        curves.append(closed_form_curve(parameters, breadths, float(str(visibility)), p_zero, seed))
    return pd.concat(curves, ignore_index=True)


def own_rows(table: pd.DataFrame, p: Parameters) -> pd.DataFrame:
    """Return the rows of a summary table on the tree's own layer and at its own foresight."""
    own = table[table["layer"] == p.policy.layer]
    return own[own["foresight"] == p.polls.foresight] if "foresight" in own.columns else own


def closed_form_lines(finished: Finished) -> list[str]:
    """Return, per visibility, the predicted beside the measured risk difference, and what their difference measures."""
    return lines_of_table(finished.parameters, own_rows(finished.table, finished.parameters), finished.seed)


def lines_of_table(p: Parameters, own: pd.DataFrame, seed: int) -> list[str]:
    """Return the lines of `closed_form_lines` from a dose-response table of one layer.

    The dose is the declared breadth, or the largest one where the declared was not run.
    """
    exposed = own[own["breadth"] > 0.0]
    if exposed.empty:
        return ["No closed form beside the model: it needs a breadth above 0 (--breadth 0,0.3)."]
    breadth = PRIMARY_BREADTH if (exposed["breadth"] == PRIMARY_BREADTH).any() else float(exposed["breadth"].max())
    lines = []
    for row in exposed[exposed["breadth"] == breadth].to_dict("records"):
        visibility = float(row["visibility"])
        zero = own[(own["breadth"] == 0.0) & (own["visibility"] == visibility)]
        p_zero = float(zero["p_reversed"].iloc[0])
        curve = closed_form_curve(p, (breadth,), visibility, p_zero, seed)
        lines += comparison_lines(curve.iloc[0], float(row["rd_reversed"]), float(row["rd_reversed_mcse"]))
    return [*lines, *departure_lines(p)]


def comparison_lines(predicted: pd.Series, rd: float, mcse: float) -> list[str]:
    """Return the line of one visibility and the line that compares both numbers.

    predicted: a row of `closed_form_curve`. rd, mcse: measured risk difference and its Monte Carlo error.
    """
    line = (
        f"Closed form at b = {predicted['breadth']:g}, v = {predicted['visibility']:g}: precision x rent x vote effect "
        f"({predicted['points']:.2f} points) alone predict RD back to extreme care {predicted['rd']:+.3f} "
        f"(error {predicted['rd_mcse']:.3f}); the model gives {rd:+.3f} (Monte Carlo error {mcse:.3f})."
    )
    departure, error = rd - float(predicted["rd"]), math.hypot(mcse, float(predicted["rd_mcse"]))
    if not math.isfinite(error):
        return [line, f"  Departure {departure:+.3f}; one replicate has no error."]
    if mcse == 0.0:
        return [line, f"  Departure {departure:+.3f}; no pair of replicates differs, so its error is not known."]
    word = "beyond" if abs(departure) > 2.0 * error else "within"
    return [line, f"  Departure {departure:+.3f}, {word} twice its error ({error:.3f})."]


def departure_lines(p: Parameters) -> list[str]:
    """Return what the departure of the model from the closed form measures under these parameters."""
    lines = [
        "  The formula knows one yes-or-no choice against a rival who promises prohibition. The departure measures the "
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
        lines.append(f"  It is a yardstick only: {'; '.join(reasons)}.")
    return lines
