"""One draw from the prior: the baseline recalibrated with one number alone, then paired arms on common draws."""

from __future__ import annotations

from typing import Any, NamedTuple

from ....agents.numerics.ordered_sum import ordered_sum
from ....model.dated_events import with_past_changes
from ....model.fast_forward import advance
from ....model.parameters.tree import Parameters
from ....model.state import WorldState
from ..run_inputs import NO_INPUTS, RunInputs
from ..stress_test.run import friendly_term, measure, takeover, with_dose
from .design import DRAW, PriorMassDesign, search_of


class Calibrated(NamedTuple):
    """Fitted parameter, its value, P(restricted) there on the calibration replicates, values tried, success."""

    parameter: str
    value: float
    share: float
    tried: int
    inside: bool


def _opposed(past: WorldState, p: Parameters, zero: WorldState) -> WorldState:
    world = takeover(past, "opponent", zero).fork(with_past_changes(past, p))
    advance(world, p.institutions.term_months)
    return world


def share_restricted(p: Parameters, pasts: list[WorldState]) -> float:
    """Return P(restricted | opposed government, zero exposure) over worlds at takeover.

    pasts: these worlds; policy was held until takeover.
    """
    return ordered_sum(measure(_opposed(past, p, past)).restricted for past in pasts) / len(pasts)


def calibrate(p: Parameters, pasts: list[WorldState], design: PriorMassDesign) -> Calibrated:
    """Find a value of the fitted parameter with P(restricted) inside the band, by bisection on common draws.

    The ends of the range come before the bisection: where restriction stays too rare at the lowest value or too common
    at the highest, no value reaches the band and `inside` is False. On common draws restriction falls with the value,
    up to the noise of few replicates; a bisection that misses the band within its steps also ends with False. A given
    baseline is not searched for: the draw's own value counts as inside.
    """
    search = search_of(p, design.band)
    least, most = search.band
    tried = 0

    def at(value: float) -> Calibrated:
        nonlocal tried
        tried += 1
        share = share_restricted(p.with_values({search.parameter: value}), pasts)
        return Calibrated(search.parameter, value, share, tried, least <= share <= most)

    if design.keep_baseline:
        return at(p.values()[search.parameter])._replace(inside=True)
    own = at(min(max(p.values()[search.parameter], search.low), search.high))
    if own.inside:
        return own
    end = at(search.low if own.share < least else search.high)
    if end.inside:
        return end
    if (end.share < least) == (own.share < least):
        return end
    low, high = sorted((own.value, end.value))
    for _ in range(design.steps):
        trial = at(search.middle(low, high))
        if trial.inside:
            return trial
        if trial.share > most:
            low = trial.value
        else:
            high = trial.value
    return trial


def run_prior_draw(
    parameters: Parameters, design: PriorMassDesign, seed: int, number: int, inputs: RunInputs = NO_INPUTS
) -> list[dict[str, Any]]:
    """Run one draw; return one row with the counts of its pairs for `reversed` and `restricted`.

    Replicates are those of `seed`, the same in every draw. A draw that cannot be calibrated also runs, at the last
    value tried, and is marked.
    """
    base = with_dose(parameters, 0.0, design.visibility)
    events = inputs.events_of(DRAW)
    pasts = []
    populations = []
    for replicate in range(design.replicates):
        populations.append(inputs.population(base, seed, replicate))
        pasts.append(friendly_term(base, seed, replicate, populations[-1], inputs=inputs, events=events))
    baseline = calibrate(base, pasts[: design.calibration_replicates], design)
    zero_p = base.with_values({baseline.parameter: baseline.value})
    exposed_p = with_dose(zero_p, design.breadth, design.visibility)
    counts = {f"{event}_{cell}": 0 for event in ("reversed", "restricted") for cell in ("both", "gained", "lost")}
    for replicate, past in enumerate(pasts):
        control = measure(_opposed(past, zero_p, past))
        dosed = friendly_term(exposed_p, seed, replicate, populations[replicate], past, inputs, events)
        treated = measure(_opposed(dosed, exposed_p, past))
        for event in ("reversed", "restricted"):
            in_treated, in_control = getattr(treated, event), getattr(control, event)
            counts[f"{event}_both"] += in_treated * in_control
            counts[f"{event}_gained"] += in_treated * (1 - in_control)
            counts[f"{event}_lost"] += (1 - in_treated) * in_control
    return [
        {
            **{"replicate": number, "arm": "draw", "seed": seed, "n": design.replicates},
            **{"fitted_parameter": baseline.parameter, "fitted_value": baseline.value},
            **{"calibration_share": baseline.share, "values_tried": baseline.tried},
            **{"calibrated": int(baseline.inside)},
            **counts,
        }
    ]
