"""Labels of phase maps: the hypothesis that an arm's outcomes fit, by a rule declared before any run.

A cell of a phase map compares one dose with the zero-exposure arm of the same point. Its label is no proof: several
mechanisms give the same outcomes, and "not decided" is a possible label.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ..errors import UserError
from .input_checks import refuse_incomplete
from .intervals import PairedDifference, paired_mean_difference, paired_risk_difference

MARGIN = 0.05
FEW_ATTEMPTS = 0.2
CLOSE_PLATFORMS = 0.15


class Word(NamedTuple):
    """A label of the map: its letter, the hypothesis, and the rule in a sentence."""

    letter: str
    hypothesis: str
    rule: str


WORDS: dict[str, Word] = {
    "moat": Word("M", "H1", "back to extreme care falls by more than .05 and attempts fall"),
    "gridlock": Word("G", "H4a", "back to extreme care or restricted fall by more than .05, attempts stay within .05"),
    "trapdoor": Word("T", "H2", "back to extreme care or restricted rise by more than .05"),
    "fewer falls": Word(
        "R", "H1 or H4a", "back to extreme care or restricted fall by more than .05, attempts not decided"
    ),
    "convergence without moat": Word("C", "H4b", "no effect; few attempts and close platforms already at zero"),
    "no effect": Word("0", "H0", "back to extreme care and restricted both stay within .05"),
    "not decided": Word("?", "", "intervals too wide for any of these"),
}


class Evidence(NamedTuple):
    """Input of the rule: paired differences of three events, attempts and platform distance at zero exposure."""

    attempted: PairedDifference
    restricted: PairedDifference
    reversed: PairedDifference
    attempted_at_zero: float
    distance_at_zero: float


def _within(difference: PairedDifference) -> bool:
    return difference.low > -MARGIN and difference.high < MARGIN


def word_of(evidence: Evidence) -> str:
    """Return the label of one cell: that of the first rule that holds, in the order of the code.

    The intervals are used at the level they have; for a family of cells the caller widens them.
    """
    if max(evidence.reversed.low, evidence.restricted.low) > MARGIN:
        return "trapdoor"
    if min(evidence.reversed.high, evidence.restricted.high) < -MARGIN:
        if _within(evidence.attempted):
            return "gridlock"
        return "moat" if evidence.attempted.high < 0.0 and evidence.reversed.high < -MARGIN else "fewer falls"
    if _within(evidence.reversed) and _within(evidence.restricted):
        close = evidence.attempted_at_zero < FEW_ATTEMPTS and evidence.distance_at_zero < CLOSE_PLATFORMS
        return "convergence without moat" if close else "no effect"
    return "not decided"


def phase_table(frame: pd.DataFrame, layer: str = "rule", level: float = 0.95) -> pd.DataFrame:
    """Return one row per dose: breadth, visible stake (visibility * mean stake of holders), differences and label.

    frame: runs of a stress test or a sweep; rows with another layer, or another foresight than the first of their
    point, are left out. The error 1 - level is divided by the
    number of doses and the two deciding outcomes (Bonferroni), so that with probability `level` no label of the map is
    wrong. Raises UserError for missing rows or values, and if a point has no single zero-exposure arm.
    """
    events = ("attempted", "restricted", "reversed")
    refuse_incomplete(
        frame, ["replicate", "arm", "layer", "breadth", "visibility", "allocation", "mean_stake", *events]
    )
    rows = frame[frame["layer"] == layer]
    keys = ["point"] if "point" in rows.columns else []
    if "foresight" in rows.columns:
        first = rows.groupby(keys or (lambda _: 0))["foresight"].transform("first")
        rows = rows[rows["foresight"] == first]
    treatments = [*keys, "arm"]
    doses = rows[rows["breadth"] > 0.0].groupby(treatments, sort=True)
    widened = 1.0 - (1.0 - level) / max(1, 2 * doses.ngroups)
    cells = []
    for place, arm in doses:
        point = rows[rows["point"] == place[0]] if keys else rows
        zero = zero_of(point, arm)
        both = arm.merge(zero, on="replicate", suffixes=("", "_zero"))
        if len(both) != len(arm) or len(both) != len(zero):
            raise UserError(f"missing rows: arm {place[-1]} and its zero-exposure arm have different replicates")
        pairs = {event: paired_risk_difference(both[event], both[f"{event}_zero"], widened) for event in events}
        evidence = Evidence(
            pairs["attempted"],
            pairs["restricted"],
            pairs["reversed"],
            float(zero["attempted"].mean()),
            float(zero["platform_distance"].mean()),
        )
        severity = paired_mean_difference(both["severity"], both["severity_zero"])
        cells.append(
            {
                **({"point": place[0]} if keys else {}),
                **{"breadth": float(arm["breadth"].iloc[0]), "visibility": float(arm["visibility"].iloc[0])},
                "allocation": float(arm["allocation"].iloc[0]),
                "mean_stake": float(arm["mean_stake"].mean()),
                "visible_stake": float(arm["visibility"].iloc[0] * arm["mean_stake"].mean()),
                **{f"rd_{event}": pairs[event].estimate for event in events},
                **{f"rd_{event}_low": pairs[event].low for event in events},
                **{f"rd_{event}_high": pairs[event].high for event in events},
                **{"severity_difference": severity.estimate, "word": word_of(evidence), "n": len(both)},
            }
        )
    if not cells:
        raise UserError("a phase map needs at least one dose above zero")
    return pd.DataFrame(cells)


def zero_of(point: pd.DataFrame, arm: pd.DataFrame) -> pd.DataFrame:
    """Return the zero-exposure rows to compare an arm with: the same point and the same other exposure settings."""
    zero = point[point["breadth"] == 0.0]
    for name in ("foresight", "allocation", "skew", "grandfathering"):
        if zero["arm"].nunique() > 1 and name in zero.columns:
            zero = zero[zero[name] == arm[name].iloc[0]]
    if zero["arm"].nunique() != 1:
        raise UserError(f"arm {arm['arm'].iloc[0]} needs exactly one zero-exposure arm, found {zero['arm'].nunique()}")
    return zero
