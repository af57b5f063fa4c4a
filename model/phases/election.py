"""Phase 10: election."""

from __future__ import annotations

import numpy as np

from ...agents.electorate.columns import TURNOUT_MIDTERM, TURNOUT_PRESIDENTIAL
from ...agents.electorate.voting.kernel import expected_votes
from ..calendar import half_term
from ..elections.lame_duck import hurry
from ..elections.national_vote import (
    Chance,
    ElectionResult,
    college_share,
    college_winner,
    incumbency_points,
    midterm_points,
    next_congress,
    valence_points,
)
from ..imposed import election_chance, imposed_winner
from ..state import WorldState
from .polling import question_row


def election(state: WorldState) -> None:
    """Run phase 10: the election in November of even years."""
    p, month = state.parameters, state.month
    if (month + p.institutions.election_lead) % half_term(p) != 0:
        return
    presidential = (month + p.institutions.election_lead) % p.institutions.term_months == 0
    incumbent = 1.0 if state.in_office == "author" else -1.0
    incumbency = incumbent * (incumbency_points(state.terms_in_office, p) if presidential else midterm_points(p))

    def valence_at(own_draw: float) -> float:
        return valence_points(own_draw, state.market.stock_year, incumbent, presidential, p)

    def lead(chance: Chance) -> float:
        votes = votes_cast(state, presidential, valence_at(chance.level) + incumbency)
        return college_share(votes[0] / (votes[0] + votes[1]), chance.college, p) - 0.5

    chance = election_chance(state, lead)
    valence = valence_at(chance.level)
    own, rival = votes_cast(state, presidential, valence + incumbency)
    share = own / (own + rival)
    winner = college_winner(share, chance.college, p) if presidential else state.in_office
    winner = imposed_winner(state, winner) if presidential else winner
    state.elected_congress = next_congress(state.congress, month, share, p)
    state.results.append(
        ElectionResult(
            month, presidential, own, rival, share, valence, incumbency, winner, state.elected_congress, chance
        )
    )
    hurry(state)


def votes_cast(state: WorldState, presidential: bool, points: float) -> tuple[float, float]:
    """Return the votes of the author's party and of the opponent's, in model voters, at a national shift in points."""
    p, electorate = state.parameters, state.electorate
    rows = np.array([question_row(state, state.stand("author"), state.stand("opponent"), state.openness)])
    rows[0, 4] = state.threat
    votes = expected_votes(
        electorate.fixed,
        electorate.dynamic,
        0,
        len(electorate),
        state.product_prices,
        state.incumbent_sign,
        state.sign * electorate.logit_per_point * points,
        state.threat,
        TURNOUT_PRESIDENTIAL if presidential else TURNOUT_MIDTERM,
        p.channels.turnout,
        rows,
        state.vote_coefficients,
    )[0]
    return (float(votes[0]), float(votes[1])) if state.sign > 0 else (float(votes[1]), float(votes[0]))
