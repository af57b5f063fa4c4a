"""The rules printed beside a headline: all of them, measured in pairs, and a warning for a rule that cannot move."""

from __future__ import annotations

from pathlib import Path

import pytest

from political_moat.agents.party.rules import RULES
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.experiments.reporting.shipped.rules_comparison import (
    BREADTH,
    EVENTS,
    INERT,
    REPLICATES,
    SATURATED,
    SEED,
    VISIBILITY,
    RuleRow,
    measure_rules,
    rules_lines,
    shipped_rules,
)
from political_moat.experiments.reporting.shipped.tables import read_rows, write_rows
from political_moat.experiments.storage.provenance import short_source_hash
from political_moat.model.parameters.tree import Parameters


def row(**changes: float | str) -> RuleRow:
    return shipped_rules()[0]._replace(code=short_source_hash(), p_restricted=0.5)._replace(**changes)


def test_the_shipped_file_holds_every_rule_of_one_measurement() -> None:
    rows = shipped_rules()
    assert [one.rule for one in rows] == sorted(RULES)
    assert {one.replicates for one in rows} == {REPLICATES}
    assert REPLICATES >= 300
    assert len({one.code for one in rows}) == 1
    for one in rows:
        for event in EVENTS:
            numbers = one._asdict()
            assert 0.0 <= numbers[f"p_{event}"] <= 1.0
            assert 0.0 <= numbers[f"p_{event}"] + numbers[f"rd_{event}"] <= 1.0
            assert 0.0 <= numbers[f"rd_{event}_mcse"] < 0.05


def test_a_measurement_is_the_paired_difference_of_the_stress_test_under_each_rule() -> None:
    rows = {one.rule: one for one in measure_rules(workers=1, replicates=6, voters=300)}
    assert set(rows) == set(RULES)
    design = StressDesign(breadths=(0.0, BREADTH), visibilities=(VISIBILITY,), layers=(), returning=False)
    for rule in ("hunter", "sticker"):
        p = Parameters().with_values({"party.rule": rule, "electorate.voters": 300})
        runs = [run_replicate(p, design, SEED, replicate).runs for replicate in range(6)]
        for event in EVENTS:
            zero, dose = ([arms[place][event] for arms in runs] for place in (0, 1))
            numbers = rows[rule]._asdict()
            assert numbers[f"p_{event}"] == pytest.approx(sum(zero) / 6)
            assert numbers[f"rd_{event}"] == pytest.approx((sum(dose) - sum(zero)) / 6)


def test_every_rule_has_its_line_and_only_a_rule_that_cannot_move_has_a_warning() -> None:
    at_limits = [row(rule="aggregator", p_restricted=INERT), row(rule="hunter", p_restricted=SATURATED)]
    assert not [line for line in rules_lines(at_limits) if "WARNING" in line]
    rows = [*at_limits, row(rule="learner", p_restricted=0.02), row(rule="sticker", p_restricted=0.99)]
    lines = rules_lines(rows)
    for one in rows:
        (line,) = [line for line in lines if line.startswith(f"  {one.rule:<14}")]
        assert f"{one.p_restricted:.3f}" in line
        assert f"{one.rd_reversed:+.3f} ({one.rd_reversed_mcse:.3f})" in line
    warnings = [line for line in lines if "WARNING" in line]
    assert ["learner is inert" in warnings[0], "sticker is saturated" in warnings[1], len(warnings)] == [True, True, 2]
    assert "back to extreme care" in "".join(lines)
    assert rules_lines([]) == []


def test_a_comparison_of_other_code_says_so() -> None:
    assert "other code" not in "".join(rules_lines([row()]))
    assert "other code (0123456789abcdef)" in rules_lines([row(code="0123456789abcdef")])[-1]


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = [row(p_restricted=1 / 3), row(rule="hunter", rd_reversed=-1e-17)]
    write_rows(tmp_path / "rows.csv", rows)
    assert read_rows(tmp_path / "rows.csv", RuleRow) == rows
    assert shipped_rules(tmp_path / "absent.csv") == []


@pytest.mark.statistical
def test_no_rule_is_inert_or_saturated_at_the_defaults() -> None:
    for one in measure_rules(replicates=200, voters=1000, seed=SEED + 1):
        assert INERT < one.p_restricted < SATURATED, one
