"""Design points: where they lie, in which order, and that a seed names them."""

from __future__ import annotations

import itertools
import math
import sys

import numpy as np
import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.studies.prior import in_order, prior_factors
from political_moat.experiments.studies.reader import StudyFile, parse_study
from political_moat.experiments.studies.sampling import Points, design_points, design_size

HEAD = """
[study]
name = "design"
seed = {seed}
[design]
{design}
[factors."exposure.breadth"]
levels = [0, 0.3]
{factors}
[replicates]
min = 1
"""
RENT = '[factors."party.office_rent"]\nlow = 0\nhigh = 4'
PRECISION = '[factors."party.choice_precision"]\nlow = 1\nhigh = 40\nscale = "log"'
RULE = '[factors."party.rule"]\nlevels = ["hunter", "sticker", "learner"]'
EMPLOYERS = '[factors."market.crash_month"]\nlow = 0\nhigh = 95'


def study(design: str, *factors: str, seed: int = 1) -> StudyFile:
    return parse_study(HEAD.format(seed=seed, design=design, factors="\n".join(factors)))


def points(design: str, *factors: str, seed: int = 1) -> Points:
    found = study(design, *factors, seed=seed)
    made = design_points(found)
    assert len(made) == design_size(found)
    return made


def test_a_grid_crosses_levels_and_leaves_exposure_to_the_arms() -> None:
    rent = '[factors."party.office_rent"]\nlevels = [0, 1, 4]'
    found = points('kind = "grid"', rent, RULE)
    assert found.names == ("party.office_rent", "party.rule")
    assert found.values == tuple(itertools.product([0, 1, 4], ["hunter", "sticker", "learner"]))
    assert found.unit == ()


def test_without_point_factors_there_is_one_point() -> None:
    assert points('kind = "grid"').values == ((),)


def test_a_latin_hypercube_puts_one_point_in_each_slice_of_each_factor() -> None:
    found = points('kind = "lhs"\nsamples = 50', RENT, PRECISION)
    for column in np.array(found.unit).T:
        assert sorted((column * 50).astype(int)) == list(range(50))
    for (rent, precision), (u, v) in zip(found.values, found.unit, strict=True):
        assert rent == pytest.approx(4.0 * u)
        assert precision == pytest.approx(math.exp(v * math.log(40.0)))


def test_levels_and_whole_numbers_are_sampled_evenly() -> None:
    found = points('kind = "lhs"\nsamples = 30', RULE, EMPLOYERS)
    rules = [rule for rule, _ in found.values]
    assert {rule: rules.count(rule) for rule in rules} == {"hunter": 10, "sticker": 10, "learner": 10}
    assert all(isinstance(month, int) and 0 <= month <= 95 for _, month in found.values)


@pytest.mark.parametrize("second_order", [False, True])
def test_a_sobol_design_is_the_one_salib_analyses(second_order: bool) -> None:
    from SALib.sample import sobol

    lines = f'kind = "sobol"\nsamples = 8\nsecond_order = {str(second_order).lower()}'
    found = points(lines, RENT, PRECISION, RULE)
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}
    generator = np.random.default_rng([0x64657369, 1])
    theirs = sobol.sample(problem, 8, calc_second_order=second_order, seed=generator)
    assert np.array_equal(np.array(found.unit), theirs)


def test_a_prior_adds_every_uncertain_parameter_that_the_file_does_not_name() -> None:
    """Own factors and set values stay as they are; the ends of a span are in order, so that points are possible."""
    rent = '[factors."party.office_rent"]\nlow = 1\nhigh = 2'
    fixed = '[model]\nset = { "party.donors" = 0.1 }'
    checked = study('kind = "sobol"\nsamples = 2\nprior = true', rent, fixed)
    made, uncertain = design_points(checked), set(prior_factors(checked.parameters))
    assert set(made.names) == uncertain - {"party.donors"}
    assert len(made) == 2 * (len(uncertain) + 1) == design_size(checked)
    for number in range(len(made)):
        values = made.of(number)
        assert 1.0 <= values["party.office_rent"] <= 2.0
        assert values == in_order(values)
        checked.parameters.with_values(values)


def test_sobol_indices_of_a_known_function_come_out_of_the_order_of_the_rows() -> None:
    """Y = u1 + 2 u2: first-order indices 1/5 and 4/5."""
    from SALib.analyze import sobol

    found = points('kind = "sobol"\nsamples = 256', RENT, PRECISION)
    unit = np.array(found.unit)
    problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0.0, 1.0]] * 2}
    indices = sobol.analyze(problem, unit @ np.array([1.0, 2.0]), calc_second_order=False, seed=1)
    assert indices["S1"] == pytest.approx([0.2, 0.8], abs=0.01)
    assert indices["ST"] == pytest.approx([0.2, 0.8], abs=0.01)


def test_a_morris_design_moves_one_factor_at_a_time() -> None:
    unit = np.array(points('kind = "morris"\ntrajectories = 6', RENT, PRECISION, RULE).unit).reshape(6, 4, 3)
    moved = np.abs(np.diff(unit, axis=1)) > 1e-12
    assert (moved.sum(axis=2) == 1).all()
    assert (moved.sum(axis=1) == 1).all()
    assert set(np.unique(np.round(unit * 3)).tolist()) <= {0.0, 1.0, 2.0, 3.0}


@pytest.mark.parametrize(
    "design", ['kind = "lhs"\nsamples = 8', 'kind = "sobol"\nsamples = 8', 'kind = "morris"\ntrajectories = 4']
)
def test_the_seed_names_the_points(design: str) -> None:
    assert points(design, RENT, PRECISION) == points(design, RENT, PRECISION)
    assert points(design, RENT, PRECISION) != points(design, RENT, PRECISION, seed=2)


def test_a_range_left_out_is_the_parameters_plausible_range() -> None:
    found = points('kind = "lhs"\nsamples = 200', '[factors."party.office_rent"]')
    values = [rent for (rent,) in found.values]
    assert 0.0 <= min(values) < 0.1
    assert 3.9 < max(values) <= 4.0


def test_morris_without_salib_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.sample", None)
    with pytest.raises(UserError, match=r"needs SALib; install it with: pip install 'political-moat\[analysis\]'"):
        design_points(study('kind = "morris"\ntrajectories = 4', RENT))
