"""Studies that go on from a region: the one that the package ships, and those that a calibration writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from political_moat.experiments.matching.inputs import values_of
from political_moat.experiments.matching.next_studies import next_seed, write_matched_prior, write_sobol
from political_moat.experiments.matching.request import requested
from political_moat.experiments.studies import prior
from political_moat.experiments.studies.reader import read_study
from political_moat.experiments.studies.sampling import design_points

STUDIES = Path(prior.__file__).parent


def draws(n: int) -> list[dict[str, float | int]]:
    import numpy as np

    asked = requested(None, None)
    return values_of(asked.inputs, np.random.default_rng(1).random((n, len(asked.inputs))))


def test_the_ready_study_holds_draws_of_the_shipped_calibration_with_their_baselines() -> None:
    study, asked = read_study(STUDIES / "matched-prior.toml"), requested(None, None)
    assert study.model.protocol == "prior-mass"
    assert study.options.model_dump()["baseline"] == "given"
    assert study.study.seed == next_seed(asked.seed)
    assert list(study.rows.names) == [each.name for each in asked.inputs]
    assert len(study.rows.values) >= 2
    for values in study.rows.values:
        for each, value in zip(asked.inputs, values, strict=True):
            assert each.low <= value <= each.high
    prior_mass = read_study(STUDIES / "prior-mass.toml")
    assert study.model.voters == prior_mass.model.voters
    assert study.pairs == prior_mass.pairs
    assert study.arm_factors == prior_mass.arm_factors


def test_the_box_of_the_sobol_study_holds_every_draw_and_its_corners_are_possible(tmp_path: Path) -> None:
    asked, drawn = requested(None, None), draws(3)
    write_sobol(tmp_path, asked, drawn)
    study = read_study(tmp_path / "sobol-matched.toml")
    for each in asked.inputs:
        values = [draw[each.name] for draw in drawn]
        if each.name in study.factors:
            factor = study.factors[each.name]
            assert (factor.low, factor.high) == (min(values), max(values))
        else:
            assert study.parameters.values()[each.name] == values[0] == max(values)
    points = design_points(study)
    for number in range(0, len(points), 997):
        study.parameters.with_values(points.of(number))


def test_a_draw_is_read_as_it_was_written(tmp_path: Path) -> None:
    asked, written = requested(None, None), draws(4)
    write_matched_prior(tmp_path, asked, written)
    study = read_study(tmp_path / "matched-prior.toml")
    assert [dict(zip(study.rows.names, row, strict=True)) for row in study.rows.values] == written


@pytest.mark.parametrize(("seed", "following"), [(0, 1), (2**64 - 1, 0)])
def test_the_next_seed_is_a_seed(seed: int, following: int) -> None:
    assert next_seed(seed) == following
