"""The loss of the president's party at midterms: as many points as declared, at midterms alone, for either party."""

from __future__ import annotations

import pytest

from political_moat.agents.draws import Draws
from political_moat.model.build import build_state
from political_moat.model.elections.national_vote import Chance, ElectionResult, level_sd, midterm_points
from political_moat.model.fast_forward import advance
from political_moat.model.interventions import Interventions
from political_moat.model.parameters.tree import Parameters

MIDTERM = 22
UPPER = 4.0


def results(values: dict[str, object], months: int = 48, level: float | None = None) -> list[ElectionResult]:
    """Return the elections of a world; level: own draw imposed on the first midterm."""
    world = build_state(Parameters().with_values({"electorate.voters": 1000, **penalty(0.0), **values}), Draws(3, 1))
    world.released = True
    if level is not None:
        world.interventions = Interventions(chances={MIDTERM: Chance(level, 0.0)})
    advance(world, months)
    return world.results


def penalty(points: float) -> dict[str, object]:
    return {"elections.midterm_penalty": points}


def test_without_a_penalty_no_points_are_lost_at_midterms() -> None:
    assert {one.incumbency_points for one in results({}, 48 * 3)[::2]} == {0.0}
    assert midterm_points(Parameters().with_values(penalty(0.0))) == 0.0


@pytest.mark.parametrize("regime", ["record", "modern"])
@pytest.mark.parametrize("author", ["R", "D"])
def test_the_penalty_moves_the_midterm_vote_by_that_many_points(author: str, regime: str) -> None:
    """A level draw that is lower by the penalty gives the same votes as the penalty."""
    values = {"institutions.author": author, "elections.regime": regime}
    p = Parameters().with_values(values)
    drop = UPPER / (level_sd(p) * p.elections.midterm_sd_factor)
    without, with_penalty, instead = (
        results(values, 24, 0.5)[0],
        results({**values, **penalty(UPPER)}, 24, 0.5)[0],
        results(values, 24, 0.5 - drop)[0],
    )
    assert with_penalty.author_share == pytest.approx(instead.author_share, abs=1e-12)
    assert 100.0 * (without.author_share - with_penalty.author_share) == pytest.approx(UPPER, abs=1.0)
    assert with_penalty.incumbency_points == -UPPER
    assert with_penalty.congress.house < without.congress.house


def test_the_penalty_is_that_of_the_party_in_office_and_spares_presidential_elections() -> None:
    free, held = results({}, 48 * 6), results(penalty(UPPER), 48 * 6)
    winners = ["author", *[one.winner for one in held if one.presidential]]
    assert set(winners[:-1]) == {"author", "opponent"}
    for term, midterm in enumerate(held[::2]):
        sign = 1.0 if winners[term] == "author" else -1.0
        assert midterm.incumbency_points == -sign * UPPER
    assert held[1].incumbency_points == free[1].incumbency_points > 0.0
    assert held[1].author_share == pytest.approx(free[1].author_share, abs=0.005)


def test_a_parliament_has_no_midterm_and_no_penalty() -> None:
    values = {"institutions.chambers": "parliamentary"}
    assert results({**values, **penalty(UPPER)}, 96) == results(values, 96)
