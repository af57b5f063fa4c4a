"""Phase 10: election."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...agents.electorate.columns import TURNOUT_MIDTERM, TURNOUT_PRESIDENTIAL
from ...agents.electorate.voting.kernel import expected_votes
from ..calendar import half_term
from ..elections.national_vote import ElectionResult, college_winner, incumbency_points, next_congress, valence_points
from .imposed import imposed_winner
from .lame_duck import hurry
from .polling import question_row

if TYPE_CHECKING:
    from ..world import World
if TYPE_CHECKING:
    from ..world import World


def election(world: World) -> None:
    """Phase 10: November of even years."""
    p, month = world.parameters, world.month
    if (month + p.institutions.election_lead) % half_term(p) != 0:
        return
    presidential = (month + p.institutions.election_lead) % p.institutions.term_months == 0
    incumbent = 1.0 if world.in_office == "author" else -1.0
    valence = valence_points(world.draws, month, world.market.stock_year, incumbent, presidential, p)
    incumbency = incumbent * incumbency_points(world.terms_in_office, p) if presidential else 0.0
    rows = np.array([question_row(world, world.stand("author"), world.stand("opponent"), world.openness)])
    rows[0, 4] = world.threat
    electorate = world.electorate
    votes = expected_votes(
        electorate.fixed,
        electorate.dynamic,
        0,
        len(electorate),
        world.product_prices,
        world.incumbent_sign,
        world.sign * electorate.logit_per_point * (valence + incumbency),
        world.threat,
        TURNOUT_PRESIDENTIAL if presidential else TURNOUT_MIDTERM,
        p.channels.turnout,
        rows,
        world.vote_coefficients,
    )[0]
    own, rival = (float(votes[0]), float(votes[1])) if world.sign > 0 else (float(votes[1]), float(votes[0]))
    share = own / (own + rival)
    winner = college_winner(share, world.draws, month, p) if presidential else world.in_office
    winner = imposed_winner(world, winner) if presidential else winner
    world.elected_congress = next_congress(world.congress, month, share, p)
    world.results.append(
        ElectionResult(month, presidential, own, rival, share, valence, incumbency, winner, world.elected_congress)
    )
    hurry(world)
