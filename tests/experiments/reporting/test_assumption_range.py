"""The range a headline is printed with holds every cell and says where it was measured."""

from __future__ import annotations

from political_moat.experiments.reporting.assumption_range import PRECISIONS, RENTS, VISIBILITIES, range_lines, shipped
from political_moat.experiments.storage.provenance import short_source_hash


def test_the_shipped_range_holds_every_cell_of_one_measurement() -> None:
    cells = shipped()
    assert len({cell.code for cell in cells}) == 1
    asked = {(r, p, v) for r in RENTS for p in PRECISIONS for v in VISIBILITIES}
    assert {(cell.rent, cell.precision, cell.visibility) for cell in cells} == asked
    assert len(range_lines(cells)) == len(VISIBILITIES) + (cells[0].code != short_source_hash())


def test_a_range_of_other_code_says_so() -> None:
    cells = [cell._replace(code="0123456789abcdef") for cell in shipped()]
    assert "other code, 0123456789abcdef" in range_lines(cells)[-1]
