"""The printed table of a stress test: outcomes by breadth, each paired with its replicate's zero-exposure arm.

The input is the frame of runs, one row per (replicate, arm). A missing row, a duplicate row or a NaN raises an
error that names it and is never dropped: a mean over the finished runs alone is not the estimand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...statistics.intervals import (
    Interval,
    MeanDifference,
    PairedDifference,
    mean_interval,
    monte_carlo_error_of_mean,
    monte_carlo_error_of_proportion,
    paired_mean_difference,
    paired_risk_difference,
    wilson,
)
from ...statistics.paired_tests import (
    Band,
    Difference,
    RiskRatio,
    SmallestDose,
    Verdict,
    max_t_band,
    risk_ratio,
    smallest_dose_reaching,
    verdict,
)
from ...storage.columns import Column
from ..outcome_names import OUTCOME_NAMES, printed_name

PRIMARY_BREADTH = 0.30
BOOTSTRAP_SEED = 20250807

_SIX = "for six months in a row"
EVENTS: dict[str, str] = {
    "attempted": OUTCOME_NAMES["attempted"].level,
    **{event: f"{OUTCOME_NAMES[event].level} {_SIX}" for event in ("restricted", "neutral", "reversed", "prohibited")},
    "closed": "closed to new money with everything held before grandfathered",
    "withdrawn": "a live docket withdrawn",
    "pending": "a fall that began within the last six months of the term",
}
DIFFERENCED_EVENTS = ("attempted", "restricted", "reversed")
BANDED_EVENTS = ("restricted", "reversed")


class _Mean(NamedTuple):
    unit: str
    low: float
    high: float
    meaning: str


MEANS: dict[str, _Mean] = {
    "severity": _Mean("share of openness at takeover", 0.0, 1.0, "largest fall of openness in the opposed term"),
    "gap": _Mean("theta", -1.0, 1.0, "mean theta under the returning friendly minus under the opposed government (G)"),
    "mean_policy": _Mean("openness", 0.0, 1.0, "mean openness over the opposed term"),
    "mean_theta": _Mean("theta", 0.0, 1.0, "mean theta over the opposed term"),
    "platform_distance": _Mean("theta", 0.0, 1.0, "distance between the two parties' platforms"),
}
TREATMENTS = ("breadth", "visibility", "allocation")
REQUIRED = ("replicate", "arm", "layer", *TREATMENTS, *EVENTS, *MEANS, "voters", "foresight")


UNBOUNDED = Interval(-math.inf, math.inf)


def _estimate_columns(
    name: str, unit: str, bounds: Interval, meaning: str, formula: str, how: str, limits: Interval | None = None
) -> Iterator[Column]:
    """Declare an estimate, its 95% limits (by default within the estimate's own bounds) and its Monte Carlo error."""
    within = bounds if limits is None else limits
    yield Column(name, unit, *bounds, meaning, formula)
    yield Column(f"{name}_low", unit, *within, f"lower 95% limit of {name}", how)
    yield Column(f"{name}_high", unit, *within, f"upper 95% limit of {name}", how)
    yield Column(f"{name}_mcse", unit, 0.0, math.inf, f"Monte Carlo standard error of {name}", "over replicates")


def _declare() -> Iterator[Column]:
    unit_interval, difference = Interval(0.0, 1.0), Interval(-1.0, 1.0)
    yield Column("layer", "", -math.inf, math.inf, "legal layer of the friendly policy", "rule, guidance or statute")
    yield Column("foresight", "share", 0.0, 1.0, "how far parties read polls as projected (f)", "polls.foresight")
    yield Column("visibility", "share", 0.0, 1.0, "how visible the stake is to its holder (v)", "assigned")
    yield Column("breadth", "share of voters", 0.0, 1.0, "share of voters who hold a stake (b)", "assigned")
    yield Column("allocation", "share of balance", 0.0, 1.0, "share of the account held in crypto", "assigned")
    yield Column("arm", "", -math.inf, math.inf, "name of the arm", "unique within the study")
    yield Column("voters", "persons", 1.0, math.inf, "voters in each replicate", "assigned")
    yield Column("n", "replicates", 1.0, math.inf, "paired replicates behind the row", "count")
    share = "share of replicates"
    for event, meaning in EVENTS.items():
        yield from _estimate_columns(
            f"p_{event}",
            share,
            unit_interval,
            f"P({printed_name(event)}): {meaning}",
            f"mean of {event}",
            "Wilson (1927)",
        )
    for event in DIFFERENCED_EVENTS:
        name, how = f"rd_{event}", "Newcombe (1998), method 10, paired"
        meaning = f"risk difference of {printed_name(event)} against the zero-exposure arm"
        formula = f"mean over replicates of {event} minus {event} at breadth 0"
        yield from _estimate_columns(name, "probability", difference, meaning, formula, how)
        yield Column(
            f"{name}_p_value",
            "",
            0.0,
            1.0,
            f"p-value of no difference in {printed_name(event)}",
            "exact McNemar (1947)",
        )
    for event in BANDED_EVENTS:
        name, how = f"rd_{event}", "maximum of |t| over the panel's doses, Tango (1998) limits"
        for side, word in (("low", "lower"), ("high", "upper")):
            meaning = f"{word} limit of the simultaneous 95% band of {name}"
            yield Column(f"{name}_band_{side}", "probability", *difference, meaning, how)
    for event in BANDED_EVENTS:
        name, bounds = f"risk_ratio_{event}", Interval(0.0, math.inf)
        meaning = (
            f"risk ratio of {printed_name(event)} against the zero-exposure arm; empty where it never happens there"
        )
        formula, how = f"p_{event} / p_{event} at breadth 0", "percentile bootstrap over replicates"
        yield from _estimate_columns(name, "ratio", bounds, meaning, formula, how)
    for name, mean in MEANS.items():
        bounds, how = Interval(mean.low, mean.high), "Student t interval over replicates"
        meaning = f"mean {name}: {mean.meaning}"
        # Unlike a score interval, a t interval may reach beyond the range of its estimate.
        yield from _estimate_columns(name, mean.unit, bounds, meaning, f"mean of {name}", how, UNBOUNDED)
        wide = Interval(mean.low - mean.high, mean.high - mean.low)
        meaning = f"paired difference of {name} against the zero-exposure arm"
        formula = f"mean over replicates of {name} minus {name} at breadth 0"
        yield from _estimate_columns(f"{name}_difference", mean.unit, wide, meaning, formula, how, UNBOUNDED)


COLUMNS: tuple[Column, ...] = tuple(_declare())

PRINTED_COLUMNS: tuple[str, ...] = (
    *("visibility", "breadth", "n", "p_attempted", "p_restricted", "p_reversed"),
    *("rd_restricted", "rd_restricted_low", "rd_restricted_high", "rd_restricted_mcse"),
    *("rd_reversed", "rd_reversed_low", "rd_reversed_high", "rd_reversed_mcse"),
    *("severity", "severity_mcse", "gap", "gap_mcse", "mean_policy", "mean_policy_mcse"),
)
"""The columns that fit a terminal; the file holds all of COLUMNS."""


@dataclass(frozen=True)
class PrimaryContrast:
    """The declared contrasts of one visibility, breadth against zero, with their verdicts.

    verdict: of version one, back to extreme care and restricted; with_severity: of version two, severity too.
    """

    visibility: float
    breadth: float
    reversed: PairedDifference
    restricted: PairedDifference
    severity: MeanDifference
    verdict: Verdict
    with_severity: Verdict


def _some(items: list[str]) -> str:
    return ", ".join(items[:10]) + (f" and {len(items) - 10} more" if len(items) > 10 else "")


def _checked(frame: pd.DataFrame) -> None:
    """Raise ValueError for a frame that is not complete and valid.

    Invalid: absent columns, no rows, NaN, infinite values, events other than 0 and 1, and duplicate rows.
    """
    absent = [name for name in REQUIRED if name not in frame.columns]
    if absent:
        raise ValueError(f"the frame of runs lacks the columns {_some(absent)}")
    if frame.empty:
        raise ValueError("the frame of runs has no rows")

    def refuse(wrong: pd.Series | np.ndarray, what: str) -> None:
        positions = np.flatnonzero(np.asarray(wrong))
        if positions.size:
            rows = frame.iloc[positions]
            keys = zip(rows["replicate"], rows["arm"], strict=True)
            raise ValueError(f"{what}: {_some([f'(replicate {replicate}, arm {arm})' for replicate, arm in keys])}")

    for name in REQUIRED:
        refuse(frame[name].isna(), f"{name} is missing (NaN)")
        if name not in ("arm", "layer"):
            refuse(~np.isfinite(frame[name].to_numpy(dtype=float)), f"{name} is infinite")
    for name in EVENTS:
        refuse(~frame[name].isin((0, 1)), f"{name} is neither 0 nor 1")
    refuse(frame.duplicated(["replicate", "arm"]), "doubled rows")


def _arms(frame: pd.DataFrame, layer: str, foresight: float | None) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the zero-exposure arm and the other arms of a layer and foresight, sorted by replicate and complete.

    foresight: None stands for the frame's only value.
    """
    _checked(frame)
    rows = frame[frame["layer"] == layer]
    if rows.empty:
        raise ValueError(f"no runs of layer {layer!r}; the frame holds {sorted(frame['layer'].unique())}")
    held = [float(value) for value in sorted(rows["foresight"].unique())]
    if foresight is None and len(held) > 1:
        raise ValueError(f"the frame holds several values of foresight, tabulate one at a time: {held}")
    if foresight is not None:
        rows = rows[rows["foresight"] == foresight]
    if rows.empty:
        raise ValueError(f"no runs of foresight {foresight:g}; the frame holds {held}")
    replicates = set(rows["replicate"])
    arms: list[pd.DataFrame] = []
    missing: list[str] = []
    for name, arm in rows.groupby("arm", sort=True):
        changing = [column for column in (*TREATMENTS, "voters") if arm[column].nunique() != 1]
        if changing:
            raise ValueError(f"arm {name} is not one treatment: {_some(changing)} differ between its replicates")
        missing += [f"(replicate {gone}, arm {name})" for gone in sorted(replicates - set(arm["replicate"]))]
        arms.append(arm.sort_values("replicate"))
    if missing:
        raise ValueError(f"missing rows: {_some(missing)}")
    zero = [arm for arm in arms if arm["breadth"].iloc[0] == 0.0]
    if len(zero) != 1:
        raise ValueError(f"layer {layer!r} needs exactly one arm at breadth 0, found {len(zero)}")
    return zero[0], [arm for arm in arms if arm["breadth"].iloc[0] != 0.0]


def _panels(zero: pd.DataFrame, exposed: list[pd.DataFrame]) -> dict[float, list[pd.DataFrame]]:
    """Group the exposed arms by visibility (highest first), each panel sorted by breadth."""
    panels: dict[float, list[pd.DataFrame]] = {}
    for arm in sorted(exposed, key=lambda arm: (-float(arm["visibility"].iloc[0]), float(arm["breadth"].iloc[0]))):
        panel = panels.setdefault(float(arm["visibility"].iloc[0]), [])
        if panel and panel[-1]["breadth"].iloc[0] == arm["breadth"].iloc[0]:
            both = f"{panel[-1]['arm'].iloc[0]} and {arm['arm'].iloc[0]}"
            raise ValueError(f"arms {both} share visibility and breadth: tabulate one allocation at a time")
        panel.append(arm)
    # Without an exposed arm the control is the only row, under its own visibility.
    return panels or {float(zero["visibility"].iloc[0]): []}


def arms_by_foresight(
    frame: pd.DataFrame, layer: str
) -> dict[float, tuple[pd.DataFrame, dict[float, list[pd.DataFrame]]]]:
    """Return, for each foresight, the zero-exposure arm and the exposed arms by visibility; sorted by replicate."""
    arms = {}
    for foresight in sorted(frame.loc[frame["layer"] == layer, "foresight"].unique()):
        zero, exposed = _arms(frame, layer, float(foresight))
        arms[float(foresight)] = zero, _panels(zero, exposed)
    return arms


def _band(panel: list[pd.DataFrame], zero: pd.DataFrame, event: str, seed: int) -> Band:
    control = zero[event].to_numpy(dtype=float)
    differences = np.column_stack([arm[event].to_numpy(dtype=float) - control for arm in panel])
    return max_t_band(differences, rng=np.random.default_rng(seed))


def _row(arm: pd.DataFrame, zero: pd.DataFrame, visibility: float, seed: int) -> dict[str, object]:
    """Return a row of the table without the simultaneous bands."""
    n = len(arm)
    row: dict[str, object] = {name: arm[name].iloc[0] for name in ("layer", "foresight", *TREATMENTS, "arm", "voters")}
    row |= {"visibility": visibility, "n": n}

    def put(name: str, estimate: float, low: float, high: float, error: float) -> None:
        row.update({name: estimate, f"{name}_low": low, f"{name}_high": high, f"{name}_mcse": error})

    for event in EVENTS:
        happened = int(arm[event].sum())
        put(f"p_{event}", happened / n, *wilson(happened, n), monte_carlo_error_of_proportion(happened / n, n))
    for event in DIFFERENCED_EVENTS:
        results = paired_risk_difference(arm[event].to_numpy(), zero[event].to_numpy())
        # The control against itself is 0 by definition, not an estimate with an error.
        limits = (0.0, 0.0, 0.0) if arm is zero else (results.low, results.high, results.monte_carlo_error)
        put(f"rd_{event}", results.estimate, *limits)
        row[f"rd_{event}_p_value"] = results.p_value
    for event in BANDED_EVENTS:
        rng = np.random.default_rng(seed)
        ratio: RiskRatio = risk_ratio(arm[event].to_numpy(), zero[event].to_numpy(), rng=rng)
        put(f"risk_ratio_{event}", *ratio)
    for name in MEANS:
        values, control = arm[name].to_numpy(dtype=float), zero[name].to_numpy(dtype=float)
        put(name, float(values.mean()), *mean_interval(values), monte_carlo_error_of_mean(values))
        mean = paired_mean_difference(values, control)
        limits = (0.0, 0.0, 0.0) if arm is zero else (mean.low, mean.high, mean.monte_carlo_error)
        put(f"{name}_difference", mean.estimate, *limits)
    return row


def dose_response(
    frame: pd.DataFrame, layer: str = "rule", seed: int = BOOTSTRAP_SEED, foresight: float | None = None
) -> pd.DataFrame:
    """Tabulate a frame of runs: one row per (visibility, breadth) of a legal layer, with the columns of `COLUMNS`.

    frame: one row per (replicate, arm), the columns of `REQUIRED`; others are ignored. Rows are sorted by visibility
    (highest first) and breadth; the zero-exposure arm, the control of every visibility, appears once per visibility.
    foresight: of the arms; None if the frame holds one value. seed: of bootstrap and bands alone; equal frames and
    seeds give equal tables, in any order of the rows.

    Raises ValueError, with names, for missing columns, missing or duplicate (replicate, arm) rows, NaN, events other
    than 0 and 1, arms that mix treatments, and where there is not exactly one arm at breadth 0.
    """
    zero, exposed = _arms(frame, layer, foresight)
    rows: list[dict[str, object]] = []
    for visibility, panel in _panels(zero, exposed).items():
        panel_rows = [_row(arm, zero, visibility, seed) for arm in (zero, *panel)]
        for event in BANDED_EVENTS:
            name = f"rd_{event}_band"
            panel_rows[0] |= {f"{name}_low": 0.0, f"{name}_high": 0.0}
            if panel:
                band = _band(panel, zero, event, seed)
                for row, low, high in zip(panel_rows[1:], band.low, band.high, strict=True):
                    row |= {f"{name}_low": float(low), f"{name}_high": float(high)}
        rows += panel_rows
    return pd.DataFrame(rows, columns=[column.name for column in COLUMNS])


def primary_contrast(
    frame: pd.DataFrame,
    breadth: float = PRIMARY_BREADTH,
    layer: str = "rule",
    margin: float = 0.05,
    foresight: float | None = None,
) -> dict[float, PrimaryContrast]:
    """Return the declared contrast, `breadth` against 0, of every visibility (highest first), keyed by visibility.

    Each visibility is a family of its own: v = 1 is the declared upper bound, the default sleeve is reported too.
    Raises ValueError as `dose_response` does, and where a visibility has no arm at that breadth.
    """
    zero, exposed = _arms(frame, layer, foresight)
    contrasts: dict[float, PrimaryContrast] = {}
    for visibility, panel in _panels(zero, exposed).items():
        arm = next((arm for arm in panel if math.isclose(arm["breadth"].iloc[0], breadth, abs_tol=1e-9)), None)
        if arm is None:
            tested = [float(arm["breadth"].iloc[0]) for arm in panel]
            raise ValueError(f"visibility {visibility:g} has no arm at breadth {breadth:g}; tested: {tested}")
        events: dict[str, PairedDifference] = {
            event: paired_risk_difference(arm[event].to_numpy(), zero[event].to_numpy())
            for event in ("reversed", "restricted")
        }
        severity = paired_mean_difference(arm["severity"].to_numpy(), zero["severity"].to_numpy())
        of_version_one: dict[str, Difference] = {printed_name(event): results for event, results in events.items()}
        contrasts[visibility] = PrimaryContrast(
            visibility,
            breadth,
            **events,
            severity=severity,
            verdict=verdict(of_version_one, margin),
            with_severity=verdict(of_version_one | {printed_name("severity"): severity}, margin),
        )
    return contrasts


def smallest_doses(
    frame: pd.DataFrame,
    event: str = "reversed",
    layer: str = "rule",
    threshold: float = -0.10,
    seed: int = BOOTSTRAP_SEED,
    foresight: float | None = None,
) -> dict[float, SmallestDose]:
    """Return the smallest breadth that reaches the threshold (default x10), by visibility with an exposed arm.

    The interval comes from the same simultaneous band as the table. Raises ValueError as `dose_response` does.
    """
    zero, exposed = _arms(frame, layer, foresight)
    results: dict[float, SmallestDose] = {}
    for visibility, panel in _panels(zero, exposed).items():
        if panel:
            band = _band(panel, zero, event, seed)
            breadths = [float(arm["breadth"].iloc[0]) for arm in panel]
            results[visibility] = smallest_dose_reaching(breadths, band.estimates, band, threshold)
    return results
