"""The two policy controls: policies with a known history, from the same code and the same voters and parties.

Only the legal layer, exposure (breadth, stake, visibility) and the parties' declared distance on the issue differ from
the run's own tree (presets `esg-guidance` and `default-investment-rule`). A flip is `restricted`: openness lower by .10
or more for six months in a row within the opposed term.
"""

from __future__ import annotations

from ....model.fast_forward import advance
from ....model.parameters.presets import preset
from ....model.parameters.tree import Parameters
from ..stress_test.run import friendly_term, measure, takeover, with_dose
from .design import CONTROLLED, TAKEOVERS, own_replicates


def control_parameters(name: str, base: Parameters) -> Parameters:
    """Return `base` with the legal layer, exposure and declared distance of a control."""
    return preset(name, base)


def flipped(name: str, base: Parameters, seed: int, replicate: int) -> bool:
    """Return whether an opposed government restricts the policy of a control in one replicate of the stress test."""
    parameters = control_parameters(name, base)
    exposure = parameters.exposure
    zero = friendly_term(with_dose(parameters, 0.0, exposure.visibility), seed, replicate)
    past = friendly_term(parameters, seed, replicate, zero=zero)
    opposed = takeover(past, "opponent", zero)
    advance(opposed, parameters.institutions.term_months)
    return bool(measure(opposed).restricted)


def control_counts(base: Parameters, seed: int, replicate: int) -> dict[str, float]:
    """Count flips and takeovers of every control in one replicate, by the name of its preset.

    Each replicate has TAKEOVERS takeovers of its own.
    """
    own = own_replicates(replicate, TAKEOVERS)
    counts: dict[str, float] = {}
    for name, _ in CONTROLLED.values():
        counts[f"{name} flips"] = float(sum(flipped(name, base, seed, replicate) for replicate in own))
        counts[f"{name} takeovers"] = float(TAKEOVERS)
    return counts
