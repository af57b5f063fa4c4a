"""Files of a calibration: the region, the waves, the targets, the ranges of the inputs, and the studies that go on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..reporting.figures.pair_plot import pair_plot
from ..storage.atomic_files import remove_file, replaced_atomically
from ..storage.checksums import renewed_checksums
from .implausibility import largest
from .inputs import Reals
from .next_studies import write_matched_prior, write_sobol
from .request import Calibration
from .wave_studies import LeftOut
from .waves import INTERVAL, Matched, Range

PAIRED = 6
"""Inputs of the pair plot: those narrowed most."""
FILES = {
    "region.csv": "the draws not ruled out: inputs, estimates, Monte Carlo errors, implausibilities",
    "waves.csv": "the waves: points, and the share of the prior not ruled out",
    "targets-table.csv": "the targets: range of the model over prior and region, and what each rules out",
    "ranges.csv": "the inputs: range over prior and region, the most narrowed first",
    "pair-plot.svg": "the most narrowed inputs in pairs (also png and csv)",
    "matched-prior.toml": "study: the effect over the region (prior-mass)",
    "sobol-matched.toml": "study: Sobol' indices over the box around the region",
}
_ONLY_WITH_DRAWS = ("matched-prior.toml", "matched-prior.csv", "sobol-matched.toml")
_ONLY_WITH_PAIRS = ("pair-plot.svg", "pair-plot.png", "pair-plot.csv")
_PAIRS = 2


def kept_draws(matched: Matched, left_out: Mapping[int, LeftOut]) -> list[int]:
    """Return the places, among all simulated points, of the draws not ruled out that have results of their own."""
    numbers = _numbers(matched)
    return [
        place
        for place in np.flatnonzero(matched.kept).tolist()
        if numbers[place] not in left_out[int(matched.wave[place])].numbers
    ]


def _numbers(matched: Matched) -> list[int]:
    """Return the number of each simulated point within its wave, from 0; waves follow each other."""
    first = np.searchsorted(matched.wave, matched.wave)
    numbers: list[int] = (np.arange(len(matched.wave)) - first).tolist()
    return numbers


def passed(matched: Matched, left_out: Mapping[int, LeftOut], wave: int) -> int:
    """Return how many draws of a wave pass every target by their own simulation."""
    own = (largest(matched.own) <= matched.cutoff)[matched.wave == wave]
    return sum(bool(passes) for number, passes in enumerate(own) if number not in left_out[wave].numbers)


def region_table(matched: Matched, left_out: Mapping[int, LeftOut]) -> pd.DataFrame:
    """Return a row for each draw not ruled out."""
    kept, names = kept_draws(matched, left_out), [target.name for target in matched.targets]
    numbers = _numbers(matched)
    columns: dict[str, Any] = {
        "wave": [int(matched.wave[place]) for place in kept],
        "draw": [numbers[place] for place in kept],
    }
    columns |= {each.name: [matched.values[place][each.name] for place in kept] for each in matched.inputs}
    for what, table in (("estimate", matched.estimates), ("error", matched.errors), ("implausibility", matched.own)):
        columns |= {f"{what} {name}": table[kept, k] for k, name in enumerate(names)}
    return pd.DataFrame(columns)


def waves_table(matched: Matched, left_out: Mapping[int, LeftOut]) -> pd.DataFrame:
    """Return a row for each wave.

    passed: draws that pass every target by their own simulation. worst_check: largest root mean square of an
    emulator's standardised errors.
    """
    return pd.DataFrame(
        [
            {
                "wave": wave.number,
                "points": wave.points,
                "by_small_moves": wave.moved,
                "refused": len(left_out[wave.number].refused),
                "failed": len(left_out[wave.number].failed),
                "passed": passed(matched, left_out, wave.number),
                "share_not_ruled_out": wave.share,
                "share_error": wave.error,
                "prior_draws": wave.draws,
                "worst_check": max((check.rms for check in wave.checks if check is not None), default=np.nan),
            }
            for wave in matched.waves
        ]
    )


def targets_table(matched: Matched, left_out: Mapping[int, LeftOut]) -> pd.DataFrame:
    """Return a row for each target: the record, the model over prior and region (5% to 95%), and what it rules out."""
    kept, first = kept_draws(matched, left_out), np.flatnonzero(matched.wave == 1)
    rows = []
    for k, (target, role) in enumerate(zip(matched.targets, matched.rules_out, strict=True)):
        prior_low, prior_high = _interval(matched.estimates[first, k])
        low, high = _interval(matched.estimates[kept, k])
        rows.append(
            {
                **{"target": target.name, "value": target.value, "error": target.error},
                **{"discrepancy": target.discrepancy, "prior_low": prior_low, "prior_high": prior_high},
                **{"region_low": low, "region_high": high, "rules_out": role.alone, "only_it": role.only},
                **{"nearest": role.nearest, "measured": role.measured, "can_be_met": int(role.matchable)},
                "source": target.source,
            }
        )
    return pd.DataFrame(rows)


def _interval(values: Reals) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, INTERVAL).tolist() if known.size else (np.nan, np.nan)
    return low, high


def by_narrowing(matched: Matched) -> list[Range]:
    """Return the ranges of the inputs, the most narrowed first."""
    return sorted(matched.ranges, key=lambda each: (-np.nan_to_num(each.narrowed, nan=-np.inf), each.name))


def write_outputs(out: Path, asked: Calibration, matched: Matched, left_out: Mapping[int, LeftOut]) -> list[Path]:
    """Write every file of a calibration and its checksums; return the files that the answer names.

    Studies need a draw, the pair plot two; without them older ones are removed.
    """
    kept = kept_draws(matched, left_out)
    tables = {
        "region.csv": region_table(matched, left_out),
        "waves.csv": waves_table(matched, left_out),
        "targets-table.csv": targets_table(matched, left_out),
        "ranges.csv": pd.DataFrame([each._asdict() for each in by_narrowing(matched)]),
    }
    with renewed_checksums(out):
        for name, table in tables.items():
            with replaced_atomically(out / name) as stream:
                table.to_csv(stream, index=False, lineterminator="\n")
        if kept:
            draws = [matched.values[place] for place in kept]
            write_matched_prior(out, asked, draws)
            write_sobol(out, asked, draws)
        if len(kept) >= _PAIRS:
            draw_pairs(out, matched, kept)
        gone = (_ONLY_WITH_DRAWS if not kept else ()) + (_ONLY_WITH_PAIRS if len(kept) < _PAIRS else ())
        for name in gone:
            remove_file(out / name)
    return [out / name for name in FILES if (out / name).exists()]


def draw_pairs(out: Path, matched: Matched, kept: list[int]) -> None:
    """Draw the most narrowed inputs in pairs."""
    names = [each.name for each in by_narrowing(matched)[:PAIRED]]
    log = [each.name for each in matched.inputs if each.log and each.name in names]
    table = pd.DataFrame({name: [values[name] for values in matched.values] for name in names})
    table["not_ruled_out"] = np.isin(np.arange(len(table)), kept).astype(int)
    ranges = {each.name: (each.low, each.high) for each in matched.inputs}
    pair_plot(table, out, [ranges[name] for name in names], log)
