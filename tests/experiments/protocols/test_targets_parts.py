"""Parts of the targets protocol that a design leaves out: empty in its rows, and nothing else changes."""

from __future__ import annotations

import math

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols import PROTOCOLS
from political_moat.experiments.protocols.targets.columns import COUNT_COLUMNS
from political_moat.experiments.protocols.targets.counts import target_counts
from political_moat.experiments.protocols.targets.design import PARTS, TargetsDesign
from political_moat.experiments.protocols.targets.estimates import counts_in
from political_moat.experiments.reporting.text.takeover_targets import contest_rows
from political_moat.experiments.reporting.text.wording import NO_AIM, NO_CASE
from political_moat.experiments.studies.reader import parse_study
from political_moat.model.parameters.tree import Parameters

pytestmark = pytest.mark.usefixtures("drawn_once")

SMALL = Parameters().with_values({"electorate.voters": 200, "people.ageing": True})
STUDY = """
[study]
name = "parts"
[model]
protocol = "targets"
voters = 200
[replicates]
min = 1
[targets]
cycles = 2
leave_out = ["costs", "contests"]
"""


def test_each_part_can_be_left_out_and_the_others_stay_the_same() -> None:
    whole = target_counts(SMALL, 2, 3, 0)
    lost = set()
    for part in PARTS:
        counts = target_counts(SMALL, 2, 3, 0, (part,))
        assert counts.items() < whole.items()
        gone = whole.keys() - counts.keys()
        assert gone
        assert not gone & lost, "no count belongs to two parts"
        lost |= gone
    assert target_counts(SMALL, 2, 3, 0, tuple(PARTS)).keys() == whole.keys() - lost
    assert whole.keys() == {column.name for column in COUNT_COLUMNS}


def test_counts_of_a_part_left_out_are_missing_and_have_no_verdict() -> None:
    import pandas as pd

    protocol = PROTOCOLS["targets"]()
    (row,) = protocol.run(SMALL, TargetsDesign(2, tuple(PARTS)), 3, 0).runs
    assert row["contest takeovers"] is None
    (counts,) = counts_in(pd.DataFrame([row]))
    assert math.isnan(counts["contest takeovers"])
    assert counts["elections"] == 2.0
    assert {each.verdict for each in contest_rows([counts])} == {NO_CASE, NO_AIM}


def test_a_design_that_leaves_nothing_out_keeps_its_key() -> None:
    protocol = PROTOCOLS["targets"]()
    (arm,) = protocol.arms(SMALL, TargetsDesign())
    assert protocol.identity(SMALL, TargetsDesign(7), arm)["design"] == {"cycles": 7}
    part = protocol.identity(SMALL, TargetsDesign(7, ("costs",)), arm)["design"]
    assert part == {"cycles": 7, "leave_out": ("costs",)}


def test_parts_are_read_in_their_order_and_an_unknown_one_is_one_line() -> None:
    study = parse_study(STUDY)
    assert study.protocol.design(study.declared(study.parameters)) == TargetsDesign(2, ("contests", "costs"))
    with pytest.raises(UserError, match=r"targets.leave_out: 'cost' is not a part; allowed: .*did you mean 'costs'"):
        parse_study(STUDY.replace('"costs"', '"cost"'))
