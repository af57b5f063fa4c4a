"""Emulators against the exact conditional normal; they find the active inputs and know their own errors."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from political_moat.experiments.errors import UserError
from political_moat.experiments.matching import emulator as module
from political_moat.experiments.matching.emulator import (
    MOST_ACTIVE,
    Emulator,
    active_inputs,
    fit_emulators,
    predictions,
)

Reals = NDArray[np.float64]
NOISE = 0.05


def fitted(units: Reals, estimates: Reals, errors: Reals, *, common_draws: bool = False) -> Emulator:
    (emulator,) = fit_emulators(units, estimates[:, None], errors[:, None], 11, common_draws=common_draws)
    assert emulator is not None
    return emulator


def conditional_normal(emulator: Emulator, units: Reals, y: Reals, at: Reals) -> tuple[Reals, Reals]:
    """Mean and variance at `at` given y, written out from the kernel's parameters and the noise at each point."""
    noise = emulator.regression.alpha
    linear, curved, *lengths, everywhere, nugget = np.exp(emulator.regression.kernel_.theta)
    active = list(emulator.active)

    def covariance(a: Reals, b: Reals) -> Reals:
        a, b = np.sqrt(12.0) * (a - 0.5), np.sqrt(12.0) * (b - 0.5)
        apart = ((a[:, None, active] - b[None, :, active]) / np.array(lengths)) ** 2
        terms = (
            1.0 + linear * (a[:, active] @ b[:, active].T),
            curved * np.exp(-0.5 * apart.sum(axis=2)),
            everywhere * (a @ b.T),
        )
        return terms[0] + terms[1] + terms[2]

    scale = y.std()
    own = covariance(units, units) + nugget * np.eye(len(units)) + np.diag(noise)
    cross = covariance(at, units)
    mean = y.mean() + scale * cross @ np.linalg.solve(own, (y - y.mean()) / scale)
    reduction = np.einsum("ij,ji->i", cross, np.linalg.solve(own, cross.T))
    variance = scale**2 * (np.diag(covariance(at, at)) + nugget - reduction)
    return mean, variance


def test_predictions_are_the_exact_conditional_normal_with_nugget_and_without_new_noise() -> None:
    rng = np.random.default_rng(5)
    units, at = rng.random((14, 2)), rng.random((6, 2))
    errors = np.linspace(0.02, 0.3, 14)
    y = 1.0 + np.sin(4.0 * units[:, 0]) + units[:, 1] + errors * rng.normal(size=14)
    emulator = fitted(units, y, errors)
    mean, variance = emulator.predict(at)
    exact_mean, exact_variance = conditional_normal(emulator, units, y, at)
    assert mean == pytest.approx(exact_mean, rel=1e-6)
    assert variance == pytest.approx(exact_variance + emulator.check.added**2, rel=1e-6)
    assert emulator.regression.kernel_.k2.noise_level > 0.0


def simulator(units: Reals) -> Reals:
    """Two inputs matter, one by a linear and one by an even effect; the others add a little each, not linearly."""
    small: Reals = 0.05 * np.sin(6.0 * units[:, 2:]).sum(axis=1)
    return 2.0 * units[:, 0] + 3.0 * (units[:, 1] - 0.5) ** 2 + small


@pytest.fixture(scope="module")
def many_inputs() -> Emulator:
    rng = np.random.default_rng(8)
    units = rng.random((160, 60))
    return fitted(units, simulator(units) + NOISE * rng.normal(size=160), np.full(160, NOISE))


def test_active_inputs_are_found_among_many(many_inputs: Emulator) -> None:
    assert {0, 1} <= set(many_inputs.active)
    assert len(many_inputs.active) <= MOST_ACTIVE
    assert active_inputs([None, many_inputs]) == many_inputs.active


def test_the_stated_variance_is_that_of_new_errors(many_inputs: Emulator) -> None:
    units = np.random.default_rng(9).random((2000, 60))
    mean, variance = many_inputs.predict(units)
    errors = (simulator(units) - mean) / np.sqrt(variance)
    assert 0.8 < np.sqrt(np.mean(errors**2)) < 1.15
    assert 0.93 < np.mean(np.abs(errors) <= 2.0) < 0.99
    assert np.var(simulator(units) - mean) < 0.15 * np.var(simulator(units))


def test_the_check_on_held_out_points_is_close_to_the_errors_at_new_points(many_inputs: Emulator) -> None:
    assert many_inputs.check.points == 160
    assert 0.85 < many_inputs.check.rms < 1.3
    assert 0.87 < many_inputs.check.inside <= 1.0


def test_overconfidence_is_found_by_the_check_and_its_variance_is_added() -> None:
    # A step that is rare in the sample: the kernel cannot know of it between the points.
    units = np.random.default_rng(1).random((60, 3))
    y = np.where(units[:, 0] > 0.9, units[:, 1], 0.0)
    emulator = fitted(units, y, np.zeros(60))
    assert emulator.check.rms > 2.0
    assert emulator.added == pytest.approx(emulator.check.added**2)
    assert emulator.predict(units)[1].min() >= emulator.added > 0.0


def test_the_added_variance_makes_the_standardised_errors_have_mean_square_one() -> None:
    squares, variances = np.array([4.0, 1.0, 9.0]), np.array([1.0, 2.0, 0.5])
    added = module._missing_variance(squares, variances)
    assert np.mean(squares / (variances + added)) == pytest.approx(1.0)
    assert module._missing_variance(squares, 10.0 * variances) == 0.0


def test_noise_varies_with_the_inputs_and_not_with_the_chance_of_a_point() -> None:
    rng = np.random.default_rng(3)
    units = rng.random((200, 20))
    exact = np.exp(-2.0 + 2.0 * units[:, 0])
    declared = exact * rng.chisquare(10, size=200) / 10.0
    smooth = module._smoothed(units, declared, 1)
    assert smooth.mean() == pytest.approx(declared.mean())
    assert np.corrcoef(np.log(smooth), units[:, 0])[0, 1] > 0.95
    assert np.abs(np.log(smooth / exact)).mean() < 0.5 * np.abs(np.log(declared / exact)).mean()
    assert (module._smoothed(units, np.full(200, 0.3), 1) == 0.3).all()


def test_shares_whose_error_depends_on_their_own_chance_are_emulated_without_bias() -> None:
    # Weights by the declared errors would favour the shares that came out small: a bias of -.025 in shares of .09.
    biases = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        units, new = rng.random((200, 20)), rng.random((500, 20))
        events = rng.binomial(24, 0.03 + 0.12 * units[:, 0])
        share = (events + 0.5) / 25.0
        mean, _ = fitted(units, events / 24.0, np.sqrt(share * (1.0 - share) / 26.0)).predict(new)
        biases.append(np.mean(mean - 0.03 - 0.12 * new[:, 0]))
    assert abs(np.mean(biases)) < 0.008  # standard error of the mean share: .06 / sqrt(800) = .002


def test_shared_draws_add_the_mean_square_error_everywhere() -> None:
    rng = np.random.default_rng(6)
    units, errors = rng.random((40, 2)), np.linspace(0.1, 0.3, 40)
    y = units[:, 0] + errors * rng.normal(size=40)
    (mean, variance), (common_mean, common_variance) = (
        fitted(units, y, errors, common_draws=common).predict(units) for common in (False, True)
    )
    assert (mean == common_mean).all()
    assert common_variance - variance == pytest.approx(np.full(40, np.mean(errors**2)))


def test_a_mean_of_noise_alone_is_known_as_well_as_its_points_allow() -> None:
    rng = np.random.default_rng(12)
    levels = []
    for _ in range(20):
        units = rng.random((20, 2))
        mean, variance = fitted(units, 0.3 + 0.02 * rng.normal(size=20), np.full(20, 0.02)).predict(
            np.full((1, 2), 0.5)
        )
        levels.append((mean[0] - 0.3) / np.sqrt(variance[0]))
    assert np.mean(np.abs(levels) <= 2.0) > 0.8  # .95 by the normal law, less 3 binomial standard errors


def test_a_constant_estimate_is_predicted_as_such() -> None:
    units = np.random.default_rng(6).random((40, 5))
    mean, variance = fitted(units, np.full(40, 0.3), np.full(40, 0.01)).predict(units)
    assert mean == pytest.approx(np.full(40, 0.3))
    assert (np.sqrt(variance) < 0.05).all()


def test_points_without_a_measurement_do_not_train_and_too_few_give_no_emulator() -> None:
    rng = np.random.default_rng(7)
    units = rng.random((30, 2))
    estimates = np.stack([units[:, 0], units[:, 1], units[:, 1]], axis=1)
    errors = np.full((30, 3), 0.01)
    estimates[20:, 0], errors[20:, 1] = np.nan, np.nan
    estimates[5:, 2] = np.nan
    first, second, third = fit_emulators(units, estimates, errors, 1)
    assert third is None
    for emulator, column in ((first, 0), (second, 1)):
        assert emulator is not None
        (alone,) = fit_emulators(units[:20], estimates[:20, [column]], errors[:20, [column]], 1)
        assert alone is not None
        assert (emulator.predict(units)[0] == alone.predict(units)[0]).all()
    means, variances = predictions((first, second, third), units)
    assert np.isnan(means).any(axis=0).tolist() == np.isnan(variances).any(axis=0).tolist() == [False, False, True]


def test_chunks_change_no_prediction(many_inputs: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    units = np.random.default_rng(2).random((50, 60))
    mean, variance = many_inputs.predict(units)
    monkeypatch.setattr(module, "_CHUNK", 7)
    assert many_inputs.predict(units)[0] == pytest.approx(mean)
    assert many_inputs.predict(units)[1] == pytest.approx(variance)


def test_the_same_seed_gives_the_same_emulator(many_inputs: Emulator) -> None:
    rng = np.random.default_rng(8)
    units = rng.random((160, 60))
    again = fitted(units, simulator(units) + NOISE * rng.normal(size=160), np.full(160, NOISE))
    assert again.active == many_inputs.active
    assert (again.predict(units)[0] == many_inputs.predict(units)[0]).all()


def test_without_scikit_learn_one_line_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.gaussian_process", None)
    with pytest.raises(UserError, match=r"needs sklearn: pip install 'political-moat\[analysis\]'$"):
        fit_emulators(np.zeros((20, 1)), np.zeros((20, 1)), np.zeros((20, 1)), 1)
