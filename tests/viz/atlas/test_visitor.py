"""A visitor without a browser: complete answers, and problems as errors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from political_moat.experiments.errors import UserError
from political_moat.viz.atlas.plan import Plan, grid_axes
from political_moat.viz.atlas.visitor import Visitor
from political_moat.viz.recording.grid import BREADTH, VISIBILITY, Axis, arms_of, grid
from political_moat.viz.session.comparisons import MAP_AXES, map_axes
from political_moat.viz.session.job_pool import Pool


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(1)
    yield pool
    pool.close()


def test_a_map_over_any_axes_is_the_grid_of_the_page(pool: Pool) -> None:
    scenario = Plan((), 200).scenario("realistic")
    axes = (Axis(BREADTH, (0.3,)), Axis("party.office_rent", (0.0,)))
    (answer,) = Visitor(pool).draw(scenario, axes)
    assert answer.message["type"] == "map"
    *_, complete = grid(scenario, axes)
    assert {name: answer.message[name] for name in complete} == complete


def test_a_problem_is_an_error(pool: Pool) -> None:
    with pytest.raises(UserError, match=r"the atlas cannot be computed: exposure.breadth"):
        Visitor(pool).ask({"type": "film", "fields": {"exposure.breadth": "7"}})


def test_the_grid_crosses_the_axes_of_all_maps() -> None:
    scenario = Plan(()).scenario("sleeve")
    axes = grid_axes(scenario)
    assert [axis.name for axis in axes] == [BREADTH, *MAP_AXES]
    for name in MAP_AXES:
        assert set(map_axes(scenario, name)) <= set(axes)
    assert next(axis for axis in axes if axis.name == VISIBILITY).values == (0.1, 0.3, 0.6, 1.0)
    assert arms_of(scenario, axes) > 200
