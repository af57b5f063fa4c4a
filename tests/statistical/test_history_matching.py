"""History matching keeps a synthetic truth at the nominal rate; without the Monte Carlo error it does not."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from political_moat.experiments.matching.emulator import fit_emulators
from political_moat.experiments.matching.implausibility import cutoff, implausibilities, largest
from political_moat.experiments.matching.inputs import Input
from political_moat.experiments.matching.survey import Region
from political_moat.experiments.matching.targets_file import Target
from political_moat.experiments.matching.waves import history_match

pytestmark = pytest.mark.statistical
Reals = NDArray[np.float64]
INPUTS = tuple(Input(f"x{i}", 0.0, 1.0) for i in range(4))
ERRORS, DISCREPANCIES = np.array([0.05, 0.03]), np.array([0.03, 0.05])
MONTE_CARLO = 0.08
RECORDS = 100
COVERAGE = 0.95
CHANCE = 1e-3
"""Of a false alarm, for each bound."""


def exact(x: Reals) -> Reals:
    curved = np.sin(3.0 * x[:, 0]) + x[:, 1]
    return np.stack([curved + 0.1 * x[:, 2], x[:, 1] * x[:, 2] + 0.2 * x[:, 3]], axis=1)


def record(truth: Reals, rng: np.random.Generator) -> list[Target]:
    """Simulator at the truth, plus errors of the record and of the model."""
    world = exact(truth)[0] + ERRORS * rng.normal(size=2) + DISCREPANCIES * rng.normal(size=2)
    return [Target(f"t{k}", world[k], ERRORS[k], DISCREPANCIES[k], "synthetic") for k in range(2)]


def kept_truth(index: int) -> tuple[bool, bool]:
    """Match one synthetic record: whether its truth is kept, and whether it were without Monte Carlo error."""
    rng = np.random.default_rng([77, index])
    truth = rng.random((1, 4))
    targets = record(truth, rng)

    def simulate(wave: int, values: list[dict[str, float | int]]) -> tuple[Reals, Reals]:
        x = np.array([[point[each.name] for each in INPUTS] for point in values])
        return exact(x) + MONTE_CARLO * rng.normal(size=(len(x), 2)), np.full((len(x), 2), MONTE_CARLO)

    matched = history_match(INPUTS, targets, simulate, 2, 40, index, COVERAGE, prior_draws=400)
    by_emulators = bool(largest(matched.region.distances(truth))[0] <= matched.cutoff)
    estimate = exact(truth) + MONTE_CARLO * rng.normal(size=(1, 2))
    by_own, without = (
        bool(largest(implausibilities(estimate, np.full((1, 2), variance), targets))[0] <= matched.cutoff)
        for variance in (MONTE_CARLO**2, 0.0)
    )
    return by_emulators and by_own, by_emulators and without


def at_least(kept: int, rate: float, records: int) -> bool:
    """Whether so few kept truths are compatible with the rate."""
    return bool(binom.cdf(kept, records, rate) > CHANCE)


def at_most(kept: int, rate: float, records: int) -> bool:
    return bool(binom.sf(kept - 1, records, rate) > CHANCE)


def test_the_truth_is_kept_at_the_nominal_rate_over_synthetic_records() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        kept = list(pool.map(kept_truth, range(RECORDS), chunksize=10))
    with_error, without_error = (sum(column) for column in zip(*kept, strict=True))
    # Emulator and own simulation are two tests of one truth: at worst independent.
    assert at_least(with_error, COVERAGE**2, RECORDS)
    # Positive control: the same records with the Monte Carlo error left out of the denominator.
    assert not at_least(without_error, COVERAGE**2, RECORDS)


def test_an_exact_emulator_keeps_neither_less_nor_much_more_than_the_nominal_rate() -> None:
    rng = np.random.default_rng(78)
    units, records = rng.random((120, 4)), 4_000
    weights = np.array([[1.0, 0.3], [0.2, -1.0], [0.0, 0.5], [0.1, 0.0]])
    emulators = fit_emulators(units, units @ weights, np.zeros((120, 2)), 1)
    truths = rng.random((records, 4))
    spread = np.hypot(ERRORS, DISCREPANCIES)
    world = truths @ weights + spread * rng.normal(size=(records, 2))
    # The distance depends on mean - value alone: a record of 0 and means less the world are all records at once.
    zero = [Target(f"t{k}", 0.0, ERRORS[k], DISCREPANCIES[k], "synthetic") for k in range(2)]
    predicted = [each.predict(truths) for each in emulators if each is not None]
    means = np.stack([mean for mean, _ in predicted], axis=1) - world
    variances = np.stack([variance for _, variance in predicted], axis=1)
    kept = int((largest(implausibilities(means, variances, zero)) <= cutoff(2, COVERAGE)).sum())
    assert at_least(kept, COVERAGE, records)
    assert at_most(kept, COVERAGE, records)


def common_noise_kept(index: int) -> tuple[bool, bool]:
    """Fit to points that share one error: whether emulators that know of it keep the truth, and those that do not."""
    rng = np.random.default_rng([79, index])
    truth, units = rng.random((1, 4)), rng.random((40, 4))
    targets, shared = record(truth, rng), 0.2 * rng.normal(size=2)
    emulators = fit_emulators(units, exact(units) + shared, np.full((40, 2), 0.2), index, common_draws=True)
    unaware = tuple(None if each is None else each._replace(added=each.check.added**2) for each in emulators)
    limit = cutoff(2, COVERAGE)
    aware, blind = (
        bool(largest(Region(INPUTS, tuple(targets), fitted, limit).distances(truth))[0] <= limit)
        for fitted in (emulators, unaware)
    )
    return aware, blind


def test_draws_shared_by_all_points_need_the_variance_of_a_common_error() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        kept = list(pool.map(common_noise_kept, range(RECORDS), chunksize=10))
    aware, blind = (sum(column) for column in zip(*kept, strict=True))
    assert at_least(aware, COVERAGE, RECORDS)
    assert not at_least(blind, COVERAGE, RECORDS)
