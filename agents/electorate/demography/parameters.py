"""Parameters of people over time: birthdays, retirement, draw-down, death and entry, growth of incomes."""

from __future__ import annotations

from ...parameter_metadata import Group, quantity


class PeopleParameters(Group):
    """Whether and how people age, retire, die and are replaced."""

    ageing: bool = quantity(
        False,
        "yes or no",
        role="lever",
        source="false for the eight years of a stress test; true for histories of decades",
    )
    income_growth: float = quantity(
        0.035,
        "log a year",
        0.02,
        0.05,
        status="memory",
        allowed=(-0.2, 0.3),
        source="nominal, like returns: average wage growth assumed by the Social Security trustees (3.5 to 3.6%)",
    )
    retirement_age: float = quantity(
        65.0,
        "years",
        62.0,
        67.0,
        status="memory",
        allowed=(18.0, 120.0),
        source="contributions stop; between the earliest and the full retirement age of Social Security; men leave "
        "work at about 65 on average, women at 63",
    )
    drawdown_yearly: float = quantity(
        0.045,
        "share of the balance a year",
        0.0,
        0.08,
        status="derived",
        allowed=(0.0, 0.99),
        source="required minimum distributions: 1/27.4 (.036) at 72 to 1/16 (.063) at 85; one rate for all ages",
    )
    job_change: float = quantity(
        0.25,
        "probability a year",
        0.1,
        0.4,
        status="memory",
        allowed=(0.0, 1.0),
        source="median tenure of US employees is about four years; the new job redraws whether she contributes",
    )
    cash_out: float = quantity(
        0.3,
        "share of job changes",
        0.0,
        0.45,
        allowed=(0.0, 1.0),
        source="the plan is paid out at a change of job: three to four leavers in ten, mostly small accounts, 1.5% of "
        "assets a year (Munnell and Webb 2015). Higher here: balances of month 0 are those of one account, not of a "
        "working life, and this value keeps balances over income by age near them",
    )
    roll_over: float = quantity(
        0.05,
        "share of job changes",
        0.0,
        0.3,
        allowed=(0.0, 1.0),
        source="the plan moves to an IRA at a change of job; keeps the share of IRAs in balances near that of month 0",
    )
    death_rate_65: float = quantity(
        0.0125,
        "per year",
        0.01,
        0.016,
        status="derived",
        allowed=(0.0, 1.0),
        source="Gompertz hazard at 65; US period life table 2019: about 19.5 years of remaining life",
    )
    death_growth: float = quantity(
        0.0933,
        "log a year of age",
        0.08,
        0.11,
        status="derived",
        allowed=(0.001, 1.0),
        source="growth of the Gompertz hazard with age: probability of death .075 at 84 against .0125 at 65 (US life "
        "tables)",
    )
    oldest_age: float = quantity(
        110.0, "years", 105.0, 115.0, allowed=(91.0, 150.0), source="upper limit of age; keeps tables by age finite"
    )
    lean_with_age: float = quantity(
        1.0,
        "share",
        0.0,
        1.0,
        allowed=(0.0, 1.0),
        source="share of the gap in party lean between ages that is due to ageing (1) and not to cohorts (0): one "
        "cross-section cannot separate the two; 1 keeps the national vote constant",
    )
