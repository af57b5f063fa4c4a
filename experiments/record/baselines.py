"""Forecasts of the cases without a model: the record of the other changes of government alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..statistics.intervals import Floats
from ..statistics.ridge_logit import leave_one_group_out
from .cases import Case, transition

BASELINES = ("base rate", "layer", "layer + contest", "layer + contest + exposure")
OTHER_LAYERS = ("guidance", "statute", "EO")
"""Layers with an input of their own; a rule is the reference."""
PENALTY = 1.0
LOWEST_EXPOSURE = 1e-9
"""Exposure of a case without holders, whose logarithm would be infinite: below every shipped case (5.7e-9)."""


def baselines(cases: Sequence[Case]) -> dict[str, Floats]:
    """Return the probability of reversal by each of BASELINES, for the cases with alternation, in their order.

    A case is forecast from the cases of all other transitions (`transition`: jurisdiction and year) alone. Base rate:
    (reversals + 1/2) / (cases + 1), the mean under Jeffreys' prior; the plain mean scores .753 instead of .751 on the
    shipped cases, with the same Brier score. The others: ridge logit on indicators of the layer, contest at issue, and
    log10(stake x breadth x visibility), standardised, penalty 1.
    """
    alternations = [case for case in cases if case.alternation]
    outcomes = np.array([case.reversal_48m for case in alternations], dtype=np.float64)
    groups = [transition(case) for case in alternations]
    inputs = np.array([_inputs(case) for case in alternations]).reshape(-1, len(OTHER_LAYERS) + 2)
    return {"base rate": _base_rate(outcomes, groups)} | {
        name: leave_one_group_out(inputs[:, : len(OTHER_LAYERS) + more], outcomes, groups, PENALTY)
        for more, name in enumerate(BASELINES[1:])
    }


def _inputs(case: Case) -> list[float]:
    """Return the inputs of the largest logit; the smaller ones take the first of them."""
    return [*(float(case.legal_layer == name) for name in OTHER_LAYERS), case.contested_at_issue, exposure(case)]


def exposure(case: Case) -> float:
    """Return log10 of stake x breadth x visibility, at least that of LOWEST_EXPOSURE."""
    return math.log10(max(case.stake_mid * case.breadth_b * case.visibility, LOWEST_EXPOSURE))


def _base_rate(outcomes: Floats, groups: Sequence[str]) -> Floats:
    names = np.asarray(groups)
    others = [outcomes[names != name] for name in groups]
    return np.array([(rest.sum() + 0.5) / (rest.size + 1.0) for rest in others])
