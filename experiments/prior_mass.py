"""Prior mass: how much of what the assumptions allow is a moat, how much is nothing, how much is a trapdoor.

Every swept parameter and every assumed one with a finite range is drawn at once from a Latin hypercube; inside each
draw the baseline is recalibrated with the agenda cost alone and the arms are paired. Each draw's risk difference
carries Monte Carlo noise, which spreads the distribution of estimates beyond that of the differences themselves; both
shares are given, see `deconvolution`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from .columns import Column
from .complete import refuse_incomplete, some
from .deconvolution import REGIONS, raw_shares, smoothed_shares
from .errors import UserError
from .intervals import Floats

if TYPE_CHECKING:
    from ..model.parameters import Parameters
    from .prior_mass_protocol import PriorMassDesign

TASK = "political_moat.experiments.prior_mass_task:run_prior_task"
ASIDE = ("electorate.voters", "employer.employers", "party.agenda_cost")
"""Not drawn: the resolution of the computation is no belief, and the agenda cost is fitted inside each draw."""
LOG_FROM = 8.0
"""A positive range whose ends differ by this factor or more is drawn on the log scale, else uniformly."""
BOOTSTRAP = 200
_ANY = (-math.inf, math.inf)
PRIOR_MASS_COLUMNS: tuple[Column, ...] = (
    Column("outcome", "", *_ANY, "event whose risk difference is counted", "reversed or restricted"),
    Column("region", "", *_ANY, "below -.05, within +-.05, or above .05", "risk difference of a draw"),
    Column("share", "share of the prior", 0.0, 1.0, "share of draws whose difference lies there", "NPMLE of the noise"),
    Column("error", "share of the prior", 0.0, 1.0, "its standard error, both sources", "bootstrap of draws and pairs"),
    Column("raw_share", "share of draws", 0.0, 1.0, "share of draws whose estimate lies there", "count"),
    Column(
        "raw_error", "share of draws", 0.0, 1.0, "its standard error from sampling draws", "sqrt(p (1 - p) / draws)"
    ),
    Column("noise_error", "share of draws", 0.0, 1.0, "its sd from Monte Carlo noise alone", "pairs drawn anew"),
    Column("draws", "draws", 1.0, math.inf, "draws with a calibrated baseline", "count"),
    Column("left_out", "draws", 0.0, math.inf, "draws that no agenda cost in its range calibrates", "count"),
    Column("replicates", "replicates", 1.0, math.inf, "paired replicates of each draw", "count"),
)


class PriorRange(NamedTuple):
    """What one parameter is drawn from: its declared plausible range, on a linear or log scale."""

    name: str
    low: float
    high: float
    scale: str
    whole: bool

    def at(self, share: float) -> float | int:
        """Value at a quantile in [0, 1)."""
        if self.whole:
            return math.floor(self.low + share * (self.high - self.low + 1.0))
        if self.scale == "log":
            return float(self.low * (self.high / self.low) ** share)
        return float(self.low + share * (self.high - self.low))


def prior_ranges(parameters: Parameters) -> list[PriorRange]:
    """Every parameter that is swept, or assumed with a finite range; levers are treatments and stay as set."""
    from ..model.parameters import describe

    found = []
    for one in describe(parameters):
        known = one.known
        uncertain = known.role == "swept" or (known.status == "assumed" and known.role == "input")
        number = isinstance(one.default, int | float) and not isinstance(one.default, bool)
        if one.name in ASIDE or not uncertain or not number or not math.isfinite(known.low + known.high):
            continue
        whole = isinstance(one.default, int)
        wide = not whole and known.low > 0.0 and known.high / known.low >= LOG_FROM
        found.append(PriorRange(one.name, known.low, known.high, "log" if wide else "linear", whole))
    return found


def prior_draws(ranges: Sequence[PriorRange], draws: int, seed: int) -> list[dict[str, float | int]]:
    """Latin hypercube over the ranges (McKay, Beckman & Conover 1979): values by name, one dict for each draw."""
    from scipy.stats import qmc

    shares = qmc.LatinHypercube(len(ranges), seed=seed).random(draws)
    values = [{one.name: one.at(share) for one, share in zip(ranges, row, strict=True)} for row in shares.tolist()]
    return [in_order(one) for one in values]


def in_order(values: dict[str, float | int]) -> dict[str, float | int]:
    """The draw with the ends of a span exchanged where NAME_latest came out below NAME_soonest.

    >>> in_order({"a.soonest_x": 1.0, "a.court_soonest": 5.0, "a.court_latest": 3.0})
    {'a.soonest_x': 1.0, 'a.court_soonest': 3.0, 'a.court_latest': 5.0}
    """
    found = dict(values)
    for name, value in values.items():
        latest = name.removesuffix("_soonest") + "_latest"
        if name.endswith("_soonest") and latest in values and values[latest] < value:
            found[name], found[latest] = values[latest], value
    return found


def counts_of(frame: pd.DataFrame, event: str) -> Floats:
    """Counts (gained, lost, n) of every calibrated draw, shape (draws, 3), in the order of the draws."""
    columns = [f"{event}_gained", f"{event}_lost", "n"]
    refuse_incomplete(frame, ["replicate", "calibrated", *columns])
    kept = frame[frame["calibrated"] == 1].sort_values("replicate")
    return kept[columns].to_numpy(dtype=np.float64)


def prior_mass_table(
    frame: pd.DataFrame, events: Sequence[str] = ("reversed", "restricted"), margin: float = 0.05, seed: int = 0
) -> pd.DataFrame:
    """The three shares of the prior with their errors, PRIOR_MASS_COLUMNS; frame: one row for each draw.

    `share` takes the Monte Carlo noise of each draw's own pairs out (nonparametric maximum likelihood of the
    distribution of differences, Kiefer & Wolfowitz 1956); its error resamples draws, and within them nothing more,
    since a draw's counts already carry their noise. `raw_share` counts estimates as they are. Raises UserError for
    missing values, and where no draw could be calibrated.
    """
    rows = []
    for event in events:
        counts = counts_of(frame, event)
        if len(counts) == 0:
            raise UserError("no draw could be calibrated, so there is no prior mass to share out")
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
    """The same draws with their pairs sampled again: what Monte Carlo noise alone would do."""
    fresh = counts.copy()
    for place, (gained, lost, n) in enumerate(counts):
        fresh[place, :2] = rng.multinomial(int(n), [gained / n, lost / n, max(0.0, 1.0 - (gained + lost) / n)])[:2]
    return fresh


def run_prior_mass(
    parameters: Parameters,
    out: Path,
    *,
    design: PriorMassDesign | None = None,
    draws: int = 200,
    seed: int = 20250807,
    workers: int = 1,
    quiet: bool = False,
) -> pd.DataFrame:
    """Run (or resume) all draws into a folder; writes prior_mass_draws.csv and prior_mass.csv, returns the table.

    The parameters that are drawn replace those of `parameters`; everything else (levers, voters, preset) stays.
    Raises UserError for too few draws or replicates, and for a folder that holds other results.
    """
    from .files import replaced_atomically
    from .prior_mass_protocol import PriorMassDesign as Design
    from .statements import write_codebook
    from .task_rows import run_rows

    chosen = design or Design()
    if draws < 2 or not 1 <= chosen.calibration_replicates <= chosen.replicates:
        raise UserError("prior mass needs two draws or more, and calibrates on 1 to all of the replicates of a draw")
    ranges = prior_ranges(parameters)
    values = prior_draws(ranges, draws, seed)
    request: dict[str, Any] = {
        **{"study": "prior-mass", "parameters": parameters.model_dump(), "draws": draws},
        **{"design": chosen._asdict(), "prior": [one._asdict() for one in ranges]},
    }
    payloads = {number: (parameters.with_values(one), chosen, seed, number) for number, one in enumerate(values)}
    frame, failed = run_rows(
        *(out, request, seed, payloads, TASK, ("draw",)), name="prior_mass_draws.csv", workers=workers, quiet=quiet
    )
    if failed:
        raise UserError("prior mass is not complete; run it again: " + some(failed))
    table = prior_mass_table(frame)
    with replaced_atomically(out / "prior_mass_draws.csv") as stream:
        pd.concat([frame, pd.DataFrame(values)], axis=1).to_csv(stream, index=False, lineterminator="\n")
    with replaced_atomically(out / "prior_mass.csv") as stream:
        table.to_csv(stream, index=False, lineterminator="\n")
    write_codebook(out)
    return table
