"""The shipped headline: complete, of one measurement, and the numbers of the stress test."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from political_moat.experiments.protocols.outcome_names import named_depths
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.experiments.reporting.closed_form import predicted_risk, vote_effect
from political_moat.experiments.reporting.shipped.headline import (
    BREADTH,
    FORESIGHTS,
    REPLICATES,
    SEED,
    VISIBILITIES,
    DepthRow,
    measure_headline,
    shipped_headline,
)
from political_moat.experiments.reporting.shipped.tables import read_rows
from political_moat.model.parameters.tree import Parameters

DEPTHS = named_depths(Parameters())
ROOT = Path(__file__).parents[4]


def test_the_shipped_headline_holds_every_arm_and_depth_of_one_measurement() -> None:
    depths, moves = shipped_headline()
    assert [(one.foresight, one.visibility, one.depth) for one in depths] == [
        (foresight, visibility, depth.name)
        for foresight in FORESIGHTS
        for visibility in VISIBILITIES
        for depth in DEPTHS
    ]
    assert {one.replicates for one in depths} == {REPLICATES}
    assert len({one.code for one in (*depths, *moves)}) == 1
    for one in depths:
        assert one.band_low <= one.rd <= one.band_high
        assert 0.0 <= one.p_zero <= 1.0
        assert math.isfinite(one.closed_form) == (one.depth == "back to extreme care" and one.foresight == 0.0)
    assert {(one.foresight, one.breadth) for one in moves} == {(f, b) for f in FORESIGHTS for b in (0.0, BREADTH)}
    assert all(0.0 <= one.share <= 1.0 for one in moves)


def test_a_measurement_is_that_of_the_stress_test(tmp_path: Path) -> None:
    depths, moves = measure_headline(workers=1, replicates=8, voters=300)
    p = Parameters().with_values({"electorate.voters": 300})
    design = StressDesign((0.0, BREADTH), VISIBILITIES, layers=(), returning=False, foresights=FORESIGHTS[1:])
    runs = [row for replicate in range(8) for row in run_replicate(p, design, SEED, replicate).runs]
    for one in depths:
        reached = {
            breadth: np.array(
                [
                    row["lasting_openness"] <= one.tau + 1e-9
                    for row in runs
                    if (row["foresight"], row["breadth"]) == (one.foresight, breadth)
                    and (breadth == 0.0 or row["visibility"] == one.visibility)
                ],
                dtype=float,
            )
            for breadth in (0.0, BREADTH)
        }
        assert len(reached[0.0]) == len(reached[BREADTH]) == 8
        assert one.p_zero == reached[0.0].mean()
        assert one.rd == (reached[BREADTH] - reached[0.0]).mean()
        if math.isfinite(one.closed_form):
            points = vote_effect(p, BREADTH, one.visibility, SEED).points
            party = p.party
            risk = predicted_risk(one.p_zero, party.choice_precision, party.office_rent, points, 3.9)
            assert one.closed_form == risk - one.p_zero
    held = [row["moves_in_force"].split("+") for row in runs if row["foresight"] == 0.0 and row["breadth"] == 0.0]
    (none,) = [one for one in moves if (one.foresight, one.breadth, one.move) == (0.0, 0.0, "none")]
    assert none.share == sum("none" in each for each in held) / 8


def test_the_readme_shows_the_shipped_numbers() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for one in read_rows(ROOT / "experiments" / "reporting" / "shipped" / "headline.csv", DepthRow):
        if one.visibility == 1.0 and one.depth != "restricted":
            numbers = f"{one.rd:+.3f} ({one.band_low:+.3f} to {one.band_high:+.3f})".replace("0.", ".")
            assert numbers in text, numbers
