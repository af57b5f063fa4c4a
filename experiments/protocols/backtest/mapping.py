"""The mapping of covariates to parameters and treatments: one declared table. No other parameter is touched.

Each row was chosen by the meaning of its covariate, before any score was known, and none is fitted to the cases.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ....model.elections.national_vote import Congress
from ....model.parameters.tree import Parameters
from ..targets.design import CONTESTS
from .covariates import Covariates

BALANCE = 2.25
"""Mean balance, years of income: 148,153 USD over average earnings, as in preset article."""
NO_HOLDERS = 0.1
"""Million persons up to which the case file means institutions, or nobody yet."""
MID_TERM = 24
LAST_MONTH = 47
"""Largest month of policy.friendly_month."""
REVIEW_ACT = 1996
UNIFIED = Congress(0.46, (0.48, 0.48, 0.48))
"""Author's seats after the opponent won both houses: model means .456 and .476 (2,000 takeovers, no exposure)."""
DIVIDED = Congress(0.48, (0.51, 0.51, 0.51))
"""Author's seats after the opponent won the House alone, the commonest divided Congress: model means .481 and .511."""


class MappingRow(NamedTuple):
    """One row of the table.

    covariates: columns of the case file. targets: dotted names of the parameters that it sets, or one treatment in
    words. values: what each covariate value becomes. reason: why. of: covariates and preset -> parameters; None for a
    treatment.
    """

    covariates: str
    targets: tuple[str, ...]
    values: str
    reason: str
    of: Callable[[Covariates, Parameters], dict[str, Any]] | None


def _contest(case: Covariates, _: Parameters) -> dict[str, Any]:
    return dict(CONTESTS["contested" if case.contested else "uncontested"])


def _layer(case: Covariates, _: Parameters) -> dict[str, Any]:
    return {"policy.layer": "guidance" if case.layer == "EO" else case.layer}


def _breadth(case: Covariates, _: Parameters) -> dict[str, Any]:
    return {"exposure.breadth": case.breadth if case.exposed_millions > NO_HOLDERS else 0.0}


def _stake(case: Covariates, _: Parameters) -> dict[str, Any]:
    balance = max(BALANCE, case.stake)
    return {"exposure.allocation": case.stake / balance, "exposure.average_balance": balance}


def _month(case: Covariates, p: Parameters) -> dict[str, Any]:
    return {"policy.friendly_month": friendly_month(case, p)}


def friendly_month(case: Covariates, p: Parameters) -> int:
    """Return the month of the friendly term in which the policy takes effect."""
    term = p.institutions.term_months
    return min(term - min(case.age, term), term - 1, LAST_MONTH)


def _sunset(case: Covariates, p: Parameters) -> dict[str, Any]:
    due = case.sunset if case.sunset is not None else MID_TERM
    if not case.lapses or due < 0:
        return {"policy.sunset_months": 0}
    return {"policy.sunset_months": p.institutions.term_months + due - friendly_month(case, p)}


def _money(case: Covariates, p: Parameters) -> dict[str, Any]:
    unknown = True if case.layer == "statute" else p.policy.on_money
    return {"policy.on_money": unknown if case.on_money is None else case.on_money}


def _institutions(case: Covariates, p: Parameters) -> dict[str, Any]:
    here = case.jurisdiction == "US"
    return {
        "institutions.chambers": "bicameral" if here else "parliamentary",
        "institutions.review_act": p.institutions.review_act and here and case.took_office > REVIEW_ACT,
    }


MAPPING: tuple[MappingRow, ...] = (
    MappingRow(
        "contested_at_issue",
        ("party.author_ideal", "party.opponent_ideal"),
        "1: as in the preset; 0: .75 and .4",
        "Contest is the distance between the parties on the issue. .75 and .4 are the near edges of the declared "
        "ranges, as in moat targets.",
        _contest,
    ),
    MappingRow(
        "legal_layer",
        ("policy.layer",),
        "rule, guidance, statute: the same; EO: guidance",
        "A signature revokes an executive order, as an agency head revokes guidance: without notice and comment.",
        _layer,
    ),
    MappingRow(
        "breadth_b, exposed_millions",
        ("exposure.breadth",),
        "breadth_b; 0 where exposed_millions is .1 or less",
        ".1 million codes institutions, or nobody yet: such a case has no holders who vote.",
        _breadth,
    ),
    MappingRow(
        "stake_mid",
        ("exposure.allocation", "exposure.average_balance"),
        "stake_mid / 2.25 of a mean balance of 2.25 years of income",
        "The mean stake of a holder is allocation times balance. 2.25 is the mean balance of preset article. A stake "
        "above it becomes a balance of that size, all of it allocated.",
        _stake,
    ),
    MappingRow(
        "visibility",
        ("exposure.visibility",),
        "the same number",
        "Both are the share of the stake that its holder sees.",
        lambda case, _: {"exposure.visibility": case.visibility},
    ),
    MappingRow(
        "partisan_skew",
        ("exposure.skew",),
        "the same number",
        "Both are positive if holders lean to the party that made the policy.",
        lambda case, _: {"exposure.skew": case.skew},
    ),
    MappingRow(
        "grandfathered",
        ("exposure.grandfathering",),
        "y: 1; n: 0",
        "A reversal that spares present holders takes nothing from their stake.",
        lambda case, _: {"exposure.grandfathering": float(case.grandfathered)},
    ),
    MappingRow(
        "age_months_at_alternation",
        ("policy.friendly_month",),
        "48 - age, within 0 to 47",
        "The policy is as old at the takeover as it was in the record. An older policy has been in force for the "
        "whole term. A rule of the last 5 months is open to the review act.",
        _month,
    ),
    MappingRow(
        "default_on_inaction, sunset",
        ("policy.sunset_months",),
        "keeps: 0; lapses: months from friendly_month to the sunset, 24 months after the takeover if not recorded",
        "The policy lapses in its recorded month. A sunset after the horizon is no lapse within it, and one before "
        "the takeover is none at all. Guidance has no sunset in the model.",
        _sunset,
    ),
    MappingRow(
        "on_money, legal_layer",
        ("policy.on_money",),
        "y, n: the same; not recorded: yes for a statute, else as in the preset",
        "Statutes with holders are about taxes or benefits. Reconciliation passes them with half of the Senate.",
        _money,
    ),
    MappingRow(
        "jurisdiction, opposed_took_office",
        ("institutions.chambers", "institutions.review_act"),
        "US: bicameral, and the review act as in the preset from 1997 on; elsewhere: parliamentary, no review act",
        "A parliament passes the bills of its government. The Congressional Review Act is a law of the US of 1996.",
        _institutions,
    ),
    MappingRow(
        "unified_opposed_gov",
        ("seats at the takeover",),
        "y: the opponent has .54 of the House and .52 of the Senate; n: .52 and .49",
        "Mean seats after the model's own takeovers with both houses and with the House alone. From the midterm on "
        "the model's own elections decide. A parliament ignores them.",
        None,
    ),
    MappingRow(
        "opposed_took_office",
        ("horizon, months",),
        "48, or the months to the end of the record if fewer",
        "The outcome is known for so long.",
        None,
    ),
)

NOT_MAPPED: dict[str, str] = {
    "vested": "A legal title is no quantity of the model. What a title saves from a reversal is grandfathered.",
    "alternation": "Cases whose later government was not opposed run the same way and are not scored.",
    "enacting_party": "The model's author is the enacting party, whichever it is: results do not depend on the label.",
    "adults_millions, stake_years_income": "breadth_b and stake_mid are computed from them.",
    "group, policy, enacted, source, status_outcome, status_exposure": "Names, dates and notes.",
    "attempt, attempt_48m, enacted_reversal_any, reversal_48m, enacted_reversal_full, severity, months_to_reversal, "
    "blocked_by": "Outcomes. Only reversal_48m is compared with the model, after all runs.",
}
"""Columns of the case file that set nothing -> why."""


def mapped_names() -> frozenset[str]:
    """Return the dotted names of all parameters that a case sets."""
    return frozenset(name for row in MAPPING if row.of is not None for name in row.targets)


def mapped_values(case: Covariates, preset: Parameters) -> dict[str, Any]:
    """Return the parameters that a case sets, by dotted name; preset: the frozen parameters."""
    values: dict[str, Any] = {}
    for row in MAPPING:
        if row.of is not None:
            values |= row.of(case, preset)
    return values


def congress_of(case: Covariates) -> Congress:
    """Return the Congress at the takeover."""
    return UNIFIED if case.unified else DIVIDED


def mapping_markdown() -> str:
    """Return the table, and that of the columns which set nothing, as Markdown."""
    lines = ["| column of the case file | parameter or treatment | value | why |", "|---|---|---|---|"]
    for row in MAPPING:
        named = ", ".join(f"`{name}`" if row.of is not None else name for name in row.targets)
        columns = ", ".join(f"`{name}`" for name in row.covariates.split(", "))
        lines.append(f"| {columns} | {named} | {row.values} | {row.reason} |")
    lines += ["", "| column that sets nothing | why |", "|---|---|"]
    for names, reason in NOT_MAPPED.items():
        columns = ", ".join(f"`{name}`" for name in names.split(", "))
        lines.append(f"| {columns} | {reason} |")
    return "\n".join(lines)
