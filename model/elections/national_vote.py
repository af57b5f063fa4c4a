"""Elections: the national vote from voters' sums, the college, House and Senate by uniform swing, valence."""

from __future__ import annotations

import math
from typing import NamedTuple

from ...agents.numerics.ordered_sum import ordered_sum
from ..calendar import half_term
from ..parameters.tree import Parameters


class Congress(NamedTuple):
    """Seat shares of the author's party: the House, and the three classes of the Senate."""

    house: float
    senate_classes: tuple[float, float, float]

    @property
    def senate(self) -> float:
        """Return the seat share of the author's party in the Senate."""
        return ordered_sum(self.senate_classes) / 3.0

    def controls(self, role: str) -> tuple[bool, bool]:
        """Return whether a role's party holds the House and the Senate; an exact tie goes to the author."""
        author = (self.house >= 0.5, self.senate >= 0.5)
        return author if role == "author" else (not author[0], not author[1])


class Chance(NamedTuple):
    """Standard normals of one November: the own part of the level shock, and the college's noise."""

    level: float
    college: float


class ElectionResult(NamedTuple):
    """Outcome of one November, from the author's side. votes are in model voters."""

    month: int
    presidential: bool
    author_votes: float
    opponent_votes: float
    author_share: float
    valence_points: float
    incumbency_points: float
    winner: str
    congress: Congress
    chance: Chance = Chance(0.0, 0.0)


UNIFIED_AUTHOR = Congress(0.506, (0.53, 0.53, 0.53))


def level_sd_share(p: Parameters) -> float:
    """Return the sd of the national level in vote share, which parties add to a poll (ODD: win_probability)."""
    return 0.01 * level_sd(p)


def level_sd(p: Parameters) -> float:
    """Return the sd of the level shock of a presidential election, in points of the two-party vote."""
    return p.elections.valence_level_sd if p.elections.regime == "record" else p.elections.valence_level_sd_modern


def own_level_sd(p: Parameters) -> float:
    """Return the sd of the own part of a presidential level shock, in points: what the economy leaves."""
    total = level_sd(p)
    economy = min(p.elections.economy_sd, total)
    return math.sqrt(max(0.0, total * total - economy * economy))


def incumbency_points(terms: int, p: Parameters) -> float:
    """Return points for the party in office: the running bonus after one term, the duration penalty after more."""
    factor = 1.0 if p.elections.regime == "record" else 0.5
    return factor * (p.elections.incumbent_running_bonus if terms <= 1 else p.elections.duration_penalty)


def midterm_points(p: Parameters) -> float:
    """Return points for the party in office at a midterm: zero or less, in both regimes."""
    return 0.0 - p.elections.midterm_penalty


def valence_points(own_draw: float, stock_year: float, incumbent: float, presidential: bool, p: Parameters) -> float:
    """Return the level shock towards the author in points: own draw, and the economy credited to the party in office.

    own_draw: standard normal. incumbent is +1 when the author is in office. The two parts add up to the variance of
    the level sd.
    """
    total = level_sd(p)
    if not presidential:
        return total * p.elections.midterm_sd_factor * own_draw
    return own_level_sd(p) * own_draw + min(p.elections.economy_sd, total) * stock_year * incumbent


def seat_share(vote_share: float, responsiveness: float) -> float:
    """Return the seat share under uniform swing, within [0, 1]."""
    return min(1.0, max(0.0, 0.5 + responsiveness * (vote_share - 0.5)))


def next_congress(congress: Congress, month: int, author_share: float, p: Parameters) -> Congress:
    """Return Congress with a new House and a new Senate class that is up; with one chamber only the House counts."""
    classes = list(congress.senate_classes)
    classes[(month // half_term(p)) % 3] = seat_share(author_share, p.elections.senate_responsiveness)
    return Congress(seat_share(author_share, p.elections.house_responsiveness), (classes[0], classes[1], classes[2]))


def college_share(author_share: float, college_draw: float, p: Parameters) -> float:
    """Return the author's share that decides the presidency: the vote, with the college's bias and noise (points)."""
    return author_share + 0.01 * (p.elections.college_bias + p.elections.college_bias_sd * college_draw)


def college_winner(author_share: float, college_draw: float, p: Parameters) -> str:
    """Return the role that wins the presidency; college_draw: the college's noise, a standard normal."""
    return "author" if college_share(author_share, college_draw, p) > 0.5 else "opponent"
