"""Made-up cases for tests of the back-test: rows of a case file with the columns of the shipped one."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from political_moat.experiments.protocols.backtest.covariates import Covariates
from political_moat.experiments.record.cases import Case, read_cases, shipped_cases_file

WOMBAT: dict[str, Any] = {
    **{"id": "WOMBAT", "group": "T", "jurisdiction": "US", "policy": "Wombat rule", "enacted": "2006-01"},
    **{"enacting_party": "R", "opposed_took_office": "2009-01", "age_months_at_alternation": 36, "alternation": "y"},
    **{"exposed_millions": 30, "adults_millions": 200, "breadth_b": 0.15, "stake_years_income": ">.1"},
    **{"stake_mid": 0.3, "visibility": 1, "partisan_skew": 0, "vested": "n", "grandfathered": "n"},
    **{"legal_layer": "rule", "unified_opposed_gov": "y", "default_on_inaction": "keeps", "contested_at_issue": 1},
    **{"attempt": 1, "attempt_48m": 1, "enacted_reversal_any": 1, "reversal_48m": 1, "enacted_reversal_full": 1},
    **{"severity": 1, "months_to_reversal": 20, "blocked_by": "none", "status_outcome": "made up"},
    **{"status_exposure": "made up", "source": "nowhere", "sunset": "", "on_money": ""},
}
"""A contested rule with holders that was reversed."""
KEPT: dict[str, Any] = {
    **{"attempt": 0, "attempt_48m": 0, "enacted_reversal_any": 0, "reversal_48m": 0, "enacted_reversal_full": 0},
    **{"severity": 0, "months_to_reversal": ""},
}
FOUR: tuple[dict[str, Any], ...] = (
    WOMBAT,
    WOMBAT | KEPT | {"id": "QUOLL", "contested_at_issue": 0, "opposed_took_office": "2017-01", "enacted": "2014-01"},
    WOMBAT
    | {"id": "NUMBAT", "exposed_millions": 0.1, "breadth_b": 0.0005, "legal_layer": "guidance"}
    | {"opposed_took_office": "2021-01", "enacted": "2018-01"},
    WOMBAT | KEPT | {"id": "POTOROO", "alternation": "n", "legal_layer": "statute", "jurisdiction": "AU"},
)
"""Three scored cases of three transitions, one of them without holders, and one that is not scored."""


def case_file(path: Path, rows: tuple[dict[str, Any], ...] = FOUR) -> Path:
    """Write a case file and return its path."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def shipped() -> tuple[Case, ...]:
    """The shipped cases."""
    return read_cases(shipped_cases_file())


def covariates(**changed: Any) -> Covariates:
    """Covariates of a contested rule with holders; changed: by name."""
    plain = Covariates(
        case="WOMBAT",
        jurisdiction="US",
        took_office=2009,
        age=36,
        exposed_millions=30.0,
        breadth=0.15,
        stake=0.3,
        visibility=1.0,
        skew=0.0,
        grandfathered=False,
        layer="rule",
        unified=True,
        lapses=False,
        sunset=None,
        contested=True,
        on_money=None,
        horizon=48,
    )
    return plain._replace(**changed)
