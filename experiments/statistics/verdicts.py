"""Which hypothesis an arm's outcomes look like, by a rule on paired intervals declared before any run.

A cell of a phase map is one dose against the zero-exposure arm of the same point. Its word is no proof: several
mechanisms leave the same trace, and "not decided" is an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from ..errors import UserError
from .input_checks import refuse_incomplete
from .intervals import PairedDifference, paired_mean_difference, paired_risk_difference

MARGIN = 0.05
FEW_ATTEMPTS = 0.2
CLOSE_PLATFORMS = 0.15


class Word(NamedTuple):
    """A word of the map: its letter, the hypothesis, and the rule in a sentence."""

    letter: str
    hypothesis: str
    rule: str


WORDS: dict[str, Word] = {
    "moat": Word("M", "H1", "reversed falls by more than .05 and attempts fall"),
    "gridlock": Word("G", "H4a", "reversed or restricted fall by more than .05, attempts stay within .05"),
    "trapdoor": Word("T", "H2", "reversed or restricted rise by more than .05"),
    "fewer reversals": Word("R", "H1 or H4a", "reversed or restricted fall by more than .05, attempts not decided"),
    "convergence without moat": Word("C", "H4b", "no effect; few attempts and close platforms already at zero"),
    "no effect": Word("0", "H0", "reversed and restricted both stay within .05"),
    "not decided": Word("?", "", "intervals too wide for any of these"),
}


class Evidence(NamedTuple):
    """What the rule looks at: paired differences of three events, attempts and platform distance at zero exposure."""

    attempted: PairedDifference
    restricted: PairedDifference
    reversed: PairedDifference
    attempted_at_zero: float
    distance_at_zero: float


def _within(one: PairedDifference) -> bool:
    return one.low > -MARGIN and one.high < MARGIN


def word_of(found: Evidence) -> str:
    """The word of one cell; the first rule that holds, in the order of the sentences of `WORDS` as printed below.

    Intervals of reversed and restricted are taken at the level they come with; give them widened for a family.
    """
    if max(found.reversed.low, found.restricted.low) > MARGIN:
        return "trapdoor"
    if min(found.reversed.high, found.restricted.high) < -MARGIN:
        if _within(found.attempted):
            return "gridlock"
        return "moat" if found.attempted.high < 0.0 and found.reversed.high < -MARGIN else "fewer reversals"
    if _within(found.reversed) and _within(found.restricted):
        close = found.attempted_at_zero < FEW_ATTEMPTS and found.distance_at_zero < CLOSE_PLATFORMS
        return "convergence without moat" if close else "no effect"
    return "not decided"


def phase_table(frame: pd.DataFrame, layer: str = "rule", level: float = 0.95) -> pd.DataFrame:
    """One row per dose: breadth, visible stake (visibility * mean stake of holders), differences and the word.

    frame: runs of a stress test or a sweep; rows with another layer are left out. The level is divided by the number
    of doses and by the two deciding outcomes (Bonferroni), so that with probability `level` no word of the map is
    wrong. Raises UserError for holes, and where a point has no single zero-exposure arm.
    """
    events = ("attempted", "restricted", "reversed")
    refuse_incomplete(
        frame, ["replicate", "arm", "layer", "breadth", "visibility", "allocation", "mean_stake", *events]
    )
    rows = frame[frame["layer"] == layer]
    keys = ["point"] if "point" in rows.columns else []
    treatments = [*keys, "arm"]
    doses = rows[rows["breadth"] > 0.0].groupby(treatments, sort=True)
    widened = 1.0 - (1.0 - level) / max(1, 2 * doses.ngroups)
    found = []
    for place, arm in doses:
        point = rows[rows["point"] == place[0]] if keys else rows
        zero = zero_of(point, arm)
        both = arm.merge(zero, on="replicate", suffixes=("", "_zero"))
        if len(both) != len(arm) or len(both) != len(zero):
            raise UserError(f"missing rows: arm {place[-1]} and its zero-exposure arm have different replicates")
        pairs = {one: paired_risk_difference(both[one], both[f"{one}_zero"], widened) for one in events}
        evidence = Evidence(
            pairs["attempted"],
            pairs["restricted"],
            pairs["reversed"],
            float(zero["attempted"].mean()),
            float(zero["platform_distance"].mean()),
        )
        severity = paired_mean_difference(both["severity"], both["severity_zero"])
        found.append(
            {
                **({"point": place[0]} if keys else {}),
                **{"breadth": float(arm["breadth"].iloc[0]), "visibility": float(arm["visibility"].iloc[0])},
                "allocation": float(arm["allocation"].iloc[0]),
                "mean_stake": float(arm["mean_stake"].mean()),
                "visible_stake": float(arm["visibility"].iloc[0] * arm["mean_stake"].mean()),
                **{f"rd_{one}": pairs[one].estimate for one in events},
                **{f"rd_{one}_low": pairs[one].low for one in events},
                **{f"rd_{one}_high": pairs[one].high for one in events},
                **{"severity_difference": severity.estimate, "word": word_of(evidence), "n": len(both)},
            }
        )
    if not found:
        raise UserError("a phase map needs at least one dose above zero")
    return pd.DataFrame(found)


def zero_of(point: pd.DataFrame, arm: pd.DataFrame) -> pd.DataFrame:
    """The zero-exposure rows an arm is compared with: same point, and the same exposure otherwise."""
    zero = point[point["breadth"] == 0.0]
    for name in ("allocation", "skew", "grandfathering"):
        if zero["arm"].nunique() > 1 and name in zero.columns:
            zero = zero[zero[name] == arm[name].iloc[0]]
    if zero["arm"].nunique() != 1:
        raise UserError(f"arm {arm['arm'].iloc[0]} needs exactly one zero-exposure arm, found {zero['arm'].nunique()}")
    return zero


def legend_lines(words: Sequence[str]) -> list[str]:
    """One line for each word that occurs, in the order of WORDS."""
    return [
        f"{word.letter}  {name}" + (f" ({word.hypothesis})" if word.hypothesis else "") + f": {word.rule}"
        for name, word in WORDS.items()
        if name in set(words)
    ]
