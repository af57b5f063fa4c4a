"""Coefficients, streams and rows of the table of `adoption_month`, packed from parameters and the world's state."""

from __future__ import annotations

from typing import NamedTuple

ADOPTION_ROWS = ("price", "allocation", "visibility", "weight")
"""Rows of the table of products (float64, shape (rows, products)) that `adoption_month` reads."""
ROW_PRICE, ROW_ALLOCATION, ROW_VISIBILITY, ROW_WEIGHT = range(4)

STREAMS = ("saver active", "saver choice", "saver product", "saver gives up", "default saver")
"""Streams of `adoption_month`, by the order of its keys; the last one is drawn only once, at month 0."""
ACTIVE, CHOICE, WHICH, GIVES_UP, DEFAULT = range(5)

TOTALS_OF = ("bought", "sold", "adopted", "left")
"""Rows of the totals of `adoption_month`: USD of model voters, and numbers of voters."""
BOUGHT, SOLD, ADOPTED, LEFT = range(4)


class AdoptionCoefficients(NamedTuple):
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
