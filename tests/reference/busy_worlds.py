"""Parameters under which much happens, for tests that two ways of computing a world agree."""

from __future__ import annotations

BUSY = {
    "party.agenda_gate": 1.0,
    "party.agenda_cost": -2.0,
    "party.platform_gate": 1.0,
    "party.choice_precision": 2.0,
    "regulator.rule_months": 3.0,
    "regulator.court_months": 3.0,
    "regulator.suit_probability": 0.9,
}
"""Something happens nearly every quarter, restrictions by the author's own party too, and courts decide soon."""
