"""Both worlds of a scenario, term by term, without a recording."""

from __future__ import annotations

from collections.abc import Iterator

from ...agents.draws import draws_of
from ...experiments.protocols.history.run import begin_term
from ...experiments.protocols.stress_test.run import last_election, takeover, with_dose
from ...model.fast_forward import advance
from ...model.population.builder import build_population
from ...model.state import WorldState
from ..scenario import Scenario


def paired_terms(scenario: Scenario) -> Iterator[tuple[WorldState, WorldState]]:
    """Yield World A and World B at the start of each term that counts: the term after the takeover, or every term.

    The caller advances both by a term before it asks for the next.
    """
    p, seed, replicate = scenario.parameters, scenario.seed, scenario.replicate
    population = build_population(p, draws_of(seed, replicate))
    inputs, events = scenario.inputs, scenario.inputs.events_of("")
    a, b = (
        inputs.world(with_dose(p, dose, p.exposure.visibility), seed, replicate, population, events)
        for dose in (0.0, scenario.breadth)
    )
    if scenario.cycles:
        firsts = [world.electorate.dynamic.copy() for world in (a, b)]
        a.released = b.released = True
        for number in range(scenario.cycles):
            for world, first in zip((a, b), firsts, strict=True):
                begin_term(world, first, number)
            yield a, b
        return
    term = p.institutions.term_months
    a.interventions = last_election(p, None)
    advance(a, term)
    b.interventions = last_election(p, a)
    advance(b, term)
    for world in (a, b):
        world.electorate.reset_stakes(world.product_prices)
    yield takeover(a, "opponent", a), takeover(b, "opponent", a)
