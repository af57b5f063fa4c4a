"""Prior mass: shares of the prior in which exposure lowers the risk, leaves it within the margin, or raises it.

Every swept parameter and every assumed one with a finite range is drawn at once from a Latin hypercube; inside each
draw the baseline is recalibrated with one number alone and the arms are paired. Each draw's risk difference
carries Monte Carlo noise, so estimates spread more widely than the differences themselves. The table has the shares of
both, see `deconvolution`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...errors import UserError
from ...statistics.deconvolution import REGIONS, raw_shares, smoothed_shares
from ...statistics.input_checks import refuse_incomplete
from ...statistics.intervals import Floats
from ...storage.columns import Column

BOOTSTRAP = 200
_ANY = (-math.inf, math.inf)
PRIOR_MASS_COLUMNS: tuple[Column, ...] = (
    Column(
        "outcome", "", *_ANY, "event whose risk difference is counted", "restricted, or reversed: back to extreme care"
    ),
    Column("region", "", *_ANY, "below -.05, within +-.05, or above .05", "risk difference of a draw"),
    Column("share", "share of the prior", 0.0, 1.0, "share of draws whose difference lies there", "NPMLE of the noise"),
    Column("error", "share of the prior", 0.0, 1.0, "its standard error, both sources", "bootstrap of draws and pairs"),
    Column("raw_share", "share of draws", 0.0, 1.0, "share of draws whose estimate lies there", "count"),
    Column(
        "raw_error", "share of draws", 0.0, 1.0, "its standard error from sampling draws", "sqrt(p (1 - p) / draws)"
    ),
    Column("noise_error", "share of draws", 0.0, 1.0, "its sd from Monte Carlo noise alone", "pairs resampled"),
    Column("draws", "draws", 1.0, math.inf, "draws with a calibrated baseline", "count"),
    Column("left_out", "draws", 0.0, math.inf, "draws that no value of the fitted parameter calibrates", "count"),
    Column("replicates", "replicates", 1.0, math.inf, "paired replicates of each draw", "count"),
)


def counts_of(frame: pd.DataFrame, event: str) -> Floats:
    """Return the counts (gained, lost, n) of every calibrated draw, shape (draws, 3), in the order of the draws."""
    columns = [f"{event}_gained", f"{event}_lost", "n"]
    refuse_incomplete(frame, ["point", "calibrated", *columns])
    kept = frame[frame["calibrated"] == 1].sort_values("point")
    return kept[columns].to_numpy(dtype=np.float64)


def prior_mass_table(
    frame: pd.DataFrame, events: Sequence[str] = ("reversed", "restricted"), margin: float = 0.05, seed: int = 0
) -> pd.DataFrame:
    """Return the three shares of the prior with their errors, PRIOR_MASS_COLUMNS; frame: one row for each draw.

    `share` removes the Monte Carlo noise of each draw's own pairs (nonparametric maximum likelihood of the distribution
    of differences, Kiefer & Wolfowitz 1956). Its error resamples draws and not their pairs, since a draw's counts
    already carry that noise. `raw_share` counts estimates as they are. Raises UserError for missing values, and where
    fewer than two draws could be calibrated.
    """
    rows = []
    for event in events:
        counts = counts_of(frame, event)
        if len(counts) < 2:
            none = "no draw could be calibrated" if len(counts) == 0 else "one draw alone could be calibrated"
            raise UserError(f"{none}, so there is no prior mass to share out")
        rng = np.random.default_rng(seed)
        raw = raw_shares(counts, margin)
        smooth = smoothed_shares(counts, margin)
        again = [smoothed_shares(counts[rng.integers(0, len(counts), len(counts))], margin) for _ in range(BOOTSTRAP)]
        noise = [raw_shares(_pairs_anew(counts, rng), margin) for _ in range(BOOTSTRAP)]
        for place, region in enumerate(REGIONS):
            rows.append(
                {
                    **{"outcome": event, "region": region.format(margin=margin), "share": smooth[place]},
                    **{"error": float(np.std(again, axis=0, ddof=1)[place]), "raw_share": raw[place]},
                    "raw_error": math.sqrt(raw[place] * (1.0 - raw[place]) / len(counts)),
                    "noise_error": float(np.std(noise, axis=0, ddof=1)[place]),
                    **{"draws": len(counts), "left_out": int((frame["calibrated"] == 0).sum())},
                    "replicates": int(frame["n"].max()),
                }
            )
    return pd.DataFrame(rows, columns=[column.name for column in PRIOR_MASS_COLUMNS])


def _pairs_anew(counts: Floats, rng: np.random.Generator) -> Floats:
    """Return the same draws with their pairs sampled again, to measure Monte Carlo noise alone."""
    fresh = counts.copy()
    for place, (gained, lost, n) in enumerate(counts):
        fresh[place, :2] = rng.multinomial(int(n), [gained / n, lost / n, max(0.0, 1.0 - (gained + lost) / n)])[:2]
    return fresh
