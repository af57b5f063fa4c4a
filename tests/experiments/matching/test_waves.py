"""History matching finds the known region of toys, names what rules out what, and repeats itself exactly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from political_moat.experiments.matching.implausibility import cutoff
from political_moat.experiments.matching.inputs import Input
from political_moat.experiments.matching.targets_file import Target
from political_moat.experiments.matching.waves import Matched, history_match

Reals = NDArray[np.float64]
INPUTS = tuple(Input(f"toy.x{i}", 0.0, 1.0) for i in range(10))
NOISE = 0.01
RING = Target("ring", 0.5, 0.04, 0.03, "toy")
LOOSE = Target("loose", 0.5, 5.0, 0.0, "toy")
LEFT = Target("left", 0.2, 0.01, 0.0, "toy")
RIGHT = Target("right", 0.8, 0.01, 0.0, "toy")
FAR = Target("left", 3.0, 0.05, 0.05, "toy")


def ring(x: Reals) -> Reals:
    radius: Reals = (2.0 * x[:, 0] - 1.0) ** 2 + (2.0 * x[:, 1] - 1.0) ** 2
    return radius


def band(x: Reals) -> Reals:
    total: Reals = x[:, 0] + x[:, 1]
    return total


SIMULATED = {
    "ring": ring,
    "band": band,
    "loose": lambda x: x[:, 2],
    "left": lambda x: x[:, 0],
    "right": lambda x: 0.9 * x[:, 0] + 0.1 * x[:, 1] ** 2,
}


def places(values: list[dict[str, float | int]]) -> Reals:
    return np.array([[point[each.name] for each in INPUTS] for point in values])


class Toy:
    """Simulator with known noise that keeps its calls."""

    def __init__(self, *targets: Target, noise: float = NOISE) -> None:
        self.names = [target.name for target in targets]
        self.noise = noise
        self.calls: list[tuple[int, list[dict[str, float | int]]]] = []

    def __call__(self, wave: int, values: list[dict[str, float | int]]) -> tuple[Reals, Reals]:
        self.calls.append((wave, values))
        x = places(values)
        exact = np.stack([SIMULATED[name](x) for name in self.names], axis=1)
        return exact + self.noise * np.random.default_rng(wave).normal(size=exact.shape), np.full(
            exact.shape, self.noise
        )


def matched(*targets: Target, waves: int = 2, points: int = 80, **options: Any) -> Matched:
    return history_match(INPUTS, targets, Toy(*targets), waves, points, 5, **({"prior_draws": 20_000} | options))


@pytest.fixture(scope="module")
def by_ring() -> Matched:
    return matched(RING, LOOSE)


def test_the_region_has_the_share_known_in_closed_form(by_ring: Matched) -> None:
    half_width = by_ring.cutoff * math.hypot(0.04, 0.03)
    exact = math.pi / 4.0 * 2.0 * half_width  # a ring's area depends on the difference of squared radii alone
    assert by_ring.cutoff == cutoff(2)
    assert by_ring.share == pytest.approx(exact, abs=0.02)
    assert by_ring.waves[-1].error == pytest.approx(math.sqrt(by_ring.share * (1 - by_ring.share) / 20_000))


def test_kept_draws_lie_in_the_true_region_and_points_well_outside_are_ruled_out(by_ring: Matched) -> None:
    half_width = by_ring.cutoff * math.hypot(0.04, 0.03)
    distance = np.abs(ring(by_ring.units) - 0.5)
    assert by_ring.kept.sum() > 60
    assert distance[by_ring.kept].max() < half_width + 4.0 * NOISE
    assert by_ring.kept[distance < half_width - 6.0 * NOISE].all()
    grid = np.random.default_rng(1).random((5_000, 10))
    emulated = by_ring.region.distances(grid).max(axis=1) <= by_ring.cutoff
    assert not emulated[np.abs(ring(grid) - 0.5) > half_width + 0.12].any()
    assert emulated[np.abs(ring(grid) - 0.5) < half_width - 0.12].all()


def test_the_second_wave_is_simulated_in_the_region_and_in_all_of_it(by_ring: Matched) -> None:
    second = by_ring.units[by_ring.wave == 2]
    assert len(second) == 80
    assert np.abs(ring(second) - 0.5).max() < 0.4
    quarters = np.bincount((second[:, 0] > 0.5) + 2 * (second[:, 1] > 0.5), minlength=4)
    assert quarters.min() >= 8  # 20 expected; 3 standard errors are 11.6


def test_the_target_that_does_all_the_work_is_named(by_ring: Matched) -> None:
    first, second = by_ring.rules_out
    assert first.name == "ring"
    assert first.alone == first.only == pytest.approx(1.0 - by_ring.share)
    assert second.alone == second.only == 0.0
    assert first.measured == 160
    assert by_ring.unmatchable == by_ring.conflicts == ()


def test_results_belong_to_their_points(by_ring: Matched) -> None:
    n = len(by_ring.values)
    assert by_ring.units.shape == (n, 10)
    assert by_ring.estimates.shape == by_ring.errors.shape == by_ring.own.shape == by_ring.emulated.shape == (n, 2)
    assert (places(list(by_ring.values)) == by_ring.units).all()
    own = np.abs(by_ring.estimates[:, 0] - 0.5) / math.sqrt(NOISE**2 + 0.04**2 + 0.03**2)
    assert by_ring.own[:, 0] == pytest.approx(own)
    passes = (by_ring.own <= by_ring.cutoff).all(axis=1) & (by_ring.emulated <= by_ring.cutoff).all(axis=1)
    assert (by_ring.kept == passes).all()
    assert by_ring.draws == tuple(v for v, kept in zip(by_ring.values, passes, strict=True) if kept)


def test_a_band_narrows_its_inputs_and_no_others() -> None:
    result = matched(Target("band", 0.2, 0.05, 0.0, "toy"))
    active, others = result.ranges[:2], result.ranges[2:]
    # x1 + x2 <= b: each has mean b/3 and standard deviation b/sqrt(18).
    b = 0.2 + result.cutoff * 0.05
    for each in active:
        assert 1.0 - each.narrowed == pytest.approx(b / math.sqrt(18.0) * math.sqrt(12.0), rel=0.25)
        assert 0.0 <= each.low < each.high < b + 4 * NOISE
        assert (each.prior_low, each.prior_high) == pytest.approx((0.05, 0.95), abs=0.02)
    assert all(abs(each.narrowed) < 4.0 * each.error for each in others)
    assert all(0.0 < each.error < 0.1 for each in others)


def test_two_targets_that_contradict_each_other_leave_nothing_and_are_named() -> None:
    result = matched(LEFT, LOOSE, RIGHT, waves=3, points=60, prior_draws=5_000)
    assert result.share == 0.0
    assert not result.kept.any()
    assert result.draws == ()
    assert result.conflicts == (("left", "right"),)
    assert result.unmatchable == ()
    assert len(result.waves) == 1  # no place to simulate next
    assert all(math.isnan(each.low) and math.isnan(each.narrowed) for each in result.ranges)


def test_a_target_beyond_the_simulator_is_named_as_not_matchable() -> None:
    result = matched(FAR, RING, points=60, prior_draws=5_000)
    assert result.unmatchable == ("left",)
    assert result.rules_out[0].alone == 1.0
    assert result.rules_out[0].nearest > result.cutoff
    assert result.rules_out[1].matchable
    assert result.conflicts == ()


def test_a_tiny_region_is_filled_by_small_moves() -> None:
    narrow = [Target(name, 0.3, 0.002, 0.0, "toy") for name in ("left", "loose")]
    calls = Toy(*narrow, noise=1e-4)
    result = history_match(INPUTS, narrow, calls, 2, 60, 5, prior_draws=2_000)
    assert result.waves[1].moved > 40
    second = result.units[result.wave == 2]
    assert len(second) == 60
    assert np.abs(second[:, [0, 2]] - 0.3).max() < 0.03
    assert second[:, 1].std() == pytest.approx(math.sqrt(1 / 12), rel=0.3)


def test_a_target_that_is_nowhere_measured_rules_nothing_out() -> None:
    toy = Toy(RING, LEFT)

    def simulate(wave: int, values: list[dict[str, float | int]]) -> tuple[Reals, Reals]:
        estimates, errors = toy(wave, values)
        estimates[:, 1] = math.nan
        return estimates, errors

    result = history_match(INPUTS, [RING, LEFT], simulate, 1, 80, 5, prior_draws=5_000)
    assert np.isnan(result.own[:, 1]).all()
    assert np.isnan(result.errors[:, 1]).all()
    assert result.rules_out[1].alone == 0.0
    assert result.rules_out[1].measured == 0
    assert result.kept.any()
    assert result.waves[0].checks[1] is None


def test_the_same_seed_asks_for_the_same_points_and_another_seed_for_others() -> None:
    toys = [Toy(RING, LOOSE) for _ in range(3)]
    results = [
        history_match(INPUTS, [RING, LOOSE], toy, 2, 40, seed, prior_draws=2_000)
        for toy, seed in zip(toys, (5, 5, 6), strict=True)
    ]
    assert toys[0].calls == toys[1].calls
    assert [wave for wave, _ in toys[0].calls] == [1, 2]
    assert (results[0].emulated == results[1].emulated).all()
    assert results[0].waves == results[1].waves
    assert toys[0].calls != toys[2].calls


def test_each_wave_is_reported_when_it_ends() -> None:
    said: list[int] = []
    result = matched(RING, points=40, prior_draws=1_000, say=lambda wave: said.append(wave.number))
    assert said == [1, 2] == [wave.number for wave in result.waves]
    assert [wave.points for wave in result.waves] == [40, 40]
    assert {wave.draws for wave in result.waves} == {1_000}
