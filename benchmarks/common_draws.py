"""Replicates needed for a Monte Carlo error of .01 on the exposure contrast: common draws against independent seeds.

    python benchmarks/common_draws.py

The contrast is that of the exposure study (breadth .3 against 0, fully visible, calibrated). Common draws: both arms of
a replicate have the same people, shocks and poll panels. Independent seeds: the control arm comes from replicates with
other numbers (after the last one), which share no draw with the exposed arm. A replicate is two arms in both designs,
so that equal numbers of replicates cost equal time. Intervals: percentile bootstrap over replicates; pairs and shifted
controls are resampled separately, as they were drawn.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.model.parameters.presets import preset

EVENTS = ("reversed", "restricted")
Floats = NDArray[np.float64]


class Needed(NamedTuple):
    """Replicates needed with common draws and with independent seeds, and their ratio."""

    common: Floats
    independent: Floats

    @property
    def ratio(self) -> Floats:
        """Return replicates needed with independent draws over those with common draws."""
        with np.errstate(divide="ignore"):
            return self.independent / self.common


def needed(exposed: Floats, control: Floats, other: Floats, error: float) -> Needed:
    """Return the variance of a replicate's difference over the squared error; replicates along the last axis."""
    paired = np.var(exposed - control, axis=-1, ddof=1)
    apart = np.var(exposed - other, axis=-1, ddof=1)
    return Needed(paired / error**2, apart / error**2)


def bootstrap(exposed: Floats, control: Floats, other: Floats, error: float, resamples: int, seed: int) -> Needed:
    """Return `needed` for resampled replicates."""
    rng = np.random.default_rng(seed)
    n = exposed.size
    pairs, others = rng.integers(n, size=(resamples, n)), rng.integers(n, size=(resamples, n))
    return needed(exposed[pairs], control[pairs], other[others], error)


def run(replicates: int, voters: int, seed: int, breadth: float, visibility: float) -> dict[str, dict[str, Floats]]:
    """Return events of a replicate's exposed and control arms, and of the control arm of another replicate."""
    pair = StressDesign(breadths=(0.0, breadth), visibilities=(visibility,), layers=(), returning=False)
    single = pair._replace(breadths=(0.0,))
    p = preset("calibrated").with_values({"electorate.voters": voters})
    found: dict[str, dict[str, list[float]]] = {
        event: {arm: [] for arm in ("exposed", "control", "other")} for event in EVENTS
    }
    for replicate in range(replicates):
        control, exposed = run_replicate(p, pair, seed, replicate).runs
        (other,) = run_replicate(p, single, seed, replicates + replicate).runs
        for event in EVENTS:
            for arm, row in (("exposed", exposed), ("control", control), ("other", other)):
                found[event][arm].append(float(row[event]))
        if (replicate + 1) % 50 == 0:
            print(f"{replicate + 1} of {replicates}", file=sys.stderr, flush=True)
    return {event: {arm: np.array(values) for arm, values in arms.items()} for event, arms in found.items()}


def interval(values: Floats) -> str:
    """Return the percentile interval as text; infinite if its end is a resample without a discordant pair."""
    low, high = np.quantile(values, (0.025, 0.975), method="nearest")
    return f"[{low:,.0f}, {high:,.0f}]" if high >= 100.0 else f"[{low:.2f}, {high:.2f}]"


def main() -> None:
    """Run, and print one row per outcome."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=300)
    parser.add_argument("--voters", type=int, default=1000)
    parser.add_argument("--breadth", type=float, default=0.3)
    parser.add_argument("--visibility", type=float, default=1.0)
    parser.add_argument("--error", type=float, default=0.01, help="Monte Carlo standard error of the difference.")
    parser.add_argument("--resamples", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20250807)
    given = parser.parse_args()
    started = time.process_time()
    found = run(given.replicates, given.voters, given.seed, given.breadth, given.visibility)
    spent = time.process_time() - started
    print(
        f"{datetime.date.today()}, breadth {given.breadth:g} against 0, v = {given.visibility:g}, calibrated, "
        f"{given.replicates} replicates of {given.voters:,} voters, seed {given.seed}, {spent:.0f} s of processor time"
    )
    print(f"replicates for a Monte Carlo error of {given.error:g}, [95% bootstrap]\n")
    print("| outcome | p(0) | difference | correlation | common draws | independent seeds | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for event, arms in found.items():
        exposed, control, other = arms["exposed"], arms["control"], arms["other"]
        if np.var(exposed - control) == 0.0:
            print(f"| {event} | every pair agrees: the ratio is not defined |")
            continue
        here = needed(exposed, control, other, given.error)
        again = bootstrap(exposed, control, other, given.error, given.resamples, given.seed)
        print(
            f"| {event} | {control.mean():.3f} | {np.mean(exposed - control):+.3f} | "
            f"{np.corrcoef(exposed, control)[0, 1]:.2f} | {here.common:,.0f} {interval(again.common)} | "
            f"{here.independent:,.0f} {interval(again.independent)} | {here.ratio:.2f} {interval(again.ratio)} |"
        )


if __name__ == "__main__":
    main()
