"""Covariates of a historical case: everything about it that decides how it is run. Outcomes and notes are not here."""

from __future__ import annotations

from typing import NamedTuple

from ...record.case_columns import months_between
from ...record.cases import Case, horizon_months


class Covariates(NamedTuple):
    """What was known of a case before its outcome.

    took_office: year of the opposed government. age: of the policy then, months. exposed_millions: persons who hold
    what a reversal removes. breadth: their share of adults. stake: years of income. skew: positive if holders lean to
    the enacting party. lapses, sunset: whether the policy lapses if nobody acts, and how many months after the takeover
    (None: not recorded). on_money: None where not recorded. horizon: months for which the outcome is known.
    """

    case: str
    jurisdiction: str
    took_office: int
    age: int
    exposed_millions: float
    breadth: float
    stake: float
    visibility: float
    skew: float
    grandfathered: bool
    layer: str
    unified: bool
    lapses: bool
    sunset: int | None
    contested: bool
    on_money: bool | None
    horizon: int


def covariates_of(case: Case) -> Covariates:
    """Return the covariates of a row of the case file."""
    return Covariates(
        case=case.id,
        jurisdiction=case.jurisdiction,
        took_office=int(case.opposed_took_office[:4]),
        age=case.age_months_at_alternation,
        exposed_millions=float(case.exposed_millions),
        breadth=float(case.breadth_b),
        stake=float(case.stake_mid),
        visibility=float(case.visibility),
        skew=float(case.partisan_skew),
        grandfathered=case.grandfathered,
        layer=case.legal_layer,
        unified=case.unified_opposed_gov,
        lapses=case.default_on_inaction == "lapses",
        sunset=None if case.sunset is None else months_between(case.opposed_took_office, case.sunset),
        contested=bool(case.contested_at_issue),
        on_money=case.on_money,
        horizon=horizon_months(case),
    )
