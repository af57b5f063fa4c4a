"""The range a headline is printed with holds every cell and says where it was measured."""

from __future__ import annotations

import pytest

from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.experiments.reporting.shipped import assumption_range
from political_moat.experiments.reporting.shipped.assumption_range import (
    PRECISIONS,
    RENTS,
    VISIBILITIES,
    range_lines,
    shipped,
)
from political_moat.experiments.storage.provenance import short_source_hash
from political_moat.model.parameters.tree import Parameters


def test_the_shipped_range_holds_every_cell_of_one_measurement() -> None:
    cells = shipped()
    assert len({cell.code for cell in cells}) == 1
    asked = {(r, p, v) for r in RENTS for p in PRECISIONS for v in VISIBILITIES}
    assert {(cell.rent, cell.precision, cell.visibility) for cell in cells} == asked
    lines = range_lines(cells)
    assert len(lines) == 2 + len(VISIBILITIES) + (cells[0].code != short_source_hash())
    assert all(len(line) <= 100 for line in lines[1:])
    for visibility, line in zip(VISIBILITIES, lines[2:], strict=False):
        own = [cell.rd_reversed for cell in cells if cell.visibility == visibility]
        assert line.split()[0] == f"{visibility:g}"
        assert f"{min(own):+.3f} (rent" in line
        assert f"{max(own):+.3f} (rent" in line
    assert range_lines([]) == []


def test_a_measurement_is_the_paired_difference_of_the_stress_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("RENTS", (1.0,)), ("PRECISIONS", (20.0,)), ("REPLICATES", 6), ("VOTERS", 300)):
        monkeypatch.setattr(assumption_range, name, value)
    values = {"party.office_rent": 1.0, "party.choice_precision": 20.0, "electorate.voters": 300}
    p = Parameters().with_values(values)
    design = StressDesign(breadths=(0.0, 0.3), visibilities=VISIBILITIES, layers=(), returning=False)
    runs = [run_replicate(p, design, assumption_range.SEED, replicate).runs for replicate in range(6)]
    for arm, cell in enumerate(assumption_range.measure_grid(workers=1), start=1):
        zero, dose = ([row[place]["reversed"] for row in runs] for place in (0, arm))
        assert cell.visibility == VISIBILITIES[arm - 1]
        assert cell.p_reversed == pytest.approx(sum(zero) / 6)
        assert cell.rd_reversed == pytest.approx((sum(dose) - sum(zero)) / 6)


def test_a_range_of_other_code_says_so() -> None:
    cells = [cell._replace(code="0123456789abcdef") for cell in shipped()]
    assert "other code (0123456789abcdef)" in range_lines(cells)[-1]
