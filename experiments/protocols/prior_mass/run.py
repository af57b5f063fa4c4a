"""One draw from the prior: the baseline recalibrated with the agenda cost alone, then paired arms on common draws."""

from __future__ import annotations

from typing import Any, NamedTuple

from ....agents.draws import draws_of
from ....agents.numerics.ordered_sum import ordered_sum
from ....model.fast_forward import advance
from ....model.parameters.tree import Parameters
from ....model.population.builder import build_population
from ....model.state import WorldState
from ..stress_test.run import friendly_term, measure, takeover, with_dose
from .design import PriorMassDesign

FITTED = "party.agenda_cost"


class Calibrated(NamedTuple):
    """The agenda cost chosen, P(restricted) at it on the calibration replicates, the number of costs tried, success."""

    cost: float
    share: float
    tried: int
    inside: bool


def _opposed(past: WorldState, p: Parameters, zero: WorldState) -> WorldState:
    world = takeover(past, "opponent", zero).fork(p)
    advance(world, p.institutions.term_months)
    return world


def share_restricted(p: Parameters, pasts: list[WorldState]) -> float:
    """Return P(restricted | opposed government, zero exposure) over worlds at takeover.

    pasts: these worlds; policy was held until takeover.
    """
    return ordered_sum(measure(_opposed(past, p, past)).restricted for past in pasts) / len(pasts)


def calibrate(p: Parameters, pasts: list[WorldState], design: PriorMassDesign) -> Calibrated:
    """Find an agenda cost with P(restricted) inside the band, by bisection on common draws.

    The ends of the range come before the bisection: where restriction stays too rare at the lowest cost or too common
    at the highest, no cost reaches the band and `inside` is False. On common draws restriction falls with its cost, up
    to the noise of few replicates; a bisection that misses the band within its steps also ends with False.
    """
    low, high = design.costs
    tried = 0

    def at(cost: float) -> Calibrated:
        nonlocal tried
        tried += 1
        share = share_restricted(p.with_values({FITTED: cost}), pasts)
        return Calibrated(cost, share, tried, design.band[0] <= share <= design.band[1])

    own = at(min(max(p.party.agenda_cost, low), high))
    if own.inside:
        return own
    end = at(low if own.share < design.band[0] else high)
    if end.inside:
        return end
    if (end.share < design.band[0]) == (own.share < design.band[0]):
        return end
    low, high = sorted((own.cost, end.cost))
    for _ in range(design.steps):
        trial = at((low + high) / 2.0)
        if trial.inside:
            return trial
        if trial.share > design.band[1]:
            low = trial.cost
        else:
            high = trial.cost
    return trial


def run_prior_draw(parameters: Parameters, design: PriorMassDesign, seed: int, number: int) -> list[dict[str, Any]]:
    """Run one draw; return one row with the counts of its pairs for `reversed` and `restricted`.

    Replicates are those of `seed`, the same in every draw. A draw that cannot be calibrated also runs, at the last cost
    tried, and is marked.
    """
    base = with_dose(parameters, 0.0, design.visibility)
    pasts = []
    populations = []
    for replicate in range(design.replicates):
        populations.append(build_population(base, draws_of(seed, replicate)))
        pasts.append(friendly_term(base, seed, replicate, populations[-1]))
    baseline = calibrate(base, pasts[: design.calibration_replicates], design)
    zero_p = base.with_values({FITTED: baseline.cost})
    exposed_p = with_dose(zero_p, design.breadth, design.visibility)
    counts = {f"{event}_{cell}": 0 for event in ("reversed", "restricted") for cell in ("both", "gained", "lost")}
    for replicate, past in enumerate(pasts):
        control = measure(_opposed(past, zero_p, past))
        dosed = friendly_term(exposed_p, seed, replicate, populations[replicate], past)
        treated = measure(_opposed(dosed, exposed_p, past))
        for event in ("reversed", "restricted"):
            in_treated, in_control = getattr(treated, event), getattr(control, event)
            counts[f"{event}_both"] += in_treated * in_control
            counts[f"{event}_gained"] += in_treated * (1 - in_control)
            counts[f"{event}_lost"] += (1 - in_treated) * in_control
    return [
        {
            **{"replicate": number, "arm": "draw", "seed": seed, "n": design.replicates, "agenda_cost": baseline.cost},
            **{"calibration_share": baseline.share, "costs_tried": baseline.tried, "calibrated": int(baseline.inside)},
            **counts,
        }
    ]
