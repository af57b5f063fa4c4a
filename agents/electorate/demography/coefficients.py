"""Coefficients of the month of people's lives and rows of its table by age."""

from __future__ import annotations

from typing import NamedTuple

AGE_ROWS = ("saving", "equity", "presidential", "midterm", "lean", "median")
"""Rows of the table by whole years of age that `people_month` reads; lean is signed, positive to the R party."""
SAVING, EQUITY_SHARE, PRESIDENTIAL, MIDTERM, LEAN, MEDIAN = range(6)


class PeopleCoefficients(NamedTuple):
    """Numbers of `people_month`, from the parameters of people and accounts."""

    growth: float
    retirement_age: float
    job_change: float
    cash_out: float
    roll_over: float
    active_share: float
    death_rate_65: float
    death_growth: float
    oldest_age: float
    lean_with_age: float
    largest_balance_to_income: float
