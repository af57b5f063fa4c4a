"""The grid of the phase map: each cell has the digits of `moat run`, and zero exposure is run once."""

from __future__ import annotations

from pathlib import Path

import pytest

from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.protocols.outcome_names import printed_name
from political_moat.experiments.protocols.stress_test.dose_response import primary_contrast
from political_moat.experiments.reporting.factor_analysis import read_table
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.sweeps.run import run_study
from political_moat.viz.recording import grid as grids
from political_moat.viz.recording.grid import (
    BREADTH,
    VISIBILITY,
    Axis,
    arms_of,
    block,
    cells_of,
    grid,
    paired_cell,
    points_of,
)
from political_moat.viz.scenario import from_address

ADDRESS = "preset=h1-moat&electorate.voters=300&exposure.breadth=0.3&seed=7"
EFFECT = "voting.asset_vote_effect"
AXES = (Axis(BREADTH, (0.1, 0.6)), Axis(VISIBILITY, (1.0, 0.1)), Axis(EFFECT, (0.0, 4.0)))
PAIRS = 6


def test_every_cell_has_the_digits_of_moat_run(tmp_path: Path) -> None:
    scenario = from_address(ADDRESS)
    *earlier, last = grid(scenario, AXES, PAIRS)
    assert [content["done"] for content in (*earlier, last)] == [5, 6]
    assert len(last["cells"]) == 8
    for effect in (0.0, 4.0):
        settings = [f"{EFFECT}={effect:g}"]
        study = study_of_run(
            preset_name="h1-moat", replicates=PAIRS, voters=300, seed=7, breadths="0,.1,.6", settings=settings
        )
        out = tmp_path / f"{effect:g}"
        run_study(study, out, Engine("serial"), quiet=True)
        runs = read_table(out / "export" / "runs.csv")
        cells = [cell for cell in last["cells"] if cell["values"][EFFECT] == effect]
        assert len(cells) == 4
        for cell in cells:
            contrast = primary_contrast(runs, cell["values"][BREADTH])[cell["values"][VISIBILITY]].with_severity
            printed = contrast.by_outcome[printed_name("reversed")]
            assert (cell["low"], cell["high"]) == (printed.difference.low, printed.difference.high)
            assert cell["verdict"] == printed.word
            assert (cell["zero"] / PAIRS, cell["exposed"] / PAIRS) == (
                printed.difference.control,
                printed.difference.treated,
            )
            assert (cell["difference"], cell["n"]) == (printed.difference.estimate, PAIRS)
            assert cell["caused"] - cell["prevented"] == cell["exposed"] - cell["zero"]
    assert len({cell["difference"] for cell in last["cells"]}) > 1


def test_a_cell_is_that_of_the_same_scenario_alone() -> None:
    cells = list(grid(from_address(ADDRESS), AXES, 3))[-1]["cells"]
    for cell in cells[1::3]:
        own = from_address(
            ADDRESS + "".join(f"&{name}={value:g}" for name, value in cell["values"].items() if name != BREADTH)
        )
        alone = list(grid(own, (Axis(BREADTH, (cell["values"][BREADTH],)),), 3))[-1]["cells"][0]
        assert alone | {"values": 0} == cell | {"values": 0}


def test_zero_exposure_is_run_once_for_all_visibilities(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, arms = from_address(ADDRESS), []
    run = grids.run_replicate

    def counted(*arguments: object) -> object:
        result = run(*arguments)  # type: ignore[arg-type]
        arms.extend(row["arm"] for row in result.runs)
        return result

    monkeypatch.setattr(grids, "run_replicate", counted)
    list(block(scenario, AXES, range(1)))
    assert len(arms) == arms_of(scenario, AXES) == 10
    assert arms.count("b=0") == len(points_of(scenario, AXES)) == 2


def test_blocks_in_any_order_make_the_same_cells() -> None:
    scenario, axes = from_address(ADDRESS), AXES[:2]
    parts = [part for numbers in ((2, 3), (0, 1)) for part in block(scenario, axes, numbers)]
    outcomes = {part["replicate"]: part["outcomes"] for part in parts}
    assert cells_of(scenario, axes, outcomes) == list(grid(scenario, axes, 4))[-1]["cells"]
    assert cells_of(scenario, axes, {}) == []


def test_a_cell_says_how_many_pairs_would_decide() -> None:
    undecided = paired_cell([0] * 90 + [1] * 10, [0] * 80 + [1] * 20)
    assert (undecided["prevented"], undecided["caused"], undecided["difference"]) == (10, 0, -0.1)
    assert undecided["verdict"].startswith("inconclusive")
    assert undecided["needed"] > 100
    decided = paired_cell([0] * 100, [1] * 50 + [0] * 50)
    assert (decided["verdict"], decided["needed"]) == ("moat", None)
    on_margin = paired_cell([0] * 95 + [1] * 5, [0] * 90 + [1] * 10)
    assert on_margin["verdict"].startswith("inconclusive")
    assert on_margin["needed"] is None
