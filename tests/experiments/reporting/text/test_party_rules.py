"""The primary contrast under every party rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from results_folders import run_here

from political_moat.agents.party.rules import RULES
from political_moat.experiments.errors import UserError
from political_moat.experiments.reporting.text.party_rules import contrast, responsive, rules_text
from political_moat.experiments.studies.from_options import study_of_rule

pytestmark = pytest.mark.usefixtures("drawn_once")


def test_every_rule_has_its_row_and_the_control_does_not_move_by_polls(tmp_path: Path) -> None:
    outcomes = {
        rule: run_here(study_of_rule(rule, "stress", voters=300, replicates=6), tmp_path / rule).finished
        for rule in sorted(RULES)
    }
    assert set(outcomes) == set(RULES)
    text = rules_text(outcomes, 0.3, tmp_path)
    for rule in RULES:
        assert f"\n{rule:<14}" in text
    assert not responsive("sticker")
    assert f"of {len(RULES) - 1} responsive rules" in text
    invisible = contrast(outcomes["sticker"], 0.1, "attempted")
    assert invisible.n == 6


def test_a_history_has_one_rule() -> None:
    with pytest.raises(UserError, match="one rule"):
        study_of_rule("sticker", "history", voters=300)
