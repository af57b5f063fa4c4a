"""Latin hypercubes fill every interval once; places become values on the prior's scale."""

from __future__ import annotations

import numpy as np
import pytest

from political_moat.experiments.matching.inputs import Input, latin_hypercube, values_of

INPUTS = (
    Input("a.plain", -1.0, 3.0),
    Input("a.scale", 0.01, 100.0, log=True),
    Input("a.months", 1.0, 4.0, whole=True),
)


@pytest.mark.parametrize("n", [1, 7, 1000])
def test_every_interval_of_every_input_has_one_point(n: int) -> None:
    units = latin_hypercube(INPUTS, n, np.random.default_rng(3))
    assert units.shape == (n, 3)
    assert (np.sort(np.floor(units * n), axis=0) == np.arange(n)[:, None]).all()


def test_inputs_are_drawn_independently_and_by_the_generator_alone() -> None:
    units = latin_hypercube(INPUTS, 2000, np.random.default_rng(3))
    correlations = np.corrcoef(units.T) - np.eye(3)
    assert np.abs(correlations).max() < 0.08  # 3.6 standard errors
    assert (units == latin_hypercube(INPUTS, 2000, np.random.default_rng(3))).all()
    assert (units != latin_hypercube(INPUTS, 2000, np.random.default_rng(4))).all(axis=0).all()


def test_places_become_values_on_the_scale_of_the_prior() -> None:
    low, middle, high = values_of(INPUTS, np.array([[0.0] * 3, [0.5] * 3, [np.nextafter(1.0, 0.0)] * 3]))
    assert low == {"a.plain": -1.0, "a.scale": pytest.approx(0.01), "a.months": 1}
    assert middle == {"a.plain": 1.0, "a.scale": pytest.approx(1.0), "a.months": 3}
    assert high == {"a.plain": pytest.approx(3.0), "a.scale": pytest.approx(100.0), "a.months": 4}


def test_whole_numbers_are_equally_likely() -> None:
    months = [
        values["a.months"] for values in values_of(INPUTS, latin_hypercube(INPUTS, 400, np.random.default_rng(1)))
    ]
    assert all(isinstance(month, int) for month in months)
    assert np.bincount(np.array(months)).tolist() == [0, 100, 100, 100, 100]


def test_the_ends_of_a_span_are_put_in_order() -> None:
    span = (Input("law.court_soonest", 0.0, 10.0), Input("law.court_latest", 0.0, 10.0))
    (values,) = values_of(span, np.array([[0.75, 0.25]]))
    assert values == {"law.court_soonest": 2.5, "law.court_latest": 7.5}
