"""What the adoption of a month needs beside the voters, packed from parameters and the state of the world."""

from __future__ import annotations

from typing import NamedTuple

from .parameters import AdoptionParameters

ADOPTION_ROWS = ("price", "allocation", "visibility", "weight")
"""Rows of the table of products (float64, shape (rows, products)) that `adoption_month` reads."""
ROW_PRICE, ROW_ALLOCATION, ROW_VISIBILITY, ROW_WEIGHT = range(4)

STREAMS = ("saver active", "saver choice", "saver product", "saver gives up", "default saver")
"""Streams of `adoption_month`, by the order of its keys; the last one is drawn once for good."""
ACTIVE, CHOICE, WHICH, GIVES_UP, DEFAULT = range(5)

TOTALS_OF = ("bought", "sold", "adopted", "left")
"""Rows of the totals of `adoption_month`: USD of model voters, and numbers of voters."""
BOUGHT, SOLD, ADOPTED, LEFT = range(4)


class AdoptionTerms(NamedTuple):
    """Coefficients of one month (ODD: adoption_terms). Odds are those of the neutral saver, inertia a probability."""

    odds_plan: float
    odds_ira: float
    inertia: float
    attention_slope: float
    attitude_weight: float
    neutral_ideal: float
    age_weight: float
    neutral_age: float
    neighbour_weight: float
    share_holding: float
    giving_up: float
    fall_threshold: float
    fall_hazard: float
    warning_hazard: float
    default_share: float


def monthly_inertia(yearly: float) -> float:
    """Probability of acting within a month, given that of acting within a year (ODD: monthly_inertia)."""
    return float(1.0 - (1.0 - min(1.0, yearly)) ** (1.0 / 12.0))


def neutral_odds(takeup: float) -> float:
    """Odds of holding of an active neutral saver, so that `takeup` hold in the long run (ODD: neutral_odds).

    Whoever acts chooses anew, with probability a to hold: the share that holds tends to a, from wherever it starts.
    """
    return takeup / max(1.0 - takeup, 1e-12)


def common_utility(trailing: float, warning: float, p: AdoptionParameters) -> float:
    """Logit that all savers share: trend-chasing and warnings (ODD: common_utility)."""
    trend = max(-p.trend_limit, min(p.trend_limit, trailing))
    return p.trend_weight * trend - p.warning_weight * warning
