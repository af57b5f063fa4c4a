"""Phase 10: election."""

from __future__ import annotations

import numpy as np

from ...agents.electorate.columns import TURNOUT_MIDTERM, TURNOUT_PRESIDENTIAL
from ...agents.electorate.voting.kernel import expected_votes
from ..calendar import half_term
from ..elections.lame_duck import hurry
from ..elections.national_vote import ElectionResult, college_winner, incumbency_points, next_congress, valence_points
from ..imposed import imposed_winner
from ..state import WorldState
from .polling import question_row


def election(state: WorldState) -> None:
    """Run phase 10: the election in November of even years."""
    p, month = state.parameters, state.month
    if (month + p.institutions.election_lead) % half_term(p) != 0:
        return
    presidential = (month + p.institutions.election_lead) % p.institutions.term_months == 0
    incumbent = 1.0 if state.in_office == "author" else -1.0
    valence = valence_points(state.draws, month, state.market.stock_year, incumbent, presidential, p)
    incumbency = incumbent * incumbency_points(state.terms_in_office, p) if presidential else 0.0
    rows = np.array([question_row(state, state.stand("author"), state.stand("opponent"), state.openness)])
    rows[0, 4] = state.threat
    electorate = state.electorate
    votes = expected_votes(
        electorate.fixed,
        electorate.dynamic,
        0,
        len(electorate),
        state.product_prices,
        state.incumbent_sign,
        state.sign * electorate.logit_per_point * (valence + incumbency),
        state.threat,
        TURNOUT_PRESIDENTIAL if presidential else TURNOUT_MIDTERM,
        p.channels.turnout,
        rows,
        state.vote_coefficients,
    )[0]
    own, rival = (float(votes[0]), float(votes[1])) if state.sign > 0 else (float(votes[1]), float(votes[0]))
    share = own / (own + rival)
    winner = college_winner(share, state.draws, month, p) if presidential else state.in_office
    winner = imposed_winner(state, winner) if presidential else winner
    state.elected_congress = next_congress(state.congress, month, share, p)
    state.results.append(
        ElectionResult(month, presidential, own, rival, share, valence, incumbency, winner, state.elected_congress)
    )
    hurry(state)
