"""Parameters under which much happens, for tests that two ways of computing a world agree."""

from __future__ import annotations

BUSY = {
    "party.agenda_gate": 1.0,
    "party.agenda": "cost",
    "party.agenda_cost": -2.0,
    "party.platform_gate": 1.0,
    "party.choice_precision": 2.0,
    "regulator.rule_months": 3.0,
    "regulator.court_months": 3.0,
    "regulator.suit_probability": 0.9,
}
"""Something happens nearly every quarter, restrictions by the author's own party too, and courts decide soon."""
OPPOSED = {
    **BUSY,
    "opinion.opposed_share": 0.3,
    "opinion.threat_from": "believed-loss",
    "polls.binary": True,
    "market.crash_month": 4,
}
"""Some voters oppose the policy, a crash awakens them, threats follow believed losses, polls are ballots."""
