"""What an opposed government does to a policy that nobody holds, by contest between the parties and legal layer.

Only the parties' declared ideals and the legal layer differ. The parties' distance on the issue is the contest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....agents.draws import draws_of
from ....model.fast_forward import advance
from ....model.parameters.tree import Parameters
from ....model.population.builder import build_population
from ..stress_test.run import friendly_term, measure, on_layer, takeover, with_dose
from ..term_outcomes import TermOutcomes
from .design import CONTEST_LAYERS, CONTEST_TAKEOVERS, CONTESTS, own_replicates


def contest_outcomes(
    base: Parameters, seed: int, replicate: int, layers: Sequence[str] = CONTEST_LAYERS
) -> Iterator[tuple[str, str, TermOutcomes]]:
    """Yield contest, layer and outcomes of the opposed term for one replicate at zero exposure.

    Each contest has one friendly term, from which every layer forks; all share people and draws.
    """
    zero = with_dose(base, 0.0, 1.0)
    population = build_population(zero, draws_of(seed, replicate))
    for contest, ideals in CONTESTS.items():
        parameters = zero.with_values(ideals) if ideals else zero
        past = friendly_term(parameters, seed, replicate, population)
        for layer in layers:
            opposed = takeover(on_layer(past, layer), "opponent", past)
            advance(opposed, parameters.institutions.term_months)
            yield contest, layer, measure(opposed)


def contest_counts(base: Parameters, seed: int, replicate: int) -> dict[str, float]:
    """Count restrictions by contest and layer in one replicate, which has CONTEST_TAKEOVERS takeovers of its own."""
    counts = {f"{contest} {layer} restricted": 0.0 for contest in CONTESTS for layer in CONTEST_LAYERS}
    for own in own_replicates(replicate, CONTEST_TAKEOVERS):
        for contest, layer, outcomes in contest_outcomes(base, seed, own):
            counts[f"{contest} {layer} restricted"] += outcomes.restricted
    return counts | {"contest takeovers": float(CONTEST_TAKEOVERS)}
