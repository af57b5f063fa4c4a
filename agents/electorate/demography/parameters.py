"""Parameters of people over time: birthdays, retirement, draw-down, death and entry, growth of incomes."""

from __future__ import annotations

from ...parameter_metadata import Group, quantity


class PeopleParameters(Group):
    """Whether and how people age, retire, die and are replaced."""

    ageing: bool = quantity(
        False, "yes or no", role="lever", source="off: eight years of a stress test; on: histories of decades"
    )
    income_growth: float = quantity(
        0.035,
        "log a year",
        0.02,
        0.05,
        status="memory",
        allowed=(-0.2, 0.3),
        source="nominal, as returns are: average wage growth assumed by the Social Security trustees (3.5 to 3.6%)",
    )
    retirement_age: float = quantity(
        65.0,
        "years",
        62.0,
        67.0,
        status="memory",
        allowed=(18.0, 120.0),
        source="contributions stop: between the earliest and the full age of social security; mean age of leaving "
        "work about 65 (men) and 63 (women)",
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
        source="median tenure of US employees about four years; whether she contributes is then drawn anew",
    )
    cash_out: float = quantity(
        0.3,
        "share of job changes",
        0.0,
        0.45,
        allowed=(0.0, 1.0),
        source="the plan is paid out at a change of job: three to four leavers in ten, mostly small accounts; in money "
        "1.5% of assets a year leak (Munnell and Webb 2015). More than that here, since balances of month 0 are those "
        "of one account and not of a working life: chosen so that balances over income by age stay near them",
    )
    roll_over: float = quantity(
        0.05,
        "share of job changes",
        0.0,
        0.3,
        allowed=(0.0, 1.0),
        source="the plan moves to an IRA at a change of job: keeps the IRAs' part of balances near that of month 0",
    )
    death_rate_65: float = quantity(
        0.0125,
        "per year",
        0.01,
        0.016,
        status="derived",
        allowed=(0.0, 1.0),
        source="Gompertz hazard at 65: US period life table 2019, remaining life at 65 about 19.5 years",
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
        110.0, "years", 105.0, 115.0, allowed=(91.0, 150.0), source="nobody lives longer; keeps tables by age finite"
    )
    lean_with_age: float = quantity(
        1.0,
        "share",
        0.0,
        1.0,
        allowed=(0.0, 1.0),
        source="share of the gap in party lean between ages that comes with ageing (1), the rest being born into "
        "(0): ages and cohorts cannot be told apart in one cross-section; 1 keeps the national vote where it is",
    )
