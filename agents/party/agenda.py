"""Agenda competition: the issue gets the administration's slot only if it gains more than the best rival issue does.

Attention is scarce, and most issues never reach a decision (Kingdon 1984, Jones and Baumgartner 2005). The functions
are in the order of a decision: the value of the rival issue (D26), whether the slot opens (D27, D28), the moves that
compete for it (D29), and the choice among them (D30).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .choice import choose, softmax
from .parameters import PartyParameters

HOLD = 0
"""Index of the option to leave policy as it is, or to withdraw the item on the docket."""


def rival_value(lasting: float, fresh: float, parameters: PartyParameters) -> float:
    """Return the value of the best rival issue this quarter, in utility (ODD D26): lognormal.

    lasting, fresh: standard normals, of the term and of the quarter.
    """
    share = parameters.rival_persistence
    mixed = math.sqrt(share) * lasting + math.sqrt(1.0 - share) * fresh
    return parameters.rival_value * math.exp(parameters.rival_log_sd * mixed)


def slot_opens(gain: float, rival: float, parameters: PartyParameters) -> bool:
    """Return whether the issue gets the slot (ODD D27).

    gain: of the best move over holding; rival: value of the best rival issue; both in utility.
    """
    return gain > 0.0 and parameters.polarisation * gain > rival


def slot_probability(gain: float, parameters: PartyParameters) -> float:
    """Return the probability that the issue gets the slot in a quarter in which it is considered (ODD D28)."""
    least, worth = parameters.rival_value, parameters.polarisation * gain
    if worth <= 0.0:
        return 0.0
    if least <= 0.0 or parameters.rival_log_sd <= 0.0:
        return 1.0 if worth > least else 0.0
    return 0.5 * math.erfc(-math.log(worth / least) / (parameters.rival_log_sd * math.sqrt(2.0)))


def best_move(utilities: Sequence[float]) -> int:
    """Return the index of the move, other than hold, with the largest utility; hold if there is no other option."""
    moves = range(1, len(utilities))
    return max(moves, key=utilities.__getitem__, default=HOLD)


def competing_moves(
    utilities: Sequence[float], nests: Sequence[str], rival: float, parameters: PartyParameters
) -> list[int]:
    """Return the moves that compete for an open slot (ODD D29): those of the best move's nest that beat a threshold.

    The threshold is holding (agenda_scope "nest") or the rival issue ("moves"). An administration starts nothing that
    it would withdraw: a live item is withdrawn once its gain is negative.
    """
    nest = nests[best_move(utilities)]
    least = (
        rival / parameters.polarisation if parameters.agenda_scope == "moves" and parameters.polarisation > 0 else 0.0
    )
    return [
        move for move in range(1, len(utilities)) if nests[move] == nest and utilities[move] - utilities[HOLD] > least
    ]


def competition(
    utilities: Sequence[float],
    nests: Sequence[str],
    live: bool,
    rival: float,
    parameters: PartyParameters,
    move_draws: Sequence[float],
    nest_draws: dict[str, float],
) -> int:
    """Return the index of the option of an administration whose agenda is contested (ODD D30).

    utilities, nests, move_draws: one per option; option 0 is hold, or to withdraw a live item, which goes on unless its
    gain turns negative. Draws are Gumbel values; rival in utility.
    """
    best = best_move(utilities)
    gain = utilities[best] - utilities[HOLD]
    if live:
        return HOLD if gain < 0.0 else best
    if best == HOLD or not slot_opens(gain, rival, parameters):
        return HOLD
    moves = competing_moves(utilities, nests, rival, parameters)
    drawn = choose(
        [utilities[move] for move in moves],
        [nests[move] for move in moves],
        parameters.choice_precision,
        parameters.nest_dissimilarity,
        [move_draws[move] for move in moves],
        nest_draws,
    )
    return moves[drawn]


def competition_probabilities(
    utilities: Sequence[float], nests: Sequence[str], live: bool, parameters: PartyParameters
) -> list[float]:
    """Return the probability of each option before the rival issue is drawn (ODD D31), in the order of `utilities`.

    The moves that compete are those that beat holding, also where agenda_scope is "moves".
    """
    best = best_move(utilities)
    gain = utilities[best] - utilities[HOLD]
    shares = [0.0] * len(utilities)
    opens = float(gain >= 0.0) if live else slot_probability(gain, parameters)
    if best != HOLD and opens > 0.0:
        moves = [best] if live else competing_moves(utilities, nests, 0.0, parameters)
        scale = parameters.choice_precision / parameters.nest_dissimilarity
        within = softmax([scale * utilities[move] for move in moves])
        for move, share in zip(moves, within, strict=True):
            shares[move] = opens * share
    shares[HOLD] = 1.0 - opens if best != HOLD else 1.0
    return shares
